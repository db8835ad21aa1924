import { dirname, join } from 'node:path'
import type { Clock } from '../util/clock.js'
import { type Logger, SILENT_LOGGER } from '../util/logger.js'
import { DataLock } from './data-lock.js'
import { type Disk, DiskError } from './disk.js'
import { type ProcessTable, SystemProcessTable } from './process-identity.js'
import { StorageError } from './storage-error.js'
import { readWhole, writeWhole } from './whole-file.js'

/** The layout of a data directory that this release writes, and the newest that it reads. */
export const DATA_FORMAT_VERSION = 1
export const FORMAT_FILE = 'leveret-data'
const FORMAT_TEMPORARY_FILE = 'leveret-data.new'
const METADATA_FOLDER = 'metadata'
const SHARDS_FOLDER = 'shards'
const SCRATCH_FOLDER = 'scratch'

export interface DataDirectoryOptions {
  readonly disk: Disk
  /** Absolute. Made, with the folders above, when it is not there. */
  readonly path: string
  readonly clock: Clock
  /** Default: those of the machine. */
  readonly processes?: ProcessTable
  /** Default: says nothing. */
  readonly logger?: Logger
}

/**
 * The folder in which a node keeps everything, locked for as long as this object is open:
 *
 *     leveret-data    format version, JSON
 *     leveret-lock    who uses it, JSON
 *     metadata/       definition log
 *     shards/0000/    message log of shard 0
 *     scratch/        what need not outlive the process; emptied at every start
 */
export class DataDirectory {
  readonly path: string
  /** Exists, with a durable name. */
  readonly metadataFolder: string
  /** Exists and is empty at the start. */
  readonly scratchFolder: string
  /** When the directory was made, in ms since the epoch. */
  readonly createdAtMs: number
  readonly #disk: Disk
  readonly #lock: DataLock

  private constructor(disk: Disk, path: string, createdAtMs: number, lock: DataLock) {
    this.path = path
    this.metadataFolder = join(path, METADATA_FOLDER)
    this.scratchFolder = join(path, SCRATCH_FOLDER)
    this.createdAtMs = createdAtMs
    this.#disk = disk
    this.#lock = lock
  }

  /**
   * Makes or finds the directory and locks it. Throws a {@link StorageError} when a running broker has it, when a newer
   * release wrote it, or when the disk fails.
   */
  static async open(options: DataDirectoryOptions): Promise<DataDirectory> {
    const { disk, path, clock, processes = new SystemProcessTable(), logger = SILENT_LOGGER } = options
    try {
      await makeDurableFolders(disk, path)
    } catch (error) {
      throw new StorageError(`data directory ${path} cannot be made`, { cause: error })
    }
    const lock = await DataLock.take({ disk, folder: path, clock, processes, logger })
    try {
      const createdAtMs = await readFormat(disk, path, clock)
      const directory = new DataDirectory(disk, path, createdAtMs, lock)
      await directory.#makeContent()
      return directory
    } catch (error) {
      await lock.release().catch(() => {})
      if (error instanceof StorageError) throw error
      throw new StorageError(`data directory ${path} cannot be used`, { cause: error })
    }
  }

  /** The folder of a shard's log: exists, with a durable name. */
  async shardFolder(shard: number): Promise<string> {
    const shards = join(this.path, SHARDS_FOLDER)
    const folder = join(shards, String(shard).padStart(4, '0'))
    await this.#disk.makeFolder(folder)
    await this.#disk.syncDirectory(shards)
    return folder
  }

  /** Octets free on the volume. */
  freeBytes(): Promise<number> {
    return this.#disk.freeBytes(this.path)
  }

  /** Gives the lock back; everything inside must be closed by then. May be called twice. */
  async close(): Promise<void> {
    await this.#lock.release()
  }

  async #makeContent(): Promise<void> {
    const disk = this.#disk
    await disk.removeFolder(this.scratchFolder)
    await disk.makeFolder(this.scratchFolder)
    await disk.makeFolder(this.metadataFolder)
    await disk.makeFolder(join(this.path, SHARDS_FOLDER))
    await disk.syncDirectory(this.path)
  }
}

async function makeDurableFolders(disk: Disk, path: string): Promise<void> {
  await disk.makeFolder(path)
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      await disk.syncDirectory(dirname(folder))
    } catch (error) {
      // A folder that we may not read is not one that we have made, nor are those above it.
      if (error instanceof DiskError && (error.code === 'EACCES' || error.code === 'EPERM')) return
      throw error
    }
  }
}

/** Checks the format file, or makes it in a new directory. Returns when the directory was made. */
async function readFormat(disk: Disk, path: string, clock: Clock): Promise<number> {
  const octets = await readWhole(disk, join(path, FORMAT_FILE))
  if (octets !== undefined) return checkFormat(path, octets.toString())

  // The format file is durable before anything else is made.
  const names = await disk.list(path)
  if (names.includes(METADATA_FOLDER) || names.includes(SHARDS_FOLDER)) {
    throw new StorageError(`data directory ${path} holds data, but the file ${FORMAT_FILE} is missing`)
  }
  const createdAtMs = Math.floor(clock.now())
  const line = { formatVersion: DATA_FORMAT_VERSION, createdAt: new Date(createdAtMs).toISOString() }
  const temporaryPath = join(path, FORMAT_TEMPORARY_FILE)
  await writeWhole(disk, join(path, FORMAT_FILE), temporaryPath, Buffer.from(`${JSON.stringify(line)}\n`))
  return createdAtMs
}

function checkFormat(path: string, text: string): number {
  let line: { formatVersion?: unknown; createdAt?: unknown }
  try {
    line = JSON.parse(text) as typeof line
  } catch (cause) {
    throw new StorageError(`${join(path, FORMAT_FILE)} is damaged`, { cause })
  }
  const { formatVersion, createdAt } = line
  if (typeof formatVersion !== 'number' || typeof createdAt !== 'string') {
    throw new StorageError(`${join(path, FORMAT_FILE)} is damaged`)
  }
  if (formatVersion > DATA_FORMAT_VERSION) {
    throw new StorageError(
      `data directory ${path} has format ${formatVersion}, which a newer release has written; ` +
        `this one reads formats up to ${DATA_FORMAT_VERSION}`,
    )
  }
  return Date.parse(createdAt)
}
