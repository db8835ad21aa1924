import type { PeerChannel, PeerConnection } from '../../core/peers.js'
import type { DeliveryCounters } from '../../core/statistics.js'
import type { Statistics } from '../statistics/statistics.js'
import { PEERS_PER_PART, type PeerTotals } from './peer-totals.js'
import { counter, gauge, labelsOf, MetricTable, table } from './table.js'

const CHANNEL = [
  gauge('channel_consumers', 'Consumers on a channel'),
  gauge('channel_messages_unacked', 'Delivered but not yet acknowledged messages'),
  gauge('channel_messages_unconfirmed', 'Published but not yet confirmed messages'),
  gauge('channel_messages_uncommitted', 'Messages received in a transaction but not yet committed'),
  gauge('channel_acks_uncommitted', 'Message acknowledgements in a transaction not yet committed'),
  gauge('consumer_prefetch', 'Limit of unacknowledged messages for each consumer'),
  gauge('channel_prefetch', 'Total limit of unacknowledged messages for all consumers on a channel'),
]
const CHANNEL_PROCESS = [
  counter('channel_process_reductions_total', 'Total number of channel process reductions'),
]
const CHANNEL_EXCHANGE = [
  counter('channel_messages_published_total', 'Total number of messages published into an exchange'),
  counter('channel_messages_confirmed_total', 'Total number of messages published and confirmed'),
  counter(
    'channel_messages_unroutable_returned_total',
    'Total number of messages published as mandatory and returned as unroutable',
  ),
  counter(
    'channel_messages_unroutable_dropped_total',
    'Total number of messages published as non-mandatory and dropped as unroutable',
  ),
]
/** Which channel published to which queue is not counted: it would cost every message. Only the sum has a series. */
const CHANNEL_QUEUE_EXCHANGE = [
  counter('queue_messages_published_total', 'Total number of messages published to queues'),
]
/** The same of exchanges and queues. */
const QUEUE_EXCHANGE = [
  counter(
    'queue_exchange_messages_published_total',
    'Total number of messages published into a queue through an exchange',
  ),
]
const CHANNEL_QUEUE = [
  counter('channel_get_ack_total', 'Messages fetched with basic.get in manual acknowledgement mode'),
  counter('channel_get_total', 'Messages fetched with basic.get in automatic acknowledgement mode'),
  counter('channel_get_empty_total', 'Times basic.get operations fetched no message'),
  counter('channel_messages_delivered_ack_total', 'Messages delivered in manual acknowledgement mode'),
  counter('channel_messages_delivered_total', 'Messages delivered in automatic acknowledgement mode'),
  counter('channel_messages_redelivered_total', 'Messages redelivered to consumers'),
  counter('channel_messages_acked_total', 'Messages acknowledged by consumers'),
]
const CONNECTION_COARSE = [
  counter('connection_incoming_bytes_total', 'Total number of bytes received on a connection'),
  counter('connection_outgoing_bytes_total', 'Total number of bytes sent on a connection'),
  counter('connection_process_reductions_total', 'Total number of connection process reductions'),
]
const CONNECTION = [
  counter('connection_incoming_packets_total', 'Total number of packets received on a connection'),
  counter('connection_outgoing_packets_total', 'Total number of packets sent on a connection'),
  gauge('connection_pending_packets', 'Number of packets waiting to be sent on a connection'),
  gauge('connection_channels', 'Channels on a connection'),
]
const NO_REDUCTIONS = 0

/** Channels and connections as sums of the node. Counters do not fall when a channel closes. */
export function peerSums({ sources, sampler }: Statistics, totals: PeerTotals): MetricTable[] {
  const { publish, confirm, returnUnroutable, dropUnroutable, routed } = sources.topology.counters
  const taken = CHANNEL_QUEUE.map(() => 0)
  for (const type of ['classic', 'quorum', 'stream'] as const) {
    const values = deliveries(sources.queues.totalsOf(type, undefined))
    for (let i = 0; i < taken.length; i++) taken[i]! += values[i]!
  }
  const { received, sent } = sampler.trafficOf(undefined)
  const { consumers, unacked, unconfirmed, uncommitted, acksUncommitted, prefetch, globalPrefetch } = totals
  const sum = (specs: ConstructorParameters<typeof MetricTable>[0], values: readonly number[]) =>
    table(specs, [['', values]])
  return [
    sum(CHANNEL, [consumers, unacked, unconfirmed, uncommitted, acksUncommitted, prefetch, globalPrefetch]),
    sum(CHANNEL_PROCESS, [NO_REDUCTIONS]),
    sum(CHANNEL_EXCHANGE, [publish, confirm, returnUnroutable, dropUnroutable]),
    sum(CHANNEL_QUEUE_EXCHANGE, [routed]),
    sum(QUEUE_EXCHANGE, [routed]),
    sum(CHANNEL_QUEUE, taken),
    sum(CONNECTION_COARSE, [received, sent, NO_REDUCTIONS]),
    sum(CONNECTION, [totals.reads, totals.writes, totals.pending, totals.channelsOfConnections]),
  ]
}

/** Which families of peers, of whose channels and queues. */
export interface PeerSelection {
  readonly channels: boolean
  readonly channelProcesses: boolean
  readonly channelExchanges: boolean
  readonly channelQueues: boolean
  readonly channelQueueExchanges: boolean
  readonly queueExchanges: boolean
  readonly connectionsCoarse: boolean
  readonly connections: boolean
  readonly wantsVhost: (name: string) => boolean
  readonly wantsQueue: (name: string) => boolean
}

/** A series for each connection and channel, made in slices. */
export function* peerTables(
  { sources }: Statistics,
  selection: PeerSelection,
): Generator<void, MetricTable[]> {
  const made = {
    channels: new MetricTable(CHANNEL),
    channelProcesses: new MetricTable(CHANNEL_PROCESS),
    channelExchanges: new MetricTable(CHANNEL_EXCHANGE),
    channelQueues: new MetricTable(CHANNEL_QUEUE),
    channelQueueExchanges: new MetricTable(CHANNEL_QUEUE_EXCHANGE),
    queueExchanges: new MetricTable(QUEUE_EXCHANGE),
    connectionsCoarse: new MetricTable(CONNECTION_COARSE),
    connections: new MetricTable(CONNECTION),
  }
  const families = (Object.keys(made) as (keyof typeof made)[]).filter((name) => selection[name])
  if (families.length === 0) return []
  let looked = 0
  for (const connection of sources.peers.connections()) {
    if (!selection.wantsVhost(connection.vhost)) continue
    if (++looked % PEERS_PER_PART === 0) yield
    const label = labelsOf({ channel: connection.name })
    made.connectionsCoarse.add(label, [connection.receivedBytes, connection.sentBytes, NO_REDUCTIONS])
    const { reads, writes, unsentBytes, channelCount } = connection
    made.connections.add(label, [reads, writes, unsentBytes > 0 ? 1 : 0, channelCount])
    for (const channel of connection.channels()) {
      if (++looked % PEERS_PER_PART === 0) yield
      addChannel(connection, channel)
    }
  }
  return families.map((name) => made[name])

  function addChannel(connection: PeerConnection, channel: PeerChannel): void {
    const name = channelLabel(connection, channel)
    const label = labelsOf({ channel: name })
    made.channels.add(label, [
      channel.consumerCount,
      channel.unackedCount,
      channel.unconfirmedCount,
      channel.uncommittedCount,
      channel.uncommittedAckCount,
      channel.prefetchCount,
      channel.globalPrefetchCount,
    ])
    made.channelProcesses.add(label, [NO_REDUCTIONS])
    if (!selection.channelExchanges && !selection.channelQueues) return
    const { byExchange, byQueue } = channel.counts()
    for (const [exchange, { publish, confirm, returnUnroutable, dropUnroutable }] of byExchange) {
      const labels = labelsOf({ channel: name, vhost: connection.vhost, exchange })
      made.channelExchanges.add(labels, [publish, confirm, returnUnroutable, dropUnroutable])
    }
    for (const [queueId, counters] of byQueue) {
      const queue = sources.topology.queue(queueId)
      if (queue === undefined || !selection.wantsQueue(queue.name)) continue
      const labels = labelsOf({ channel: name, vhost: queue.vhost.name, queue: queue.name })
      made.channelQueues.add(labels, deliveries(counters))
    }
  }
}

/** What RabbitMQ has process ids for; the name that the HTTP API lists it under. */
function channelLabel({ name }: PeerConnection, { number }: PeerChannel): string {
  return `${name} (${number})`
}

/** In the order of {@link CHANNEL_QUEUE}. */
function deliveries(counters: DeliveryCounters): number[] {
  const { get, getNoAck, getEmpty, deliver, deliverNoAck, redeliver, ack } = counters
  return [get, getNoAck, getEmpty, deliver, deliverNoAck, redeliver, ack]
}
