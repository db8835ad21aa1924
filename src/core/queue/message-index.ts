/** Messages of one block. Small enough that ten thousand quiet queues stay cheap. */
const BLOCK_ENTRIES = 256
const BLOCK_MASK = BLOCK_ENTRIES - 1
/** Words of an entry: the log's ref, the state word, the octets of the body. */
const ENTRY_WORDS = 3
const SPARE_BLOCKS_MAX = 64

/** States of a message in its queue: the lowest bits of the state word. */
export const EntryState = {
  /** Not in the queue any more, or never was. */
  GONE: 0,
  READY: 1,
  UNACKED: 2,
  /** Neither ready nor unacked: it waits for a delayed retry, or for its dead letter to be stored elsewhere. */
  HELD: 3,
} as const

const STATE_MASK = 3
/** Was handed to a consumer before. */
export const ENTRY_REDELIVERED = 1 << 2
/** The log was told that the message must survive, and must hear of its end. */
export const ENTRY_LOGGED = 1 << 3
const DELIVERY_COUNT_SHIFT = 4
const ACQUIRED_COUNT_SHIFT = 18
/** Counts stop here rather than wrap. */
const COUNT_MAX = (1 << 14) - 1

class Block {
  readonly words = new Int32Array(BLOCK_ENTRIES * ENTRY_WORDS)
  /** Monotonic deadlines, Infinity for none; undefined while no message of the block has one. */
  deadlines: Float64Array | undefined
  /** Entries that are not GONE. */
  live = 0
}

/** Blocks that wait to be used again, shared by the queues of a shard so that steady traffic allocates none. */
export class BlockPool {
  private readonly spare: Block[] = []
  private readonly spareDeadlines: Float64Array[] = []

  take(): Block {
    return this.spare.pop() ?? new Block()
  }

  /** Deadlines for a block, none of them set. */
  takeDeadlines(): Float64Array {
    return this.spareDeadlines.pop() ?? new Float64Array(BLOCK_ENTRIES).fill(Number.POSITIVE_INFINITY)
  }

  give(block: Block): void {
    const { deadlines } = block
    if (deadlines !== undefined && this.spareDeadlines.length < SPARE_BLOCKS_MAX) {
      this.spareDeadlines.push(deadlines.fill(Number.POSITIVE_INFINITY))
    }
    if (this.spare.length === SPARE_BLOCKS_MAX) return
    block.words.fill(0)
    block.deadlines = undefined
    block.live = 0
    this.spare.push(block)
  }
}

/**
 * What a queue knows of its messages, by sequence number: 12 octets each in blocks of 256, and 8 more in blocks where
 * some message has a deadline. An entry stays from the message's arrival until it is settled, whatever its state, so
 * that a sequence number is all that a delivery needs to remember.
 *
 * {@link locate} places the index on an entry; the accessors speak of that entry until the next call of `locate`,
 * `append` or `remove`.
 */
export class MessageIndex {
  /** Sequence number of the next message. */
  tail = 0
  private readonly pool: BlockPool
  private blocks: (Block | undefined)[] = []
  /** Number of the block in `blocks[0]`. */
  private firstBlock = 0
  /** Blocks at the front of `blocks` that are known to be gone. */
  private leadingGaps = 0
  private block: Block = NO_BLOCK
  private at = 0

  constructor(pool: BlockPool) {
    this.pool = pool
  }

  /** Adds a message that is ready and returns its sequence number. */
  append(ref: number, flags: number, bodyBytes: number, deadline: number): number {
    const sequence = this.tail++
    this.write(sequence, ref, flags, bodyBytes, deadline)
    return sequence
  }

  /** Adds a message, which is ready, under a sequence number that it had before. Numbers may come in any order. */
  restore(sequence: number, ref: number, flags: number, bodyBytes: number, deadline: number): void {
    if (this.blocks.length === 0) this.firstBlock = Math.floor(sequence / BLOCK_ENTRIES)
    const missing = this.firstBlock - Math.floor(sequence / BLOCK_ENTRIES)
    if (missing > 0) {
      this.blocks = [...new Array<undefined>(missing), ...this.blocks]
      this.firstBlock -= missing
    }
    this.write(sequence, ref, flags, bodyBytes, deadline)
    if (sequence >= this.tail) this.moveTail(sequence + 1)
  }

  /** The block that was being filled stays no longer, should nothing be left in it. */
  private moveTail(tail: number): void {
    const number = Math.floor(this.tail / BLOCK_ENTRIES) - this.firstBlock
    this.tail = tail
    const block = this.blocks[number]
    if (
      block === undefined ||
      block.live > 0 ||
      number === Math.floor(tail / BLOCK_ENTRIES) - this.firstBlock
    )
      return
    this.pool.give(block)
    this.blocks[number] = undefined
    this.dropLeadingGaps()
  }

  private write(sequence: number, ref: number, flags: number, bodyBytes: number, deadline: number): void {
    const number = Math.floor(sequence / BLOCK_ENTRIES) - this.firstBlock
    let block = this.blocks[number]
    if (block === undefined) {
      block = this.pool.take()
      while (this.blocks.length <= number) this.blocks.push(undefined)
      this.blocks[number] = block
      if (number < this.leadingGaps) this.leadingGaps = number
    }
    const entry = sequence & BLOCK_MASK
    const at = entry * ENTRY_WORDS
    block.words[at] = ref
    block.words[at + 1] = EntryState.READY | flags
    block.words[at + 2] = bodyBytes
    block.live += 1
    if (deadline !== Number.POSITIVE_INFINITY) {
      block.deadlines ??= this.pool.takeDeadlines()
      block.deadlines[entry] = deadline
    } else if (block.deadlines !== undefined) {
      block.deadlines[entry] = deadline
    }
  }

  /** Places the index on a message; false when it is gone. */
  locate(sequence: number): boolean {
    const block = this.blocks[Math.floor(sequence / BLOCK_ENTRIES) - this.firstBlock]
    if (block === undefined) return false
    this.block = block
    this.at = (sequence & BLOCK_MASK) * ENTRY_WORDS
    return (block.words[this.at + 1]! & STATE_MASK) !== EntryState.GONE
  }

  /** The first sequence number from `sequence` on that may exist, skipping blocks that are gone whole. */
  skipGoneBlocks(sequence: number): number {
    let number = Math.floor(sequence / BLOCK_ENTRIES) - this.firstBlock
    if (number >= 0 && this.blocks[number] !== undefined) return sequence
    number = Math.max(0, number + 1)
    while (number < this.blocks.length && this.blocks[number] === undefined) number += 1
    return Math.min(this.tail, (number + this.firstBlock) * BLOCK_ENTRIES)
  }

  get ref(): number {
    return this.block.words[this.at]!
  }

  set ref(ref: number) {
    this.block.words[this.at] = ref
  }

  get bodyBytes(): number {
    return this.block.words[this.at + 2]!
  }

  get state(): number {
    return this.block.words[this.at + 1]! & STATE_MASK
  }

  set state(state: number) {
    const { words } = this.block
    words[this.at + 1] = (words[this.at + 1]! & ~STATE_MASK) | state
  }

  /** The message goes to a consumer: unacked, and redelivered from now on. */
  markDelivered(): void {
    const { words } = this.block
    words[this.at + 1] = (words[this.at + 1]! & ~STATE_MASK) | EntryState.UNACKED | ENTRY_REDELIVERED
  }

  markRedelivered(): void {
    this.block.words[this.at + 1]! |= ENTRY_REDELIVERED
  }

  get isRedelivered(): boolean {
    return (this.block.words[this.at + 1]! & ENTRY_REDELIVERED) !== 0
  }

  get isLogged(): boolean {
    return (this.block.words[this.at + 1]! & ENTRY_LOGGED) !== 0
  }

  get deliveryCount(): number {
    return (this.block.words[this.at + 1]! >>> DELIVERY_COUNT_SHIFT) & COUNT_MAX
  }

  get acquiredCount(): number {
    return this.block.words[this.at + 1]! >>> ACQUIRED_COUNT_SHIFT
  }

  setCounts(deliveryCount: number, acquiredCount: number): void {
    const { words } = this.block
    const low = words[this.at + 1]! & ((1 << DELIVERY_COUNT_SHIFT) - 1)
    words[this.at + 1] =
      low |
      (Math.min(deliveryCount, COUNT_MAX) << DELIVERY_COUNT_SHIFT) |
      (Math.min(acquiredCount, COUNT_MAX) << ACQUIRED_COUNT_SHIFT)
  }

  get deadline(): number {
    const { deadlines } = this.block
    return deadlines === undefined ? Number.POSITIVE_INFINITY : deadlines[this.at / ENTRY_WORDS]!
  }

  /** Removes the message that the index is placed on; `sequence` must be its number. */
  remove(sequence: number): void {
    const { block } = this
    block.words[this.at + 1] = EntryState.GONE
    block.live -= 1
    if (block.live > 0) return
    const number = Math.floor(sequence / BLOCK_ENTRIES)
    // The block that is being filled stays: the next message would only ask for another.
    if (number === Math.floor(this.tail / BLOCK_ENTRIES)) return
    this.pool.give(block)
    this.blocks[number - this.firstBlock] = undefined
    this.dropLeadingGaps()
  }

  /** Forgets everything but the next sequence number. */
  clear(): void {
    for (const block of this.blocks) if (block !== undefined) this.pool.give(block)
    this.blocks = []
    this.firstBlock = Math.floor(this.tail / BLOCK_ENTRIES)
    this.leadingGaps = 0
    this.block = NO_BLOCK
  }

  /** Numbers of all messages that are not gone, from `from` on, in order. */
  *sequences(from = 0): Generator<number> {
    const firstNumber = Math.max(0, Math.floor(from / BLOCK_ENTRIES) - this.firstBlock)
    for (let i = firstNumber; i < this.blocks.length; i++) {
      const block = this.blocks[i]
      if (block === undefined) continue
      const base = (this.firstBlock + i) * BLOCK_ENTRIES
      for (let entry = Math.max(0, from - base); entry < BLOCK_ENTRIES; entry++) {
        if ((block.words[entry * ENTRY_WORDS + 1]! & STATE_MASK) !== EntryState.GONE) yield base + entry
      }
    }
  }

  private dropLeadingGaps(): void {
    let gaps = this.leadingGaps
    while (gaps < this.blocks.length && this.blocks[gaps] === undefined) gaps += 1
    // Shifting the array costs its length, so gaps are let grow to half of it.
    if (gaps > 0 && gaps * 2 >= this.blocks.length) {
      this.blocks.splice(0, gaps)
      this.firstBlock += gaps
      gaps = 0
    }
    this.leadingGaps = gaps
  }
}

const NO_BLOCK = new Block()
