import { availableParallelism } from 'node:os'
import type { JsonObject } from '../json.js'
import { Past, withDetails } from './fields.js'
import { CHURN_NAMES } from './kinds.js'
import type { Range } from './ranges.js'
import type { Statistics } from './statistics.js'

/** Processes that RabbitMQ's runtime may have; clients divide by it. */
export const PROCESSES_TOTAL = 1_048_576
const NET_TICKTIME_SECONDS = 60

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

const NO_RATE = { rate: 0 }
const ZERO_FIELDS: JsonObject = Object.assign({}, ...ZEROS.map((name) => withDetails(name, 0, NO_RATE)))

const METRICS_GC: JsonObject = {
  connection_closed: 0,
  channel_closed: 0,
  consumer_deleted: 0,
  exchange_deleted: 0,
  queue_deleted: 0,
  vhost_deleted: 0,
  node_node_deleted: 0,
  channel_consumer_deleted: 0,
}

/** What a node says of its memory, disk, files and comings and goings. */
export function nodeStatistics(statistics: Statistics, range: Range | undefined): JsonObject {
  const { probe, peers, churn } = statistics.sources
  const past = new Past(statistics.sampler.node, statistics.moment, range)
  const memoryUsed = probe.memoryUsed()
  const diskFree = probe.diskFree() ?? 0
  const counts = [
    churn.connectionsCreated,
    churn.connectionsClosed,
    churn.channelsCreated,
    churn.channelsClosed,
    churn.queuesDeclared,
    churn.queuesCreated,
    churn.queuesDeleted,
  ]
  return {
    os_pid: String(process.pid),
    uptime: Math.max(0, Math.floor(statistics.clock.now() - probe.startedAtMs)),
    run_queue: 0,
    processors: availableParallelism(),
    net_ticktime: NET_TICKTIME_SECONDS,
    mem_calculation_strategy: 'rss',
    mem_limit: Math.floor(probe.memoryLimit),
    ...withDetails('mem_used', memoryUsed, past.of('mem_used')),
    disk_free_limit: probe.diskFreeLimit,
    ...withDetails('disk_free', diskFree, past.of('disk_free')),
    fd_total: probe.fileDescriptorsTotal,
    ...withDetails('fd_used', probe.fileDescriptorsUsed(), past.of('fd_used')),
    sockets_total: 0,
    ...withDetails('sockets_used', peers.size, past.of('sockets_used')),
    proc_total: PROCESSES_TOTAL,
    ...withDetails('proc_used', peers.size + peers.channelCount, past.of('proc_used')),
    ...withDetails('gc_num', probe.collections(), past.of('gc_num')),
    ...ZERO_FIELDS,
    ...(Object.assign(
      {},
      ...CHURN_NAMES.map((name, i) => withDetails(name, counts[i]!, past.of(name))),
    ) as JsonObject),
    ra_open_file_metrics: { ra_log_wal: 0, ra_log_segment_writer: 0 },
    metrics_gc_queue_length: METRICS_GC,
  }
}
