import { PatternMatcher } from '../../auth/pattern/pattern-matcher.js'
import type { Alarms } from '../../core/alarm.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import { memoryBreakdown } from '../statistics/memory-breakdown.js'
import type { Statistics } from '../statistics/statistics.js'
import {
  exchangeBindingsTable,
  exchangeNamesTable,
  exchangeTable,
  vhostStatusTable,
} from './exchange-families.js'
import { type LoginCounts, loginSourceTable, loginTable } from './login-families.js'
import {
  alarmsTable,
  churnTable,
  globalTables,
  nodeCoarseTable,
  nodeTable,
  persisterTable,
  runtimeTable,
  sizeHistogram,
  totalsTable,
} from './node-families.js'
import { type PeerSelection, peerSums, peerTables } from './peer-families.js'
import { peerTotals } from './peer-totals.js'
import { queueTables } from './queue-families.js'
import { gauge, labelsOf, type MetricTable, singleRow, table, untyped, writeTable } from './table.js'

const PREFIX = 'rabbitmq_'
const DETAILED_PREFIX = 'rabbitmq_detailed_'
const CLUSTER_PREFIX = 'rabbitmq_cluster_'

/** What the identity series say. */
export interface MetricsIdentity {
  readonly node: string
  readonly cluster: () => string
  /** Stays over restarts and renames. */
  readonly clusterId: string
  readonly rabbitmqVersion: string
  readonly productVersion: string
}

export interface MetricsSources {
  readonly statistics: Statistics
  readonly alarms: Pick<Alarms, 'active'>
  readonly logins: LoginCounts
  readonly identity: MetricsIdentity
  /** `/metrics` gives a series for each queue. */
  readonly perObject: boolean
}

/** The text of one endpoint, in parts; between two the event loop may be let go. Undefined for an unknown path. */
export function metricsAt(
  sources: MetricsSources,
  path: string,
  query: URLSearchParams,
): Generator<string> | undefined {
  switch (path.replace(/\/$/, '')) {
    case '/metrics':
      return everything(sources, { queues: sources.perObject, peers: false }, 'aggregated')
    case '/metrics/per-object':
      return everything(sources, { queues: true, peers: query.get('channels') === 'true' }, 'per-object')
    case '/metrics/detailed':
      return detailed(sources, query)
    case '/metrics/memory-breakdown':
      return memory(sources)
    default:
      return undefined
  }
}

/** What has a series of its own rather than a part in a sum. */
interface Granularity {
  readonly queues: boolean
  /** Connections and channels: only when asked, since their labels are new with every reconnect. */
  readonly peers: boolean
}

const ALL = () => true
const ALL_PEERS: PeerSelection = {
  channels: true,
  channelProcesses: true,
  channelExchanges: true,
  channelQueues: true,
  channelQueueExchanges: true,
  queueExchanges: true,
  connectionsCoarse: true,
  connections: true,
  wantsVhost: ALL,
  wantsQueue: ALL,
}

function* everything(
  sources: MetricsSources,
  { queues: perQueue, peers: perPeer }: Granularity,
  endpoint: string,
): Generator<string> {
  const { statistics, alarms } = sources
  yield* identity(sources, endpoint)
  // Before what they bring up to date.
  const totals = yield* inSlices(peerTotals(statistics))
  const peers = perPeer ? yield* inSlices(peerTables(statistics, ALL_PEERS)) : peerSums(statistics, totals)
  const queues = yield* inSlices(
    queueTables(statistics, {
      coarse: true,
      consumers: true,
      details: true,
      delivery: true,
      perQueue,
      wants: ALL,
    }),
  )
  const exchanges = exchangeTable(statistics, ALL)
  const tables = [
    ...globalTables(statistics, totals),
    totalsTable(statistics, totals),
    churnTable(statistics),
    nodeCoarseTable(statistics),
    nodeTable(statistics),
    persisterTable(),
    alarmsTable(alarms),
    loginTable(sources.logins),
    ...(perQueue ? [loginSourceTable(sources.logins)] : []),
    ...queues,
    perQueue ? exchanges : exchanges.sum,
    ...peers,
  ]
  for (const each of tables) yield* writeTable(each, PREFIX)
  yield* sizeHistogram(statistics, PREFIX)
  yield* writeTable(runtimeTable(), '')
}

function* detailed(sources: MetricsSources, query: URLSearchParams): Generator<string> {
  const { statistics } = sources
  const families = new Set(query.getAll('family'))
  const vhosts = new Set(query.getAll('vhost'))
  const wantsVhost = (name: string) => vhosts.size === 0 || vhosts.has(name)
  const wantsName = nameTest(query.get('queue'))
  yield* identity(sources, 'detailed')
  const has = (name: string) => families.has(name)
  const queues = yield* inSlices(
    queueTables(statistics, {
      coarse: has('queue_coarse_metrics') || has('queue_metrics'),
      consumers: has('queue_consumer_count') || has('queue_metrics'),
      details: has('queue_metrics'),
      delivery: has('queue_delivery_metrics'),
      perQueue: true,
      wants: (queue: QueueRecord) => wantsVhost(queue.vhost.name) && wantsName(queue.name),
    }),
  )
  const peers = yield* inSlices(
    peerTables(statistics, {
      channels: has('channel_metrics'),
      channelProcesses: has('channel_process_metrics'),
      channelExchanges: has('channel_exchange_metrics'),
      channelQueues: has('channel_queue_metrics'),
      channelQueueExchanges: has('channel_queue_exchange_metrics'),
      queueExchanges: has('queue_exchange_metrics'),
      connectionsCoarse: has('connection_coarse_metrics'),
      connections: has('connection_metrics'),
      wantsVhost,
      wantsQueue: wantsName,
    }),
  )
  const tables: MetricTable[] = [
    ...(has('connection_churn_metrics') ? [churnTable(statistics)] : []),
    ...(has('node_coarse_metrics') ? [nodeCoarseTable(statistics)] : []),
    ...(has('node_metrics') ? [nodeTable(statistics)] : []),
    ...(has('node_persister_metrics') ? [persisterTable()] : []),
    ...(has('auth_attempt_metrics') ? [loginTable(sources.logins)] : []),
    ...(has('auth_attempt_detailed_metrics') ? [loginSourceTable(sources.logins)] : []),
    ...queues,
    ...(has('exchange_metrics') ? [exchangeTable(statistics, wantsVhost)] : []),
    ...peers,
    ...(has('node_memory') ? [memoryTable(sources)] : []),
  ]
  for (const each of tables) yield* writeTable(each, DETAILED_PREFIX)
  const cluster: MetricTable[] = [
    ...(has('vhost_status') ? [vhostStatusTable(statistics, wantsVhost)] : []),
    ...(has('exchange_names') ? [exchangeNamesTable(statistics, wantsVhost)] : []),
    ...(has('exchange_bindings') ? [exchangeBindingsTable(statistics, wantsVhost)] : []),
  ]
  for (const each of cluster) yield* writeTable(each, CLUSTER_PREFIX)
}

function* memory(sources: MetricsSources): Generator<string> {
  yield* identity(sources, 'memory-breakdown')
  yield* writeTable(memoryTable(sources), PREFIX)
}

/** Names of the memory metrics where they differ from those of the HTTP API. */
const MEMORY_NAMES: Readonly<Record<string, string>> = {
  connection_readers: 'client_connection_reader',
  connection_writers: 'client_connection_writer',
  connection_channels: 'client_connection_channel',
  connection_other: 'client_connection_other',
  queue_procs: 'classic_queue_erlang_process',
  quorum_queue_procs: 'quorum_queue_erlang_process',
  quorum_queue_dlx_procs: 'quorum_queue_dlx_erlang_process',
  stream_queue_procs: 'stream_erlang_process',
  stream_queue_replica_reader_procs: 'stream_replica_reader_erlang_process',
  stream_queue_coordinator_procs: 'stream_coordinator_erlang_process',
  plugins: 'plugin',
  metadata_store: 'modern_metadata_store',
  other_proc: 'other_erlang_process',
  metrics: 'metrics',
  mgmt_db: 'management_stats_db',
  mnesia: 'classic_metadata_store',
  quorum_ets: 'quorum_queue_ets_table',
  metadata_store_ets: 'modern_metadata_store_ets_table',
  other_ets: 'other_ets_table',
  binary: 'binary_heap',
  msg_index: 'message_index',
  code: 'code_module',
  atom: 'atom_table',
  other_system: 'other_system',
  allocated_unused: 'runtime_allocated_unused',
  reserved_unallocated: 'runtime_reserved_unallocated',
}

function memoryTable({ statistics }: MetricsSources): MetricTable {
  const parts = memoryBreakdown(statistics).parts
  return singleRow(
    Object.entries(parts).map(([name, bytes]) => [
      gauge(`memory_${MEMORY_NAMES[name] ?? name}_bytes`, `Memory of ${name.replaceAll('_', ' ')}, in bytes`),
      bytes,
    ]),
  )
}

/** Every panel of the dashboards joins with these. */
function* identity({ identity: is }: MetricsSources, endpoint: string): Generator<string> {
  const build = labelsOf({
    rabbitmq_version: is.rabbitmqVersion,
    prometheus_plugin_version: is.rabbitmqVersion,
    prometheus_client_version: is.productVersion,
    erlang_version: process.versions.node,
  })
  const who = labelsOf({
    rabbitmq_node: is.node,
    rabbitmq_cluster: is.cluster(),
    rabbitmq_cluster_permanent_id: is.clusterId,
    rabbitmq_endpoint: endpoint,
  })
  yield* writeTable(
    table([untyped('build_info', 'RabbitMQ & Erlang/OTP version info')], [[build, [1]]]),
    PREFIX,
  )
  yield* writeTable(
    table([untyped('identity_info', 'RabbitMQ node & cluster identity info')], [[who, [1]]]),
    PREFIX,
  )
}

/** Works through a generator of slices, passing its pauses on as empty parts. */
function* inSlices<T>(work: Generator<void, T>): Generator<string, T> {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    yield ''
  }
}

/** An unanchored pattern; one that is none matches nothing. */
function nameTest(pattern: string | null): (name: string) => boolean {
  if (pattern === null) return () => true
  try {
    // Its time is bounded, whatever the pattern: a scraper need not be anybody's friend.
    const matcher = new PatternMatcher(pattern)
    return (name) => matcher.isIn(name)
  } catch {
    return () => false
  }
}
