import type { MessageView } from '../core/message.js'
import type { CancelReason, DeliveryFacts, DeliverySink, ShardPort } from '../core/shard-port.js'
import type { Consuming } from './consuming.js'
import { deliverPrefix } from './delivery-writer.js'

/** A consumer of a channel: where the deliveries of one subscription arrive. */
export class Consumer implements DeliverySink {
  readonly tag: string
  readonly noAck: boolean
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
    tag: string,
    noAck: boolean,
    nowait: boolean,
    port: ShardPort,
  ) {
    this.owner = owner
    this.tag = tag
    this.noAck = noAck
    this.nowait = nowait
    this.port = port
    this.prefix = deliverPrefix(channelNumber, tag)
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
