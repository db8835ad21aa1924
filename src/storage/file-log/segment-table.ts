import { dirname, join } from 'node:path'
import { assert } from '../../util/assert.js'
import type { Clock, ClockTimer } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import { NumberHeap } from '../../util/number-heap.js'
import { type Disk, DiskError, type DiskFile } from '../disk.js'
import { CHUNK_SLOTS_MAX } from '../ref.js'
import { StorageError } from '../storage-error.js'
import type { FileLogOptions } from './file-log-options.js'
import { LogChunk } from './log-chunk.js'
import { encodeSegmentHeader, LOG_FORMAT, Segment, segmentName } from './segment.js'
import { summaryPathOf } from './segment-summary.js'

/** After a failed removal of a file, how long until the next try. */
const REMOVE_RETRY_MS = 1000

export type SegmentTableOptions = Pick<
  FileLogOptions,
  | 'disk'
  | 'clock'
  | 'logger'
  | 'folder'
  | 'scratchFolder'
  | 'randomOctets'
  | 'chunkSlotFirst'
  | 'chunkSlotsMax'
>

/** The segments and chunks of one log, and their files. */
export class SegmentTable {
  readonly segments = new Map<number, Segment>()
  /** Counts the starts of the broker. */
  epoch = 1
  private readonly disk: Disk
  private readonly clock: Clock
  private readonly logger: Logger
  private readonly folder: string
  private readonly scratchFolder: string
  private readonly randomOctets: (count: number) => Buffer
  private readonly slotsMax: number
  private readonly chunks: (LogChunk | undefined)[] = []
  /** Slots that were used before. The lowest is used first: refs into low slots are the small ones. */
  private readonly freeSlots = new NumberHeap()
  private nextSlot: number
  private nextNumber = 1
  /** Files being opened, by segment: what waits for them. */
  private readonly opening = new Map<Segment, ((error: DiskError | undefined) => void)[]>()
  /** Files to be removed, in this order and one at a time. */
  private readonly doomed: { readonly segment: Segment; readonly done: () => void }[] = []
  private removing: Promise<void> | undefined
  private retryTimer: ClockTimer | undefined
  private closed = false

  constructor(options: SegmentTableOptions) {
    this.disk = options.disk
    this.clock = options.clock
    this.logger = options.logger
    this.folder = options.folder
    this.scratchFolder = options.scratchFolder
    this.randomOctets = options.randomOctets
    this.nextSlot = options.chunkSlotFirst ?? 0
    this.slotsMax = Math.min(this.nextSlot + (options.chunkSlotsMax ?? CHUNK_SLOTS_MAX), CHUNK_SLOTS_MAX)
  }

  chunkIn(slot: number): LogChunk {
    const chunk = this.chunks[slot]
    assert(chunk !== undefined, 'a message was used after its last release')
    return chunk
  }

  /** Chunks that can still be had. */
  get freeSlotCount(): number {
    return this.freeSlots.size + this.slotsMax - this.nextSlot
  }

  /** Number of the durable segment that takes what is appended now, or of the next one when there is none yet. */
  get fillingNumber(): number {
    for (const { durable, complete, number } of this.segments.values())
      if (durable && !complete) return number
    return this.nextNumber
  }

  /** A new segment for what is to be written. */
  create(durable: boolean): Segment {
    const number = this.nextNumber++
    const path = join(durable ? this.folder : this.scratchFolder, segmentName(number))
    const segment = new Segment(number, path, durable)
    segment.salt = this.randomOctets(4).readInt32LE()
    segment.epoch = this.epoch
    this.segments.set(number, segment)
    return segment
  }

  /** A segment that recovery found. */
  adopt(number: number, path: string): Segment {
    this.nextNumber = Math.max(this.nextNumber, number + 1)
    const segment = new Segment(number, path, true)
    segment.complete = true
    this.segments.set(number, segment)
    return segment
  }

  /** Adds a chunk that begins at octet `filePosition`. */
  addChunk(segment: Segment, filePosition: number): LogChunk {
    const slot = this.takeSlot()
    const chunk = new LogChunk(slot, segment, filePosition)
    this.chunks[slot] = chunk
    segment.chunks.push(chunk)
    return chunk
  }

  private takeSlot(): number {
    const { freeSlots } = this
    if (freeSlots.size > 0) {
      const slot = freeSlots.firstKey
      freeSlots.pop()
      return slot
    }
    if (this.nextSlot === this.slotsMax) {
      throw new StorageError(`the log has ${this.slotsMax} chunks, as many as it can`)
    }
    return this.nextSlot++
  }

  /** Forgets a chunk that nothing refers to. */
  dropChunk(chunk: LogChunk): void {
    const { chunks } = chunk.segment
    const place = chunks.lastIndexOf(chunk)
    if (place < 0) return
    chunks.splice(place, 1)
    this.free(chunk)
  }

  /** Calls back with the segment's file open, its header written and its name durable. */
  withFile(segment: Segment, done: (error: DiskError | undefined) => void): void {
    if (segment.isOpen) {
      done(undefined)
      return
    }
    const waiting = this.opening.get(segment)
    if (waiting !== undefined) {
      waiting.push(done)
      return
    }
    this.opening.set(segment, [done])
    this.open(segment).then(
      () => this.opened(segment, undefined),
      (error: DiskError) => this.opened(segment, error),
    )
  }

  /**
   * Forgets a segment that nobody needs and removes its file. `done` is called once no crash brings the file back: only
   * then may be forgotten what other segments say of its messages. Removals keep their order for the same reason.
   */
  remove(segment: Segment, done: () => void): void {
    segment.leaving = true
    for (const chunk of segment.chunks) this.free(chunk)
    segment.chunks.length = 0
    this.doomed.push({ segment, done })
    this.removing ??= this.removeDoomed()
  }

  /** Resolves once every file is closed. */
  async close(): Promise<void> {
    this.closed = true
    this.retryTimer?.cancel()
    await this.removing
    for (const segment of this.segments.values()) await segment.close().catch(() => {})
  }

  private free(chunk: LogChunk): void {
    this.chunks[chunk.slot] = undefined
    this.freeSlots.push(chunk.slot, 0)
  }

  private async removeDoomed(): Promise<void> {
    for (let first = this.doomed[0]; first !== undefined; first = this.doomed[0]) {
      const { segment, done } = first
      try {
        await segment.summarizing
        await segment.close()
        // First, so that it never stands there alone: another segment may get the number after a restart.
        if (segment.durable) await this.disk.remove(summaryPathOf(segment.path))
        await this.disk.remove(segment.path)
        if (segment.durable) await this.disk.syncDirectory(dirname(segment.path))
      } catch (error) {
        this.logger.error(`removing ${segment.path} failed, will be tried again`, error)
        break
      }
      this.doomed.shift()
      this.segments.delete(segment.number)
      for (const other of this.segments.values()) other.eventBytes.delete(segment.number)
      if (!this.closed) done()
    }
    this.removing = undefined
    if (this.doomed.length === 0 || this.closed) return
    // Another removal may have come meanwhile and failed as well: one timer is enough, and all that close() knows of.
    this.retryTimer?.cancel()
    this.retryTimer = this.clock.setTimer(() => {
      this.removing ??= this.removeDoomed()
    }, REMOVE_RETRY_MS)
  }

  private async open(segment: Segment): Promise<void> {
    const file = await this.createFile(segment.path)
    try {
      const { number, epoch, salt } = segment
      const header = encodeSegmentHeader({ format: LOG_FORMAT, number, epoch, salt })
      await new Promise<void>((resolve, reject) => {
        file.write(header, 0, header.length, 0, (error) => (error === undefined ? resolve() : reject(error)))
      })
      if (segment.durable) await this.disk.syncDirectory(dirname(segment.path))
    } catch (error) {
      await file.close().catch(() => {})
      throw error
    }
    if (segment.leaving || this.closed) {
      await file.close()
      throw new DiskError(`opening ${segment.path}`, 'EBADF', new Error('the segment is not needed any more'))
    }
    segment.opened(file)
  }

  private async createFile(path: string): Promise<DiskFile> {
    try {
      return await this.disk.open(path, 'create')
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== 'EEXIST') throw error
      // What an earlier attempt left behind when the disk refused.
      await this.disk.remove(path)
      return this.disk.open(path, 'create')
    }
  }

  private opened(segment: Segment, error: DiskError | undefined): void {
    const waiting = this.opening.get(segment) ?? []
    this.opening.delete(segment)
    for (const done of waiting) done(error)
  }
}
