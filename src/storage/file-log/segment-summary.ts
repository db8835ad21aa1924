import { crc32c } from '../crc32c.js'
import {
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordKind,
  type RecordMemory,
  RecordWord,
} from '../record.js'
import { BATCH_HEADER_BYTES, BatchFlag, type BatchHeader, headerAt } from './batch.js'
import { SEGMENT_HEADER_BYTES } from './segment.js'
import type { SegmentVisitor } from './segment-reader.js'

/**
 * A summary holds of a complete segment what a start needs of it: everything but routing, properties and bodies. 64
 * octets, little-endian, come first: magic (8), CRC32C of all that follows it (u32), format (u32), number of the segment
 * (u32), its epoch (u32), its salt (i32), 0 (u32), octets of its file (f64), octets of the summary (f64), zeros. Then,
 * for each batch of the segment in order, the header of the batch and of each of its records what stands before the
 * routing part; lengths are those in the segment. Of a VOID batch there is only the header.
 */
const SUMMARY_MAGIC = Buffer.from('LVRTSUM1', 'latin1')
const SUMMARY_FORMAT = 1
const SUMMARY_HEADER_BYTES = 64
const CRC_OFFSET = 8
const CHECKED_FROM = 12

/** A summary may take this share of its segment: a larger one would save too little to be worth writing. */
const SUMMARY_SHARE_MAX = 1 / 3

/** Which file a summary speaks of: it is of no use when any of this is not as it was. */
export interface SummarizedSegment {
  readonly number: number
  readonly epoch: number
  readonly salt: number
  readonly sizeBytes: number
}

const SUFFIX = '.summary'
const TEMPORARY_SUFFIX = '.summary.new'

/** Where the summary of a segment's file lies. */
export function summaryPathOf(segmentPath: string): string {
  return segmentPath.replace(/\.segment$/, SUFFIX)
}

/** Where it lies while it is being written. */
export function temporarySummaryPathOf(segmentPath: string): string {
  return segmentPath.replace(/\.segment$/, TEMPORARY_SUFFIX)
}

/** True for names of summaries, finished or not. */
export function isSummaryName(name: string): boolean {
  return /^\d{10,}\.summary(\.new)?$/.test(name)
}

/** Octets that a summary may have to be worth writing. */
export function summaryBytesMax({ sizeBytes }: SummarizedSegment): number {
  return Math.max(SUMMARY_HEADER_BYTES, Math.floor(sizeBytes * SUMMARY_SHARE_MAX) & -8)
}

/** Puts a summary together, batch by batch. */
export class SummaryWriter {
  private readonly segment: SummarizedSegment
  private readonly memory: RecordMemory
  private readonly bytesMax: number
  private used = SUMMARY_HEADER_BYTES

  /** `memory` is the writer's own until the octets are written; it has room for {@link summaryBytesMax}. */
  constructor(segment: SummarizedSegment, memory: RecordMemory) {
    this.segment = segment
    this.memory = memory
    this.bytesMax = summaryBytesMax(segment)
    memory.bytes.fill(0, 0, SUMMARY_HEADER_BYTES)
  }

  /** Adds the undamaged batch at `start`; false when the summary becomes too large. */
  add(from: RecordMemory, start: number): boolean {
    if (!this.copy(from, start, BATCH_HEADER_BYTES)) return false
    const { words } = from
    const end = start + words[(start >> 2) + 1]!
    if ((headerAt(from, start).flags & BatchFlag.VOID) !== 0) return true
    for (let at = start + BATCH_HEADER_BYTES; at < end; at += words[at >> 2]!) {
      if (!this.copy(from, at, headBytesAt(from, at))) return false
    }
    return true
  }

  /** The octets of the file. */
  finish(): Buffer {
    const { number, epoch, salt, sizeBytes } = this.segment
    const octets = this.memory.bytes.subarray(0, this.used)
    SUMMARY_MAGIC.copy(octets)
    octets.writeUInt32LE(SUMMARY_FORMAT, 12)
    octets.writeUInt32LE(number, 16)
    octets.writeUInt32LE(epoch, 20)
    octets.writeInt32LE(salt, 24)
    octets.writeDoubleLE(sizeBytes, 32)
    octets.writeDoubleLE(octets.length, 40)
    octets.writeInt32LE(crc32c(octets, CHECKED_FROM, octets.length) | 0, CRC_OFFSET)
    return octets
  }

  private copy(from: RecordMemory, start: number, lengthBytes: number): boolean {
    const { used } = this
    const { words } = this.memory
    if (used + lengthBytes > this.bytesMax) return false
    for (let i = 0; i < lengthBytes >> 2; i++) words[(used >> 2) + i] = from.words[(start >> 2) + i]!
    this.used = used + lengthBytes
    return true
  }
}

/** What was read as a summary: the first `lengthBytes` of a memory. */
export interface Summary {
  readonly memory: RecordMemory
  readonly lengthBytes: number
}

/** True for an undamaged summary of the segment as it is. */
export function isSummaryOf(
  { number, epoch, salt, sizeBytes }: SummarizedSegment,
  { memory: { bytes }, lengthBytes }: Summary,
): boolean {
  return (
    lengthBytes >= SUMMARY_HEADER_BYTES &&
    bytes.subarray(0, SUMMARY_MAGIC.length).equals(SUMMARY_MAGIC) &&
    bytes.readInt32LE(CRC_OFFSET) === (crc32c(bytes, CHECKED_FROM, lengthBytes) | 0) &&
    bytes.readUInt32LE(12) === SUMMARY_FORMAT &&
    bytes.readUInt32LE(16) === number &&
    bytes.readUInt32LE(20) === epoch &&
    bytes.readInt32LE(24) === salt &&
    bytes.readDoubleLE(32) === sizeBytes &&
    bytes.readDoubleLE(40) === lengthBytes
  )
}

/** Shows the batches of a summary, which {@link isSummaryOf} has found good, as a reader of the segment would. */
export function visitSummary({ memory, lengthBytes }: Summary, visitor: Pick<SegmentVisitor, 'batch'>): void {
  let position = SEGMENT_HEADER_BYTES
  for (let at = SUMMARY_HEADER_BYTES; at < lengthBytes; ) {
    const header = headerAt(memory, at)
    const condensedBytes = condensedBatchBytes(memory, at, header)
    visitor.batch(memory, at, position, header, condensedBytes)
    at += condensedBytes
    position += header.lengthBytes
  }
}

function condensedBatchBytes(
  memory: RecordMemory,
  start: number,
  { flags, lengthBytes }: BatchHeader,
): number {
  if ((flags & BatchFlag.VOID) !== 0) return BATCH_HEADER_BYTES
  let at = start + BATCH_HEADER_BYTES
  for (let left = lengthBytes - BATCH_HEADER_BYTES; left > 0; ) {
    left -= memory.words[at >> 2]!
    at += headBytesAt(memory, at)
  }
  return at - start
}

/** Octets of a record that a summary keeps. */
export function headBytesAt({ words }: RecordMemory, at: number): number {
  const kind = words[(at >> 2) + RecordWord.KIND]!
  const isMessage = (kind & 0xff) === RecordKind.MESSAGE
  return isMessage ? RECORD_HEADER_BYTES + (kind >>> 16) * RECORD_TARGET_BYTES : words[at >> 2]!
}
