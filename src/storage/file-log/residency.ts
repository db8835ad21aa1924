import type { Arena } from '../../util/arena.js'
import type { Clock, ClockTimer } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import { CHUNK_BYTES } from '../chunk.js'
import { RECORD_ALIGNMENT_BYTES } from '../record.js'
import { BatchFlag, readBatch, sealBatch } from './batch.js'
import type { FileLogOptions } from './file-log-options.js'
import type { LogChunk, LostOctets } from './log-chunk.js'
import { bytesOf, readReadable } from './readable.js'
import type { SegmentTable } from './segment-table.js'

/** Most chunks read ahead of a consumer; fewer when memory is small. */
const READ_AHEAD_CHUNKS = 4
/** Read ahead takes at most this share of memory, lest it pushes out what is being consumed. */
const READ_AHEAD_SHARE = 0.25
/** After a failed read, how long until the next try. */
const READ_RETRY_MS = 1000
/** Reads that may fail, or find damage, before what is damaged is given up: a read may be wrong once. */
const READ_TRIES = 4

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
  private readonly lose: (chunk: LogChunk, lost: readonly LostOctets[]) => Promise<void>
  private readonly resident: LogChunk[] = []
  private readonly retries = new Set<ClockTimer>()
  private tick = 0
  private reads = 0
  private closed = false
  private whenIdle: (() => void) | undefined
  bytes = 0

  /**
   * `lose` is told what of a chunk is damaged, before anybody gets the rest. Until it has resolved the chunk is not
   * loaded; its memory holds what was read.
   */
  constructor(
    table: SegmentTable,
    options: FileLogOptions,
    lose: (chunk: LogChunk, lost: readonly LostOctets[]) => Promise<void>,
  ) {
    const { arena, residentBytesMax: limitBytes, clock, logger, chunkBytes = CHUNK_BYTES } = options
    this.chunkBytes = chunkBytes
    this.arena = arena
    this.table = table
    this.lose = lose
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
      this.finish(chunk)
      return
    }
    this.reads += 1
    // Of a chunk that is known to be damaged the rest is wanted, with no more ado.
    if (chunk.lost.length > 0) {
      void this.salvage(chunk).then(() => this.answered())
      return
    }
    const { bytes, start, used, filePosition } = chunk
    chunk.segment.read(bytes, start, start + used, filePosition, (error, count) => {
      if (!this.closed) this.judge(chunk, error?.message ?? problemIn(chunk, count))
      this.answered()
    })
  }

  private answered(): void {
    this.reads -= 1
    if (this.closed && this.reads === 0) this.whenIdle?.()
  }

  private judge(chunk: LogChunk, problem: string | undefined): void {
    if (chunk.unwanted || problem === undefined) {
      this.finish(chunk)
      return
    }
    chunk.failedReads += 1
    if (chunk.failedReads < READ_TRIES) {
      this.retryLater(chunk, problem)
      return
    }
    this.reads += 1
    void this.salvage(chunk).then(() => this.answered())
  }

  /** Reads whatever can be read, and has the rest given up. */
  private async salvage(chunk: LogChunk): Promise<void> {
    const { bytes, start, used, filePosition, segment } = chunk
    const { count, unreadable } = await readReadable(segment, bytes, start, start + used, filePosition)
    if (this.closed) return
    if (bytesOf(unreadable) === used) {
      // A disk that gives nothing may come back.
      this.retryLater(chunk, 'nothing of it can be read')
      return
    }
    bytes.fill(0, start + count, start + used)
    const isWhole = unreadable.length === 0 && count === used
    // Nothing tells of scratch, which has no batches, how far what could not be read spoils it.
    const lost = segment.durable ? damageIn(chunk) : isWhole ? [] : [{ from: 0, to: used }]
    const fresh = lost.filter(
      ({ from, to }) => !chunk.lost.some((each) => each.from <= from && to <= each.to),
    )
    if (chunk.unwanted) this.finish(chunk)
    else if (fresh.length > 0 && chunk.failedReads < READ_TRIES) this.judge(chunk, 'more of it is damaged')
    else await this.giveUp(chunk, lost, fresh)
  }

  private async giveUp(
    chunk: LogChunk,
    lost: readonly LostOctets[],
    fresh: readonly LostOctets[],
  ): Promise<void> {
    try {
      if (fresh.length > 0) await this.lose(chunk, fresh)
      if (this.closed) return
      chunk.lost = lost
      for (const each of lost) cover(chunk, each)
      this.finish(chunk)
    } catch (error) {
      if (!this.closed) this.retryLater(chunk, String(error))
    }
  }

  /** The chunk is there, or nobody wants it any more. */
  private finish(chunk: LogChunk): void {
    chunk.failedReads = 0
    chunk.loaded = !chunk.unwanted
    this.rest(chunk)
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

function problemIn(chunk: LogChunk, count: number): string | undefined {
  if (count < chunk.used) return `only ${count} of ${chunk.used} octets are there`
  if (!chunk.segment.durable) return undefined
  const [first] = damageIn(chunk)
  return first === undefined ? undefined : `the batch at octet ${chunk.filePosition + first.from} is damaged`
}

/** Stretches of a chunk's memory that no undamaged batch covers. */
function damageIn(chunk: LogChunk): LostOctets[] {
  const { start, used, segment } = chunk
  const damage: LostOctets[] = []
  let from = -1
  let at = 0
  while (at < used) {
    const batch = readBatch(chunk, start + at, start + used, segment.salt)
    if (batch === undefined) {
      if (from < 0) from = at
      at += RECORD_ALIGNMENT_BYTES
      continue
    }
    if (from >= 0) damage.push({ from, to: at })
    from = -1
    at += batch.lengthBytes
  }
  if (from >= 0) damage.push({ from, to: used })
  return damage
}

/** Makes one batch without records of damaged octets, so that the memory can be walked through. */
function cover(chunk: LogChunk, { from, to }: LostOctets): void {
  const { start, segment } = chunk
  if (!segment.durable) return
  sealBatch(chunk, start + from, start + to, BatchFlag.VOID, 0, 0, segment.epoch, segment.salt)
}
