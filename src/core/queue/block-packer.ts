import { BLOCK_ENTRIES, type Block, BODY_WORD, ENTRY_WORDS, STATE_WORD } from './message-block.js'

/** Words of a column for each bit of its values. */
const WORDS_PER_BIT = BLOCK_ENTRIES / 32
/** A block is packed if that takes at most this share of its room. */
const PACKED_SHARE_MAX = 0.75

/** The columns of a packed block. */
const Column = { REF: 0, STATE: 1, BODY: 2, HIGH: 3, DEADLINE_LOW: 4, DEADLINE_HIGH: 5 } as const
const COLUMNS = 6

/** Words of the header: the first ref, the live entries, and each column's width in bits and least value. */
const FIRST_REF = 0
const LIVE = 1
const WIDTHS = 2
const LEASTS = WIDTHS + COLUMNS
const HEADER_WORDS = LEASTS + COLUMNS

/** Words that a packed block has at most. */
export const PACKED_WORDS_MAX = HEADER_WORDS + COLUMNS * 32 * WORDS_PER_BIT

const STATES_DIFFER = 1
const BODIES_DIFFER = 2

/** Infinity as words. */
const NEVER_LOW = 0
const NEVER_HIGH = 0x7ff00000

/**
 * Packs blocks without loss. A packed block is a header and then column after column: the values less the least of
 * them, each in as many bits as the largest needs. Of refs, which ascend by much the same from one message to the next,
 * the differences are kept. So equal values take no room, and what one publisher sent takes a few bits a message.
 */
export class BlockPacker {
  /** The block that was packed last. */
  readonly packed = new Int32Array(PACKED_WORDS_MAX)
  private readonly values = new Int32Array(BLOCK_ENTRIES)
  private readonly deadlines = new Float64Array(BLOCK_ENTRIES)
  private readonly deadlineWords = new Int32Array(this.deadlines.buffer)
  private readonly takeDeadlines: () => Float64Array
  /** The least and the largest of the values. */
  private least = 0
  private most = 0

  /** `takeDeadlines` gives room for the deadlines of a block that has some. */
  constructor(takeDeadlines: () => Float64Array) {
    this.takeDeadlines = takeDeadlines
  }

  /** Packs a block, which stays as it is. Returns the words of {@link packed} that count, 0 when it is not worth it. */
  pack(block: Block): number {
    const { words, highs, deadlines } = block
    const { packed } = this
    // What expires in any order is looked at in any order: each took 9 us to expire from packed blocks, for 0.1.
    if (deadlines !== undefined && !ascends(deadlines)) return 0
    packed[FIRST_REF] = words[0]!
    packed[LIVE] = block.live
    const differs = this.loadRefs(words)
    let end = this.packColumn(Column.REF, HEADER_WORDS)
    if ((differs & STATES_DIFFER) === 0) {
      this.packEqual(Column.STATE, words[STATE_WORD]!)
    } else {
      this.load(words, STATE_WORD, ENTRY_WORDS)
      end = this.packColumn(Column.STATE, end)
    }
    if ((differs & BODIES_DIFFER) === 0) {
      this.packEqual(Column.BODY, words[BODY_WORD]!)
    } else {
      this.load(words, BODY_WORD, ENTRY_WORDS)
      end = this.packColumn(Column.BODY, end)
    }
    let room = words.length
    if (highs === undefined) {
      this.packEqual(Column.HIGH, 0)
    } else {
      room += highs.length / 2
      this.load(highs, 0, 1)
      end = this.packColumn(Column.HIGH, end)
    }
    if (deadlines === undefined) {
      this.packEqual(Column.DEADLINE_LOW, NEVER_LOW)
      this.packEqual(Column.DEADLINE_HIGH, NEVER_HIGH)
    } else {
      room += 2 * deadlines.length
      this.deadlines.set(deadlines)
      this.load(this.deadlineWords, 0, 2)
      end = this.packColumn(Column.DEADLINE_LOW, end)
      this.load(this.deadlineWords, 1, 2)
      end = this.packColumn(Column.DEADLINE_HIGH, end)
    }
    return end <= PACKED_SHARE_MAX * room ? end : 0
  }

  /** Fills an unused block with what is packed at word `at`. */
  unpack(from: Int32Array, at: number, block: Block): void {
    const { words } = block
    block.live = from[at + LIVE]!
    let next = at + HEADER_WORDS
    next = this.unpackColumn(from, at, Column.REF, next)
    this.storeEntries(
      words,
      from[at + FIRST_REF]!,
      from[at + LEASTS + Column.STATE]!,
      from[at + LEASTS + Column.BODY]!,
    )
    if (from[at + WIDTHS + Column.STATE]! > 0) {
      next = this.unpackColumn(from, at, Column.STATE, next)
      this.store(words, STATE_WORD, ENTRY_WORDS)
    }
    if (from[at + WIDTHS + Column.BODY]! > 0) {
      next = this.unpackColumn(from, at, Column.BODY, next)
      this.store(words, BODY_WORD, ENTRY_WORDS)
    }
    if (!isEqual(from, at, Column.HIGH, 0)) {
      block.highs ??= new Uint16Array(BLOCK_ENTRIES)
      next = this.unpackColumn(from, at, Column.HIGH, next)
      this.store(block.highs, 0, 1)
    }
    if (
      isEqual(from, at, Column.DEADLINE_LOW, NEVER_LOW) &&
      isEqual(from, at, Column.DEADLINE_HIGH, NEVER_HIGH)
    )
      return
    next = this.unpackColumn(from, at, Column.DEADLINE_LOW, next)
    this.store(this.deadlineWords, 0, 2)
    this.unpackColumn(from, at, Column.DEADLINE_HIGH, next)
    this.store(this.deadlineWords, 1, 2)
    block.deadlines = this.takeDeadlines()
    block.deadlines.set(this.deadlines)
  }

  // ---- values of a column

  private load(source: Int32Array | Uint16Array, first: number, step: number): void {
    const { values } = this
    let least = source[first]!
    let most = least
    for (let i = 0, from = first; i < BLOCK_ENTRIES; i++, from += step) {
      const value = source[from]!
      values[i] = value
      if (value < least) least = value
      else if (value > most) most = value
    }
    this.least = least
    this.most = most
  }

  /**
   * Loads the differences from one ref to the next, of their lowest 32 bits; nothing is before the first. Returns which
   * of the other columns are not all of one value, which few are.
   */
  private loadRefs(words: Int32Array): number {
    const { values } = this
    const state = words[STATE_WORD]!
    const body = words[BODY_WORD]!
    let before = words[0]!
    let least = (words[ENTRY_WORDS]! - before) | 0
    let most = least
    let states = 0
    let bodies = 0
    values[0] = least
    for (let i = 1, from = ENTRY_WORDS; i < BLOCK_ENTRIES; i++, from += ENTRY_WORDS) {
      const ref = words[from]!
      const value = (ref - before) | 0
      before = ref
      values[i] = value
      if (value < least) least = value
      else if (value > most) most = value
      states |= words[from + STATE_WORD]! ^ state
      bodies |= words[from + BODY_WORD]! ^ body
    }
    this.least = least
    this.most = most
    return (states === 0 ? 0 : STATES_DIFFER) | (bodies === 0 ? 0 : BODIES_DIFFER)
  }

  private store(target: Int32Array | Uint16Array, first: number, step: number): void {
    const { values } = this
    for (let i = 0, to = first; i < BLOCK_ENTRIES; i++, to += step) target[to] = values[i]!
  }

  /** Writes every entry: its ref from the values, and what most often all have in common. */
  private storeEntries(words: Int32Array, firstRef: number, state: number, body: number): void {
    const { values } = this
    let ref = (firstRef - values[0]!) | 0
    for (let i = 0, to = 0; i < BLOCK_ENTRIES; i++, to += ENTRY_WORDS) {
      ref = (ref + values[i]!) | 0
      words[to] = ref
      words[to + STATE_WORD] = state
      words[to + BODY_WORD] = body
    }
  }

  // ---- bits

  private packEqual(column: number, value: number): void {
    this.packed[WIDTHS + column] = 0
    this.packed[LEASTS + column] = value
  }

  /** Appends the values at word `start`; returns where the next column begins. */
  private packColumn(column: number, start: number): number {
    const { packed, values, least } = this
    // The difference may take all of 32 bits.
    const width = 32 - Math.clz32(this.most - least)
    packed[WIDTHS + column] = width
    packed[LEASTS + column] = least
    if (width === 0) return start
    let to = start
    let word = 0
    let filled = 0
    for (let i = 0; i < BLOCK_ENTRIES; i++) {
      const value = (values[i]! - least) | 0
      word |= value << filled
      filled += width
      if (filled >= 32) {
        packed[to++] = word
        filled -= 32
        word = filled === 0 ? 0 : (value >>> (width - filled)) | 0
      }
    }
    return to
  }

  /** Reads the values of a column that begins at word `start`; returns where the next begins. */
  private unpackColumn(from: Int32Array, at: number, column: number, start: number): number {
    const { values } = this
    const width = from[at + WIDTHS + column]!
    const least = from[at + LEASTS + column]!
    if (width === 0) {
      values.fill(least)
      return start
    }
    const mask = width === 32 ? -1 : (1 << width) - 1
    let next = start
    let bit = 0
    for (let i = 0; i < BLOCK_ENTRIES; i++) {
      let value = (from[next]! >>> bit) | 0
      if (bit + width > 32) value |= from[next + 1]! << (32 - bit)
      values[i] = ((value & mask) + least) | 0
      bit += width
      if (bit >= 32) {
        bit -= 32
        next += 1
      }
    }
    return next
  }
}

/** Words of the packed block at word `at`. */
export function packedWordsAt(words: Int32Array, at: number): number {
  let bits = 0
  for (let i = 0; i < COLUMNS; i++) bits += words[at + WIDTHS + i]!
  return HEADER_WORDS + bits * WORDS_PER_BIT
}

function ascends(deadlines: Float64Array): boolean {
  let before = 0
  for (const deadline of deadlines) {
    if (deadline < before) return false
    before = deadline
  }
  return true
}

function isEqual(from: Int32Array, at: number, column: number, value: number): boolean {
  return from[at + WIDTHS + column] === 0 && from[at + LEASTS + column] === value
}
