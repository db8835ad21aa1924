import { tableToPlain } from '../../core/field-table.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { JsonObject } from '../json.js'
import { makerOf } from '../makers.js'
import type { ManagementServices } from '../management-services.js'
import { publishesTo } from './pair-view.js'

export function exchangeView(
  services: ManagementServices,
  exchange: Exchange,
  query: URLSearchParams,
): JsonObject {
  const { policy } = exchange.policies
  return {
    arguments: tableToPlain(exchange.arguments),
    auto_delete: exchange.autoDelete,
    durable: exchange.durable,
    internal: exchange.internal,
    name: exchange.name,
    ...(policy === undefined ? {} : { policy: policy.name }),
    type: exchange.type,
    user_who_performed_action: makerOf(exchange),
    vhost: exchange.vhost.name,
    ...(query.get('disable_stats') === 'true' ? {} : services.statistics?.exchange(exchange, query)),
  }
}

/** An exchange by itself. */
export function singleExchangeView(
  services: ManagementServices,
  exchange: Exchange,
  query: URLSearchParams,
): JsonObject {
  return {
    incoming: publishesTo(services, exchange),
    outgoing: [],
    ...exchangeView(services, exchange, query),
  }
}
