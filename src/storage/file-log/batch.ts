import { crc32c } from '../crc32c.js'
import type { RecordMemory } from '../record.js'

/**
 * Layout of a batch: what one write put into a segment, whole or not at all.
 *
 *      word  0     BATCH_MARKER
 *      word  1     octets of the batch, this header included; a multiple of 8
 *      word  2     CRC32C of everything after this word
 *      word  3     BatchFlag bits (0-7), how many batches before it were not known to be durable yet (8-31)
 *      word  4, 5  index, f64: counts up by one from batch to batch over all segments; of a VOID batch that of the last
 *                  batch that was there, when that is known to have been durable, else 0
 *      word  6     epoch: counts up with every start of the broker
 *      word  7     salt: a number of the segment that only its file tells
 *      then        records
 *
 * The salt keeps a message body that looks like a batch from being taken for one where damage is passed over.
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
  /** What is in it was found damaged or incomplete and counts for nothing. */
  VOID: 4,
} as const
const FLAG_BITS = 8
export const UNCERTAIN_BATCHES_MAX = (1 << 24) - 1

export interface BatchHeader {
  readonly lengthBytes: number
  readonly flags: number
  /** Every batch before this index was durable when this one was written. */
  readonly durableIndex: number
  readonly index: number
  readonly epoch: number
}

/** Fills in the header of the batch that lies at `start`. Of the batches before it `uncertain` may not be durable. */
export function sealBatch(
  memory: RecordMemory,
  start: number,
  end: number,
  flags: number,
  uncertain: number,
  index: number,
  epoch: number,
  salt: number,
): void {
  const { words } = memory
  const at = start >> 2
  words[at] = BATCH_MARKER
  words[at + 1] = end - start
  words[at + 3] = flags | (Math.min(uncertain, UNCERTAIN_BATCHES_MAX) << FLAG_BITS)
  memory.doubles[(start + 16) >> 3] = index
  words[at + 6] = epoch
  words[at + 7] = salt
  words[at + 2] = crc32c(memory.bytes, start + CHECKED_FROM, end) | 0
}

/**
 * Octets of the batch at `start`, or 0 when none begins there that could end before `limit`. Whether it is undamaged
 * is another question. Without a `salt` any is taken.
 */
export function batchLengthAt(
  memory: RecordMemory,
  start: number,
  limit: number,
  salt: number | undefined,
): number {
  const { words } = memory
  const at = start >> 2
  if (words[at] !== BATCH_MARKER || (salt !== undefined && words[at + 7] !== salt)) return 0
  const lengthBytes = words[at + 1]!
  return lengthBytes < BATCH_HEADER_BYTES || lengthBytes > limit - start || lengthBytes % 8 !== 0
    ? 0
    : lengthBytes
}

/** The batch at `start`, or undefined when there is no whole and undamaged one before `end`. */
export function readBatch(
  memory: RecordMemory,
  start: number,
  end: number,
  salt: number | undefined,
): BatchHeader | undefined {
  if (end - start < BATCH_HEADER_BYTES) return undefined
  const lengthBytes = batchLengthAt(memory, start, end, salt)
  if (lengthBytes === 0) return undefined
  const { words } = memory
  const at = start >> 2
  if (words[at + 2] !== (crc32c(memory.bytes, start + CHECKED_FROM, start + lengthBytes) | 0))
    return undefined
  return headerAt(memory, start)
}

/** What the header at `start` says, of a batch that is known to be undamaged. */
export function headerAt({ words, doubles }: RecordMemory, start: number): BatchHeader {
  const at = start >> 2
  const flags = words[at + 3]!
  const index = doubles[(start + 16) >> 3]!
  return {
    lengthBytes: words[at + 1]!,
    flags: flags & ((1 << FLAG_BITS) - 1),
    durableIndex: index - (flags >>> FLAG_BITS),
    index,
    epoch: words[at + 6]!,
  }
}
