import { type BlockPacker, PACKED_WORDS_MAX, packedWordsAt } from './block-packer.js'
import type { Block } from './message-block.js'

/** Words of a slab: several packed blocks, and always the largest. */
export const SLAB_WORDS = Math.max(2048, PACKED_WORDS_MAX)
const SPARE_SLABS_MAX = 64
/** Slabs are put together when they take more than this times what is live in them, and two slabs. */
const SLAB_USE_FACTOR = 3

/** What {@link PackedBlocks.pack} returns for a block that is not worth it. */
export const NOT_PACKED = -1

/** Memory for packed blocks, filled from its start and used again once nothing is left in it. */
class Slab {
  readonly words = new Int32Array(SLAB_WORDS)
  used = 0
  live = 0
}

/** Slabs that wait to be used again, shared by the queues of a shard. */
export class SlabPool {
  private readonly spare: Slab[] = []

  take(): Slab {
    return this.spare.pop() ?? new Slab()
  }

  give(slab: Slab): void {
    if (this.spare.length === SPARE_SLABS_MAX) return
    slab.used = 0
    slab.live = 0
    this.spare.push(slab)
  }
}

/**
 * The packed blocks of one index, each known by a handle: a number from 0 on. They have slabs of their own, so that a
 * queue which is consumed in order frees them in order.
 */
export class PackedBlocks {
  private readonly packer: BlockPacker
  private readonly pool: SlabPool
  private slabs: (Slab | undefined)[] = []
  private freePlaces: number[] = []
  /** Place of the slab that is being filled; -1 before the first. */
  private current = -1
  private slabCount = 0
  private liveWords = 0

  constructor(packer: BlockPacker, pool: SlabPool) {
    this.packer = packer
    this.pool = pool
  }

  /** Packs a block, which stays as it is, and returns the handle; {@link NOT_PACKED} when it is not worth it. */
  pack(block: Block): number {
    const { packer } = this
    const count = packer.pack(block)
    if (count === 0) return NOT_PACKED
    const handle = this.room(count)
    const { words } = this.slabs[this.current]!
    for (let i = 0, to = handle % SLAB_WORDS; i < count; i++) words[to++] = packer.packed[i]!
    return handle
  }

  /** Fills an unused block with a packed one, which is gone then. */
  unpack(handle: number, block: Block): void {
    const place = Math.floor(handle / SLAB_WORDS)
    const at = handle % SLAB_WORDS
    const { words } = this.slabs[place]!
    this.packer.unpack(words, at, block)
    this.free(place, packedWordsAt(words, at))
  }

  /** True when most of the slabs' memory is taken by what is gone. */
  get isSparse(): boolean {
    return this.slabCount * SLAB_WORDS > SLAB_USE_FACTOR * this.liveWords + 2 * SLAB_WORDS
  }

  /** Puts the slabs together. `handles` are those of all blocks; new ones take their places. */
  compact(handles: number[]): void {
    const { slabs } = this
    this.forget()
    for (let i = 0; i < handles.length; i++) {
      const handle = handles[i]!
      if (handle === NOT_PACKED) continue
      const { words } = slabs[Math.floor(handle / SLAB_WORDS)]!
      const at = handle % SLAB_WORDS
      const count = packedWordsAt(words, at)
      const moved = this.room(count)
      this.slabs[this.current]!.words.set(words.subarray(at, at + count), moved % SLAB_WORDS)
      handles[i] = moved
    }
    for (const slab of slabs) if (slab !== undefined) this.pool.give(slab)
  }

  private forget(): void {
    this.slabs = []
    this.freePlaces = []
    this.current = -1
    this.slabCount = 0
    this.liveWords = 0
  }

  /** Takes so many words of the current slab, or of another: the handle for what will be there. */
  private room(count: number): number {
    let slab = this.slabs[this.current]
    if (slab === undefined || slab.used + count > SLAB_WORDS) {
      this.current = this.freePlaces.pop() ?? this.slabs.length
      slab = this.pool.take()
      this.slabs[this.current] = slab
      this.slabCount += 1
    }
    const at = slab.used
    slab.used += count
    slab.live += count
    this.liveWords += count
    return this.current * SLAB_WORDS + at
  }

  private free(place: number, count: number): void {
    const slab = this.slabs[place]!
    slab.live -= count
    this.liveWords -= count
    if (slab.live > 0) return
    if (place === this.current) slab.used = 0
    else this.release(place)
  }

  private release(place: number): void {
    this.pool.give(this.slabs[place]!)
    this.slabs[place] = undefined
    this.freePlaces.push(place)
    this.slabCount -= 1
  }
}
