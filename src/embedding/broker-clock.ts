import type { Clock } from '../util/clock.js'
import { VirtualClock } from '../util/virtual-clock.js'
import { type Duration, durationMs } from './duration.js'
import type { Settling } from './settling.js'

/**
 * The clock of an embedded broker. Messages live by it: their time to live, delays, expiry of queues, acknowledgement
 * timeouts. Sockets do not, unless the broker was started with `heartbeats: 'virtual'`: a jump of thirty days must not
 * tear down the connections of the program under test.
 */
export class BrokerClock {
  readonly #clock: Clock
  readonly #settling: Settling
  #turning: Promise<void> = Promise.resolve()

  constructor(clock: Clock, settling: Settling) {
    this.#clock = clock
    this.#settling = settling
  }

  /** True when time stands still until {@link advance}. */
  get isVirtual(): boolean {
    return this.#clock instanceof VirtualClock
  }

  /** Milliseconds since the epoch. A virtual clock starts at 2025-01-01 00:00 UTC. */
  now(): number {
    return this.#clock.now()
  }

  /**
   * Turns a virtual clock. Everything that falls due on the way happens at its own moment and in order, and what it
   * causes is waited for before the next moment: frames reach the clients, and those in this process that answer at
   * once have their answers taken. Resolves when the clock is there and all is still. Calls queue up.
   */
  advance(duration: Duration): Promise<void> {
    const ms = durationMs(duration)
    const clock = this.#clock
    if (!(clock instanceof VirtualClock)) {
      return Promise.reject(new TypeError("only a virtual clock turns: startBroker({ clock: 'virtual' })"))
    }
    const turned = this.#turning.then(() => this.#turn(clock, ms))
    this.#turning = turned.catch(() => {})
    return turned
  }

  /** Turns the clock to a moment, which must not be in its past. */
  advanceTo(moment: Date | number): Promise<void> {
    return this.advance(Number(moment) - this.now())
  }

  async #turn(clock: VirtualClock, ms: number): Promise<void> {
    const settling = this.#settling
    await settling.settled()
    const until = clock.monotonic() + ms
    while (clock.step(until)) {
      // What timers put off to the end of their work runs in microtasks; most moments of a long jump end there.
      await MICROTASKS
      await MICROTASKS
      if (!settling.isStill) await settling.settled()
    }
    clock.advanceSync(until - clock.monotonic())
    await settling.settled()
  }
}

const MICROTASKS = Promise.resolve()
