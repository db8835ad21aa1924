import type { Clock } from '../../util/clock.js'

/** Refused logins of one user from one address within {@link WINDOW_MS} after which more are not even looked at. */
export const REFUSALS_OF_USER_MAX = 30
/** Likewise of one address, whatever the users. */
export const REFUSALS_OF_ADDRESS_MAX = 300
const WINDOW_MS = 60_000
/** Addresses and pairs that are remembered; the oldest are forgotten first. */
const REMEMBERED_MAX = 10_000

interface Count {
  refusals: number
  readonly endsAt: number
}

/** Bounds how fast passwords can be guessed: counts refused logins by address, and by address and user. */
export class LoginGuard {
  readonly #clock: Clock
  readonly #counts = new Map<string, Count>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Seconds until a login is looked at again; 0 when it is now. */
  waitSeconds(address: string, user: string): number {
    return Math.max(
      this.#waitOf(pairKey(address, user), REFUSALS_OF_USER_MAX),
      this.#waitOf(address, REFUSALS_OF_ADDRESS_MAX),
    )
  }

  refused(address: string, user: string): void {
    this.#count(pairKey(address, user))
    this.#count(address)
  }

  /** Whoever knows the password has no need to guess. */
  admitted(address: string, user: string): void {
    this.#counts.delete(pairKey(address, user))
  }

  #waitOf(key: string, max: number): number {
    const count = this.#counts.get(key)
    if (count === undefined || count.refusals < max) return 0
    return Math.max(0, Math.ceil((count.endsAt - this.#clock.monotonic()) / 1000))
  }

  #count(key: string): void {
    const now = this.#clock.monotonic()
    const count = this.#counts.get(key)
    if (count !== undefined && count.endsAt > now) {
      count.refusals += 1
      return
    }
    this.#counts.delete(key)
    this.#counts.set(key, { refusals: 1, endsAt: now + WINDOW_MS })
    if (this.#counts.size > REMEMBERED_MAX) {
      for (const oldest of this.#counts.keys()) {
        this.#counts.delete(oldest)
        return
      }
    }
  }
}

function pairKey(address: string, user: string): string {
  return `${address} ${user}`
}
