import type { Binding } from '../topology/binding.js'
import { type BindingGroup, takeGroup, withBinding, withoutBinding } from './binding-group.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType } from './exchange-matcher.js'
import type { RoutedMessage } from './routed-message.js'

/** `direct`: the binding key is the routing key. */
export const DIRECT_EXCHANGE: ExchangeType = {
  name: 'direct',
  description: 'AMQP direct exchange, as per the AMQP specification',
  createMatcher: () => new DirectMatcher(),
}

/** Bindings by their key. */
export class DirectMatcher implements ExchangeMatcher {
  readonly byKeyAlone = true
  private readonly groups = new Map<string, BindingGroup>()

  add(binding: Binding): void {
    this.groups.set(binding.routingKey, withBinding(this.groups.get(binding.routingKey), binding))
  }

  remove(binding: Binding): void {
    const rest = withoutBinding(this.groups.get(binding.routingKey), binding)
    if (rest === undefined) this.groups.delete(binding.routingKey)
    else this.groups.set(binding.routingKey, rest)
  }

  match(routingKeys: readonly string[], _message: RoutedMessage, out: DestinationSink): void {
    for (const key of routingKeys) {
      const group = this.groups.get(key)
      if (group !== undefined) takeGroup(group, out)
    }
  }
}
