import type { Clock, ClockTimer } from './clock.js'

/** When a virtual clock starts unless told otherwise: 2025-01-01 00:00 UTC. */
export const VIRTUAL_EPOCH_MS = Date.UTC(2025, 0, 1)

interface Pending {
  readonly callback: () => void
  readonly dueAtMs: number
  readonly order: number
}

/**
 * A clock that stands still until it is turned: for tests, and for programs that embed a broker in theirs. Calls are
 * made in the order of their moments, each at its own moment, those for the same moment in the order in which they were
 * set.
 */
export class VirtualClock implements Clock {
  readonly #epochMs: number
  readonly #pending = new Set<Pending>()
  #elapsedMs = 0
  #order = 0

  /** `epochMs` is the wall-clock time at which it starts. */
  constructor(epochMs = VIRTUAL_EPOCH_MS) {
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

  /** Calls that are still to be made: 0 once everything that was opened is closed. */
  get pendingCount(): number {
    return this.#pending.size
  }

  /** Turns the clock; promises and microtasks that a call causes run before the next call is made. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsedMs + ms
    await settleMicrotasks()
    while (this.step(until)) await settleMicrotasks()
    this.#elapsedMs = until
  }

  /** Turns the clock within the call. `between` runs after each call, in place of the microtasks that must wait. */
  advanceSync(ms: number, between: () => void = () => {}): void {
    const until = this.#elapsedMs + ms
    while (this.step(until)) between()
    this.#elapsedMs = until
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

  /** Time passes and no timer notices: as when the loop was busy. The late calls are made at the next turn. */
  stall(ms: number): void {
    this.#elapsedMs += ms
  }

  #next(untilMs: number): Pending | undefined {
    let first: Pending | undefined
    for (const each of this.#pending) {
      if (each.dueAtMs <= untilMs && (first === undefined || isBefore(each, first))) first = each
    }
    return first
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.order < b.order)
}

/** A macrotask later every microtask has run, however long the chain. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
