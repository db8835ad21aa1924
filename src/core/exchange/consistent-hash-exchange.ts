import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { canonicalTable, textArgument } from '../arguments.js'
import { BrokerError } from '../errors.js'
import type { Binding, Destination } from '../topology/binding.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType } from './exchange-matcher.js'
import { hashTexts, jumpHash } from './key-hash.js'
import type { RoutedMessage } from './routed-message.js'

/** Buckets that one binding may ask for. */
const WEIGHT_MAX = 10_000
const HASH_PROPERTIES = ['correlation_id', 'message_id', 'timestamp']

/** `x-consistent-hash`: spreads messages over destinations by a hash, each value always to the same one. */
export const CONSISTENT_HASH_EXCHANGE: ExchangeType = {
  name: 'x-consistent-hash',
  description: 'Consistent Hashing Exchange',
  checkDeclare,
  checkBinding: (_destination: Destination, routingKey: string): void => checkWeight(routingKey),
  createMatcher: (args) => new ConsistentHashMatcher(args),
}

function checkDeclare(args: ReadonlyFieldTable): void {
  if (args.has('hash-header') && args.has('hash-property')) {
    throw new BrokerError('PRECONDITION_FAILED', 'hash-header and hash-property are mutually exclusive')
  }
  const property = textArgument(args, 'hash-property')
  if (property !== undefined && !HASH_PROPERTIES.includes(property)) {
    throw new BrokerError('PRECONDITION_FAILED', `Unsupported property ${property}`)
  }
}

function checkWeight(routingKey: string): void {
  if (!/^[+-]?\d+$/.test(routingKey)) {
    throw new BrokerError('PRECONDITION_FAILED', `The binding key must be an integer: ${routingKey}`)
  }
  const weight = Number(routingKey)
  if (weight < 1) throw new BrokerError('PRECONDITION_FAILED', 'The binding key must be greater than 0')
  if (weight > WEIGHT_MAX) {
    throw new BrokerError('PRECONDITION_FAILED', `The binding key must not exceed ${WEIGHT_MAX}`)
  }
}

/**
 * A row of buckets, as many for each destination as its weight says. A destination that is bound more than once counts
 * with its first binding.
 */
class ConsistentHashMatcher implements ExchangeMatcher {
  readonly byKeyAlone: boolean
  private readonly header: string | undefined
  private readonly property: string | undefined
  /** How many bindings lead to each destination. */
  private readonly bound = new Map<Destination, number>()
  private buckets: Destination[] = []

  constructor(args: ReadonlyFieldTable) {
    this.header = textArgument(args, 'hash-header')
    this.property = textArgument(args, 'hash-property')
    this.byKeyAlone = this.header === undefined && this.property === undefined
  }

  add(binding: Binding): void {
    const count = this.bound.get(binding.destination) ?? 0
    this.bound.set(binding.destination, count + 1)
    if (count === 0) this.fill(binding)
  }

  remove(binding: Binding): void {
    const count = this.bound.get(binding.destination)! - 1
    if (count > 0) {
      this.bound.set(binding.destination, count)
      return
    }
    this.bound.delete(binding.destination)
    this.buckets = this.buckets.filter((destination) => destination !== binding.destination)
  }

  match(routingKeys: readonly string[], message: RoutedMessage, out: DestinationSink): void {
    if (this.buckets.length === 0) return
    const hash = hashTexts(this.hashed(routingKeys, message))
    out.take(this.buckets[jumpHash(hash, this.buckets.length)])
  }

  private fill(binding: Binding): void {
    for (let weight = Number(binding.routingKey); weight > 0; weight--) this.buckets.push(binding.destination)
  }

  private hashed(routingKeys: readonly string[], message: RoutedMessage): readonly string[] {
    if (this.header !== undefined) {
      const field = message.headers.get(this.header)
      return [field === undefined ? '' : canonicalTable(new Map([['', field]]))]
    }
    const { correlationId, messageId, timestamp } = message.properties
    switch (this.property) {
      case 'correlation_id':
        return [correlationId ?? '']
      case 'message_id':
        return [messageId ?? '']
      case 'timestamp':
        return [timestamp === undefined ? '' : String(timestamp)]
      default:
        return routingKeys
    }
  }
}
