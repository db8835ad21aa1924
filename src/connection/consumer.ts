import type { ReadableQueue } from '../core/doors.js'
import type { MessageView } from '../core/message.js'
import type {
  CancelReason,
  DeliveryFacts,
  DeliverySink,
  ShardPort,
  Subscription,
} from '../core/shard-port.js'
import type { FieldTable } from '../protocol/amqp091/field-table.js'
import type { Consuming } from './consuming.js'
import { deliverPrefix } from './delivery-writer.js'
import type { QueueUse } from './queue-use.js'

/** What a consumer is. */
export interface ConsumerFacts {
  readonly queue: ReadableQueue
  readonly subscription: Subscription
  /** As in basic.consume. */
  readonly arguments: FieldTable
  /** Where what it takes is counted. */
  readonly use: QueueUse
}

/** A consumer of a channel: where the deliveries of one subscription arrive. */
export class Consumer implements DeliverySink {
  readonly tag: string
  readonly noAck: boolean
  readonly facts: ConsumerFacts
  readonly use: QueueUse
  readonly port: ShardPort
  /** What all of its basic.deliver frames begin with. */
  readonly prefix: Buffer
  /** 0 until the port has answered. */
  subscriptionId = 0
  /** Said no to a delivery and has to be resumed. */
  refused = false
  /** No deliveries any more, though the port may still have one on its way. */
  ended = false
  private readonly owner: Consuming
  private readonly nowait: boolean

  constructor(
    owner: Consuming,
    channelNumber: number,
    facts: ConsumerFacts,
    nowait: boolean,
    port: ShardPort,
  ) {
    this.owner = owner
    this.facts = facts
    this.use = facts.use
    this.tag = facts.subscription.consumerTag
    this.noAck = facts.subscription.noAck
    this.nowait = nowait
    this.port = port
    this.prefix = deliverPrefix(channelNumber, this.tag)
  }

  subscribed(subscriptionId: number): void {
    this.subscriptionId = subscriptionId
    if (!this.nowait) this.owner.consumeOk(this.tag)
  }

  canTake(): boolean {
    return this.owner.canTake(this)
  }

  deliver(subscriptionId: number, message: MessageView, facts: DeliveryFacts): void {
    this.owner.deliver(this, subscriptionId, message, facts)
  }

  cancelled(_subscriptionId: number, reason: CancelReason): void {
    this.owner.cancelled(this, reason)
  }
}
