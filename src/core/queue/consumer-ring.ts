import type { QueueConsumer } from './queue-consumer.js'

/** Consumers of one priority that can take a message now, served in turn: a doubly linked ring. */
export class ConsumerRing {
  readonly priority: number
  /** Who is served next. */
  first: QueueConsumer | undefined

  constructor(priority: number) {
    this.priority = priority
  }

  /** Adds a consumer behind all others. */
  add(consumer: QueueConsumer): void {
    if (consumer.ring !== undefined) return
    consumer.ring = this
    const { first } = this
    if (first === undefined) {
      consumer.next = consumer
      consumer.previous = consumer
      this.first = consumer
      return
    }
    const last = first.previous!
    consumer.next = first
    consumer.previous = last
    last.next = consumer
    first.previous = consumer
  }

  remove(consumer: QueueConsumer): void {
    if (consumer.ring !== this) return
    consumer.ring = undefined
    if (consumer.next === consumer) {
      this.first = undefined
    } else {
      consumer.previous!.next = consumer.next
      consumer.next!.previous = consumer.previous
      if (this.first === consumer) this.first = consumer.next
    }
    consumer.next = undefined
    consumer.previous = undefined
  }

  /** The first consumer has been served: the next one's turn. */
  rotate(): void {
    this.first = this.first?.next
  }
}
