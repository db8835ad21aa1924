/** Messages of one block. Small enough that ten thousand quiet queues stay cheap. */
export const BLOCK_ENTRIES = 256
/** Words of an entry: the lowest 32 bits of the log's ref, the state word, the octets of the body. */
export const ENTRY_WORDS = 3
export const STATE_WORD = 1
export const BODY_WORD = 2

const WORD_RANGE = 2 ** 32
/** Refs up to this are small integers for V8: what asks for no more is as fast as can be. */
const SMALL_REF_MAX = 0x7fffffff

/** What an index keeps of {@link BLOCK_ENTRIES} messages that follow each other. */
export class Block {
  readonly words = new Int32Array(BLOCK_ENTRIES * ENTRY_WORDS)
  /** What refs have beyond 32 bits, of 48 at most; undefined while no ref of the block did, ever. */
  highs: Uint16Array | undefined
  /** Monotonic deadlines, Infinity for none; undefined while no message of the block has one. */
  deadlines: Float64Array | undefined
  /** Entries that are not GONE. */
  live = 0

  /** The ref of the entry that begins at word `at`. */
  refAt(at: number): number {
    const low = this.words[at]!
    // Logs of less than 16 GiB, which are most, end here.
    return low >= 0 && this.highs === undefined ? low : this.wideRefAt(at)
  }

  setRefAt(at: number, ref: number): void {
    // Keeps the lowest 32 bits.
    this.words[at] = ref
    if (ref > SMALL_REF_MAX || this.highs !== undefined) this.setHighAt(at, ref)
  }

  private wideRefAt(at: number): number {
    const low = this.words[at]! >>> 0
    return this.highs === undefined ? low : this.highs[at / ENTRY_WORDS]! * WORD_RANGE + low
  }

  private setHighAt(at: number, ref: number): void {
    const high = Math.floor(ref / WORD_RANGE)
    if (high === 0 && this.highs === undefined) return
    this.highs ??= new Uint16Array(BLOCK_ENTRIES)
    this.highs[at / ENTRY_WORDS] = high
  }
}
