import type { Arena, Region } from '../util/arena.js'

/** Octets of an ordinary chunk. A message that does not fit gets a chunk of its own size. */
export const CHUNK_BYTES = 1 << 20

/** One contiguous piece of the memory in which messages lie. */
export class Chunk {
  readonly region: Region
  readonly bytes: Buffer
  readonly words: Int32Array
  readonly doubles: Float64Array
  /** Where the chunk begins in `bytes`. */
  readonly start: number
  readonly sizeBytes: number
  /** Place among the log's chunks: the high bits of the refs into it. */
  slot = 0
  /** Octets written, from the chunk's start. */
  used = 0
  /** (message, queue) pairs in this chunk that are not released yet. */
  live = 0

  constructor(region: Region) {
    this.region = region
    this.bytes = region.bytes
    this.words = region.words
    this.doubles = region.doubles
    this.start = region.start
    this.sizeBytes = region.end - region.start
  }

  static take(arena: Arena, sizeBytes: number): Chunk {
    return new Chunk(arena.take(sizeBytes))
  }
}
