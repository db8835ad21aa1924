import { HistoryKind } from './history.js'
import { BASIC_RETENTION, GLOBAL_RETENTION } from './series.js'

const LENGTHS = ['messages_ready', 'messages_unacknowledged'] as const
const PUBLISHES = ['publish', 'confirm', 'return_unroutable', 'drop_unroutable'] as const
const TAKES = ['deliver', 'deliver_no_ack', 'get', 'get_no_ack', 'get_empty', 'redeliver', 'ack'] as const
const TRAFFIC = ['recv_oct', 'send_oct'] as const
const CHURN = [
  'connection_created',
  'connection_closed',
  'channel_created',
  'channel_closed',
  'queue_declared',
  'queue_created',
  'queue_deleted',
] as const
/** Gauges and counters of a node that are worth a past. */
const NODE = ['mem_used', 'disk_free', 'fd_used', 'sockets_used', 'proc_used', 'gc_num'] as const

export type TakeName = (typeof TAKES)[number]
export type PublishName = (typeof PUBLISHES)[number]
export type ChurnName = (typeof CHURN)[number]
export type NodeName = (typeof NODE)[number]
export const CHURN_NAMES = CHURN
export const TAKE_NAMES = TAKES
export const PUBLISH_NAMES = PUBLISHES

export type QueueName = (typeof LENGTHS)[number] | 'publish' | TakeName
export type ChannelName = PublishName | TakeName
export type ExchangeName = 'publish_in' | 'publish_out'
export type ConnectionName = (typeof TRAFFIC)[number]
export type TotalName = (typeof LENGTHS)[number] | PublishName | TakeName | ConnectionName

/** The kinds of objects that have a past, for one interval of sampling. */
export class HistoryKinds {
  readonly queue: HistoryKind<QueueName>
  readonly channel: HistoryKind<ChannelName>
  readonly exchange: HistoryKind<ExchangeName>
  readonly connection: HistoryKind<ConnectionName>
  /** Vhosts and the overview. */
  readonly total: HistoryKind<TotalName>
  readonly node: HistoryKind<NodeName | ChurnName>

  constructor(intervalMs: number) {
    this.queue = new HistoryKind([...LENGTHS, 'publish', ...TAKES], BASIC_RETENTION, intervalMs)
    this.channel = new HistoryKind([...PUBLISHES, ...TAKES], BASIC_RETENTION, intervalMs)
    this.exchange = new HistoryKind(['publish_in', 'publish_out'], BASIC_RETENTION, intervalMs)
    this.connection = new HistoryKind(TRAFFIC, BASIC_RETENTION, intervalMs, TRAFFIC)
    const totals: readonly TotalName[] = [...LENGTHS, ...PUBLISHES, ...TAKES, ...TRAFFIC]
    this.total = new HistoryKind(totals, GLOBAL_RETENTION, intervalMs, totals)
    const node: readonly (NodeName | ChurnName)[] = [...NODE, ...CHURN]
    this.node = new HistoryKind(node, GLOBAL_RETENTION, intervalMs, node)
  }
}
