import type { Broker } from '../broker.js'

/**
 * Turns of the event loop without a sign of life after which nothing more is on its way. A client in this process takes
 * up to four from a delivery to the arrival of what it answers: its read, its own gathering of writes, our read.
 */
const QUIET_TURNS = 8
/** Turns that are taken one after the other; after them there is a pause in between, so that waiting costs little. */
const EAGER_TURNS = 256
const PAUSE_MS = 1
/** Peers that never rest are not waited for any longer than this, in milliseconds of real time. */
const SETTLE_MS_MAX = 5_000

/** Waits for what the broker and the clients in this process do to each other, on the machine's own time. */
export class Settling {
  readonly #broker: Broker

  constructor(broker: Broker) {
    this.#broker = broker
  }

  /** True when nothing waits inside the broker. What lies in sockets is not known. */
  get isStill(): boolean {
    return this.#broker.isSettled
  }

  /**
   * Resolves once nothing has been read or written for some turns of the loop: frames have reached the clients, and
   * those that answer at once, in this process, have done so. Gives up after 5 seconds of endless traffic.
   */
  async settled(): Promise<void> {
    const giveUpAt = performance.now() + SETTLE_MS_MAX
    let before = this.#signsOfLife()
    for (let quiet = 0, turns = 0; quiet < QUIET_TURNS; turns++) {
      await (turns < EAGER_TURNS ? turn() : pause(PAUSE_MS))
      const now = this.#signsOfLife()
      quiet = now === before && this.#broker.isSettled ? quiet + 1 : 0
      before = now
      if (performance.now() > giveUpAt) return
    }
  }

  /** Resolves with what `isSo` returns once that is truthy. Looks at every turn of the loop, later every millisecond. */
  async until<T>(isSo: () => T | Promise<T>, timeoutMs: number, explain: () => string): Promise<T> {
    const giveUpAt = performance.now() + timeoutMs
    for (let turns = 0; ; turns++) {
      const found = await isSo()
      if (found) return found
      if (performance.now() > giveUpAt) throw new Error(`after ${timeoutMs} ms ${explain()}`)
      await (turns < EAGER_TURNS ? turn() : pause(PAUSE_MS))
    }
  }

  /** A number that changes with every read and write of a socket, and when connections come and go. */
  #signsOfLife(): number {
    const { connections } = this.#broker
    let signs = connections.size * 1e6 + connections.channelCount
    for (const { reads, writes, id, output } of connections.all()) {
      signs += id + reads + writes + output.unsentBytes
    }
    return signs
  }
}

/** One turn of the loop: timers, sockets, then this. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
