import type { Arena } from '../util/arena.js'
import { copyBytes } from '../util/bytes.js'

/** Memory that an output writes into: `bytes[start..end)`. The rest of `bytes` may be somebody else's. */
export interface OutputBuffer {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Where it goes back to; undefined for one that is used once. */
  readonly pool: BufferPool | undefined
}

/** For who has little to send, as most connections in most turns. */
export const SMALL_BUFFER_BYTES = 16 * 1024
/**
 * For who has much. With messages of 1 KiB buffers of 64 and 256 KiB took 3 and 6 % more of the broker's time: the
 * consumer begins to read while the rest is being written, and the memory is warm when it is used again.
 */
export const LARGE_BUFFER_BYTES = 128 * 1024
/** Most that the pools of a broker keep, each: 4 MiB. */
const POOL_BYTES = 4 * 1024 * 1024

/** Buffers of one size, as many of them as the pool may keep in the arena, where messages are copied fastest. */
class BufferPool {
  readonly #arena: Arena
  readonly #sizeBytes: number
  readonly #spare: OutputBuffer[] = []
  #count = 0

  constructor(arena: Arena, sizeBytes: number) {
    this.#arena = arena
    this.#sizeBytes = sizeBytes
  }

  take(): OutputBuffer {
    const spare = this.#spare.pop()
    if (spare !== undefined) return spare
    if ((this.#count + 1) * this.#sizeBytes > POOL_BYTES) return singleBuffer(this.#sizeBytes)
    this.#count += 1
    const { bytes, start, end } = this.#arena.take(this.#sizeBytes)
    return { bytes, start, end, pool: this }
  }

  give(buffer: OutputBuffer): void {
    this.#spare.push(buffer)
  }
}

/** A buffer that no pool wants back. */
export function singleBuffer(octets: number): OutputBuffer {
  return { bytes: Buffer.allocUnsafeSlow(octets), start: 0, end: octets, pool: undefined }
}

/** What the outputs of one broker write into. */
export class OutputBuffers {
  readonly #small: BufferPool
  readonly #large: BufferPool

  constructor(arena: Arena) {
    this.#small = new BufferPool(arena, SMALL_BUFFER_BYTES)
    this.#large = new BufferPool(arena, LARGE_BUFFER_BYTES)
  }

  /** A buffer with room for `octets`, and for much more if a large one is wanted. */
  acquire(octets: number, isLarge: boolean): OutputBuffer {
    if (octets > LARGE_BUFFER_BYTES) return singleBuffer(octets)
    return (isLarge || octets > SMALL_BUFFER_BYTES ? this.#large : this.#small).take()
  }

  /**
   * A buffer that ends at offset `end` and holds what `buffer` has before `position`, at the same offsets; for frames
   * that are longer than anybody foresaw. What lies before its start costs address space only.
   */
  grow(buffer: OutputBuffer, position: number, end: number): OutputBuffer {
    const { start } = buffer
    const bytes = Buffer.allocUnsafeSlow(end)
    copyBytes(buffer.bytes, start, position, bytes, start)
    this.release(buffer)
    return { bytes, start, end, pool: undefined }
  }

  release(buffer: OutputBuffer): void {
    buffer.pool?.give(buffer)
  }
}
