import { PortPublisher } from '../connection/port-publisher.js'
import type { MessageView } from '../core/message.js'
import {
  type DeliveryFacts,
  type DeliverySink,
  type Publisher,
  PublishOutcome,
  Settlement,
  type ShardPort,
  type Subscription,
} from '../core/shard-port.js'
import { ForwardingPort } from './forwarding-port.js'

/** What shall go wrong at a port: asked each time, so that faults come and go. */
export interface PortFaults {
  /** The message is to be refused with basic.nack, and is not stored. */
  refuses(queueIds: readonly number[], message: MessageView): boolean
  /** The message is stored, and its confirm never leaves. */
  losesConfirm(queueIds: readonly number[], message: MessageView): boolean
  /** The delivery that was acknowledged just now, or needs no acknowledgement, is to come once more. */
  deliversTwice(queueId: number): boolean
}

/** A port at which things go wrong on demand. */
export class FaultyPort extends ForwardingPort {
  readonly #faults: PortFaults
  readonly #lossy = new WeakMap<Publisher, LossyPublisher>()

  constructor(port: ShardPort, faults: PortFaults) {
    super(port)
    this.#faults = faults
  }

  override publish(
    queueIds: readonly number[],
    message: MessageView,
    publisher: Publisher,
    publishSeqNo: number,
  ): PublishOutcome {
    if (this.#faults.refuses(queueIds, message)) return PublishOutcome.REJECTED
    const lossy = this.#lossy.get(publisher)
    if (
      publishSeqNo === 0 ||
      !(publisher instanceof PortPublisher) ||
      !this.#faults.losesConfirm(queueIds, message)
    ) {
      return this.port.publish(queueIds, message, lossy ?? publisher, publishSeqNo)
    }
    const losing = lossy ?? new LossyPublisher(publisher)
    this.#lossy.set(publisher, losing)
    const outcome = this.port.publish(queueIds, message, losing, publishSeqNo)
    if (outcome === PublishOutcome.REJECTED) return outcome
    losing.lose(publishSeqNo)
    return PublishOutcome.PENDING
  }

  override subscribe(queueId: number, subscription: Subscription, sink: DeliverySink): number {
    if (!subscription.noAck) return this.port.subscribe(queueId, subscription, sink)
    return this.port.subscribe(queueId, subscription, new RepeatingSink(sink, queueId, this.#faults))
  }

  /** An acknowledgement that got lost: the message is still the queue's, which delivers it again. */
  override settle(queueId: number, position: number, subscriptionId: number, outcome: Settlement): void {
    const isLost = outcome === Settlement.ACK && this.#faults.deliversTwice(queueId)
    this.port.settle(queueId, position, subscriptionId, isLost ? Settlement.REQUEUE : outcome)
  }
}

/** Keeps some confirms from the publisher. A confirm covers all before it, so the lost ones are taken out of it. */
class LossyPublisher implements Publisher {
  readonly #publisher: PortPublisher
  #lost: number[] = []

  constructor(publisher: PortPublisher) {
    this.#publisher = publisher
  }

  lose(publishSeqNo: number): void {
    this.#lost.push(publishSeqNo)
  }

  confirmed(publishSeqNo: number): void {
    this.#takeOut(publishSeqNo)
    this.#publisher.confirmed(publishSeqNo)
  }

  refused(publishSeqNo: number): void {
    this.#takeOut(publishSeqNo)
    this.#publisher.refused(publishSeqNo)
  }

  #takeOut(upTo: number): void {
    for (const each of this.#lost) if (each <= upTo) this.#publisher.lose(each)
    this.#lost = this.#lost.filter((each) => each > upTo)
  }
}

/** Where nothing is acknowledged, the second delivery follows the first at once. */
class RepeatingSink implements DeliverySink {
  readonly #sink: DeliverySink
  readonly #queueId: number
  readonly #faults: PortFaults

  constructor(sink: DeliverySink, queueId: number, faults: PortFaults) {
    this.#sink = sink
    this.#queueId = queueId
    this.#faults = faults
  }

  subscribed(subscriptionId: number): void {
    this.#sink.subscribed(subscriptionId)
  }

  canTake(): boolean {
    return this.#sink.canTake()
  }

  deliver(subscriptionId: number, message: MessageView, facts: DeliveryFacts): void {
    this.#sink.deliver(subscriptionId, message, facts)
    if (!this.#faults.deliversTwice(this.#queueId)) return
    facts.redelivered = true
    this.#sink.deliver(subscriptionId, message, facts)
    facts.redelivered = false
  }

  cancelled(...reason: Parameters<DeliverySink['cancelled']>): void {
    this.#sink.cancelled(...reason)
  }
}
