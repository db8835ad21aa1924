import { NO_ARGUMENTS } from '../arguments.js'
import type { DestinationSink, ExchangeMatcher } from '../exchange/exchange-matcher.js'
import type { RoutedMessage } from '../exchange/routed-message.js'
import type { Router } from '../exchange/router.js'
import { Route } from '../route.js'
import { Exchange } from './exchange.js'
import type { QueueRecord } from './queue-record.js'
import type { Vhost } from './vhost.js'

/** Not cacheable: nobody would be told when a queue of that name comes. */
const NOWHERE = new Route([], false)

/**
 * The exchange without a name, to which every queue is bound by its own. It needs neither bindings nor cache: each
 * queue holds the one route that leads to it.
 */
export class DefaultExchange extends Exchange {
  constructor(vhost: Vhost, router: Router) {
    const definition = {
      name: '',
      type: 'direct',
      durable: true,
      autoDelete: false,
      internal: false,
      arguments: NO_ARGUMENTS,
      maker: vhost.maker,
    }
    super(vhost, definition, new QueueNameMatcher(vhost.queues), router)
  }

  override route(routingKey: string): Route {
    const queue = this.vhost.queues.get(routingKey)
    return queue === undefined ? NOWHERE : queue.route
  }
}

class QueueNameMatcher implements ExchangeMatcher {
  readonly byKeyAlone = true
  private readonly queues: ReadonlyMap<string, QueueRecord>

  constructor(queues: ReadonlyMap<string, QueueRecord>) {
    this.queues = queues
  }

  add(): void {}

  remove(): void {}

  match(routingKeys: readonly string[], _message: RoutedMessage, out: DestinationSink): void {
    for (const key of routingKeys) {
      const queue = this.queues.get(key)
      if (queue !== undefined) out.take(queue)
    }
  }
}
