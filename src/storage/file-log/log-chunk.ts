import type { Region } from '../../util/arena.js'
import type { Segment } from './segment.js'

/** Octets of a chunk, from its start, that its file does not have any more as they were written. */
export interface LostOctets {
  readonly from: number
  readonly to: number
}

/**
 * A stretch of a segment, at most a chunk long unless one message fills it, and its bytes while they are in memory.
 * A ref names a chunk by its slot for as long as the segment lives, resident or not.
 */
export class LogChunk {
  readonly slot: number
  readonly segment: Segment
  /** Where the chunk begins in the segment's file. */
  readonly filePosition: number
  /** Octets written by the log. */
  used = 0
  /** Octets that the file has, from the chunk's start. */
  written = 0
  /** (message, queue) pairs that are not released yet. */
  live = 0
  /** Octets of the records of those pairs: each has its share of its message. */
  liveBytes = 0

  /** The memory, or undefined while only the file has the bytes. */
  region: Region | undefined
  bytes: Buffer = NOTHING
  words: Int32Array = NO_WORDS
  doubles: Float64Array = NO_DOUBLES
  /** Where the chunk begins in `bytes`. */
  start = 0
  sizeBytes = 0
  /** The memory holds all that was written: false while it is being read from the file. */
  loaded = false
  /** When it was last read, in ticks of the residency. */
  lastUse = 0
  /** Was read from the file ahead of need and not looked at yet. */
  readAhead = false
  /** How many read or write the memory at this moment: it must stay. */
  busy = 0
  /** The memory goes as soon as nobody is busy with it. */
  unwanted = false
  /** What was found damaged when it was read: nobody has messages there. */
  lost: readonly LostOctets[] = []
  /** Reads in a row that failed, or found damage. */
  failedReads = 0
  /** Whoever waits for the bytes. */
  waiters: (() => void)[] = []

  constructor(slot: number, segment: Segment, filePosition: number) {
    this.slot = slot
    this.segment = segment
    this.filePosition = filePosition
  }

  /** Gives the chunk memory to lie in. */
  place(region: Region): void {
    this.region = region
    this.bytes = region.bytes
    this.words = region.words
    this.doubles = region.doubles
    this.start = region.start
    this.sizeBytes = region.end - region.start
  }

  /** Leaves the bytes to the file alone. Returns the memory. */
  evict(): Region {
    const region = this.region!
    this.region = undefined
    this.loaded = false
    this.readAhead = false
    this.unwanted = false
    this.bytes = NOTHING
    this.words = NO_WORDS
    this.doubles = NO_DOUBLES
    return region
  }
}

const NOTHING = Buffer.alloc(0)
const NO_WORDS = new Int32Array(0)
const NO_DOUBLES = new Float64Array(0)
