import type { Clock } from '../../util/clock.js'

/** Without other work for so long, nobody is kept waiting by full speed. */
const QUIET_MS = 100

/**
 * Puts rests between pieces of work, so that they take at most a share of the time while there is other work. What a
 * piece takes from the disk is not known; how long it takes from it is.
 */
export class Pace {
  private readonly clock: Clock
  private readonly share: number
  private begunAtMs = 0
  private restUntilMs: number
  private otherBytes = 0
  private othersAtMs = Number.NEGATIVE_INFINITY

  /** `share` is from 0, which works only when there is nothing else to do, to 1, which never rests. */
  constructor(clock: Clock, share: number) {
    this.clock = clock
    this.share = share
    this.restUntilMs = share === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  }

  /** Other work has written so many octets by now. */
  noteOthers(bytes: number): void {
    if (bytes === this.otherBytes) return
    this.otherBytes = bytes
    this.othersAtMs = this.clock.monotonic()
  }

  begin(): void {
    this.begunAtMs = this.clock.monotonic()
  }

  /** The piece that began last is done. */
  end(): void {
    const nowMs = this.clock.monotonic()
    if (this.share > 0) this.restUntilMs = nowMs + ((nowMs - this.begunAtMs) * (1 - this.share)) / this.share
  }

  /** How long until the next piece may begin, should nothing else come; 0 when it may begin now. */
  get restMs(): number {
    return Math.max(0, Math.min(this.restUntilMs, this.othersAtMs + QUIET_MS) - this.clock.monotonic())
  }
}
