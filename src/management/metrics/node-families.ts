import type { Alarms } from '../../core/alarm.js'
import { MESSAGE_SIZE_BOUNDS, MESSAGE_SIZE_SUM, type QueueCounters } from '../../core/statistics.js'
import { PROCESSES_TOTAL } from '../statistics/node-statistics.js'
import { QUEUE_TYPES, type Statistics } from '../statistics/statistics.js'
import type { PeerTotals } from './peer-totals.js'
import { QUEUE_TYPE_LABELS } from './queue-families.js'
import {
  counter,
  gauge,
  labelsOf,
  type MetricSpec,
  type MetricTable,
  singleRow,
  table,
  untyped,
} from './table.js'

const NET_TICKTIME_SECONDS = 60

export function churnTable({ sources }: Statistics): MetricTable {
  const { churn } = sources
  return singleRow([
    [counter('connections_opened_total', 'Total number of connections opened'), churn.connectionsCreated],
    [
      counter('connections_closed_total', 'Total number of connections closed or terminated'),
      churn.connectionsClosed,
    ],
    [counter('channels_opened_total', 'Total number of channels opened'), churn.channelsCreated],
    [counter('channels_closed_total', 'Total number of channels closed'), churn.channelsClosed],
    [counter('queues_declared_total', 'Total number of queues declared'), churn.queuesDeclared],
    [counter('queues_created_total', 'Total number of queues created'), churn.queuesCreated],
    [counter('queues_deleted_total', 'Total number of queues deleted'), churn.queuesDeleted],
  ])
}

export function nodeCoarseTable({ sources }: Statistics): MetricTable {
  const { probe, peers } = sources
  return singleRow([
    [gauge('process_open_fds', 'Open file descriptors'), probe.fileDescriptorsUsed()],
    [gauge('process_resident_memory_bytes', 'Memory used in bytes'), probe.memoryUsed()],
    [gauge('disk_space_available_bytes', 'Disk space available in bytes'), probe.diskFree() ?? Number.NaN],
    [gauge('erlang_processes_used', 'Connections and channels'), peers.size + peers.channelCount],
    [counter('erlang_gc_runs_total', 'Total number of garbage collector runs'), probe.collections()],
    [
      counter(
        'erlang_gc_reclaimed_bytes_total',
        'Total number of bytes of memory reclaimed by the collector',
      ),
      0,
    ],
    [counter('erlang_scheduler_context_switches_total', 'Total number of scheduler context switches'), 0],
  ])
}

export function nodeTable({ sources, clock }: Statistics): MetricTable {
  const { probe } = sources
  const uptimeSeconds = Math.max(0, (clock.now() - probe.startedAtMs) / 1000)
  return singleRow([
    [gauge('process_max_fds', 'Open file descriptors limit'), probe.fileDescriptorsTotal],
    [gauge('resident_memory_limit_bytes', 'Memory high watermark in bytes'), Math.floor(probe.memoryLimit)],
    [
      gauge('disk_space_available_limit_bytes', 'Free disk space low watermark in bytes'),
      Math.floor(probe.diskFreeLimit),
    ],
    [gauge('erlang_processes_limit', 'Constant; for dashboards'), PROCESSES_TOTAL],
    [gauge('erlang_scheduler_run_queue', 'Constant; for dashboards'), 0],
    [gauge('erlang_net_ticktime_seconds', 'Constant; for dashboards'), NET_TICKTIME_SECONDS],
    [gauge('erlang_uptime_seconds', 'Node uptime'), uptimeSeconds],
  ])
}

/** All 0 since RabbitMQ 4.0, and here. */
export function persisterTable(): MetricTable {
  const names = [
    ...['read', 'write', 'sync', 'seek', 'reopen'].map((name) => `io_${name}_ops_total`),
    ...['read', 'write'].map((name) => `io_${name}_bytes_total`),
    ...['read', 'write', 'sync', 'seek'].map((name) => `io_${name}_time_seconds_total`),
    ...['read', 'write'].map((name) => `msg_store_${name}_total`),
    ...['read', 'write'].map((name) => `queue_index_${name}_ops_total`),
    ...['ram', 'disk'].map((name) => `schema_db_${name}_tx_total`),
  ]
  return singleRow(names.map((name) => [counter(name, 'Not counted'), 0]))
}

export function totalsTable({ sources }: Statistics, totals: PeerTotals): MetricTable {
  const { peers, topology } = sources
  return singleRow([
    [gauge('connections', 'Connections currently open'), totals.connections],
    [gauge('channels', 'Channels currently open'), peers.channelCount],
    [gauge('consumers', 'Consumers currently connected'), totals.consumers],
    [gauge('queues', 'Queues available'), topology.queueCount],
    [
      gauge(
        'unreachable_cluster_peers_count',
        'Number of peers in the cluster the current node cannot reach.',
      ),
      0,
    ],
  ])
}

export function alarmsTable(alarms: Pick<Alarms, 'active'>): MetricTable {
  const isOn = (source: 'memory' | 'disk') => (alarms.active.has(source) ? 1 : 0)
  return singleRow([
    [
      untyped('alarms_memory_used_watermark', 'is 1 if VM memory watermark alarm is in effect'),
      isOn('memory'),
    ],
    [
      untyped('alarms_free_disk_space_watermark', 'is 1 if free disk space watermark alarm is in effect'),
      isOn('disk'),
    ],
  ])
}

const PROTOCOL = { protocol: 'amqp091' }

/** Counters of the whole node that never go back, by protocol and type of queue. */
export function globalTables({ sources }: Statistics, totals: PeerTotals): MetricTable[] {
  const { topology, queues } = sources
  const { counters } = topology
  const { publishers, consumers } = totals
  const byProtocol = table(
    [
      counter('global_messages_received_total', 'Total number of messages received from publishers'),
      counter(
        'global_messages_received_confirm_total',
        'Total number of messages received from publishers expecting confirmations',
      ),
      counter('global_messages_routed_total', 'Total number of messages routed to queues or streams'),
      counter(
        'global_messages_unroutable_dropped_total',
        'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
      ),
      counter(
        'global_messages_unroutable_returned_total',
        'Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable',
      ),
      counter('global_messages_confirmed_total', 'Total number of messages confirmed to publishers'),
      gauge('global_publishers', 'Publishers currently connected'),
      gauge('global_consumers', 'Consumers currently connected'),
    ],
    [
      [
        labelsOf(PROTOCOL),
        [
          counters.publish,
          counters.publishConfirm,
          counters.routed,
          counters.dropUnroutable,
          counters.returnUnroutable,
          counters.confirm,
          publishers,
          consumers,
        ],
      ],
    ],
  )
  const types = QUEUE_TYPES.map((type) => ({ type, of: queues.totalsOf(type, undefined) }))
  const byType = table(
    DELIVERED,
    types.map(({ type, of }) => [
      labelsOf({ ...PROTOCOL, queue_type: QUEUE_TYPE_LABELS[type] }),
      deliveredValues(of),
    ]),
  )
  const dead = table(
    DEAD,
    types
      .filter(({ type }) => type !== 'stream')
      .map(({ type, of }) => [
        labelsOf({
          queue_type: QUEUE_TYPE_LABELS[type],
          dead_letter_strategy: type === 'quorum' ? 'at_least_once' : 'at_most_once',
        }),
        [
          of.deadMaxlen,
          of.deadExpired,
          of.deadRejected,
          type === 'classic' ? Number.NaN : of.deadDeliveryLimit,
          type === 'classic' ? Number.NaN : 0,
        ],
      ]),
  )
  return [byProtocol, byType, dead]
}

const DELIVERED: readonly MetricSpec[] = [
  counter('global_messages_delivered_total', 'Total number of messages delivered to consumers'),
  counter(
    'global_messages_delivered_consume_manual_ack_total',
    'Total number of messages delivered to consumers using basic.consume with manual acknowledgment',
  ),
  counter(
    'global_messages_delivered_consume_auto_ack_total',
    'Total number of messages delivered to consumers using basic.consume with automatic acknowledgment',
  ),
  counter(
    'global_messages_delivered_get_manual_ack_total',
    'Total number of messages delivered to consumers using basic.get with manual acknowledgment',
  ),
  counter(
    'global_messages_delivered_get_auto_ack_total',
    'Total number of messages delivered to consumers using basic.get with automatic acknowledgment',
  ),
  counter('global_messages_get_empty_total', 'Total number of times basic.get operations fetched no message'),
  counter('global_messages_redelivered_total', 'Total number of messages redelivered to consumers'),
  counter('global_messages_acknowledged_total', 'Total number of messages acknowledged by consumers'),
]

function deliveredValues(of: Readonly<QueueCounters>): number[] {
  const { deliver, deliverNoAck, get, getNoAck, getEmpty, redeliver, ack } = of
  return [
    deliver + deliverNoAck + get + getNoAck,
    deliver,
    deliverNoAck,
    get,
    getNoAck,
    getEmpty,
    redeliver,
    ack,
  ]
}

const DEAD: readonly MetricSpec[] = ['maxlen', 'expired', 'rejected', 'delivery_limit', 'confirmed'].map(
  (reason) =>
    counter(
      `global_messages_dead_lettered_${reason}_total`,
      `Total number of messages dead-lettered: ${reason}`,
    ),
)

/** `message_size_bytes`: sizes of published bodies. */
export function* sizeHistogram({ sources }: Statistics, prefix: string): Generator<string> {
  const { sizes } = sources.topology.counters
  const name = `${prefix}message_size_bytes`
  let text = `# HELP ${name} Size of messages received from publishers\n# TYPE ${name} histogram\n`
  let count = 0
  for (let i = 0; i <= MESSAGE_SIZE_BOUNDS.length; i++) {
    count += sizes[i]!
    const bound = i < MESSAGE_SIZE_BOUNDS.length ? String(MESSAGE_SIZE_BOUNDS[i]) : '+Inf'
    text += `${name}_bucket{protocol="amqp091",le="${bound}"} ${count}\n`
  }
  yield `${text}${name}_count{protocol="amqp091"} ${count}\n${name}_sum{protocol="amqp091"} ${sizes[MESSAGE_SIZE_SUM]}\n`
}

/** The runtime, under the names of the usual Node client. */
export function runtimeTable(): MetricTable {
  const memory = process.memoryUsage()
  const cpu = process.cpuUsage()
  return singleRow([
    [gauge('nodejs_heap_size_used_bytes', 'Heap in use'), memory.heapUsed],
    [gauge('nodejs_heap_size_total_bytes', 'Heap of the process'), memory.heapTotal],
    [gauge('nodejs_external_memory_bytes', 'Memory outside the heap'), memory.external],
    [counter('process_cpu_seconds_total', 'User and system CPU time'), (cpu.user + cpu.system) / 1e6],
    [
      gauge('process_start_time_seconds', 'Start time of the process since the Unix epoch'),
      Math.round((Date.now() - process.uptime() * 1000) / 1000),
    ],
  ])
}
