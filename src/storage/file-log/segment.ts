import { crc32c } from '../crc32c.js'
import { DiskError, type DiskFile } from '../disk.js'
import type { LogChunk } from './log-chunk.js'

/** 'LVRTSEG1' in the order of the octets. */
const SEGMENT_MAGIC = Buffer.from('LVRTSEG1', 'latin1')
/** Version of the format of segments, batches and records. */
export const LOG_FORMAT = 1
/**
 * A segment's file begins with 64 octets, little-endian: magic (8), format (u32), number (u32), epoch (u32), salt (i32),
 * CRC32C of the 24 octets before (u32), zeros. Batches follow. Every format begins with these 28 octets.
 */
export const SEGMENT_HEADER_BYTES = 64
const CRC_OFFSET = 24

/** One file of a log. */
export class Segment {
  readonly number: number
  readonly path: string
  /** False for scratch: transient messages that did not fit into memory. */
  readonly durable: boolean
  /** Stands in every batch of the segment. */
  salt = 0
  /** Stands in the segment's header. */
  epoch = 0
  readonly chunks: LogChunk[] = []
  /** Octets promised to chunks, header included. */
  sizeBytes = SEGMENT_HEADER_BYTES
  /** No chunk will be added. */
  complete = false
  /** On its way out: nothing in it matters any more. */
  leaving = false
  /**
   * Some messages here have newer copies: a crash came between their cleaning and the removal of this segment. It has
   * to go before any segment that came after it, or what became of the copies would be forgotten before the originals.
   */
  superseded = false
  /** A summary of it is in its place, for a start to read. */
  isSummarized = false
  /** Some of it is damaged, and not covered: a summary would hide that. */
  isDamaged = false
  /** Resolves when nobody writes a summary of it any more; undefined while nobody does. */
  summarizing: Promise<void> | undefined
  /** Number of the flush that must be durable before this segment may go. */
  neededUntilFlush = 0
  /**
   * Octets of records here that say what happened to messages of other segments, by the number of that segment. They
   * matter until that segment is gone.
   */
  readonly eventBytes = new Map<number, number>()

  private file: DiskFile | undefined
  /** Calls of the file that were not answered yet. */
  private calls = 0
  private whenIdle: (() => void) | undefined

  constructor(number: number, path: string, durable: boolean) {
    this.number = number
    this.path = path
    this.durable = durable
  }

  /** (message, queue) pairs that are not released. */
  get live(): number {
    let live = 0
    for (const chunk of this.chunks) live += chunk.live
    return live
  }

  /** Octets that must be kept somewhere. */
  get liveBytes(): number {
    let bytes = 0
    for (const chunk of this.chunks) bytes += chunk.liveBytes
    for (const eventBytes of this.eventBytes.values()) bytes += eventBytes
    return bytes
  }

  /** Nothing in it is needed, except perhaps by a flush that is under way. */
  get isDead(): boolean {
    if (this.eventBytes.size > 0) return false
    return this.chunks.every((chunk) => chunk.live === 0)
  }

  /** A record here says something of a message in that segment. Of messages here it need not be kept any longer. */
  countEvent(segment: number, recordBytes: number): void {
    if (segment === this.number) return
    this.eventBytes.set(segment, (this.eventBytes.get(segment) ?? 0) + recordBytes)
  }

  get isWritten(): boolean {
    return this.chunks.every((chunk) => chunk.written === chunk.used)
  }

  // ---- the file

  get isOpen(): boolean {
    return this.file !== undefined
  }

  opened(file: DiskFile): void {
    this.file = file
  }

  write(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined) => void,
  ): void {
    const { file } = this
    if (file === undefined) {
      done(this.closedError())
      return
    }
    this.calls += 1
    file.write(buffer, start, end, position, (error) => {
      done(error)
      this.answered()
    })
  }

  /** As {@link DiskFile.writeNow}; the file must be open. */
  writeNow(buffer: Buffer, start: number, end: number, position: number): DiskError | undefined {
    return this.file === undefined ? this.closedError() : this.file.writeNow(buffer, start, end, position)
  }

  read(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined, count: number) => void,
  ): void {
    const { file } = this
    if (file === undefined) {
      done(this.closedError(), 0)
      return
    }
    this.calls += 1
    file.read(buffer, start, end, position, (error, count) => {
      done(error, count)
      this.answered()
    })
  }

  sync(done: (error: DiskError | undefined) => void): void {
    const { file } = this
    if (file === undefined) {
      done(this.closedError())
      return
    }
    this.calls += 1
    file.sync((error) => {
      done(error)
      this.answered()
    })
  }

  /** Closes the file once its calls are answered. */
  async close(): Promise<void> {
    const { file } = this
    if (file === undefined) return
    this.file = undefined
    if (this.calls > 0) {
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve
      })
    }
    await file.close()
  }

  private answered(): void {
    this.calls -= 1
    if (this.calls === 0) this.whenIdle?.()
  }

  private closedError(): DiskError {
    return new DiskError(`use of ${this.path}`, 'EBADF', new Error('the segment is closed'))
  }
}

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.segment`
}

/** The number in a segment's file name, undefined for other names. */
export function segmentNumberOf(name: string): number | undefined {
  const match = /^(\d{10,})\.segment$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** What a segment says of itself; `format` may be one that this version does not know. */
export interface SegmentHeader {
  readonly format: number
  readonly number: number
  readonly epoch: number
  readonly salt: number
}

export function encodeSegmentHeader({ format, number, epoch, salt }: SegmentHeader): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MAGIC.copy(header)
  header.writeUInt32LE(format, 8)
  header.writeUInt32LE(number, 12)
  header.writeUInt32LE(epoch, 16)
  header.writeInt32LE(salt, 20)
  header.writeInt32LE(crc32c(header, 0, CRC_OFFSET) | 0, CRC_OFFSET)
  return header
}

/** Reads a header, undefined when the octets are none or are damaged. */
export function decodeSegmentHeader(octets: Buffer): SegmentHeader | undefined {
  if (octets.length < SEGMENT_HEADER_BYTES || !octets.subarray(0, 8).equals(SEGMENT_MAGIC)) return undefined
  if (octets.readInt32LE(CRC_OFFSET) !== (crc32c(octets, 0, CRC_OFFSET) | 0)) return undefined
  return {
    format: octets.readUInt32LE(8),
    number: octets.readUInt32LE(12),
    epoch: octets.readUInt32LE(16),
    salt: octets.readInt32LE(20),
  }
}
