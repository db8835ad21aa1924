import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import type { Binding, Destination } from '../topology/binding.js'
import type { RoutedMessage } from './routed-message.js'

/** Takes what a matcher finds. The same destination may be given more than once. */
export interface DestinationSink {
  take(destination: Destination): void
}

/** The bindings of one exchange, kept so that those that match a message are found fast. */
export interface ExchangeMatcher {
  /**
   * True when the routing key alone decides, so that what it matched may be kept until the bindings change. False when
   * headers or chance have a say.
   */
  readonly byKeyAlone: boolean
  /** A binding that the exchange did not have. */
  add(binding: Binding): void
  /** A binding that was added. */
  remove(binding: Binding): void
  /** Gives `out` the destinations of a message that is published under all of `routingKeys` (one or more). */
  match(routingKeys: readonly string[], message: RoutedMessage, out: DestinationSink): void
}

/** A kind of exchange. Plugins add theirs to the {@link ExchangeTypes}. */
export interface ExchangeType {
  /** As in exchange.declare. */
  readonly name: string
  /** One line for listings. */
  readonly description: string
  /** Throws a BrokerError when the arguments of a new exchange are not to the type's liking. */
  checkDeclare?(args: ReadonlyFieldTable): void
  /** Throws a BrokerError when the type does not take the binding. */
  checkBinding?(destination: Destination, routingKey: string, args: ReadonlyFieldTable): void
  createMatcher(args: ReadonlyFieldTable, random: RandomSource): ExchangeMatcher
}

/** A number from 0 up to, but without, 1. */
export type RandomSource = () => number
