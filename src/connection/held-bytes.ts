import { BrokerError } from '../core/errors.js'
import { detectedMemoryBytes } from '../util/machine-memory.js'

/** Octets of publishes that one channel may hold for a commit. */
export const HELD_BYTES_MAX = 128 << 20
/** Share of the memory that all channels of a broker together may. */
const MEMORY_SHARE = 1 / 8
/** What a publish takes in memory beside its octets, about. */
const PUBLISH_BYTES = 320

/** The bound of what transactions hold: reading no more of a publisher would keep its commit away as well. */
export class HeldBytes {
  private readonly max: number
  private held = 0

  /** `max` is for all channels together. */
  constructor(max: number) {
    this.max = max
  }

  static within(memoryBytes = detectedMemoryBytes()): HeldBytes {
    return new HeldBytes(memoryBytes * MEMORY_SHARE)
  }

  /**
   * Counts a publish of so many octets in, for a channel that holds `heldByChannel` already; returns what it takes.
   * Throws PRECONDITION_FAILED when that is too much.
   */
  take(octets: number, heldByChannel: number): number {
    const taken = octets + PUBLISH_BYTES
    if (heldByChannel + taken > HELD_BYTES_MAX) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `transaction is larger than max size ${HELD_BYTES_MAX}: commit more often`,
      )
    }
    if (this.held + taken > this.max) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `transactions of all channels are larger than max size ${Math.floor(this.max)}: commit more often`,
      )
    }
    this.held += taken
    return taken
  }

  give(taken: number): void {
    this.held -= taken
  }
}
