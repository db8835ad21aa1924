import type { Statistics } from '../statistics/statistics.js'
import { singleRow, table } from './node-families.js'
import { counter, gauge, labelsOf, MetricTable } from './table.js'

/**
 * Channels and connections, always as sums: a series for each channel is what makes RabbitMQ's per-object metrics
 * unbearable, since the label is new with every reconnect.
 */
export function channelTables({ sources }: Statistics): MetricTable[] {
  let [consumers, unacked, unconfirmed, uncommitted, acksUncommitted, prefetch] = [0, 0, 0, 0, 0, 0]
  for (const connection of sources.peers.connections()) {
    for (const channel of connection.channels()) {
      consumers += channel.consumerCount
      unacked += channel.unackedCount
      unconfirmed += channel.unconfirmedCount
      uncommitted += channel.uncommittedCount
      acksUncommitted += channel.uncommittedAckCount
      prefetch += channel.prefetchCount
    }
  }
  const { counters } = sources.topology
  return [
    singleRow([
      [gauge('channel_consumers', 'Consumers on a channel'), consumers],
      [gauge('channel_messages_unacked', 'Delivered but not yet acknowledged messages'), unacked],
      [gauge('channel_messages_unconfirmed', 'Published but not yet confirmed messages'), unconfirmed],
      [
        gauge('channel_messages_uncommitted', 'Messages received in a transaction but not yet committed'),
        uncommitted,
      ],
      [
        gauge('channel_acks_uncommitted', 'Message acknowledgements in a transaction not yet committed'),
        acksUncommitted,
      ],
      [gauge('consumer_prefetch', 'Limit of unacknowledged messages for each consumer'), prefetch],
      [gauge('channel_prefetch', 'Deprecated and will be removed in a future version'), 0],
      [counter('channel_process_reductions_total', 'Total number of channel process reductions'), 0],
    ]),
    singleRow([
      [
        counter('channel_messages_published_total', 'Total number of messages published into an exchange'),
        counters.publish,
      ],
      [
        counter('channel_messages_confirmed_total', 'Total number of messages published and confirmed'),
        counters.confirm,
      ],
      [
        counter(
          'channel_messages_unroutable_returned_total',
          'Total number of messages published as mandatory and returned as unroutable',
        ),
        counters.returnUnroutable,
      ],
      [
        counter(
          'channel_messages_unroutable_dropped_total',
          'Total number of messages published as non-mandatory and dropped as unroutable',
        ),
        counters.dropUnroutable,
      ],
      [
        counter('queue_messages_published_total', 'Total number of messages published to queues'),
        counters.routed,
      ],
    ]),
  ]
}

export function channelDeliveryTable({ sources }: Statistics): MetricTable {
  const sums = [0, 0, 0, 0, 0, 0, 0]
  for (const type of ['classic', 'quorum', 'stream'] as const) {
    const of = sources.queues.totalsOf(type, undefined)
    const values = [of.get, of.getNoAck, of.getEmpty, of.deliver, of.deliverNoAck, of.redeliver, of.ack]
    values.forEach((value, i) => {
      sums[i]! += value
    })
  }
  const names = [
    ['channel_get_ack_total', 'Messages fetched with basic.get in manual acknowledgement mode'],
    ['channel_get_total', 'Messages fetched with basic.get in automatic acknowledgement mode'],
    ['channel_get_empty_total', 'Times basic.get operations fetched no message'],
    ['channel_messages_delivered_ack_total', 'Messages delivered in manual acknowledgement mode'],
    ['channel_messages_delivered_total', 'Messages delivered in automatic acknowledgement mode'],
    ['channel_messages_redelivered_total', 'Messages redelivered to consumers'],
    ['channel_messages_acked_total', 'Messages acknowledged by consumers'],
  ] as const
  return singleRow(names.map(([name, help], i) => [counter(name, help), sums[i]!]))
}

export function connectionTables({ sources, sampler }: Statistics): MetricTable[] {
  const { received, sent } = sampler.trafficOf(undefined)
  let [reads, writes, pending, channels] = [0, 0, 0, 0]
  for (const connection of sources.peers.connections()) {
    reads += connection.reads
    writes += connection.writes
    pending += connection.unsentBytes > 0 ? 1 : 0
    channels += connection.channelCount
  }
  return [
    singleRow([
      [
        counter('connection_incoming_bytes_total', 'Total number of bytes received on a connection'),
        received,
      ],
      [counter('connection_outgoing_bytes_total', 'Total number of bytes sent on a connection'), sent],
      [counter('connection_process_reductions_total', 'Total number of connection process reductions'), 0],
    ]),
    singleRow([
      [
        counter('connection_incoming_packets_total', 'Total number of packets received on a connection'),
        reads,
      ],
      [counter('connection_outgoing_packets_total', 'Total number of packets sent on a connection'), writes],
      [gauge('connection_pending_packets', 'Number of packets waiting to be sent on a connection'), pending],
      [gauge('connection_channels', 'Channels on a connection'), channels],
    ]),
  ]
}

export function exchangeTable({ sources }: Statistics, wantsVhost: (name: string) => boolean): MetricTable {
  const made = new MetricTable([
    counter('exchange_messages_published_total', 'Total number of messages published into an exchange'),
    counter(
      'exchange_messages_confirmed_total',
      'Total number of messages published into an exchange and confirmed',
    ),
    counter(
      'exchange_messages_unroutable_returned_total',
      'Total number of messages published as mandatory into an exchange and returned as unroutable',
    ),
    counter(
      'exchange_messages_unroutable_dropped_total',
      'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
    ),
  ])
  for (const vhost of sources.topology.vhosts.values()) {
    if (!wantsVhost(vhost.name)) continue
    for (const { name, counters } of vhost.exchanges.values()) {
      const { publish, confirm, returnUnroutable, dropUnroutable } = counters
      if (publish === 0) continue
      const labels = labelsOf({ vhost: vhost.name, exchange: name })
      made.add(labels, [publish, confirm, returnUnroutable, dropUnroutable])
    }
  }
  return made
}

/** Families under the prefix `rabbitmq_cluster_`. */
export function vhostStatusTable(
  { sources }: Statistics,
  wantsVhost: (name: string) => boolean,
): MetricTable {
  const names = [...sources.topology.vhosts.keys()].filter(wantsVhost)
  return table(
    [gauge('vhost_status', 'Whether a given vhost is running')],
    names.map((vhost) => [labelsOf({ vhost }), [1]]),
  )
}

export function exchangeNamesTable(
  { sources }: Statistics,
  wantsVhost: (name: string) => boolean,
): MetricTable {
  return exchangeRows(sources, wantsVhost, gauge('exchange_name', 'Enumerates exchanges'), () => 1)
}

export function exchangeBindingsTable(
  { sources }: Statistics,
  wantsVhost: (name: string) => boolean,
): MetricTable {
  const spec = gauge('exchange_bindings', 'Number of bindings for an exchange')
  return exchangeRows(sources, wantsVhost, spec, (exchange) => exchange.outgoing.size)
}

function exchangeRows(
  { topology }: Statistics['sources'],
  wantsVhost: (name: string) => boolean,
  spec: MetricTable['specs'][number],
  amountOf: (exchange: { readonly outgoing: ReadonlyMap<string, unknown> }) => number,
): MetricTable {
  const made = new MetricTable([spec])
  for (const vhost of topology.vhosts.values()) {
    if (!wantsVhost(vhost.name)) continue
    for (const exchange of vhost.exchanges.values()) {
      const { name, type } = exchange
      made.add(labelsOf({ vhost: vhost.name, exchange: name, type }), [amountOf(exchange)])
    }
  }
  return made
}
