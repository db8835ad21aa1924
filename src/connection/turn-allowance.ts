/**
 * Octets of a connection's deliveries that may leave in any turn. A queue that was filled before is emptied in such pieces,
 * about a millisecond of work each, since a kernel that takes whatever it is given would have all of it sent at one go.
 */
const OCTETS_MIN = 256 * 1024
/** More never leave: the largest read of a publisher becomes less. */
const OCTETS_MAX = 1536 * 1024
/** A message that passes through takes less than so many times the octets it came with. */
const OUT_PER_IN = 1.5
/** A turn that lasts longer than this has no more deliveries, in milliseconds. */
const TURN_TIME_MAX_MS = 3

/**
 * How much of deliveries one connection may send in one turn of the loop before they wait for the next turn: as much as
 * passes through from publishers to a consumer, and a little of what has waited in queues.
 */
export class TurnAllowance {
  readonly #now: () => number
  #octets = OCTETS_MIN
  #read = 0
  #readLately = 0
  #begunAt = 0

  /** `now` tells milliseconds since whenever. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** So many octets were read from a peer. */
  countRead(octets: number): void {
    this.#read += octets
  }

  /** A turn has something to send. */
  begin(): void {
    this.#begunAt = this.#now()
  }

  end(): void {
    // Publishers rest between large reads, and what they sent should pass nevertheless.
    this.#readLately = Math.max(this.#read, this.#readLately / 2)
    this.#read = 0
    this.#octets = Math.min(OCTETS_MAX, OCTETS_MIN + this.#readLately * OUT_PER_IN)
    this.begin()
  }

  /** True for a connection that has sent so much in this turn that its deliveries should wait for the next one. */
  isUsedUpBy(octets: number): boolean {
    if (octets === 0) return false
    return octets >= this.#octets || this.#now() - this.#begunAt > TURN_TIME_MAX_MS
  }
}
