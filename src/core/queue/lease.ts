import { Timer, type Timers } from '../../util/timers.js'

/** The lease of a queue with `x-expires`: it runs while the queue has no consumer, and starts over at each use. */
export class Lease {
  private readonly timers: Timers
  private readonly timer: Timer
  private expiresMs: number | undefined

  constructor(timers: Timers, ended: () => void) {
    this.timers = timers
    this.timer = new Timer(ended)
  }

  /** Starts over with a new length, or ends the lease when that is undefined or the queue is `inUse`. */
  configure(expiresMs: number | undefined, inUse: boolean): void {
    this.expiresMs = expiresMs
    this.renew(inUse)
  }

  renew(inUse: boolean): void {
    if (this.expiresMs === undefined || inUse) this.timers.disarm(this.timer)
    else this.timers.arm(this.timer, this.expiresMs)
  }

  close(): void {
    this.timers.disarm(this.timer)
  }
}
