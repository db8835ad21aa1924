import { basename, dirname, join } from 'node:path'
import type { Logger } from '../../util/logger.js'
import type { Disk, DiskFile } from '../disk.js'
import { readPart, syncFile, writePart } from '../whole-file.js'
import { BATCH_HEADER_BYTES, BatchFlag, sealBatch } from './batch.js'
import type { BatchPlace, Damage, FoundSegment, Recovery } from './recovery.js'
import { encodeSegmentHeader, LOG_FORMAT, SEGMENT_HEADER_BYTES, type Segment } from './segment.js'
import { memoryOf } from './segment-reader.js'
import type { SegmentTable } from './segment-table.js'

/** Where octets that no undamaged batch covers are kept aside, in the log's folder. */
export const QUARANTINE_FOLDER = 'quarantine'

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
  const { found, damage, broken, lastFlush } = recovery
  const fileOf = new Map(found.map(({ segment, file }) => [segment, file]))
  for (const each of damage) {
    const file = fileOf.get(each.segment)!
    if (!each.isTorn && !(await keepAside(disk, folder, file, each, logger))) continue
    if (each.position === 0) await writeHeader(file, each.segment, table.epoch)
    else if (each.atEnd) await cut(file, each)
    else await makeVoid(file, each.position, each.lengthBytes, table.epoch, each.segment.salt)
  }
  for (const { segment, position, lengthBytes } of broken) {
    const file = fileOf.get(segment)!
    await makeVoid(file, position, lengthBytes, table.epoch, segment.salt)
  }
  for (const place of lastFlush) await writeAgain(fileOf.get(place.segment)!, place, table.epoch)
  // What the end of a process left in the page cache was read as well: from now on the shard builds on it.
  for (const { file } of found) await syncFile(file)
  await disk.syncDirectory(folder)
  for (const each of found) if (isEmpty(each)) await remove(disk, table, each)
}

/** Copies a damaged stretch; false when the disk does not take it: it then stays where it is. */
async function keepAside(
  disk: Disk,
  folder: string,
  file: DiskFile,
  { segment, position, lengthBytes }: Damage,
  logger: Logger,
): Promise<boolean> {
  const quarantine = join(folder, QUARANTINE_FOLDER)
  const path = join(quarantine, `${basename(segment.path)}-${position}`)
  try {
    const octets = Buffer.alloc(lengthBytes)
    const count = await readPart(file, octets, position)
    await disk.makeFolder(quarantine)
    await disk.syncDirectory(folder)
    await disk.remove(path)
    const copy = await disk.open(path, 'create')
    try {
      await writePart(copy, octets.subarray(0, count), 0)
      await syncFile(copy)
    } finally {
      await copy.close()
    }
    await disk.syncDirectory(quarantine)
    return true
  } catch (error) {
    logger.error(
      `octets ${position} to ${position + lengthBytes} of ${segment.path} are not kept aside`,
      error,
    )
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
  await writePart(file, encodeSegmentHeader({ format: LOG_FORMAT, number, epoch, salt }), 0)
}

async function cut(file: DiskFile, { segment, position }: Damage): Promise<void> {
  await file.truncate(position)
  segment.sizeBytes = position
}

/** Puts the header of a void batch over the octets that are there. */
async function makeVoid(
  file: DiskFile,
  position: number,
  lengthBytes: number,
  epoch: number,
  salt: number,
): Promise<void> {
  const memory = memoryOf(lengthBytes)
  await readPart(file, memory.bytes, position)
  sealBatch(memory, 0, lengthBytes, BatchFlag.VOID, 0, 0, epoch, salt)
  await writePart(file, memory.bytes.subarray(0, BATCH_HEADER_BYTES), position)
}

/** True for a segment of which nothing but its header is left, or not even that. */
function isEmpty({ segment }: FoundSegment): boolean {
  return segment.chunks.length === 0 && segment.sizeBytes <= SEGMENT_HEADER_BYTES
}

async function remove(disk: Disk, table: SegmentTable, { segment }: FoundSegment): Promise<void> {
  table.segments.delete(segment.number)
  await segment.close()
  await disk.remove(segment.path)
  await disk.syncDirectory(dirname(segment.path))
}
