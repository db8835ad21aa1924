import {
  BOOLEAN,
  INTEGER,
  listOf,
  mapOf,
  membersOf,
  NUMBER,
  named,
  OBJECT,
  objectOf,
  oneOf,
  TEXT,
  TEXTS,
} from './basics.js'
import { CHURN, counted, LENGTHS, MESSAGE_STATS } from './counted.js'

const EXCHANGE_TYPE = objectOf(
  { name: TEXT, description: TEXT, enabled: BOOLEAN },
  { internal_purpose: TEXT },
)
const LISTENER = objectOf({
  node: TEXT,
  protocol: TEXT,
  ip_address: TEXT,
  port: INTEGER,
  // RabbitMQ's: an object, or an empty list for none.
  socket_opts: { type: ['array', 'object'] },
  tls: BOOLEAN,
})
const CONTEXT = objectOf({
  node: TEXT,
  description: TEXT,
  path: TEXT,
  ip: TEXT,
  port: TEXT,
  cowboy_opts: TEXT,
  ssl_opts: { type: 'array' },
})
const RATES_MODE = oneOf('basic', 'detailed', 'none')

export const OVERVIEW = named(
  'Overview',
  objectOf(
    {
      ...membersOf(
        [
          'cluster_name',
          'management_version',
          'rabbitmq_version',
          'product_name',
          'product_version',
          'erlang_version',
          'erlang_full_version',
          'crypto_lib_version',
        ],
        TEXT,
      ),
      ...membersOf(
        [
          'disable_stats',
          'enable_queue_totals',
          'is_op_policy_updating_enabled',
          'require_definition_json_extension',
        ],
        BOOLEAN,
      ),
      cluster_tags: OBJECT,
      node_tags: OBJECT,
      default_queue_type: oneOf('classic', 'quorum', 'stream'),
      exchange_types: listOf(EXCHANGE_TYPE),
      message_stats: MESSAGE_STATS,
      object_totals: objectOf(membersOf(['connections', 'channels', 'exchanges', 'queues'], INTEGER), {
        consumers: INTEGER,
      }),
      queue_totals: objectOf({}, LENGTHS),
      rates_mode: RATES_MODE,
      sample_retention_policies: objectOf(membersOf(['global', 'basic', 'detailed'], listOf(INTEGER))),
      statistics_db_event_queue: INTEGER,
    },
    {
      churn_rates: objectOf({}, counted(CHURN)),
      contexts: listOf(CONTEXT),
      listeners: listOf(LISTENER),
      node: TEXT,
    },
  ),
)

/** Always 0 since RabbitMQ 4.0, but there. */
const ZEROS = [
  'io_read_count',
  'io_read_bytes',
  'io_read_avg_time',
  'io_write_count',
  'io_write_bytes',
  'io_write_avg_time',
  'io_sync_count',
  'io_sync_avg_time',
  'io_seek_count',
  'io_seek_avg_time',
  'io_reopen_count',
  'mnesia_ram_tx_count',
  'mnesia_disk_tx_count',
  'msg_store_read_count',
  'msg_store_write_count',
  'queue_index_read_count',
  'queue_index_write_count',
  'gc_bytes_reclaimed',
  'context_switches',
] as const
const GAUGES = ['mem_used', 'disk_free', 'fd_used', 'sockets_used', 'proc_used', 'gc_num'] as const

export const NODE = named(
  'Node',
  objectOf(
    {
      ...membersOf(
        [
          'name',
          'type',
          'os_pid',
          'mem_calculation_strategy',
          'db_dir',
          'rabbitmq_version',
          'erlang_version',
          'erlang_full_version',
          'crypto_lib_version',
        ],
        TEXT,
      ),
      ...membersOf(['running', 'being_drained', 'mem_alarm', 'disk_free_alarm'], BOOLEAN),
      ...membersOf(
        [
          'uptime',
          'run_queue',
          'processors',
          'net_ticktime',
          'fd_total',
          'sockets_total',
          'proc_total',
          'mem_limit',
          'disk_free_limit',
        ],
        INTEGER,
      ),
      ...membersOf(['partitions', 'enabled_plugins', 'log_files', 'config_files'], TEXTS),
      rates_mode: RATES_MODE,
      exchange_types: listOf(EXCHANGE_TYPE),
      auth_mechanisms: listOf(objectOf({ name: TEXT, description: TEXT, enabled: BOOLEAN })),
      applications: listOf(objectOf({ name: TEXT, description: TEXT, version: TEXT })),
      contexts: listOf(CONTEXT),
      cluster_links: { type: 'array', items: OBJECT },
      ra_open_file_metrics: objectOf({ ra_log_wal: INTEGER, ra_log_segment_writer: INTEGER }),
      metrics_gc_queue_length: mapOf(INTEGER),
    },
    {
      ...counted([...GAUGES, ...ZEROS, ...CHURN]),
      memory: OBJECT,
      binary: OBJECT,
    },
  ),
)

const MEMORY_PARTS = [
  'connection_readers',
  'connection_writers',
  'connection_channels',
  'connection_other',
  'queue_procs',
  'quorum_queue_procs',
  'quorum_queue_dlx_procs',
  'stream_queue_procs',
  'stream_queue_replica_reader_procs',
  'stream_queue_coordinator_procs',
  'plugins',
  'metadata_store',
  'other_proc',
  'metrics',
  'mgmt_db',
  'mnesia',
  'quorum_ets',
  'metadata_store_ets',
  'other_ets',
  'binary',
  'msg_index',
  'code',
  'atom',
  'other_system',
  'allocated_unused',
  'reserved_unallocated',
] as const

export const MEMORY = named(
  'MemoryBreakdown',
  objectOf({
    memory: objectOf({
      ...membersOf(MEMORY_PARTS, INTEGER),
      strategy: TEXT,
      total: objectOf({ erlang: INTEGER, rss: INTEGER, allocated: INTEGER }),
    }),
  }),
)
export const RELATIVE_MEMORY = named(
  'RelativeMemoryBreakdown',
  objectOf({ memory: objectOf({ ...membersOf(MEMORY_PARTS, NUMBER), total: NUMBER }) }),
)
