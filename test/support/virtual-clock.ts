import type { Clock, ClockTimer } from '../../src/util/clock.js'

/** When a virtual clock starts: 2025-01-01 00:00 UTC. */
export const VIRTUAL_EPOCH_MS = Date.UTC(2025, 0, 1)

interface PendingCall {
  readonly callback: () => void
  readonly at: number
  readonly order: number
}

/**
 * A clock that stands still until a test turns it. Timers fire in the order of their moments, each at its own moment,
 * those for the same moment in the order in which they were set.
 */
export class VirtualClock implements Clock {
  private readonly epochMs: number
  private readonly pending = new Set<PendingCall>()
  private elapsedMs = 0
  private lastOrder = 0

  /** `epochMs` is the wall-clock time at which it starts. */
  constructor(epochMs = VIRTUAL_EPOCH_MS) {
    this.epochMs = epochMs
  }

  now(): number {
    return this.epochMs + this.elapsedMs
  }

  monotonic(): number {
    return this.elapsedMs
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    const call = { callback, at: this.elapsedMs + Math.max(0, delayMs), order: ++this.lastOrder }
    this.pending.add(call)
    return { cancel: () => void this.pending.delete(call) }
  }

  /** Timers that are still to fire: 0 once everything that was opened is closed. */
  get pendingCount(): number {
    return this.pending.size
  }

  /** Turns the clock; promises and microtasks that a timer causes run before the next timer fires. */
  async advance(ms: number): Promise<void> {
    const until = this.elapsedMs + ms
    await settleMicrotasks()
    while (this.fireNext(until)) await settleMicrotasks()
    this.elapsedMs = until
  }

  /** Turns the clock within the call. `between` runs after each timer, in place of the microtasks that must wait. */
  advanceSync(ms: number, between: () => void = () => {}): void {
    const until = this.elapsedMs + ms
    while (this.fireNext(until)) between()
    this.elapsedMs = until
  }

  /** Time passes and no timer notices: as when the loop was busy. The late timers fire at the next advance. */
  stall(ms: number): void {
    this.elapsedMs += ms
  }

  private fireNext(until: number): boolean {
    let next: PendingCall | undefined
    for (const call of this.pending) {
      if (call.at <= until && (next === undefined || isBefore(call, next))) next = call
    }
    if (next === undefined) return false
    this.pending.delete(next)
    this.elapsedMs = Math.max(this.elapsedMs, next.at)
    next.callback()
    return true
  }
}

function isBefore(a: PendingCall, b: PendingCall): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** A macrotask later every microtask has run, however long the chain. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
