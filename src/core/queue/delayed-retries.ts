import { NumberHeap } from '../../util/number-heap.js'
import { Timer, type Timers } from '../../util/timers.js'

/** Returned messages that wait for their next try: neither ready nor unacked until their time comes. */
export class DelayedRetries {
  private readonly due = new NumberHeap()
  private readonly timers: Timers
  private readonly timer: Timer

  /** `ready` gets the position of each message whose wait is over. */
  constructor(timers: Timers, ready: (position: number) => void, done: () => void) {
    this.timers = timers
    this.timer = new Timer(() => {
      const now = timers.clock.monotonic()
      while (this.due.firstKey <= now) {
        const position = this.due.firstValue
        this.due.pop()
        ready(position)
      }
      if (this.due.size > 0) timers.armAt(this.timer, this.due.firstKey)
      done()
    })
  }

  add(position: number, delayMs: number): void {
    const due = this.timers.clock.monotonic() + delayMs
    this.due.push(due, position)
    if (!this.timer.armed || due < this.timer.deadline) this.timers.armAt(this.timer, due)
  }

  close(): void {
    this.timers.disarm(this.timer)
    this.due.clear()
  }
}
