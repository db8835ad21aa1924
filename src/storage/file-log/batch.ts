import { crc32c } from '../crc32c.js'
import type { RecordMemory } from '../record.js'

/**
 * Layout of a batch: what one write put into a segment, whole or not at all.
 *
 *      word  0     BATCH_MARKER
 *      word  1     octets of the batch, this header included; a multiple of 8
 *      word  2     CRC32C of everything after this word
 *      word  3     flags: BatchFlag
 *      word  4, 5  index, f64: counts up by one from batch to batch over all segments
 *      word  6     epoch: counts up with every start of the broker
 *      word  7     reserved, 0
 *      then        records
 */
export const BATCH_HEADER_BYTES = 32
/** 'LVBT' in the order of the octets. */
export const BATCH_MARKER = 0x5442564c
const CHECKED_FROM = 12

export const BatchFlag = {
  /** The next batch belongs to the same atomic piece of work: without it this one counts for nothing. */
  CONTINUES: 1,
  /** The previous batch has CONTINUES. */
  FOLLOWS: 2,
} as const

export interface BatchHeader {
  readonly lengthBytes: number
  readonly flags: number
  readonly index: number
  readonly epoch: number
}

/** Fills in the header of the batch that lies at `start`. */
export function sealBatch(
  memory: RecordMemory,
  start: number,
  end: number,
  flags: number,
  index: number,
  epoch: number,
): void {
  const { words } = memory
  const at = start >> 2
  words[at] = BATCH_MARKER
  words[at + 1] = end - start
  words[at + 3] = flags
  memory.doubles[(start + 16) >> 3] = index
  words[at + 6] = epoch
  words[at + 7] = 0
  words[at + 2] = crc32c(memory.bytes, start + CHECKED_FROM, end) | 0
}

/** The batch at `start`, or undefined when there is no whole and undamaged one before `end`. */
export function readBatch(memory: RecordMemory, start: number, end: number): BatchHeader | undefined {
  if (end - start < BATCH_HEADER_BYTES) return undefined
  const { words } = memory
  const at = start >> 2
  if (words[at] !== BATCH_MARKER) return undefined
  const lengthBytes = words[at + 1]!
  if (lengthBytes < BATCH_HEADER_BYTES || lengthBytes > end - start || lengthBytes % 8 !== 0) return undefined
  const crc = crc32c(memory.bytes, start + CHECKED_FROM, start + lengthBytes) | 0
  if (words[at + 2] !== crc) return undefined
  return {
    lengthBytes,
    flags: words[at + 3]!,
    index: memory.doubles[(start + 16) >> 3]!,
    epoch: words[at + 6]!,
  }
}
