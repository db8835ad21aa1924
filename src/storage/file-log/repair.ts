import { dirname } from 'node:path'
import type { Logger } from '../../util/logger.js'
import type { Disk, DiskFile } from '../disk.js'
import { readPart, syncFile, writePart } from '../whole-file.js'
import { BATCH_HEADER_BYTES, BatchFlag, sealBatch } from './batch.js'
import { keepAside } from './quarantine.js'
import { bytesOf, readReadable } from './readable.js'
import type { BatchPlace, Damage, FoundSegment, Recovery } from './recovery.js'
import { encodeSegmentHeader, LOG_FORMAT, SEGMENT_HEADER_BYTES, type Segment } from './segment.js'
import { memoryOf } from './segment-reader.js'
import { summaryPathOf } from './segment-summary.js'
import type { SegmentTable } from './segment-table.js'

/**
 * Makes a log whole after its recovery, so that the next one finds nothing to report: cuts torn writes off, keeps
 * damaged stretches aside and covers them with void batches, and makes batches void whose piece of work is incomplete.
 * When it resolves, everything that was recovered is durable.
 */
export async function repairLog(
  disk: Disk,
  folder: string,
  table: SegmentTable,
  recovery: Recovery,
  logger: Logger,
): Promise<void> {
  const { found, damage, broken, uncertain } = recovery
  const fileOf = new Map(found.map(({ segment, file }) => [segment, file]))
  await removeSummaries(disk, folder, recovery)
  for (const each of damage) {
    const file = fileOf.get(each.segment)!
    if (await cover(disk, folder, file, each, table.epoch, logger)) continue
    each.segment.isDamaged = true
  }
  for (const { segment, position, lengthBytes } of broken) {
    const file = fileOf.get(segment)!
    await makeVoid(file, position, lengthBytes, 0, table.epoch, segment.salt)
  }
  const summarized = new Set(found.flatMap(({ segment, fromSummary }) => (fromSummary ? [segment] : [])))
  for (const place of uncertain) {
    // A summary is written once its segment is synced: nothing of that can be missing.
    if (!summarized.has(place.segment)) await writeAgain(fileOf.get(place.segment)!, place, table.epoch)
  }
  // What the end of a process left in the page cache was read as well: from now on the shard builds on it.
  for (const { file, segment } of found) if (!segment.isSummarized) await syncFile(file)
  await disk.syncDirectory(folder)
  for (const each of found) if (isEmpty(each)) await remove(disk, table, each)
}

/**
 * Removes every summary that recovery did not use, and those of segments that are about to be changed: before that, or
 * they would tell of what is not there any more.
 */
async function removeSummaries(
  disk: Disk,
  folder: string,
  { found, summaryPaths, damage, broken }: Recovery,
): Promise<void> {
  const changed = new Set([...damage, ...broken].map(({ segment }) => segment))
  const used = new Set<string>()
  for (const { segment, fromSummary } of found) {
    segment.isSummarized = fromSummary && !changed.has(segment)
    if (segment.isSummarized) used.add(summaryPathOf(segment.path))
  }
  const needless = summaryPaths.filter((path) => !used.has(path))
  for (const path of needless) await disk.remove(path)
  if (needless.length > 0) await disk.syncDirectory(folder)
}

/** Deals with a damaged stretch; false when the disk does not let us: it then stays where it is. */
async function cover(
  disk: Disk,
  folder: string,
  file: DiskFile,
  damage: Damage,
  epoch: number,
  logger: Logger,
): Promise<boolean> {
  const { segment, position, lengthBytes, atEnd, isTorn, isUnreadable, lastIndex } = damage
  if (!isTorn) {
    const octets = Buffer.alloc(lengthBytes)
    const { count, unreadable } = await readReadable(file, octets, 0, lengthBytes, position)
    const isNothing = count === bytesOf(unreadable)
    const { path } = segment
    if (!isNothing && !(await keepAside(disk, folder, path, position, octets.subarray(0, count), logger))) {
      return false
    }
  }
  // What was durable once is missed behind it, too, which a void batch can tell of.
  const isCut = atEnd && (isTorn || lengthBytes < BATCH_HEADER_BYTES || lengthBytes % 8 !== 0)
  try {
    if (position === 0) await writeHeader(file, segment, epoch)
    else if (isCut) await cut(file, damage)
    else if (isUnreadable) await makeVoidAnew(file, position, lengthBytes, lastIndex, epoch, segment.salt)
    else await makeVoid(file, position, lengthBytes, lastIndex, epoch, segment.salt)
    return true
  } catch (error) {
    // What cannot be read can perhaps not be written either.
    if (!isUnreadable) throw error
    logger.error(`octets ${position} to ${position + lengthBytes} of ${segment.path} stay unreadable`, error)
    return false
  }
}

/**
 * After a failed sync the system may show octets that it has given up writing, and calls them clean: the next sync says
 * nothing of them. Written again they are as any others.
 */
async function writeAgain(
  file: DiskFile,
  { segment, position, lengthBytes }: BatchPlace,
  epoch: number,
): Promise<void> {
  const octets = Buffer.alloc(lengthBytes)
  await readPart(file, octets, position)
  await writePart(file, octets, position)
  if (position === SEGMENT_HEADER_BYTES) await writeHeader(file, segment, epoch)
}

async function writeHeader(file: DiskFile, segment: Segment, epoch: number): Promise<void> {
  const { number, salt } = segment
  segment.epoch = epoch
  await writePart(file, encodeSegmentHeader({ format: LOG_FORMAT, number, epoch, salt }), 0)
}

async function cut(file: DiskFile, { segment, position }: Damage): Promise<void> {
  await file.truncate(position)
  segment.sizeBytes = position
}

/** Puts the header of a void batch over the octets that are there. `lastIndex`: see {@link Damage}. */
async function makeVoid(
  file: DiskFile,
  position: number,
  lengthBytes: number,
  lastIndex: number,
  epoch: number,
  salt: number,
): Promise<void> {
  const memory = memoryOf(lengthBytes)
  await readPart(file, memory.bytes, position)
  sealBatch(memory, 0, lengthBytes, BatchFlag.VOID, 0, lastIndex, epoch, salt)
  await writePart(file, memory.bytes.subarray(0, BATCH_HEADER_BYTES), position)
}

/** Writes a void batch over octets of which some cannot be read: a disk puts what is written to a bad sector elsewhere. */
async function makeVoidAnew(
  file: DiskFile,
  position: number,
  lengthBytes: number,
  lastIndex: number,
  epoch: number,
  salt: number,
): Promise<void> {
  const memory = memoryOf(lengthBytes)
  sealBatch(memory, 0, lengthBytes, BatchFlag.VOID, 0, lastIndex, epoch, salt)
  await writePart(file, memory.bytes, position)
}

/** True for a segment of which nothing but its header is left, or not even that. */
function isEmpty({ segment }: FoundSegment): boolean {
  return segment.chunks.length === 0 && segment.sizeBytes <= SEGMENT_HEADER_BYTES
}

async function remove(disk: Disk, table: SegmentTable, { segment }: FoundSegment): Promise<void> {
  table.segments.delete(segment.number)
  await segment.close()
  await disk.remove(summaryPathOf(segment.path))
  await disk.remove(segment.path)
  await disk.syncDirectory(dirname(segment.path))
}
