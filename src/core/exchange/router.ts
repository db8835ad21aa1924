import type { MessageView } from '../message.js'
import { Route } from '../route.js'
import type { Destination } from '../topology/binding.js'
import type { Exchange } from '../topology/exchange.js'
import type { DestinationSink } from './exchange-matcher.js'
import { RouteBudget } from './route-cache.js'
import { RoutedMessage } from './routed-message.js'

/**
 * Follows a message from its exchange through bindings between exchanges and alternate exchanges to the queues. Each
 * exchange is visited once and each queue found once, however many ways lead there: what was found carries the number
 * of the search. One router serves a topology, and searches do not overlap.
 */
export class Router implements DestinationSink {
  /** For the caches of the routes that were found. */
  readonly budget = new RouteBudget()
  private search = 0
  private readonly message = new RoutedMessage()
  private queueIds: number[] = []
  private readonly waiting: Exchange[] = []
  /** Destinations that the exchange at hand has given, known ones counted too. */
  private taken = 0

  route(start: Exchange, routingKeys: readonly string[], view: MessageView): Route {
    this.search++
    this.queueIds = []
    // A search that failed may have left some.
    this.waiting.length = 0
    this.message.reset(view)
    let cacheable = true
    start.routedAt = this.search
    for (let exchange: Exchange | undefined = start; exchange !== undefined; exchange = this.waiting.pop()) {
      this.taken = 0
      exchange.matcher.match(routingKeys, this.message, this)
      if (!exchange.matcher.byKeyAlone) cacheable = false
      if (this.taken === 0) this.takeAlternate(exchange)
    }
    return new Route(this.queueIds, cacheable)
  }

  take(destination: Destination): void {
    this.taken++
    if (destination.routedAt === this.search) return
    destination.routedAt = this.search
    if (destination.kind === 'queue') this.queueIds.push(destination.id)
    else this.waiting.push(destination)
  }

  private takeAlternate(exchange: Exchange): void {
    const alternate = exchange.alternate
    if (alternate !== undefined) this.take(alternate)
  }
}
