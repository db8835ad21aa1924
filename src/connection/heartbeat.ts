import { Timer, type Timers } from '../util/timers.js'

/** What heartbeats look at and do. */
export interface HeartbeatHost {
  /** Counts up with every read. */
  readonly reads: number
  /** Counts up with every write. */
  readonly writes: number
  sendHeartbeat(): void
  /** Nothing was heard from the peer for two looks. */
  peerIsSilent(): void
}

/** Looks in a row without an octet after which the peer is given up: it was silent for two to three intervals. */
const SILENT_LOOKS_MAX = 2

/**
 * Heartbeats both ways for one connection. Ours goes out every half interval in which nothing else was written; the
 * peer is given up after two looks, one interval apart, without any octet from it.
 */
export class Heartbeat {
  readonly #timers: Timers
  readonly #host: HeartbeatHost
  readonly #intervalMs: number
  readonly #sender: Timer
  readonly #receiver: Timer
  #writesSeen = -1
  #readsSeen: number
  #silentLooks = 0
  #listening = true

  constructor(timers: Timers, host: HeartbeatHost, intervalSeconds: number) {
    this.#timers = timers
    this.#host = host
    this.#intervalMs = intervalSeconds * 1000
    this.#readsSeen = host.reads
    this.#sender = new Timer(() => this.#lookAtWrites())
    this.#receiver = new Timer(() => this.#lookAtReads())
    timers.arm(this.#sender, this.#intervalMs / 2)
    timers.arm(this.#receiver, this.#intervalMs)
  }

  /** The peer is not read from, so its silence means nothing. */
  pauseReceiver(): void {
    this.#listening = false
    this.#timers.disarm(this.#receiver)
  }

  resumeReceiver(): void {
    if (this.#listening) return
    this.#listening = true
    this.#silentLooks = 0
    this.#timers.arm(this.#receiver, this.#intervalMs)
  }

  stop(): void {
    this.#timers.disarm(this.#sender)
    this.#timers.disarm(this.#receiver)
  }

  #lookAtWrites(): void {
    this.#timers.arm(this.#sender, this.#intervalMs / 2)
    // The first look sends in any case: writesSeen is none that was counted.
    if (this.#host.writes === this.#writesSeen || this.#writesSeen < 0) this.#host.sendHeartbeat()
    this.#writesSeen = this.#host.writes
  }

  #lookAtReads(): void {
    if (this.#host.reads !== this.#readsSeen) {
      this.#readsSeen = this.#host.reads
      this.#silentLooks = 0
    } else {
      this.#silentLooks += 1
      if (this.#silentLooks >= SILENT_LOOKS_MAX) {
        this.#host.peerIsSilent()
        return
      }
    }
    this.#timers.arm(this.#receiver, this.#intervalMs)
  }
}
