import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { BrokerError } from '../errors.js'
import { CONSISTENT_HASH_EXCHANGE } from './consistent-hash-exchange.js'
import { DIRECT_EXCHANGE } from './direct-exchange.js'
import type { ExchangeMatcher, ExchangeType, RandomSource } from './exchange-matcher.js'
import { FANOUT_EXCHANGE } from './fanout-exchange.js'
import { HEADERS_EXCHANGE } from './headers-exchange.js'
import { LOCAL_RANDOM_EXCHANGE } from './local-random-exchange.js'
import { MODULUS_HASH_EXCHANGE } from './modulus-hash-exchange.js'
import { RANDOM_EXCHANGE } from './random-exchange.js'
import { TOPIC_EXCHANGE } from './topic-exchange.js'

const BUILT_IN: readonly ExchangeType[] = [
  DIRECT_EXCHANGE,
  FANOUT_EXCHANGE,
  TOPIC_EXCHANGE,
  HEADERS_EXCHANGE,
  LOCAL_RANDOM_EXCHANGE,
  MODULUS_HASH_EXCHANGE,
  RANDOM_EXCHANGE,
  CONSISTENT_HASH_EXCHANGE,
]

/** The kinds of exchange that can be declared. Plugins add to them. */
export class ExchangeTypes {
  private readonly random: RandomSource
  private readonly types = new Map<string, ExchangeType>()

  constructor(random: RandomSource) {
    this.random = random
    for (const type of BUILT_IN) this.types.set(type.name, type)
  }

  /** Adds a type. Throws when there is one of that name. */
  register(type: ExchangeType): void {
    if (this.types.has(type.name)) throw new Error(`exchange type '${type.name}' exists already`)
    this.types.set(type.name, type)
  }

  /** Takes a plugin's type out again; exchanges that exist keep working. */
  unregister(name: string): void {
    this.types.delete(name)
  }

  /** Throws PRECONDITION_FAILED `unknown exchange type '...'`. */
  get(name: string): ExchangeType {
    const type = this.types.get(name)
    if (type === undefined) throw new BrokerError('PRECONDITION_FAILED', `unknown exchange type '${name}'`)
    return type
  }

  all(): IterableIterator<ExchangeType> {
    return this.types.values()
  }

  /** Exchanges of a type that is gone (a plugin is missing after a restart) stay, and route nothing. */
  createMatcher(name: string, args: ReadonlyFieldTable): ExchangeMatcher {
    return this.types.get(name)?.createMatcher(args, this.random) ?? UNKNOWN
  }
}

const UNKNOWN: ExchangeMatcher = { byKeyAlone: true, add() {}, remove() {}, match() {} }
