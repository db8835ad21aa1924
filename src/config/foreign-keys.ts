/**
 * What happens to a key that RabbitMQ knows and we have no option for:
 * - `ignored`: it tunes Erlang or a mechanism we do not have; one line in the log
 * - `later`: a feature that this version lacks; one line in the log
 * - `refused`: going on without it would be unsafe or surprising, so the start fails
 */
export type ForeignVerdict = 'ignored' | 'later' | 'refused'

/** A row of the table; a `*` in the pattern stands for any characters. */
export interface ForeignKey {
  readonly pattern: string
  readonly verdict: ForeignVerdict
  /** Values that ask for what we do anyway, and so pass without a word. */
  readonly harmless?: readonly string[]
}

/** RabbitMQ's keys without an option of ours. The first pattern that fits decides. */
export const FOREIGN_KEYS: readonly ForeignKey[] = [
  ...rows('refused', [
    'definitions.*',
    'auth_http.*',
    'auth_ldap.*',
    'auth_oauth2.*',
    'auth_cache.*',
    'default_users.*',
    'default_policies.*',
    'default_limits.*',
    'config_entry_decoder.*',
    'ssl_options.crl_check',
    'ssl_options.crl_sources.*',

    'management.restrictions.*',
    'management.disable_basic_auth',
    'prometheus.authentication.enabled',
  ]),
  {
    pattern: 'auth_backends.*',
    verdict: 'refused',
    harmless: ['internal', 'rabbit_auth_backend_internal'],
  },
  {
    pattern: 'http_dispatch.auth_backends.*',
    verdict: 'refused',
    harmless: ['internal', 'rabbit_auth_backend_internal'],
  },
  {
    pattern: 'credential_validator.validation_backend',
    verdict: 'refused',
    harmless: ['rabbit_credential_validator_accept_everything'],
  },
  ...rows('refused', ['credential_validator.*']),
  ...rows('later', [
    'management.*',
    'management_agent.*',
    'prometheus.*',
    'mqtt.*',
    'web_mqtt.*',
    'stomp.*',
    'web_stomp.*',
    'stream.*',
    'tracing.*',
    'event_exchange.*',
    'federation.*',
    'shovel.*',
    'log.*',
    'cluster_formation.*',
    'cluster_tags.*',
    'node_tags.*',
    'quorum_queue.*',
    'queue_leader_locator',
    'queue_master_locator',
    'queue_types.*',
    'exchange_types.*',
    'consumer_disconnected_timeout',
    'session_max_per_connection',
    'link_max_per_session',
    'message_interceptors.*',
    'runtime_parameters.*',
    'deprecated_features.*',
    'track_auth_attempt_source',
    'ssl_options.depth',
    'ssl_options.sni',
    'ssl_options.hostname_verification',
  ]),
  ...rows('ignored', [
    'num_acceptors.*',
    'tcp_listen_options.*',
    'socket_writer.*',
    'background_gc_*',
    'channel_operation_timeout',
    'channel_tick_interval',
    'vm_memory_calculation_strategy',
    'vm_memory_high_watermark_paging_ratio',
    'message_store_shutdown_timeout',
    'queue_index_*',
    'msg_store_*',
    'mnesia_*',
    'hipe_compile',
    'delegate_count',
    'default_worker_pool_size',
    'raft.*',
    'metadata_store.*',
    'sysmon_handler.*',
    'net_ticktime',
    'distribution.*',
    'mirroring_*',
    'classic_queue.*',
    'collect_statistics',
    'vhost_restart_strategy',
    'cluster_partition_handling*',
    'cluster_keepalive_interval',
    'motd_file',
    'prevent_startup_if_node_was_reset',
    'erlang.*',
    'ssl_options.dh',
    'ssl_options.dhfile',
    'ssl_options.honor_ecc_order',
    'ssl_options.reuse_sessions',
    'ssl_options.secure_renegotiate',
    'ssl_options.client_renegotiation',
    'ssl_options.psk_identity',
    'ssl_options.log_level',
    'ssl_options.log_alert',
    'ssl_options.bypass_pem_cache',
  ]),
]

/** The row for a key, if RabbitMQ has such a key. */
export function findForeignKey(key: string): ForeignKey | undefined {
  return FOREIGN_KEYS.find((row) => fits(row.pattern, key))
}

function rows(verdict: ForeignVerdict, patterns: readonly string[]): ForeignKey[] {
  return patterns.map((pattern) => ({ pattern, verdict }))
}

function fits(pattern: string, key: string): boolean {
  const star = pattern.indexOf('*')
  return star < 0 ? key === pattern : key.startsWith(pattern.slice(0, star)) && key.length > star
}
