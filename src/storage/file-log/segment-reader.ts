import type { DiskFile } from '../disk.js'
import type { RecordMemory } from '../record.js'
import { BATCH_HEADER_BYTES, type BatchHeader, batchLengthAt, readBatch } from './batch.js'
import { readReadable, type Stretch } from './readable.js'
import { SEGMENT_HEADER_BYTES } from './segment.js'

/** Most octets read at a time, but for batches that are larger. */
const READ_BYTES = 4 << 20

/** What a reader finds in a segment, in order. */
export interface SegmentVisitor {
  /**
   * An undamaged batch: it lies at `at` of the memory, for the duration of the call, and at `position` of the file. From
   * a summary, of each record only the head lies there, and `condensedBytes` are what that takes; else it is 0.
   */
  batch(memory: RecordMemory, at: number, position: number, header: BatchHeader, condensedBytes: number): void
  /** Octets that no undamaged batch covers. They reach to the end of the file, or a batch follows. */
  damaged(position: number, lengthBytes: number): void
}

/** Reads the batches of one segment after the other. What the disk does not give is damaged. */
export class SegmentReader {
  /** Stretches of the segment that could not be read; some may be there twice. */
  unreadable: Stretch[] = []
  /** Octets of the segment that were read. */
  readBytes = 0
  /** Stands in the batches of the segment; undefined while nobody knows. */
  salt: number | undefined
  private memory = memoryOf(BATCH_HEADER_BYTES)
  private file: DiskFile | undefined
  private position = 0
  private size = 0

  /** Begins with a segment. Without a `salt` the first batch tells it. */
  begin(file: DiskFile, sizeBytes: number, salt: number | undefined): void {
    this.file = file
    this.size = sizeBytes
    this.salt = salt
    this.unreadable = []
    this.readBytes = 0
    const readBytes = Math.min(READ_BYTES, (sizeBytes + 7) & -8)
    if (this.memory.bytes.length < readBytes) this.memory = memoryOf(readBytes)
    this.position = Math.min(SEGMENT_HEADER_BYTES, sizeBytes)
  }

  /** Reads on and shows what is there; false when the segment is over. */
  async next(visitor: SegmentVisitor): Promise<boolean> {
    const { position, size } = this
    if (position >= size) return false
    const wanted = Math.min(size - position, this.memory.bytes.length)
    const count = await this.readInto(this.memory, wanted, position)
    if (count === 0) return false
    const used = this.visitBatches(visitor, count)
    this.position += used
    if (used === 0) await this.goOn(visitor, count)
    return true
  }

  private visitBatches(visitor: SegmentVisitor, count: number): number {
    const { memory, position } = this
    let at = 0
    for (;;) {
      const header = readBatch(memory, at, count, this.salt)
      if (header === undefined) return at
      this.salt ??= memory.words[(at >> 2) + 7]!
      visitor.batch(memory, at, position + at, header, 0)
      at += header.lengthBytes
    }
  }

  /** No whole batch is at the start of the memory: it is larger than that, or damaged. */
  private async goOn(visitor: SegmentVisitor, count: number): Promise<void> {
    const { memory, position, size } = this
    const lengthBytes = batchLengthAt(memory, 0, size - position, this.salt)
    if (lengthBytes > count && count === memory.bytes.length) {
      this.memory = memoryOf(lengthBytes)
      return
    }
    const next = this.salt === undefined ? size : await this.nextBatchAfter(position)
    visitor.damaged(position, next - position)
    this.position = next
  }

  /** Where the next undamaged batch begins, or the file ends. */
  private async nextBatchAfter(position: number): Promise<number> {
    const { memory, size } = this
    const step = memory.bytes.length - BATCH_HEADER_BYTES
    for (let base = position + 8; base < size; base += step) {
      const count = await this.readInto(memory, Math.min(memory.bytes.length, size - base), base)
      for (let at = 0; at < step && at + BATCH_HEADER_BYTES <= count; at += 8) {
        const lengthBytes = batchLengthAt(memory, at, size - base, this.salt)
        if (lengthBytes > 0 && (await this.isUndamaged(base, at, count, lengthBytes))) return base + at
      }
    }
    return size
  }

  private async isUndamaged(base: number, at: number, count: number, lengthBytes: number): Promise<boolean> {
    if (at + lengthBytes <= count) return readBatch(this.memory, at, count, this.salt) !== undefined
    const whole = memoryOf(lengthBytes)
    const found = await this.readInto(whole, lengthBytes, base + at)
    return readBatch(whole, 0, found, this.salt) !== undefined
  }

  private async readInto({ bytes }: RecordMemory, lengthBytes: number, position: number): Promise<number> {
    const { count, unreadable } = await readReadable(this.file!, bytes, 0, lengthBytes, position)
    this.readBytes += count
    for (const stretch of unreadable) {
      this.unreadable.push(stretch)
      this.readBytes -= stretch.lengthBytes
    }
    return count
  }
}

export function memoryOf(sizeBytes: number): RecordMemory {
  const memory = new ArrayBuffer(sizeBytes)
  return { bytes: Buffer.from(memory), words: new Int32Array(memory), doubles: new Float64Array(memory) }
}
