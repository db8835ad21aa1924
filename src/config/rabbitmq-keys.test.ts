import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookUpKey } from './key-lookup.js'

/** The keys of RabbitMQ 4.3's rabbitmq.conf, with names and numbers put in. `{a,b}` stands for each of its words. */
const KEYS = `
listeners.{tcp,ssl}.1 listeners.{tcp,ssl} num_acceptors.{tcp,ssl} handshake_timeout ssl_handshake_timeout
reverse_dns_lookups proxy_protocol tcp_listen_options.{backlog,nodelay,linger.on,linger.timeout,exit_on_close}
tcp_listen_options.{send_timeout,keepalive,buffer,sndbuf,recbuf} socket_writer.gc_threshold background_gc_enabled
background_gc_target_interval max_connections ranch_connection_max
heartbeat frame_max initial_frame_max channel_max max_channels_per_connection channel_max_per_node
consumer_max_per_channel session_max_per_connection link_max_per_session max_message_size vhost_max cluster_queue_limit
cluster_exchange_limit channel_operation_timeout channel_tick_interval
default_user default_pass default_user_tags.administrator default_vhost default_permissions.{configure,read,write}
default_users.qa.{password,vhost_pattern,configure,read,write,tags} loopback_users loopback_users.guest
anonymous_login_user anonymous_login_pass auth_mechanisms.1 auth_backends.1 auth_backends.1.{authn,authz}
http_dispatch.auth_backends.1 password_hashing_module credential_validator.{validation_backend,min_length,regexp}
ssl_cert_login_from ssl_cert_login_san_type ssl_cert_login_san_index track_auth_attempt_source
default_policies.operator.ha.{vhost_pattern,queue_pattern,apply_to,expires,message_ttl,max_length,max_length_bytes}
default_policies.operator.ha.{delivery_limit,max_in_memory_length,max_in_memory_bytes}
default_limits.vhosts.1.{pattern,max_connections,max_queues}
vm_memory_high_watermark.{relative,absolute} total_memory_available_override_value vm_memory_calculation_strategy
vm_memory_high_watermark_paging_ratio memory_monitor_interval disk_free_limit.{absolute,relative}
message_store_shutdown_timeout queue_index_embed_msgs_below mnesia_table_loading_retry_limit
mnesia_table_loading_retry_timeout hipe_compile delegate_count default_worker_pool_size
raft.{segment_max_entries,wal_max_size_bytes,data_dir} metadata_store.khepri.default_timeout
sysmon_handler.thresholds.busy_ports net_ticktime distribution.listener.port_range.min mirroring_sync_batch_size
default_queue_type queue_leader_locator queue_master_locator
quorum_queue.{initial_cluster_size,property_equivalence.relaxed_checks_on_redeclaration,commands_soft_limit}
quorum_queue.{continuous_membership_reconciliation.enabled,compute_checksums} queue_types.{classic,quorum,stream}.enabled
exchange_types.local_random.enabled classic_queue.default_version consumer_timeout consumer_disconnected_timeout
default_consumer_prefetch collect_statistics collect_statistics_interval
message_interceptors.{incoming,outgoing}.set_header_timestamp.overwrite vhost_restart_strategy
runtime_parameters.limits.shovel deprecated_features.permit.transient_nonexcl_queues
stream.{read_ahead,read_ahead_limit,data_dir,replication.port_range.min}
cluster_name cluster_tags.region node_tags.zone cluster_formation.{peer_discovery_backend,classic_config.nodes.1}
cluster_formation.{dns.hostname,k8s.host,consul.host,etcd.endpoints.1,aws.region,target_cluster_size_hint}
cluster_formation.{discovery_retry_limit,discovery_retry_interval,registration.enabled,lock_retry_limit,node_type}
cluster_formation.node_cleanup.{interval,only_log_warning} cluster_partition_handling cluster_keepalive_interval
product.name product.version motd_file prevent_startup_if_node_was_reset erlang.K
ssl_options.{cacertfile,certfile,keyfile,password,verify,fail_if_no_peer_cert,versions.1,ciphers.1,depth}
ssl_options.{honor_cipher_order,sni,hostname_verification,crl_check,crl_sources.1,dh,dhfile,honor_ecc_order}
ssl_options.{reuse_sessions,secure_renegotiate,client_renegotiation,psk_identity,log_level,log_alert,bypass_pem_cache}
management.tcp.{port,ip,compress,idle_timeout,inactivity_timeout,request_timeout,max_keepalive}
management.ssl.{port,ip,cacertfile,certfile,keyfile,password,verify,versions.1} management.listener.{port,ip}
management.{path_prefix,load_definitions,http_log_dir,http.max_body_size,rates_mode,login_session_timeout}
management.sample_retention_policies.{global,basic,detailed}.{minute,hour,day} management.cors.{allow_origins.1,max_age}
management.{csp.policy,hsts.policy,headers.frame_options,http.hide_allow_header,disable_stats,enable_queue_totals}
management.{disable_basic_auth,credential_encryption_secret,require_auth_for_api_reference}
management.definitions.require_json_extension management.restrictions.operator_policy_changes.disabled
management.restrictions.quorum_queue_replica_operations.disabled management.oauth_{enabled,client_id,provider_url}
management.{db_cache_multiplier,delegate_count} management_agent.{disable_metrics_collector}
management_agent.filter_aggregated_queue_metrics_pattern prometheus.filter_aggregated_queue_metrics_pattern
prometheus.tcp.{port,ip} prometheus.ssl.port prometheus.{path,return_per_object_metrics,authentication.enabled}
mqtt.{listeners.tcp.1,vhost,exchange,prefetch} web_mqtt.tcp.port stomp.listeners.tcp.1 web_stomp.tcp.port
stream.listeners.tcp.1 auth_http.user_path auth_ldap.servers.1 auth_oauth2.issuer auth_cache.cached_backend
tracing.{dir,username,password} event_exchange.{vhost,protocol} federation.exchanges.1 shovel.operating_mode
log.dir log.file log.file.{level,formatter} log.file.rotation.{date,size,count,compress}
log.console log.console.{level,stdio,use_colors,color_esc_seqs.error,formatter} log.exchange log.exchange.{level,formatter}
log.syslog log.syslog.{level,transport,protocol,ip,host,port,identity,facility,ssl_options.verify} log.journald
log.journald.{level,fields} log.{console,file,exchange}.formatter.{time_format,level_format,single_line}
log.{console,file,exchange}.formatter.{plaintext.format,json.field_map,json.verbosity_map}
log.{connection,channel,queue,mirroring,federation,upgrade,user,ra,default}.level log.connection.{file,rotation.size}
load_definitions definitions.{import_backend,local.path,https.url,skip_if_unchanged,hashing.algorithm}
definitions.tls.{cacertfile,certfile,keyfile,password,verify,versions.1} config_entry_decoder.passphrase
`

function spelledOut(pattern: string): string[] {
  const [whole, before = '', words = '', after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern) ?? []
  if (whole === undefined) return [pattern]
  return words.split(',').flatMap((word) => spelledOut(`${before}${word}${after}`))
}

test('every key of RabbitMQ is an option, or one that says why there is none', () => {
  const keys = KEYS.trim().split(/\s+/).flatMap(spelledOut)
  assert.ok(keys.length > 250, `${keys.length} keys`)
  const unknown = keys.filter((key) => lookUpKey(key).kind === 'unknown')
  assert.deepEqual(unknown, [])
  for (const key of keys) {
    const meaning = lookUpKey(key)
    if (meaning.kind === 'foreign') assert.ok(meaning.row.reason.length > 10, `${key} has no reason`)
  }
})

test('a key that RabbitMQ does not know either is unknown', () => {
  for (const key of ['log.consle', 'log.level', 'log.file.rotation.sise', 'listeners', 'default_users']) {
    assert.equal(lookUpKey(key).kind, 'unknown', key)
  }
})
