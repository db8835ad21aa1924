import { dirname, join } from 'node:path'
import { assert } from '../../util/assert.js'
import type { Disk, DiskError } from '../disk.js'
import { CHUNK_SLOTS_MAX } from '../ref.js'
import { StorageError } from '../storage-error.js'
import { LogChunk } from './log-chunk.js'
import { encodeSegmentHeader, Segment, segmentName } from './segment.js'

/** The segments and chunks of one log, and their files. */
export class SegmentTable {
  readonly segments = new Map<number, Segment>()
  /** Counts the starts of the broker. */
  epoch = 1
  private readonly disk: Disk
  private readonly folder: string
  private readonly scratchFolder: string
  private readonly chunks: (LogChunk | undefined)[] = []
  private readonly freeSlots: number[] = []
  private nextNumber = 1
  /** Files being opened, by segment: what waits for them. */
  private readonly opening = new Map<Segment, ((error: DiskError | undefined) => void)[]>()

  constructor(disk: Disk, folder: string, scratchFolder: string) {
    this.disk = disk
    this.folder = folder
    this.scratchFolder = scratchFolder
  }

  chunkIn(slot: number): LogChunk {
    const chunk = this.chunks[slot]
    assert(chunk !== undefined, 'a message was used after its last release')
    return chunk
  }

  /** True when another chunk can be had. */
  get hasFreeSlot(): boolean {
    return this.freeSlots.length > 0 || this.chunks.length < CHUNK_SLOTS_MAX
  }

  /** A new segment for what is to be written. */
  create(durable: boolean): Segment {
    const number = this.nextNumber++
    const path = join(durable ? this.folder : this.scratchFolder, segmentName(number))
    const segment = new Segment(number, path, durable)
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
    const slot = this.freeSlots.pop() ?? this.chunks.length
    if (slot >= CHUNK_SLOTS_MAX) throw new StorageError('the log holds as much as refs can reach (32 GiB)')
    const chunk = new LogChunk(slot, segment, filePosition)
    this.chunks[slot] = chunk
    segment.chunks.push(chunk)
    return chunk
  }

  /** The last chunk of a segment turned out to be empty. */
  dropChunk(chunk: LogChunk): void {
    const { chunks } = chunk.segment
    assert(chunks[chunks.length - 1] === chunk)
    chunks.pop()
    this.free(chunk)
  }

  /** Calls back with the segment's file open, its header written and its name durable. */
  withFile(segment: Segment, done: (error: DiskError | undefined) => void): void {
    if (segment.file !== undefined) {
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

  /** Forgets a segment in which nothing is live, and removes its file. */
  async remove(segment: Segment): Promise<void> {
    this.segments.delete(segment.number)
    for (const chunk of segment.chunks) this.free(chunk)
    for (const other of this.segments.values()) other.eventBytes.delete(segment.number)
    await segment.file?.close()
    segment.file = undefined
    await this.disk.remove(segment.path)
  }

  async close(): Promise<void> {
    for (const segment of this.segments.values()) {
      await segment.file?.close()
      segment.file = undefined
    }
  }

  /** Octets of all durable segments. */
  get durableBytes(): number {
    let bytes = 0
    for (const segment of this.segments.values()) if (segment.durable) bytes += segment.sizeBytes
    return bytes
  }

  private free(chunk: LogChunk): void {
    this.chunks[chunk.slot] = undefined
    this.freeSlots.push(chunk.slot)
  }

  private async open(segment: Segment): Promise<void> {
    const { disk } = this
    // A file of this name is what an earlier attempt left behind when the disk refused.
    await disk.remove(segment.path)
    const file = await disk.open(segment.path, 'create')
    const header = encodeSegmentHeader(segment.number, this.epoch)
    await new Promise<void>((resolve, reject) => {
      file.write(header, 0, header.length, 0, (error) => (error === undefined ? resolve() : reject(error)))
    })
    if (segment.durable) await disk.syncDirectory(dirname(segment.path))
    segment.file = file
  }

  private opened(segment: Segment, error: DiskError | undefined): void {
    const waiting = this.opening.get(segment) ?? []
    this.opening.delete(segment)
    for (const done of waiting) done(error)
  }
}
