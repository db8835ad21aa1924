import { HISTOGRAM_DOUBLES, Histogram } from './histogram.js'

const SENT = 0
const CONFIRMED = 1
const NACKED = 2
const RETURNED = 3
const RECEIVED = 4
const DONE = 5
const SLOTS = 8

/** Doubles that the counters of one thread take. */
const THREAD_DOUBLES = SLOTS + 2 * HISTOGRAM_DOUBLES

/** Messages counted up to a moment. */
export interface Totals {
  readonly sent: number
  readonly confirmed: number
  /** Refused by the broker: basic.nack. */
  readonly nacked: number
  /** Mandatory messages that no queue took. */
  readonly returned: number
  readonly received: number
  /** Publishers and consumers that have reached their limit. */
  readonly done: number
}

/** The memory in which `threads` threads count; each writes its own share only. */
export function countersMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * THREAD_DOUBLES * Float64Array.BYTES_PER_ELEMENT)
}

/** What one thread counts. Reading a double that another thread writes gives its old or its new value. */
export class ThreadCounters {
  /** From publishing to delivery. */
  readonly latency: Histogram
  /** From publishing to the broker's confirm. */
  readonly confirmLatency: Histogram
  private readonly slots: Float64Array

  constructor(memory: SharedArrayBuffer, thread: number) {
    const at = thread * THREAD_DOUBLES * Float64Array.BYTES_PER_ELEMENT
    const bytesOf = (doubles: number): number => doubles * Float64Array.BYTES_PER_ELEMENT
    this.slots = new Float64Array(memory, at, SLOTS)
    this.latency = new Histogram(new Float64Array(memory, at + bytesOf(SLOTS), HISTOGRAM_DOUBLES))
    this.confirmLatency = new Histogram(
      new Float64Array(memory, at + bytesOf(SLOTS + HISTOGRAM_DOUBLES), HISTOGRAM_DOUBLES),
    )
  }

  addSent(count: number): void {
    this.slots[SENT] += count
  }
  addConfirmed(count: number): void {
    this.slots[CONFIRMED] += count
  }
  addNacked(count: number): void {
    this.slots[NACKED] += count
  }
  addReturned(): void {
    this.slots[RETURNED] += 1
  }
  addReceived(count: number): void {
    this.slots[RECEIVED] += count
  }
  addDone(): void {
    this.slots[DONE] += 1
  }

  totals(): Totals {
    const { slots } = this
    return {
      sent: slots[SENT],
      confirmed: slots[CONFIRMED],
      nacked: slots[NACKED],
      returned: slots[RETURNED],
      received: slots[RECEIVED],
      done: slots[DONE],
    }
  }
}

/** What all threads counted, read from outside. */
export class Counters {
  private readonly threads: readonly ThreadCounters[]

  constructor(memory: SharedArrayBuffer, threads: number) {
    this.threads = Array.from({ length: threads }, (_, thread) => new ThreadCounters(memory, thread))
  }

  totals(): Totals {
    const sum = { sent: 0, confirmed: 0, nacked: 0, returned: 0, received: 0, done: 0 }
    for (const thread of this.threads) {
      const one = thread.totals()
      sum.sent += one.sent
      sum.confirmed += one.confirmed
      sum.nacked += one.nacked
      sum.returned += one.returned
      sum.received += one.received
      sum.done += one.done
    }
    return sum
  }

  latency(): Histogram {
    return this.merged((thread) => thread.latency)
  }

  confirmLatency(): Histogram {
    return this.merged((thread) => thread.confirmLatency)
  }

  private merged(choose: (thread: ThreadCounters) => Histogram): Histogram {
    const sum = new Histogram()
    for (const thread of this.threads) sum.add(choose(thread))
    return sum
  }
}
