import type { Binding } from '../topology/binding.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType } from './exchange-matcher.js'
import { hashTexts } from './key-hash.js'
import type { RoutedMessage } from './routed-message.js'

/** `x-modulus-hash`: one binding, picked by the hash of the routing key; the binding key does not matter. */
export const MODULUS_HASH_EXCHANGE: ExchangeType = {
  name: 'x-modulus-hash',
  description: 'Modulus hashing exchange',
  createMatcher: () => new ModulusHashMatcher(),
}

/** The bindings in the order of their destinations' names, so that the pick does not depend on who was bound first. */
class ModulusHashMatcher implements ExchangeMatcher {
  readonly byKeyAlone = true
  private readonly bindings = new Set<Binding>()
  private sorted: readonly Binding[] | undefined

  add(binding: Binding): void {
    this.bindings.add(binding)
    this.sorted = undefined
  }

  remove(binding: Binding): void {
    this.bindings.delete(binding)
    this.sorted = undefined
  }

  match(routingKeys: readonly string[], _message: RoutedMessage, out: DestinationSink): void {
    if (this.bindings.size === 0) return
    if (this.sorted === undefined) this.sorted = [...this.bindings].sort(byDestination)
    out.take(this.sorted[hashTexts(routingKeys) % this.sorted.length].destination)
  }
}

function byDestination(a: Binding, b: Binding): number {
  const left = `${a.destination.name}\0${a.identity}`
  const right = `${b.destination.name}\0${b.identity}`
  return left < right ? -1 : left > right ? 1 : 0
}
