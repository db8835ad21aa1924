import { type Clock, type ClockTimer, TIMER_DELAY_MAX_MS } from './clock.js'

/** A pending call made through {@link Timers}. Re-arming reuses the object, so a steady timer allocates nothing. */
export class Timer {
  readonly callback: () => void
  /** When to fire, on the monotonic clock. */
  deadline = 0
  /** Tells calls for the same moment apart: they fire in the order in which they were armed. */
  order = 0
  /** Place in the heap, -1 while not armed. */
  place = -1

  constructor(callback: () => void) {
    this.callback = callback
  }

  get armed(): boolean {
    return this.place >= 0
  }
}

/**
 * All timers of one event loop (a shard, or the connections of a node) behind a single timer of the clock: a binary
 * heap by deadline, ties in the order of arming, so that a virtual clock fires them in one reproducible order.
 */
export class Timers {
  readonly #clock: Clock
  readonly #heap: Timer[] = []
  #armed = 0
  #wake: ClockTimer | undefined
  #wakeAt = Number.POSITIVE_INFINITY
  #closed = false
  #held = false
  readonly #fire = (): void => this.#run()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get clock(): Clock {
    return this.#clock
  }

  /** Arms `timer` to fire `delayMs` from now, replacing whatever it was armed for. */
  arm(timer: Timer, delayMs: number): void {
    this.armAt(timer, this.#clock.monotonic() + Math.max(0, delayMs))
  }

  /** Arms `timer` for a moment of the monotonic clock. */
  armAt(timer: Timer, deadline: number): void {
    if (this.#closed) return
    timer.deadline = deadline
    timer.order = ++this.#armed
    if (timer.place < 0) {
      timer.place = this.#heap.length
      this.#heap.push(timer)
      this.#up(timer.place)
    } else {
      this.#up(timer.place)
      this.#down(timer.place)
    }
    this.#schedule()
  }

  /** Takes a timer out; harmless when it is not armed. */
  disarm(timer: Timer): void {
    const place = timer.place
    if (place < 0) return
    timer.place = -1
    const last = this.#heap.pop()
    if (last !== undefined && last !== timer) {
      this.#heap[place] = last
      last.place = place
      this.#up(place)
      this.#down(last.place)
    }
  }

  /** Lets no timer fire until {@link go}. */
  hold(): void {
    this.#held = true
  }

  /** Ends a {@link hold}: what is due fires as soon as the clock gets to it. */
  go(): void {
    this.#held = false
    this.#wake?.cancel()
    this.#wakeAt = Number.POSITIVE_INFINITY
    this.#schedule()
  }

  /** Forgets every timer. Arming afterwards does nothing. */
  close(): void {
    this.#closed = true
    this.#wake?.cancel()
    for (const timer of this.#heap) timer.place = -1
    this.#heap.length = 0
  }

  #run(): void {
    this.#wake = undefined
    this.#wakeAt = Number.POSITIVE_INFINITY
    if (this.#held) return
    const now = this.#clock.monotonic()
    // A timer armed by one of these calls waits for the next round, even if it is for this very moment.
    const last = this.#armed
    try {
      for (let first = this.#heap[0]; first !== undefined && first.deadline <= now; first = this.#heap[0]) {
        if (first.order > last) break
        this.disarm(first)
        first.callback()
      }
    } finally {
      this.#schedule()
    }
  }

  #schedule(): void {
    const first = this.#heap[0]
    if (first === undefined || this.#closed || this.#held) return
    if (first.deadline >= this.#wakeAt) return
    this.#wake?.cancel()
    this.#wakeAt = first.deadline
    const delay = Math.ceil(first.deadline - this.#clock.monotonic())
    this.#wake = this.#clock.setTimer(this.#fire, Math.min(Math.max(0, delay), TIMER_DELAY_MAX_MS))
  }

  #up(from: number): void {
    const heap = this.#heap
    const timer = heap[from]!
    let place = from
    while (place > 0) {
      const parentPlace = (place - 1) >> 1
      const parent = heap[parentPlace]!
      if (!isBefore(timer, parent)) break
      heap[place] = parent
      parent.place = place
      place = parentPlace
    }
    heap[place] = timer
    timer.place = place
  }

  #down(from: number): void {
    const heap = this.#heap
    const timer = heap[from]!
    let place = from
    for (;;) {
      let childPlace = 2 * place + 1
      if (childPlace >= heap.length) break
      const right = heap[childPlace + 1]
      if (right !== undefined && isBefore(right, heap[childPlace]!)) childPlace += 1
      const child = heap[childPlace]!
      if (!isBefore(child, timer)) break
      heap[place] = child
      child.place = place
      place = childPlace
    }
    heap[place] = timer
    timer.place = place
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order)
}
