import { NumberDeque } from '../../util/number-deque.js'
import { Timer, type Timers } from '../../util/timers.js'
import { EntryState } from './message-index.js'
import type { QueueConsumer } from './queue-consumer.js'
import type { ReadyOrder } from './ready-order.js'

/** Deliveries that were settled out of order are swept out once they outnumber the others by this much. */
const STALE_SLACK = 1024

/** Deliveries of one consumer, oldest first: when, which message, and which acquisition of it this was. */
class DeliveryTimes {
  readonly at = new NumberDeque()
  readonly position = new NumberDeque()
  readonly acquisition = new NumberDeque()

  push(at: number, position: number, acquisition: number): void {
    this.at.push(at)
    this.position.push(position)
    this.acquisition.push(acquisition)
  }

  shift(): void {
    this.at.shift()
    this.position.shift()
    this.acquisition.shift()
  }
}

/**
 * The acknowledgement timeout of quorum queues: a consumer whose oldest delivery has waited too long is reported once.
 * A delivery costs three numbers in rings; rings are trimmed when they are looked at.
 */
export class AckTimeouts {
  private readonly order: ReadyOrder
  private readonly timers: Timers
  private readonly timer: Timer
  private readonly consumers = new Map<QueueConsumer, DeliveryTimes>()
  private readonly timeoutOf: (consumer: QueueConsumer) => number | undefined
  private readonly timedOut: (consumer: QueueConsumer) => void

  constructor(
    order: ReadyOrder,
    timers: Timers,
    timeoutOf: (consumer: QueueConsumer) => number | undefined,
    timedOut: (consumer: QueueConsumer) => void,
  ) {
    this.order = order
    this.timers = timers
    this.timeoutOf = timeoutOf
    this.timedOut = timedOut
    this.timer = new Timer(() => this.look())
  }

  delivered(consumer: QueueConsumer, position: number, acquisition: number): void {
    const timeoutMs = this.timeoutOf(consumer)
    if (timeoutMs === undefined) return
    let times = this.consumers.get(consumer)
    if (times === undefined) {
      times = new DeliveryTimes()
      this.consumers.set(consumer, times)
    }
    const now = this.timers.clock.monotonic()
    this.trim(times)
    if (times.at.size > 2 * consumer.unacked + STALE_SLACK) this.sweep(times)
    times.push(now, position, acquisition)
    const deadline = now + timeoutMs
    if (!this.timer.armed || deadline < this.timer.deadline) this.timers.armAt(this.timer, deadline)
  }

  forget(consumer: QueueConsumer): void {
    this.consumers.delete(consumer)
  }

  close(): void {
    this.timers.disarm(this.timer)
    this.consumers.clear()
  }

  private look(): void {
    const now = this.timers.clock.monotonic()
    let next = Number.POSITIVE_INFINITY
    const late: QueueConsumer[] = []
    for (const [consumer, times] of this.consumers) {
      this.trim(times)
      const timeoutMs = this.timeoutOf(consumer)
      if (times.at.size === 0 || timeoutMs === undefined) continue
      const deadline = times.at.first + timeoutMs
      if (deadline <= now) late.push(consumer)
      else next = Math.min(next, deadline)
    }
    if (next !== Number.POSITIVE_INFINITY) this.timers.armAt(this.timer, next)
    for (const consumer of late) {
      this.consumers.delete(consumer)
      this.timedOut(consumer)
    }
  }

  /** Passes over deliveries at the front that are settled. */
  private trim(times: DeliveryTimes): void {
    while (times.at.size > 0 && !this.firstWaits(times)) times.shift()
  }

  /** Passes over all deliveries that are settled: one that is never acknowledged keeps those behind it from the front. */
  private sweep(times: DeliveryTimes): void {
    for (let left = times.at.size; left > 0; left--) {
      if (this.firstWaits(times)) times.push(times.at.first, times.position.first, times.acquisition.first)
      times.shift()
    }
  }

  private firstWaits(times: DeliveryTimes): boolean {
    if (!this.order.locate(times.position.first)) return false
    const { index } = this.order
    return index.state === EntryState.UNACKED && index.acquiredCount === times.acquisition.first
  }
}
