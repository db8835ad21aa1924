import type { Binding } from '../topology/binding.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType } from './exchange-matcher.js'
import type { RoutedMessage } from './routed-message.js'

/** `fanout`: every binding, whatever the key. */
export const FANOUT_EXCHANGE: ExchangeType = {
  name: 'fanout',
  description: 'AMQP fanout exchange, as per the AMQP specification',
  createMatcher: () => new FanoutMatcher(),
}

class FanoutMatcher implements ExchangeMatcher {
  readonly byKeyAlone = true
  private readonly bindings = new Set<Binding>()

  add(binding: Binding): void {
    this.bindings.add(binding)
  }

  remove(binding: Binding): void {
    this.bindings.delete(binding)
  }

  match(_routingKeys: readonly string[], _message: RoutedMessage, out: DestinationSink): void {
    for (const binding of this.bindings) out.take(binding.destination)
  }
}
