import type { Binding } from '../topology/binding.js'
import { BindingList } from './binding-list.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType, RandomSource } from './exchange-matcher.js'
import type { RoutedMessage } from './routed-message.js'

/** `x-random`: one of the bindings by chance, whatever the key. */
export const RANDOM_EXCHANGE: ExchangeType = {
  name: 'x-random',
  description: 'Exchange that routes to one binding, chosen at random',
  createMatcher: (_args, random) => new RandomMatcher(random),
}

/** Gives one binding by chance, each as likely as the others. */
export class RandomMatcher implements ExchangeMatcher {
  readonly byKeyAlone = false
  private readonly bindings = new BindingList()
  private readonly random: RandomSource

  constructor(random: RandomSource) {
    this.random = random
  }

  add(binding: Binding): void {
    this.bindings.add(binding)
  }

  remove(binding: Binding): void {
    this.bindings.remove(binding)
  }

  match(_routingKeys: readonly string[], _message: RoutedMessage, out: DestinationSink): void {
    const { items } = this.bindings
    if (items.length > 0) out.take(items[Math.floor(this.random() * items.length)].destination)
  }
}
