import type { FieldTable } from '../protocol/amqp091/field-table.js'
import type { MessageView } from './message.js'
import type { Principal } from './permission.js'
import type { Route } from './route.js'
import type { PublishCounters } from './statistics.js'

/**
 * The doors of the broker: one method per operation, used alike by channels, the HTTP API, definitions import and
 * plugins, so that the same request gets the same answer by every road. Each checks the caller's permissions, refuses
 * with a BrokerError in RabbitMQ's words, and leaves a topology that is already changed in memory when it returns.
 *
 * Methods that change what outlives a restart return {@link Durable}: the caller replies when it resolves.
 */
export interface Doors {
  declareExchange(actor: Actor, vhost: string, request: ExchangeDeclareRequest): Durable
  /** NOT_FOUND when absent. */
  checkExchange(actor: Actor, vhost: string, name: string): void
  deleteExchange(actor: Actor, vhost: string, name: string, ifUnused: boolean): Durable
  bind(actor: Actor, vhost: string, request: BindRequest): Durable
  unbind(actor: Actor, vhost: string, request: BindRequest): Durable

  /** An empty name makes the server invent one. */
  declareQueue(actor: Actor, vhost: string, request: QueueDeclareRequest): QueueDeclared
  /** A passive declare: NOT_FOUND when absent, RESOURCE_LOCKED when exclusive to another connection. */
  checkQueue(actor: Actor, vhost: string, name: string): QueueDeclared
  deleteQueue(
    actor: Actor,
    vhost: string,
    name: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): { readonly messageCount: number; readonly durable: Durable }
  purgeQueue(actor: Actor, vhost: string, name: string): number
  /** The queue that a consume or get reads: checks existence, exclusive ownership, then the read permission. */
  queueToRead(actor: Actor, vhost: string, name: string): ReadableQueue

  /**
   * The exchange that a publish goes to: checks write permission, existence, internal, in that order. Callers cache
   * the answer against `exchange.stale` and the permission check's version.
   */
  exchangeToPublish(actor: Actor, vhost: string, name: string): PublishTarget

  /** The connection is gone: its exclusive queues go too. */
  releaseConnection(connectionId: number): void
}

/** Resolves when the change would survive a crash; `undefined` when it already does, or never needs to. */
export type Durable = Promise<void> | undefined

/** Who walks through a door. */
export interface Actor {
  readonly principal: Principal
  /** The connection, which owns exclusive queues; 0 when there is none (management). */
  readonly connectionId: number
}

export interface ExchangeDeclareRequest {
  readonly name: string
  readonly type: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly internal: boolean
  readonly arguments: FieldTable
}

export interface QueueDeclareRequest {
  readonly name: string
  readonly durable: boolean
  readonly exclusive: boolean
  readonly autoDelete: boolean
  readonly arguments: FieldTable
}

export interface QueueDeclared {
  readonly name: string
  readonly messageCount: number
  readonly consumerCount: number
  readonly durable: Durable
}

export interface BindRequest {
  readonly source: string
  readonly destinationKind: 'queue' | 'exchange'
  readonly destination: string
  readonly routingKey: string
  readonly arguments: FieldTable
}

/** A queue as a consumer needs to know it. */
export interface ReadableQueue {
  readonly id: number
  readonly name: string
  readonly type: 'classic' | 'quorum' | 'stream'
  /** `x-single-active-consumer`; quorum queues with it refuse basic.get. */
  readonly singleActiveConsumer?: boolean
}

/** An exchange as a publisher needs to know it. */
export interface PublishTarget {
  readonly name: string
  /** Topic permissions apply to each routing key (topic exchanges only). */
  readonly isTopic: boolean
  /** True once the exchange was deleted or replaced. */
  readonly stale: boolean
  readonly counters: PublishCounters
  /** Where one routing key goes, from the cache if possible. `message` matters to headers exchanges only. */
  route(routingKey: string, message: MessageView): Route
  /** Where a message with several keys (CC, BCC) goes; not cached. */
  routeAll(routingKeys: readonly string[], message: MessageView): Route
}
