import { BlockPacker } from './block-packer.js'
import { BLOCK_ENTRIES, Block, BODY_WORD, ENTRY_WORDS, STATE_WORD } from './message-block.js'
import { NOT_PACKED, PackedBlocks, SlabPool } from './packed-blocks.js'

const BLOCK_MASK = BLOCK_ENTRIES - 1
const SPARE_BLOCKS_MAX = 64

/** When blocks are packed. Each distance is that of a queue which packs nothing while it is shallow. */
export interface Packing {
  /** A block is packed, if at all, once this many others were begun or unpacked after it. */
  readonly recentBlocks: number
  /** Blocks from the head of the queue on that stay, since they are wanted soon. */
  readonly headBlocks: number
}

const PACKING_DEFAULT: Packing = { recentBlocks: 32, headBlocks: 32 }

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

/** Blocks that wait to be used again, shared by the queues of a shard so that steady traffic allocates none. */
export class BlockPool {
  readonly packer = new BlockPacker(() => this.takeDeadlines())
  readonly slabs = new SlabPool()
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
    block.highs?.fill(0)
    block.deadlines = undefined
    block.live = 0
    this.spare.push(block)
  }
}

/**
 * What a queue knows of its messages, by sequence number: 12 octets each in blocks of 256, 2 more for refs that need
 * them, and 8 more in blocks where some message has a deadline. Blocks that nobody needs soon are packed. An entry stays
 * from the message's arrival until it is settled, whatever its state, so that a sequence number is all that a delivery
 * needs to remember.
 *
 * {@link locate} places the index on an entry; the accessors speak of that entry until the next call of `locate`,
 * `append`, `remove`, or of what walks over messages.
 */
export class MessageIndex {
  /** Sequence number of the next message. */
  tail = 0
  private readonly pool: BlockPool
  private readonly headOf: () => number
  private readonly packing: Packing
  /** Blocks that are not packed. */
  private blocks: (Block | undefined)[] = []
  /** Handles of packed blocks in the places that they have in `blocks`, as far as any are packed. */
  private packed: number[] = []
  private store: PackedBlocks | undefined
  /** Number of the block in `blocks[0]`. */
  private firstBlock = 0
  /** Blocks at the front of `blocks` that are known to be gone. */
  private leadingGaps = 0
  /** Numbers of the blocks that were begun or unpacked last; the oldest is at `oldest` once all places are taken. */
  private readonly recent: number[] = []
  private oldest = 0
  private block: Block = NO_BLOCK
  private at = 0

  /** `headOf` tells which message is wanted next: the blocks from there on stay unpacked. By default none is. */
  constructor(pool: BlockPool, headOf: () => number = nowhere, packing: Packing = PACKING_DEFAULT) {
    this.pool = pool
    this.headOf = headOf
    this.packing = packing
  }

  /** Adds a message that is ready and returns its sequence number. */
  append(ref: number, flags: number, bodyBytes: number, deadline: number): number {
    const sequence = this.tail++
    this.write(sequence, ref, flags, bodyBytes, deadline)
    return sequence
  }

  /** Adds a message, which is ready, under a sequence number that it had before. Numbers may come in any order. */
  restore(sequence: number, ref: number, flags: number, bodyBytes: number, deadline: number): void {
    const missing = this.firstBlock - Math.floor(sequence / BLOCK_ENTRIES)
    if (missing > 0 && this.blocks.length > 0) {
      this.blocks = [...new Array<undefined>(missing), ...this.blocks]
      if (this.packed.length > 0)
        this.packed = [...new Array<number>(missing).fill(NOT_PACKED), ...this.packed]
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
    const place = Math.floor(sequence / BLOCK_ENTRIES) - this.firstBlock
    const block = this.blocks[place] ?? this.unpack(place) ?? this.begin(place)
    const entry = sequence & BLOCK_MASK
    const at = entry * ENTRY_WORDS
    block.setRefAt(at, ref)
    block.words[at + STATE_WORD] = EntryState.READY | flags
    block.words[at + BODY_WORD] = bodyBytes
    block.live += 1
    if (deadline !== Number.POSITIVE_INFINITY) {
      block.deadlines ??= this.pool.takeDeadlines()
      block.deadlines[entry] = deadline
    } else if (block.deadlines !== undefined) {
      block.deadlines[entry] = deadline
    }
  }

  private begin(wanted: number): Block {
    const block = this.pool.take()
    const place = this.blocks.length === 0 ? 0 : wanted
    this.firstBlock += wanted - place
    while (this.blocks.length <= place) this.blocks.push(undefined)
    this.blocks[place] = block
    if (place < this.leadingGaps) this.leadingGaps = place
    this.enrol(place + this.firstBlock)
    return block
  }

  /** Places the index on a message; false when it is gone. */
  locate(sequence: number): boolean {
    const place = Math.floor(sequence / BLOCK_ENTRIES) - this.firstBlock
    const block = this.blocks[place] ?? this.unpack(place)
    if (block === undefined) return false
    this.block = block
    this.at = (sequence & BLOCK_MASK) * ENTRY_WORDS
    return (block.words[this.at + STATE_WORD]! & STATE_MASK) !== EntryState.GONE
  }

  /** The first sequence number from `sequence` on that may exist, skipping blocks that are gone whole. */
  skipGoneBlocks(sequence: number): number {
    let place = Math.floor(sequence / BLOCK_ENTRIES) - this.firstBlock
    if (place >= 0 && this.exists(place)) return sequence
    place = Math.max(0, place + 1)
    while (place < this.blocks.length && !this.exists(place)) place += 1
    return Math.min(this.tail, (place + this.firstBlock) * BLOCK_ENTRIES)
  }

  get ref(): number {
    return this.block.refAt(this.at)
  }

  set ref(ref: number) {
    this.block.setRefAt(this.at, ref)
  }

  get bodyBytes(): number {
    return this.block.words[this.at + BODY_WORD]!
  }

  get state(): number {
    return this.block.words[this.at + STATE_WORD]! & STATE_MASK
  }

  set state(state: number) {
    const { words } = this.block
    words[this.at + STATE_WORD] = (words[this.at + STATE_WORD]! & ~STATE_MASK) | state
  }

  /** The message goes to a consumer: unacked, and redelivered from now on. */
  markDelivered(): void {
    const { words } = this.block
    words[this.at + STATE_WORD] =
      (words[this.at + STATE_WORD]! & ~STATE_MASK) | EntryState.UNACKED | ENTRY_REDELIVERED
  }

  markRedelivered(): void {
    this.block.words[this.at + STATE_WORD]! |= ENTRY_REDELIVERED
  }

  get isRedelivered(): boolean {
    return (this.block.words[this.at + STATE_WORD]! & ENTRY_REDELIVERED) !== 0
  }

  get isLogged(): boolean {
    return (this.block.words[this.at + STATE_WORD]! & ENTRY_LOGGED) !== 0
  }

  get deliveryCount(): number {
    return (this.block.words[this.at + STATE_WORD]! >>> DELIVERY_COUNT_SHIFT) & COUNT_MAX
  }

  get acquiredCount(): number {
    return this.block.words[this.at + STATE_WORD]! >>> ACQUIRED_COUNT_SHIFT
  }

  setCounts(deliveryCount: number, acquiredCount: number): void {
    const { words } = this.block
    const low = words[this.at + STATE_WORD]! & ((1 << DELIVERY_COUNT_SHIFT) - 1)
    words[this.at + STATE_WORD] =
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
    block.words[this.at + STATE_WORD] = EntryState.GONE
    block.live -= 1
    if (block.live > 0) return
    const number = Math.floor(sequence / BLOCK_ENTRIES)
    // The block that is being filled stays: the next message would only ask for another.
    if (number === Math.floor(this.tail / BLOCK_ENTRIES)) return
    this.pool.give(block)
    this.blocks[number - this.firstBlock] = undefined
    this.dropLeadingGaps()
  }

  /** Numbers of all messages that are not gone, from `from` on, in order. Places the index on each, which may be removed. */
  *sequences(from = 0): Generator<number> {
    let sequence = this.skipGoneBlocks(from)
    while (sequence < this.tail) {
      if (this.locate(sequence)) yield sequence
      sequence = this.skipGoneBlocks(sequence + 1)
    }
  }

  // ---- packing

  private exists(place: number): boolean {
    return this.blocks[place] !== undefined || this.isPacked(place)
  }

  private isPacked(place: number): boolean {
    return place >= 0 && place < this.packed.length && this.packed[place] !== NOT_PACKED
  }

  /** Makes a block of a packed one, if there is one in this place. */
  private unpack(place: number): Block | undefined {
    if (!this.isPacked(place)) return undefined
    const block = this.pool.take()
    this.store!.unpack(this.packed[place]!, block)
    this.packed[place] = NOT_PACKED
    this.blocks[place] = block
    this.enrol(place + this.firstBlock)
    return block
  }

  /** A block was begun or unpacked: the one that was least recently is packed in its turn, unless it is wanted soon. */
  private enrol(number: number): void {
    const { recent, oldest } = this
    if (recent.length < this.packing.recentBlocks) {
      recent.push(number)
      return
    }
    const cooled = recent[oldest]!
    recent[oldest] = number
    this.oldest = oldest + 1 === recent.length ? 0 : oldest + 1
    if (cooled !== number) this.pack(cooled)
  }

  private pack(number: number): void {
    const place = number - this.firstBlock
    const block = place < 0 ? undefined : this.blocks[place]
    // The block that the index is placed on stays under the feet of whoever placed it there.
    if (block === undefined || block === this.block || !this.isCold(number)) return
    this.store ??= new PackedBlocks(this.pool.packer, this.pool.slabs)
    const handle = this.store.pack(block)
    if (handle === NOT_PACKED) return
    const { packed, store } = this
    while (packed.length <= place) packed.push(NOT_PACKED)
    packed[place] = handle
    this.blocks[place] = undefined
    this.pool.give(block)
    if (store.isSparse) store.compact(packed)
  }

  private isCold(number: number): boolean {
    const head = Math.floor(this.headOf() / BLOCK_ENTRIES)
    return number >= head + this.packing.headBlocks && number < Math.floor(this.tail / BLOCK_ENTRIES)
  }

  private dropLeadingGaps(): void {
    let gaps = this.leadingGaps
    while (gaps < this.blocks.length && !this.exists(gaps)) gaps += 1
    // Shifting the array costs its length, so gaps are let grow to half of it.
    if (gaps > 0 && gaps * 2 >= this.blocks.length) {
      this.blocks.splice(0, gaps)
      this.packed.splice(0, gaps)
      this.firstBlock += gaps
      gaps = 0
    }
    this.leadingGaps = gaps
  }
}

const NO_BLOCK = new Block()

function nowhere(): number {
  return Number.NEGATIVE_INFINITY
}
