import type { Clock, ClockTimer } from './clock.js'

interface Pending {
  readonly callback: () => void
  readonly dueAtMs: number
  readonly order: number
}

/** A clock that stands still until it is turned: for tests, and for programs that embed a broker in theirs. */
export class VirtualClock implements Clock {
  readonly #epochMs: number
  readonly #pending = new Set<Pending>()
  #elapsedMs = 0
  #order = 0

  /** `epochMs` is the wall-clock time at which it starts. */
  constructor(epochMs = Date.UTC(2025, 0, 1)) {
    this.#epochMs = epochMs
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs
  }

  monotonic(): number {
    return this.#elapsedMs
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    const pending = { callback, dueAtMs: this.#elapsedMs + Math.max(0, delayMs), order: ++this.#order }
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending) }
  }

  /** Calls that are still to be made. */
  get pendingCount(): number {
    return this.#pending.size
  }

  /**
   * Goes to the next moment at which a call falls due, if that is by `untilMs` of the monotonic clock, and makes that
   * one call. False when there is none.
   */
  step(untilMs: number): boolean {
    const next = this.#next(untilMs)
    if (next === undefined) return false
    this.#pending.delete(next)
    this.#elapsedMs = Math.max(this.#elapsedMs, next.dueAtMs)
    next.callback()
    return true
  }

  /** Turns the clock forward, stopping at each call that falls due on the way. */
  advance(ms: number): void {
    const until = this.#elapsedMs + ms
    while (this.step(until));
    this.#elapsedMs = until
  }

  #next(until: number): Pending | undefined {
    let first: Pending | undefined
    for (const each of this.#pending) {
      if (each.dueAtMs > until) continue
      if (
        first === undefined ||
        each.dueAtMs < first.dueAtMs ||
        (each.dueAtMs === first.dueAtMs && each.order < first.order)
      )
        first = each
    }
    return first
  }
}
