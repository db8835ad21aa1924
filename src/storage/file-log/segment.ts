import { crc32c } from '../crc32c.js'
import type { DiskFile } from '../disk.js'
import type { LogChunk } from './log-chunk.js'

/** 'LVRTSEG1' in the order of the octets. */
const SEGMENT_MAGIC = Buffer.from('LVRTSEG1', 'latin1')
/** Version of the format of segments, batches and records. */
export const LOG_FORMAT = 1
/**
 * A segment's file begins with 64 octets, little-endian: magic (8), format (u32), number (u32), epoch (u32), CRC32C of
 * the 20 octets before (u32), zeros. Batches follow.
 */
export const SEGMENT_HEADER_BYTES = 64
const CRC_OFFSET = 20

/** One file of a log. */
export class Segment {
  readonly number: number
  readonly path: string
  /** False for scratch: transient messages that did not fit into memory. */
  readonly durable: boolean
  readonly chunks: LogChunk[] = []
  /** The file, once it is open. */
  file: DiskFile | undefined
  /** Octets promised to chunks, header included. */
  sizeBytes = SEGMENT_HEADER_BYTES
  /** No chunk will be added. */
  complete = false
  /**
   * Octets of records here that say what happened to messages of other segments, by the number of that segment. They
   * matter until that segment is gone.
   */
  readonly eventBytes = new Map<number, number>()
  /** Being emptied by the cleaner. */
  cleaning = false

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

  /** A record here says something of a message in that segment. Of messages here it need not be kept any longer. */
  countEvent(segment: number, recordBytes: number): void {
    if (segment === this.number) return
    this.eventBytes.set(segment, (this.eventBytes.get(segment) ?? 0) + recordBytes)
  }

  get isWritten(): boolean {
    return this.chunks.every((chunk) => chunk.written === chunk.used)
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

export function encodeSegmentHeader(number: number, epoch: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MAGIC.copy(header)
  header.writeUInt32LE(LOG_FORMAT, 8)
  header.writeUInt32LE(number, 12)
  header.writeUInt32LE(epoch, 16)
  header.writeInt32LE(crc32c(header, 0, CRC_OFFSET) | 0, CRC_OFFSET)
  return header
}

/** What a segment says of itself; `format` may be one that this version does not know. */
export interface SegmentHeader {
  readonly format: number
  readonly number: number
  readonly epoch: number
}

/** Reads a header, undefined when the octets are none or are damaged. */
export function decodeSegmentHeader(octets: Buffer): SegmentHeader | undefined {
  if (octets.length < SEGMENT_HEADER_BYTES || !octets.subarray(0, 8).equals(SEGMENT_MAGIC)) return undefined
  if (octets.readInt32LE(CRC_OFFSET) !== (crc32c(octets, 0, CRC_OFFSET) | 0)) return undefined
  return {
    format: octets.readUInt32LE(8),
    number: octets.readUInt32LE(12),
    epoch: octets.readUInt32LE(16),
  }
}
