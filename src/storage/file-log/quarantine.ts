import { basename, join } from 'node:path'
import type { Logger } from '../../util/logger.js'
import type { Disk } from '../disk.js'
import { syncFile, writePart } from '../whole-file.js'

/** Where octets that no undamaged batch covers are kept aside, in the log's folder. */
export const QUARANTINE_FOLDER = 'quarantine'

/**
 * Keeps damaged octets of a segment aside, durably; what could not be read is zeros. False when the disk does not take
 * them, which is logged.
 */
export async function keepAside(
  disk: Disk,
  folder: string,
  segmentPath: string,
  position: number,
  octets: Buffer,
  logger: Logger,
): Promise<boolean> {
  const quarantine = join(folder, QUARANTINE_FOLDER)
  const path = join(quarantine, `${basename(segmentPath)}-${position}`)
  try {
    await disk.makeFolder(quarantine)
    await disk.syncDirectory(folder)
    await disk.remove(path)
    const copy = await disk.open(path, 'create')
    try {
      await writePart(copy, octets, 0)
      await syncFile(copy)
    } finally {
      await copy.close()
    }
    await disk.syncDirectory(quarantine)
    return true
  } catch (error) {
    logger.error(
      `octets ${position} to ${position + octets.length} of ${segmentPath} are not kept aside`,
      error,
    )
    return false
  }
}
