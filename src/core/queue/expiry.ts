import { NumberHeap } from '../../util/number-heap.js'
import { Timer, type Timers } from '../../util/timers.js'
import { EntryState } from './message-index.js'
import type { ReadyOrder } from './ready-order.js'

/** Deadlines of messages that left the queue are swept out once they outnumber the messages by this much. */
const STALE_SLACK = 1024

/**
 * The deadlines of a queue's messages. Each ready message is removed when its own time comes, wherever it stands; one
 * that is unacked then is looked at when it comes back. A message is added once, when it arrives: while its time is to
 * come its entry stays, whatever its state.
 */
export class Expiry {
  private readonly deadlines = new NumberHeap()
  private readonly order: ReadyOrder
  private readonly timers: Timers
  private readonly timer: Timer
  private readonly expire: () => void

  /** `expire` is called with the order placed on each message whose time has come. */
  constructor(order: ReadyOrder, timers: Timers, expire: () => void) {
    this.order = order
    this.timers = timers
    this.expire = expire
    this.timer = new Timer(() => this.run())
  }

  add(deadline: number, position: number, messageCount: number): void {
    if (this.deadlines.size > 2 * messageCount + STALE_SLACK) this.sweep()
    this.deadlines.push(deadline, position)
    if (!this.timer.armed || deadline < this.timer.deadline) this.timers.armAt(this.timer, deadline)
  }

  /** True while some message may expire. */
  get pending(): boolean {
    return this.deadlines.size > 0
  }

  /** Removes every ready message whose time has come. */
  run(): void {
    const now = this.timers.clock.monotonic()
    while (this.deadlines.firstKey <= now) this.expireFirst()
    if (this.deadlines.size > 0) this.timers.armAt(this.timer, this.deadlines.firstKey)
  }

  /** Removes every ready message whose time was over before `moment`: the timer may be late. */
  runBefore(moment: number): void {
    while (this.deadlines.firstKey < moment) this.expireFirst()
  }

  close(): void {
    this.timers.disarm(this.timer)
    this.deadlines.clear()
  }

  private expireFirst(): void {
    const { deadlines, order } = this
    const position = deadlines.firstValue
    deadlines.pop()
    if (order.locate(position) && order.index.state === EntryState.READY) this.expire()
  }

  private sweep(): void {
    const { order } = this
    this.deadlines.filter((deadline, position) => order.locate(position) && order.index.deadline === deadline)
  }
}
