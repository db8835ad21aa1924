import { BrokerError } from '../errors.js'
import type { QueueStatistics } from '../statistics.js'
import { ConsumerRing } from './consumer-ring.js'
import type { QueueConsumer } from './queue-consumer.js'

/** How a queue chooses among its consumers when only one may be active. */
export interface ConsumerRules {
  readonly singleActive: boolean
  /** Quorum queues: a waiting consumer of higher priority takes over once the active one holds nothing unacked. */
  readonly priorityTakesOver: boolean
  /** The exclusive flag of a consumer means something. */
  readonly exclusiveConsumers: boolean
}

/** The consumers of one queue: who may have the next message. Higher priorities first, equal ones in turn. */
export class Consumers {
  /** In the order of registration. */
  private readonly all: QueueConsumer[] = []
  private readonly rings: ConsumerRing[] = []
  private readonly rules: ConsumerRules
  private exclusive: QueueConsumer | undefined
  private active: QueueConsumer | undefined
  /** Who would be active if the place were free: the first of the highest priority, or just the first. */
  private best: QueueConsumer | undefined

  constructor(rules: ConsumerRules) {
    this.rules = rules
  }

  get count(): number {
    return this.all.length
  }

  /** The one that may have messages under `x-single-active-consumer`, and the one that consumes exclusively. */
  get activeOne(): QueueConsumer | undefined {
    return this.active
  }

  get exclusiveOne(): QueueConsumer | undefined {
    return this.exclusive
  }

  measure(into: QueueStatistics): void {
    into.consumers = this.all.length
    into.hasRoom = this.rings.some((ring) => ring.first !== undefined)
  }

  [Symbol.iterator](): IterableIterator<QueueConsumer> {
    return this.all[Symbol.iterator]()
  }

  /** Throws ACCESS_REFUSED `<queue> in exclusive use` when the consumer cannot be had beside the others. */
  checkAdmission(consumer: QueueConsumer, described: string): void {
    const refused =
      this.exclusive !== undefined ||
      (this.isExclusive(consumer) && (this.all.length > 0 || this.rules.singleActive))
    if (refused) throw new BrokerError('ACCESS_REFUSED', `${described} in exclusive use`)
  }

  add(consumer: QueueConsumer): void {
    this.all.push(consumer)
    if (this.isExclusive(consumer)) this.exclusive = consumer
    if (!this.rules.singleActive) {
      this.offer(consumer)
      return
    }
    if (this.best === undefined || this.ranksAbove(consumer, this.best)) this.best = consumer
    if (this.active === undefined) this.activate(consumer)
    else this.reconsiderActive()
  }

  remove(consumer: QueueConsumer): void {
    const place = this.all.indexOf(consumer)
    if (place < 0) return
    this.all.splice(place, 1)
    consumer.ended = true
    consumer.ring?.remove(consumer)
    this.dropEmptyRing(consumer.subscription.priority)
    if (this.exclusive === consumer) this.exclusive = undefined
    if (this.best === consumer) this.best = this.findBest()
    if (this.active === consumer) {
      this.active = undefined
      consumer.active = false
      if (this.best !== undefined) this.activate(this.best)
    }
  }

  /** Who gets the next message; undefined when nobody can take one. */
  next(): QueueConsumer | undefined {
    for (const ring of this.rings) {
      for (let consumer = ring.first; consumer !== undefined; consumer = ring.first) {
        if (consumer.sink.canTake()) return consumer
        consumer.stalled = true
        ring.remove(consumer)
      }
    }
    return undefined
  }

  /** The consumer that {@link next} named has got a message. */
  served(consumer: QueueConsumer): void {
    const { ring } = consumer
    if (ring === undefined) return
    if (consumer.hasCredit) ring.rotate()
    else ring.remove(consumer)
  }

  /** The consumer may have become able to take messages (credit came back, its output drained). */
  offer(consumer: QueueConsumer): void {
    if (consumer.ring !== undefined || consumer.ended || consumer.stalled || !consumer.hasCredit) return
    if (this.rules.singleActive && !consumer.active) return
    this.ringOf(consumer.subscription.priority).add(consumer)
  }

  /** Single active consumer: lets a consumer of higher priority take over if the rules say so. */
  reconsiderActive(): void {
    const { active, best } = this
    if (active === undefined || best === undefined || active.unacked > 0) return
    if (!this.ranksAbove(best, active)) return
    active.active = false
    active.ring?.remove(active)
    this.activate(best)
  }

  private isExclusive(consumer: QueueConsumer): boolean {
    return consumer.subscription.exclusive && this.rules.exclusiveConsumers
  }

  private activate(consumer: QueueConsumer): void {
    this.active = consumer
    consumer.active = true
    this.offer(consumer)
  }

  /** Registration order, or for quorum queues the highest priority first. */
  private findBest(): QueueConsumer | undefined {
    let [best] = this.all
    for (const consumer of this.all) if (this.ranksAbove(consumer, best!)) best = consumer
    return best
  }

  private ranksAbove(consumer: QueueConsumer, other: QueueConsumer): boolean {
    return this.rules.priorityTakesOver && consumer.subscription.priority > other.subscription.priority
  }

  /** Priorities are any number that a client names, so a ring goes with the last that is in it. */
  private dropEmptyRing(priority: number): void {
    const place = this.rings.findIndex((ring) => ring.priority === priority)
    if (place >= 0 && this.rings[place]!.first === undefined) this.rings.splice(place, 1)
  }

  private ringOf(priority: number): ConsumerRing {
    const { rings } = this
    let place = 0
    while (place < rings.length && rings[place]!.priority > priority) place += 1
    const found = rings[place]
    if (found !== undefined && found.priority === priority) return found
    const ring = new ConsumerRing(priority)
    rings.splice(place, 0, ring)
    return ring
  }
}
