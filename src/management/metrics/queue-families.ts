import { QueueStatistics } from '../../core/statistics.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { Statistics } from '../statistics/statistics.js'
import { counter, gauge, labelsOf, MetricTable } from './table.js'

/** Queues that are looked at before the event loop has its turn. */
const QUEUES_PER_PART = 250

/** Means nothing in a sum. */
const TIMESTAMP = 'queue_head_message_timestamp'

const COARSE = [
  gauge('queue_messages_ready', 'Messages ready to be delivered to consumers'),
  gauge('queue_messages_unacked', 'Messages delivered to consumers but not yet acknowledged'),
  gauge('queue_messages', 'Sum of ready and unacknowledged messages - total queue depth'),
  counter('queue_process_reductions_total', 'Total number of queue process reductions'),
]
const CONSUMER_COUNT = [gauge('queue_consumers', 'Consumers on a queue')]
const DETAILS = [
  gauge('queue_consumer_capacity', 'Consumer capacity'),
  gauge('queue_consumer_utilisation', 'Same as consumer capacity'),
  gauge('queue_process_memory_bytes', 'Memory in bytes used by the queue'),
  gauge('queue_messages_ram', 'Ready and unacknowledged messages stored in memory'),
  gauge('queue_messages_ram_bytes', 'Size of ready and unacknowledged messages stored in memory'),
  gauge('queue_messages_ready_ram', 'Ready messages stored in memory'),
  gauge('queue_messages_unacked_ram', 'Unacknowledged messages stored in memory'),
  gauge('queue_messages_persistent', 'Persistent messages'),
  gauge('queue_messages_persistent_bytes', 'Size in bytes of persistent messages'),
  gauge('queue_messages_bytes', 'Size in bytes of ready and unacknowledged messages'),
  gauge('queue_messages_ready_bytes', 'Size in bytes of ready messages'),
  gauge('queue_messages_unacked_bytes', 'Size in bytes of all unacknowledged messages'),
  gauge(TIMESTAMP, 'Timestamp of the first message in the queue, if any'),
  counter('queue_disk_reads_total', 'Total number of times queue read messages from disk'),
  counter('queue_disk_writes_total', 'Total number of times queue wrote messages to disk'),
]
const DELIVERY = [
  counter(
    'queue_get_ack_total',
    'Total number of messages fetched from a queue with basic.get in manual acknowledgement mode',
  ),
  counter(
    'queue_get_total',
    'Total number of messages fetched from a queue with basic.get in automatic acknowledgement mode',
  ),
  counter('queue_get_empty_total', 'Total number of times basic.get operations fetched no message'),
  counter(
    'queue_messages_delivered_ack_total',
    'Total number of messages delivered from a queue to consumers in manual acknowledgement mode',
  ),
  counter(
    'queue_messages_delivered_total',
    'Total number of messages delivered from a queue to consumers in automatic acknowledgement mode',
  ),
  counter(
    'queue_messages_redelivered_total',
    'Total number of messages redelivered from a queue to consumers',
  ),
  counter('queue_messages_acked_total', 'Total number of messages acknowledged by consumers on a queue'),
]
const INFO = [
  gauge('queue_info', 'A metric with a constant 1 value and labels that provide some queue details.'),
]

const SEGMENTS = [counter('stream_segments', 'Total number of stream segment files')]
const NO_REDUCTIONS = 0
/** Reads and writes of single queues. */
const NOT_COUNTED = 0

/** Which queues, and what of them. */
export interface QueueSelection {
  readonly coarse: boolean
  readonly consumers: boolean
  readonly details: boolean
  readonly delivery: boolean
  /** A series for each queue rather than sums. */
  readonly perQueue: boolean
  readonly wants: (queue: QueueRecord) => boolean
}

/** Tables of all queues that are selected, made in slices: each `yield` is a place to let the event loop go. */
export function* queueTables(
  statistics: Statistics,
  selection: QueueSelection,
): Generator<void, MetricTable[]> {
  const { coarse, consumers, details, delivery, perQueue, wants } = selection
  const parts = [
    ...(coarse ? COARSE : []),
    ...(consumers ? CONSUMER_COUNT : []),
    ...(details ? DETAILS : []),
    ...(delivery ? DELIVERY : []),
  ]
  if (parts.length === 0) return []
  const table = new MetricTable(parts)
  const info = new MetricTable(INFO)
  const segments = new MetricTable(SEGMENTS)
  const now = new QueueStatistics()
  const sums = parts.map(({ name }) => (name === TIMESTAMP ? Number.NaN : 0))
  // One for all queues: ten thousand arrays in a turn of a few would be felt.
  const values = new Array<number>(parts.length).fill(0)
  let looked = 0
  for (const queue of statistics.sources.topology.allQueues()) {
    if (++looked % QUEUES_PER_PART === 0) yield
    if (!wants(queue) || !statistics.sources.queues.statisticsOf(queue.id, now)) continue
    let places = 0
    if (coarse) places = putCoarse(values, now)
    if (consumers) values[places++] = now.consumers
    if (details) places = putDetails(values, places, statistics, queue, now, perQueue)
    if (delivery) putDelivery(values, places, now)
    if (details && queue.type === 'stream') addSegments(segments, statistics, queue)
    if (!perQueue) {
      for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!
      continue
    }
    const labels = { vhost: queue.vhost.name, queue: queue.name }
    table.add(labelsOf(labels), values)
    const kind = { queue_type: QUEUE_TYPE_LABELS[queue.type], membership: 'leader' }
    info.add(labelsOf({ ...labels, ...kind }), [1])
  }
  if (perQueue)
    return [table, ...(details ? [segments] : []), ...(coarse || consumers || details ? [info] : [])]
  table.add('', sums)
  return [table, ...(details ? [segments.sum] : [])]
}

/** Spellings that dashboards filter by. */
export const QUEUE_TYPE_LABELS = {
  classic: 'rabbit_classic_queue',
  quorum: 'rabbit_quorum_queue',
  stream: 'rabbit_stream_queue',
} as const

/** In the order of {@link COARSE}; returns the place after them, as the others do. */
function putCoarse(values: number[], { ready, unacked }: QueueStatistics): number {
  values[0] = ready
  values[1] = unacked
  values[2] = ready + unacked
  values[3] = NO_REDUCTIONS
  return COARSE.length
}

/** In the order of {@link DETAILS}. */
function putDetails(
  values: number[],
  from: number,
  statistics: Statistics,
  queue: QueueRecord,
  now: QueueStatistics,
  perQueue: boolean,
): number {
  const bytes = now.readyBytes + now.unackedBytes
  const capacity = now.consumers === 0 ? 0 : (statistics.sampler.ofQueue(queue)?.capacity ?? 1)
  values[from] = capacity
  values[from + 1] = capacity
  values[from + 2] = now.memoryBytes
  values[from + 3] = now.ready + now.unacked
  values[from + 4] = bytes
  values[from + 5] = now.ready
  values[from + 6] = now.unacked
  values[from + 7] = now.persistent
  values[from + 8] = now.persistentBytes
  values[from + 9] = bytes
  values[from + 10] = now.readyBytes
  values[from + 11] = now.unackedBytes
  // A timestamp means nothing in a sum, and looking for it costs a look at the message.
  const head =
    perQueue && now.ready > 0
      ? statistics.sources.queues.detailsOf(queue.id)?.headTimestampSeconds
      : undefined
  values[from + 12] = head ?? Number.NaN
  values[from + 13] = NOT_COUNTED
  values[from + 14] = NOT_COUNTED
  return from + DETAILS.length
}

function addSegments(segments: MetricTable, { sources }: Statistics, queue: QueueRecord): void {
  const labels = labelsOf({ vhost: queue.vhost.name, queue: queue.name })
  segments.add(labels, [sources.queues.detailsOf(queue.id)?.segments ?? 1])
}

/** In the order of {@link DELIVERY}. */
function putDelivery(values: number[], from: number, now: QueueStatistics): void {
  values[from] = now.get
  values[from + 1] = now.getNoAck
  values[from + 2] = now.getEmpty
  values[from + 3] = now.deliver
  values[from + 4] = now.deliverNoAck
  values[from + 5] = now.redeliver
  values[from + 6] = now.ack
}
