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
  /** Why there is no option for it: a clause. */
  readonly reason: string
  /** Values that ask for what we do anyway, and so pass without a word. */
  readonly harmless?: readonly string[]
}

const WRITE_JSON = 'whoever collects the console or a file passes lines on; they may be JSON'

/** RabbitMQ's keys without an option of ours. The first pattern that fits decides. */
export const FOREIGN_KEYS: readonly ForeignKey[] = [
  ...rows('refused', 'users are those of the node alone', [
    'auth_http.*',
    'auth_ldap.*',
    'auth_oauth2.*',
    'auth_cache.*',
  ]),
  ...['auth_backends.*', 'http_dispatch.auth_backends.*'].map(
    (pattern): ForeignKey => ({
      pattern,
      verdict: 'refused',
      reason: 'users are those of the node alone',
      harmless: ['internal', 'rabbit_auth_backend_internal'],
    }),
  ),
  ...rows('refused', 'settings are not encrypted', ['config_entry_decoder.*']),
  ...rows('refused', 'revoked certificates are not looked up', [
    'ssl_options.crl_check',
    'ssl_options.crl_sources.*',
  ]),
  ...rows('refused', 'the HTTP API would be more open than was asked for', [
    'management.restrictions.*',
    'management.disable_basic_auth',
    'management.require_auth_for_api_reference',
    'prometheus.authentication.enabled',
    'prometheus.ssl.*',
  ]),
  ...rows('later', 'the pages have a login of their own', [
    'management.oauth_*',
    'management.credential_encryption_secret',
  ]),
  ...rows('later', 'the HTTP API has one way to do it', [
    'management.*',
    'management_agent.*',
    'prometheus.*',
  ]),
  ...rows('later', 'that protocol is not spoken', [
    'mqtt.*',
    'web_mqtt.*',
    'stomp.*',
    'web_stomp.*',
    'stream.*',
    'session_max_per_connection',
    'link_max_per_session',
  ]),
  ...rows('later', 'events are published with AMQP 0-9-1 alone', ['event_exchange.*']),
  ...rows('later', 'there are no links to other brokers', ['federation.*', 'shovel.*']),
  ...rows('later', 'a node is alone', [
    'cluster_formation.*',
    'quorum_queue.*',
    'queue_leader_locator',
    'queue_master_locator',
  ]),
  ...rows('later', 'nodes and clusters have no tags', ['cluster_tags.*', 'node_tags.*']),
  ...rows('later', 'every type is there', ['queue_types.*', 'exchange_types.*']),
  ...rows('later', 'a quorum queue hands out at once what a lost consumer held', [
    'consumer_disconnected_timeout',
  ]),
  ...rows('later', 'messages pass as they came', ['message_interceptors.*']),
  ...rows('later', 'parameters are not counted', ['runtime_parameters.*']),
  ...rows('later', 'nothing is deprecated', ['deprecated_features.*']),
  ...rows('later', "Node's TLS decides it", [
    'ssl_options.depth',
    'ssl_options.sni',
    'ssl_options.hostname_verification',
    'management.ssl.*',
    'definitions.tls.*',
  ]),
  ...['log.syslog', 'log.journald'].flatMap((pattern): ForeignKey[] => [
    { pattern, verdict: 'later', reason: WRITE_JSON, harmless: ['false'] },
    { pattern: `${pattern}.*`, verdict: 'later', reason: WRITE_JSON },
  ]),
  ...rows('later', 'there is one log file', [
    'log.*.file',
    'log.*.rotation.date',
    'log.*.rotation.size',
    'log.*.rotation.count',
    'log.*.rotation.compress',
  ]),
  ...rows('ignored', 'no lines are about that', [
    'log.queue.*',
    'log.mirroring.*',
    'log.federation.*',
    'log.shovel.*',
    'log.upgrade.*',
    'log.ra.*',
    'log.feature_flags.*',
    'log.prelaunch.*',
  ]),
  ...rows('ignored', 'lines have no colours', ['log.console.use_colors', 'log.console.color_esc_seqs.*']),
  ...rows('ignored', 'the broker reads what it traces by itself', ['tracing.username', 'tracing.password']),
  ...rows('ignored', 'it tunes what only RabbitMQ has', [
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

function rows(verdict: ForeignVerdict, reason: string, patterns: readonly string[]): ForeignKey[] {
  return patterns.map((pattern) => ({ pattern, verdict, reason }))
}

function fits(pattern: string, key: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return key === pattern
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return key.length >= star + after.length && key.startsWith(before) && key.endsWith(after)
}
