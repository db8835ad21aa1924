import type { DeliverySink, Subscription } from '../shard-port.js'
import type { ConsumerRing } from './consumer-ring.js'

/** A queue's side of a consumer. */
export class QueueConsumer {
  readonly id: number
  readonly queueId: number
  readonly subscription: Subscription
  readonly sink: DeliverySink
  /** Deliveries that wait for settlement. */
  unacked = 0
  /** The sink had no room; it will call `resume`. */
  stalled = false
  /** Single active consumer: this one is it. */
  active = false
  /** The subscription has ended; unacked deliveries may still be settled. */
  ended = false
  /** The ring of consumers that can take a message, while this one is in it, and its neighbours there. */
  ring: ConsumerRing | undefined
  next: QueueConsumer | undefined
  previous: QueueConsumer | undefined

  constructor(id: number, queueId: number, subscription: Subscription, sink: DeliverySink) {
    this.id = id
    this.queueId = queueId
    this.subscription = subscription
    this.sink = sink
  }

  /** True while the prefetch count allows another delivery. */
  get hasCredit(): boolean {
    const { prefetchCount, noAck } = this.subscription
    return noAck || prefetchCount === 0 || this.unacked < prefetchCount
  }
}
