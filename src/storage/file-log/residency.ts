import type { Arena } from '../../util/arena.js'
import type { Clock, ClockTimer } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import { CHUNK_BYTES } from '../chunk.js'
import { readBatch } from './batch.js'
import type { LogChunk } from './log-chunk.js'
import type { SegmentTable } from './segment-table.js'

/** Chunks read ahead of a consumer. */
const READ_AHEAD_CHUNKS = 4
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
  private readonly clock: Clock
  private readonly logger: Logger
  private readonly resident: LogChunk[] = []
  private readonly retries = new Set<ClockTimer>()
  private tick = 0
  private closed = false
  bytes = 0

  constructor(arena: Arena, table: SegmentTable, limitBytes: number, clock: Clock, logger: Logger) {
    this.arena = arena
    this.table = table
    this.limitBytes = limitBytes
    this.clock = clock
    this.logger = logger
  }

  /** Gives a chunk memory to be written in. */
  place(chunk: LogChunk, sizeBytes: number): void {
    this.takeMemory(chunk, sizeBytes)
    chunk.loaded = true
  }

  private takeMemory(chunk: LogChunk, sizeBytes: number): void {
    chunk.place(this.arena.take(Math.max(sizeBytes, CHUNK_BYTES)))
    chunk.lastUse = ++this.tick
    this.resident.push(chunk)
    this.bytes += chunk.sizeBytes
  }

  /** Takes a chunk's memory back, because the chunk is gone or to make room. */
  drop(chunk: LogChunk): void {
    if (chunk.region === undefined) return
    this.resident.splice(this.resident.indexOf(chunk), 1)
    this.bytes -= chunk.sizeBytes
    this.arena.give(chunk.evict())
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
    chunk.waiters.push(done)
    if (chunk.region === undefined) this.load(chunk)
    this.readOn(chunk)
  }

  /**
   * Makes room down to the limit. `spill` is asked to write a chunk to its file that has not got it all; what cannot
   * go yet stays.
   */
  makeRoom(spill: (chunk: LogChunk) => void, isWriting: (chunk: LogChunk) => boolean): void {
    let excess = this.bytes - this.limitBytes
    if (excess <= 0) return
    const oldestFirst = [...this.resident].sort((a, b) => a.lastUse - b.lastUse)
    for (const chunk of oldestFirst) {
      if (excess <= 0) return
      if (chunk.busy > 0 || isWriting(chunk)) continue
      excess -= chunk.sizeBytes
      if (chunk.written < chunk.used) spill(chunk)
      else this.drop(chunk)
    }
  }

  close(): void {
    this.closed = true
    for (const timer of this.retries) timer.cancel()
    this.retries.clear()
    for (const chunk of [...this.resident]) this.drop(chunk)
  }

  /** Reads the chunks that follow in the file. */
  private readOn(chunk: LogChunk): void {
    const { chunks } = chunk.segment
    let left = READ_AHEAD_CHUNKS
    for (let i = chunks.indexOf(chunk) + 1; i < chunks.length && left > 0; i++, left--)
      this.readAhead(chunks[i]!)
    // The next segment in the order of writing carries on where this one ends.
    const next = left > 0 ? this.table.segments.get(chunk.segment.number + 1) : undefined
    for (let i = 0; next !== undefined && i < next.chunks.length && left > 0; i++, left--) {
      this.readAhead(next.chunks[i]!)
    }
  }

  private readAhead(chunk: LogChunk): void {
    if (chunk.region !== undefined || chunk.live === 0 || chunk.written === 0) return
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
    const { file } = chunk.segment
    const { bytes, start, used, filePosition } = chunk
    file!.read(bytes, start, start + used, filePosition, (error, count) => {
      if (this.closed) return
      const problem = error?.message ?? this.damageIn(chunk, count)
      if (problem === undefined) this.loaded(chunk)
      else this.retryLater(chunk, problem)
    })
  }

  private damageIn(chunk: LogChunk, count: number): string | undefined {
    if (count < chunk.used) return `only ${count} of ${chunk.used} octets are there`
    if (!chunk.segment.durable) return undefined
    const end = chunk.start + chunk.used
    for (let at = chunk.start; at < end; ) {
      const batch = readBatch(chunk, at, end)
      if (batch === undefined) return `the batch at octet ${chunk.filePosition + at - chunk.start} is damaged`
      at += batch.lengthBytes
    }
    return undefined
  }

  private loaded(chunk: LogChunk): void {
    chunk.busy -= 1
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
