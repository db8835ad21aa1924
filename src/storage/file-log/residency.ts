import type { Arena } from '../../util/arena.js'
import type { Clock, ClockTimer } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import { CHUNK_BYTES } from '../chunk.js'
import { readBatch } from './batch.js'
import type { FileLogOptions } from './file-log-options.js'
import type { LogChunk } from './log-chunk.js'
import type { SegmentTable } from './segment-table.js'

/** Most chunks read ahead of a consumer; fewer when memory is small. */
const READ_AHEAD_CHUNKS = 4
/** Read ahead takes at most this share of memory, lest it pushes out what is being consumed. */
const READ_AHEAD_SHARE = 0.25
/** After a failed read, how long until the next try. */
const READ_RETRY_MS = 1000

/**
 * Which chunks are in memory. Beyond the limit the ones that were not read for longest are left to their files;
 * what a consumer will want next is read back before it asks.
 */
export class Residency {
  private readonly arena: Arena
  private readonly table: SegmentTable
  private readonly limitBytes: number
  private readonly chunkBytes: number
  private readonly readAheadChunks: number
  private readonly clock: Clock
  private readonly logger: Logger
  private readonly resident: LogChunk[] = []
  private readonly retries = new Set<ClockTimer>()
  private tick = 0
  private reads = 0
  private closed = false
  private whenIdle: (() => void) | undefined
  bytes = 0

  constructor(table: SegmentTable, options: FileLogOptions) {
    const { arena, residentBytesMax: limitBytes, clock, logger, chunkBytes = CHUNK_BYTES } = options
    this.chunkBytes = chunkBytes
    this.arena = arena
    this.table = table
    this.limitBytes = limitBytes
    this.readAheadChunks = Math.min(
      READ_AHEAD_CHUNKS,
      Math.floor((limitBytes * READ_AHEAD_SHARE) / chunkBytes),
    )
    this.clock = clock
    this.logger = logger
  }

  /** Gives a chunk memory to be written in. */
  place(chunk: LogChunk, sizeBytes: number): void {
    this.takeMemory(chunk, sizeBytes)
    chunk.loaded = true
  }

  private takeMemory(chunk: LogChunk, sizeBytes: number): void {
    chunk.place(this.arena.take(Math.max(sizeBytes, this.chunkBytes)))
    chunk.lastUse = ++this.tick
    this.resident.push(chunk)
    this.bytes += chunk.sizeBytes
  }

  /** Takes a chunk's memory back, because the chunk is gone or to make room: now, or when nobody is busy with it. */
  drop(chunk: LogChunk): void {
    if (chunk.region === undefined) return
    if (chunk.busy > 0) {
      chunk.unwanted = true
      return
    }
    this.resident.splice(this.resident.indexOf(chunk), 1)
    this.bytes -= chunk.sizeBytes
    this.arena.give(chunk.evict())
  }

  /** Somebody is not busy with the chunk's memory any more. */
  rest(chunk: LogChunk): void {
    chunk.busy -= 1
    if (chunk.unwanted && chunk.busy === 0) this.drop(chunk)
  }

  /** The chunk is being read by a consumer. */
  touch(chunk: LogChunk): void {
    chunk.lastUse = ++this.tick
    if (!chunk.readAhead) return
    chunk.readAhead = false
    this.readOn(chunk)
  }

  /** Reads a chunk's bytes back and then calls `done`. */
  fetch(chunk: LogChunk, done: () => void): void {
    if (chunk.loaded) {
      queueMicrotask(done)
      return
    }
    chunk.unwanted = false
    chunk.waiters.push(done)
    if (chunk.region === undefined) this.load(chunk)
    this.readOn(chunk)
  }

  /**
   * Makes room down to the limit. `spill` is asked to write to its file a chunk of transient messages that is not there
   * yet; what cannot go stays.
   */
  makeRoom(spill: (chunk: LogChunk) => void, isWriting: (chunk: LogChunk) => boolean): void {
    let excess = this.bytes - this.limitBytes
    if (excess <= 0) return
    const oldestFirst = [...this.resident].sort((a, b) => a.lastUse - b.lastUse)
    for (const chunk of oldestFirst) {
      if (excess <= 0) return
      if (isWriting(chunk)) continue
      const isInFile = chunk.written === chunk.used
      if (chunk.busy > 0) {
        // One that is being spilled will go; one that is being read has just come.
        if (!chunk.segment.durable && !isInFile) excess -= chunk.sizeBytes
        continue
      }
      if (!isInFile && chunk.segment.durable) continue
      excess -= chunk.sizeBytes
      if (isInFile) this.drop(chunk)
      else spill(chunk)
    }
  }

  /** Resolves once no read is under way and all memory is given back. */
  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.retries) timer.cancel()
    this.retries.clear()
    if (this.reads > 0) {
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve
      })
    }
    for (const chunk of [...this.resident]) {
      chunk.busy = 0
      this.drop(chunk)
    }
  }

  /** Reads the chunks that follow in the file. */
  private readOn(chunk: LogChunk): void {
    const { chunks } = chunk.segment
    let left = this.readAheadChunks
    for (let i = chunks.indexOf(chunk) + 1; i < chunks.length && left > 0; i++, left--)
      this.readAhead(chunks[i]!)
    // The next segment in the order of writing carries on where this one ends.
    const next = left > 0 ? this.table.segments.get(chunk.segment.number + 1) : undefined
    if (next?.durable !== chunk.segment.durable) return
    for (let i = 0; i < next.chunks.length && left > 0; i++, left--) this.readAhead(next.chunks[i]!)
  }

  private readAhead(chunk: LogChunk): void {
    if (chunk.region !== undefined || chunk.live === 0 || chunk.written < chunk.used) return
    this.load(chunk)
    chunk.readAhead = true
  }

  private load(chunk: LogChunk): void {
    this.takeMemory(chunk, chunk.used)
    chunk.busy += 1
    chunk.readAhead = true
    this.read(chunk)
  }

  private read(chunk: LogChunk): void {
    if (this.closed) return
    if (chunk.unwanted) {
      this.rest(chunk)
      return
    }
    this.reads += 1
    const { bytes, start, used, filePosition } = chunk
    chunk.segment.read(bytes, start, start + used, filePosition, (error, count) => {
      this.reads -= 1
      if (this.closed) {
        if (this.reads === 0) this.whenIdle?.()
        return
      }
      const problem = error?.message ?? this.damageIn(chunk, count)
      if (chunk.unwanted) this.rest(chunk)
      else if (problem === undefined) this.loaded(chunk)
      else this.retryLater(chunk, problem)
    })
  }

  private damageIn(chunk: LogChunk, count: number): string | undefined {
    if (count < chunk.used) return `only ${count} of ${chunk.used} octets are there`
    if (!chunk.segment.durable) return undefined
    const end = chunk.start + chunk.used
    for (let at = chunk.start; at < end; ) {
      const batch = readBatch(chunk, at, end, chunk.segment.salt)
      if (batch === undefined) return `the batch at octet ${chunk.filePosition + at - chunk.start} is damaged`
      at += batch.lengthBytes
    }
    return undefined
  }

  private loaded(chunk: LogChunk): void {
    this.rest(chunk)
    chunk.loaded = true
    const { waiters } = chunk
    chunk.waiters = []
    if (waiters.length > 0) chunk.readAhead = false
    for (const done of waiters) done()
  }

  private retryLater(chunk: LogChunk, problem: string): void {
    this.logger.error(`reading ${chunk.segment.path} failed, will be tried again: ${problem}`)
    const timer = this.clock.setTimer(() => {
      this.retries.delete(timer)
      this.read(chunk)
    }, READ_RETRY_MS)
    this.retries.add(timer)
  }
}
