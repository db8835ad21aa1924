/** Holds any frame of the default frame_max. */
const LARGE_BYTES = 136 * 1024
const LARGE_SPARE_MAX = 8
const SMALL_BYTES = 256

/**
 * Memory for frames that arrive in pieces. A stash grows with what has arrived, so that a peer which announces a large
 * frame and sends nothing holds next to nothing.
 */
export class StashPool {
  readonly #large: Buffer[] = []

  /** A buffer for at least `octets` that may come to hold `expected`. */
  acquire(octets: number, expected: number): Buffer {
    if (expected <= SMALL_BYTES) return Buffer.allocUnsafeSlow(expected)
    // Whoever has sent a quarter of a large frame will send the rest soon.
    if (octets * 4 >= expected || octets > LARGE_BYTES / 4) {
      if (expected <= LARGE_BYTES) return this.#large.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES)
    }
    return Buffer.allocUnsafeSlow(Math.min(expected, Math.max(octets * 2, SMALL_BYTES)))
  }

  /** The buffer is not used any more. */
  release(buffer: Buffer): void {
    if (buffer.length === LARGE_BYTES && this.#large.length < LARGE_SPARE_MAX) this.#large.push(buffer)
  }
}
