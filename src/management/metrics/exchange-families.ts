import type { Statistics } from '../statistics/statistics.js'
import { counter, gauge, labelsOf, MetricTable, table } from './table.js'

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
