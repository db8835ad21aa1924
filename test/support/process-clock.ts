import type { Clock, ClockTimer } from '../../src/util/clock.js'

/** A clock as one process has it: with the process end its timers, while the clock behind it goes on. */
export class ProcessClock implements Clock {
  readonly #clock: Clock
  readonly #pending = new Set<ClockTimer>()
  #isOver = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  monotonic(): number {
    return this.#clock.monotonic()
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    if (this.#isOver) return { cancel: () => {} }
    const timer = this.#clock.setTimer(() => {
      this.#pending.delete(timer)
      callback()
    }, delayMs)
    this.#pending.add(timer)
    return {
      cancel: () => {
        this.#pending.delete(timer)
        timer.cancel()
      },
    }
  }

  /** The process is gone: no timer calls back any more. */
  end(): void {
    this.#isOver = true
    for (const timer of this.#pending) timer.cancel()
    this.#pending.clear()
  }
}
