import type { Arena } from '../../util/arena.js'
import type { Clock } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import type { Disk } from '../disk.js'
import type { StorageError } from '../storage-error.js'
import type { SyncMode } from './flusher.js'

/** Octets of a segment's file, at about which the next one begins. */
export const SEGMENT_BYTES_DEFAULT = 32 << 20
/** Share of the time that cleaning may be at work while there is other work. */
export const CLEANING_SHARE_DEFAULT = 0.5

/** What a file log is told. */
export interface FileLogOptions {
  readonly disk: Disk
  /** Folder of the log's segments: exists with a durable name, or has nothing in it that must survive. */
  readonly folder: string
  /** Folder for transient messages that memory has no room for; its segments are removed at every start. */
  readonly scratchFolder: string
  readonly arena: Arena
  readonly clock: Clock
  readonly logger: Logger
  /** This many octets that nobody can guess. */
  readonly randomOctets: (count: number) => Buffer
  readonly sync: SyncMode
  readonly segmentBytesMax: number
  /** Octets of messages kept in memory; what is being written comes on top. */
  readonly residentBytesMax: number
  /** Octets that may wait to be written before durable messages are refused. */
  readonly unwrittenBytesMax: number
  /** Asked once a batch is durable: nothing of it counts as such before what this returns has resolved. */
  readonly beforeConfirm?: () => Promise<void> | undefined
  /** Octets of an ordinary chunk, a multiple of 8 up to the default of 1 MiB: smaller in tests. */
  readonly chunkBytes?: number
  /** Cleaning begins when the files take more than this times what is live in them, and a segment. Default 2. */
  readonly diskUseFactor?: number
  /** From 0 to 1; see {@link CLEANING_SHARE_DEFAULT}. The share does not hold when files or disk call for cleaning. */
  readonly cleaningShare?: number
  /** True while there is little room on the disk: cleaning comes before other work then. */
  readonly isSpaceShort?: () => boolean
  /** Chunks that the log may have: for tests. Default: as many as refs can tell apart. */
  readonly chunkSlotsMax?: number
  /** The first slot that a chunk gets: for tests of refs as a large log has them. Default 0. */
  readonly chunkSlotFirst?: number
  /** How long a segment is complete before a summary of it is written. Default 1000. */
  readonly summaryDelayMs?: number
  /** The log failed for good: it takes no more writes. */
  readonly onFailure?: (error: StorageError) => void
  /** The disk is full, or takes writes again. */
  readonly onFull?: (isFull: boolean) => void
}
