import type { MessageView } from '../../core/message.js'
import type { ShardLog, ShardLogOwner } from '../../core/shard/shard-log.js'
import {
  markTarget,
  messageRecordBytes,
  openMessage,
  publishedAtMs,
  RecordKind,
  TargetState,
  writeMessage,
  writeTarget,
} from '../record.js'
import { makeRef, offsetOf, slotOf } from '../ref.js'
import type { StorageError } from '../storage-error.js'
import { BATCH_HEADER_BYTES, BatchFlag } from './batch.js'
import { Cleaner, type CleanerClient } from './cleaner.js'
import { EventWriter } from './event-writer.js'
import type { FileLogOptions } from './file-log-options.js'
import { type BatchRange, Flusher, type FlusherClient } from './flusher.js'
import type { LogChunk } from './log-chunk.js'
import { type RecoveryReport, recoverLog } from './recovery.js'
import { Residency } from './residency.js'
import type { Segment } from './segment.js'
import { SegmentTable } from './segment-table.js'

/**
 * The {@link ShardLog} in files. Durable records fill chunks of memory that are at once the write buffer and the
 * first home of what is to be delivered: a batch is written to its segment from where it was composed. Transient
 * messages lie in chunks of their own, which reach a (scratch) file only when memory runs short.
 */
export class FileLog implements ShardLog, FlusherClient, CleanerClient {
  private readonly options: FileLogOptions
  private readonly table: SegmentTable
  private readonly residency: Residency
  private readonly flusher: Flusher
  private readonly cleaner: Cleaner
  private readonly events = new EventWriter((recordBytes) => this.durableRoom(recordBytes))
  private owner: ShardLogOwner | undefined
  private segment: Segment | undefined
  private chunk: LogChunk | undefined
  /** Where the open batch begins in the chunk, -1 when none is open. */
  private batchStart = -1
  private batchFollows = false
  private batches: BatchRange[] = []
  private unwrittenBytes = 0
  /** Batches that are on their way to the disk, and their octets. */
  private flying: readonly BatchRange[] = []
  private flyingBytes = 0
  private scratchSegment: Segment | undefined
  private scratchChunk: LogChunk | undefined
  private atomicDepth = 0
  private syncWaiters: ((error: Error | undefined) => void)[] = []
  private syncWaitersSealed: ((error: Error | undefined) => void)[] = []

  /** To be had from `openFileLog`: until {@link recover} is over nothing else may be called. */
  constructor(options: FileLogOptions) {
    this.options = options
    const { disk, clock, logger, arena } = options
    this.table = new SegmentTable(disk, options.folder, options.scratchFolder)
    this.residency = new Residency(arena, this.table, options.residentBytesMax, clock, logger)
    this.flusher = new Flusher(this.table, this, options.sync, clock, logger)
    this.cleaner = new Cleaner(this.table, this.residency, this, options)
  }

  /** Tells the owner what the files hold. */
  async recover(): Promise<RecoveryReport> {
    const report = await recoverLog(this.options, this.table, this.owner!)
    this.flusher.nextIndex = report.lastBatchIndex + 1
    return report
  }

  attach(owner: ShardLogOwner): void {
    this.owner = owner
    this.cleaner.attach(owner)
  }

  get residentBytes(): number {
    return this.residency.bytes
  }

  // ---- appending

  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number {
    const recordBytes = messageRecordBytes(message, targetCount)
    const chunk = durable ? this.durableRoom(recordBytes) : this.scratchRoom(recordBytes)
    if (durable) this.events.seal()
    const offset = chunk.used
    chunk.used = offset + recordBytes
    chunk.live += targetCount
    chunk.total += targetCount
    writeMessage(chunk, chunk.start + offset, recordBytes, message, targetCount, nowMs)
    return makeRef(chunk.slot, offset)
  }

  setTarget(ref: number, target: number, queueId: number, position: number, kept: boolean): void {
    const chunk = this.chunkOf(ref)
    const state = kept ? 0 : TargetState.TRANSIENT
    writeTarget(chunk, chunk.start + offsetOf(ref), target, queueId, position, state)
  }

  settled(queueId: number, position: number, ref: number): void {
    this.note(RecordKind.SETTLED, TargetState.SETTLED, queueId, position, ref)
  }

  delivered(queueId: number, position: number, ref: number): void {
    this.note(RecordKind.DELIVERED, TargetState.DELIVERED, queueId, position, ref)
  }

  counted(queueId: number, position: number, ref: number, deliveries: number, acquisitions: number): void {
    const { segment } = this.chunkOf(ref)
    this.events.count(queueId, position, segment.number, deliveries, acquisitions)
  }

  /** In the message's own record while that has not gone out, else in a record of its own. */
  private note(kind: number, state: number, queueId: number, position: number, ref: number): void {
    const chunk = this.chunkOf(ref)
    if (chunk === this.chunk && this.batchStart >= 0 && offsetOf(ref) > this.batchStart) {
      markTarget(chunk, chunk.start + offsetOf(ref), queueId, position, state)
    } else {
      this.events.say(kind, queueId, position, chunk.segment.number)
    }
  }

  atomically(work: () => void): void {
    this.atomicDepth += 1
    try {
      work()
    } finally {
      this.atomicDepth -= 1
    }
  }

  /** Writes an event record of another segment anew. For the cleaner. */
  repeatEvent(kind: number, queueId: number, position: number, run: number, segment: number): void {
    this.events.repeat(kind, queueId, position, run, segment)
  }

  /** The chunk that takes the next durable record, with a batch open in it. */
  private durableRoom(recordBytes: number): LogChunk {
    let { chunk } = this
    const headerBytes = this.batchStart < 0 ? BATCH_HEADER_BYTES : 0
    if (chunk === undefined || chunk.used + headerBytes + recordBytes > chunk.sizeBytes) {
      chunk = this.nextChunk(BATCH_HEADER_BYTES + recordBytes)
    }
    if (this.batchStart < 0) {
      this.batchStart = chunk.used
      chunk.used += BATCH_HEADER_BYTES
      this.flusher.schedule()
    }
    return chunk
  }

  private nextChunk(sizeBytes: number): LogChunk {
    const follows = this.atomicDepth > 0 && this.closeBatch(true)
    if (!follows) this.closeBatch(false)
    this.completeChunk()
    if (this.segment === undefined || this.segment.sizeBytes >= this.options.segmentBytesMax) {
      if (this.segment !== undefined) this.segment.complete = true
      this.segment = this.table.create(true)
    }
    const chunk = this.table.addChunk(this.segment, this.segment.sizeBytes)
    this.residency.place(chunk, sizeBytes)
    this.chunk = chunk
    this.batchFollows = follows
    this.makeRoom()
    return chunk
  }

  /** The current chunk takes no more: where the next begins in the file is known now. */
  private completeChunk(): void {
    const { chunk } = this
    if (chunk === undefined) return
    if (chunk.used === 0) {
      this.residency.drop(chunk)
      this.table.dropChunk(chunk)
    } else {
      chunk.segment.sizeBytes = chunk.filePosition + chunk.used
    }
    this.chunk = undefined
  }

  /** Ends the open batch; true when there was one. */
  private closeBatch(continues: boolean): boolean {
    const { chunk, batchStart } = this
    this.events.seal()
    if (chunk === undefined || batchStart < 0) return false
    this.batchStart = -1
    const flags = (continues ? BatchFlag.CONTINUES : 0) | (this.batchFollows ? BatchFlag.FOLLOWS : 0)
    this.batchFollows = false
    if (chunk.used === batchStart + BATCH_HEADER_BYTES && flags === 0) {
      chunk.used = batchStart
      return false
    }
    this.batches.push({ chunk, from: batchStart, to: chunk.used, flags })
    this.unwrittenBytes += chunk.used - batchStart
    return true
  }

  // ---- transient messages

  private scratchRoom(recordBytes: number): LogChunk {
    const { scratchChunk } = this
    if (scratchChunk !== undefined && scratchChunk.used + recordBytes <= scratchChunk.sizeBytes)
      return scratchChunk
    const { scratchSegment } = this
    if (scratchSegment === undefined || scratchSegment.sizeBytes >= this.options.segmentBytesMax) {
      this.scratchSegment = this.table.create(false)
      if (scratchSegment !== undefined) this.completeScratch(scratchSegment)
    }
    const segment = this.scratchSegment!
    const chunk = this.table.addChunk(segment, segment.sizeBytes)
    this.residency.place(chunk, recordBytes)
    segment.sizeBytes += chunk.sizeBytes
    this.scratchChunk = chunk
    if (scratchChunk !== undefined && scratchChunk.live === 0) this.emptied(scratchChunk)
    this.makeRoom()
    return chunk
  }

  private completeScratch(segment: Segment): void {
    segment.complete = true
    if (segment.live === 0) this.removeSegment(segment)
  }

  private spill(chunk: LogChunk): void {
    const to = chunk.used
    chunk.busy += 1
    this.table.withFile(chunk.segment, (error) => {
      if (error !== undefined) {
        chunk.busy -= 1
        this.options.logger.error(`transient messages stay in memory: ${error.message}`)
        return
      }
      chunk.segment.file!.write(chunk.bytes, chunk.start, chunk.start + to, chunk.filePosition, (failed) => {
        chunk.busy -= 1
        if (failed === undefined) chunk.written = to
        else this.options.logger.error(`transient messages stay in memory: ${failed.message}`)
      })
    })
  }

  // ---- reading

  open(ref: number, view: MessageView): boolean {
    const chunk = this.chunkOf(ref)
    if (!chunk.loaded) return false
    this.residency.touch(chunk)
    openMessage(chunk, chunk.start + offsetOf(ref), view)
    return true
  }

  fetch(ref: number, done: () => void): void {
    this.residency.fetch(this.chunkOf(ref), () => {
      done()
      this.makeRoom()
    })
  }

  publishedAtMs(ref: number): number {
    const chunk = this.chunkOf(ref)
    return publishedAtMs(chunk, chunk.start + offsetOf(ref))
  }

  release(ref: number): void {
    const chunk = this.chunkOf(ref)
    chunk.live -= 1
    if (chunk.live === 0) this.emptied(chunk)
  }

  /** Nothing of the chunk is live any more. */
  private emptied(chunk: LogChunk): void {
    if (chunk.busy > 0) return
    if (chunk === this.scratchChunk) {
      // Starting over keeps a drained queue's messages in the processor's cache.
      chunk.used = 0
      chunk.total = 0
      chunk.written = 0
      return
    }
    const { segment } = chunk
    if (segment.durable && (chunk === this.chunk || chunk.written < chunk.used)) return
    this.residency.drop(chunk)
    if (segment.complete && !segment.durable && segment.live === 0) this.removeSegment(segment)
  }

  /** Forgets a segment in which nothing is live, and its file. */
  removeSegment(segment: Segment): void {
    for (const chunk of segment.chunks) this.residency.drop(chunk)
    this.table.remove(segment).catch((error: unknown) => {
      this.options.logger.error(`removing ${segment.path} failed`, error)
    })
  }

  chunkOf(ref: number): LogChunk {
    return this.table.chunkIn(slotOf(ref))
  }

  /** Keeps memory within its limit. */
  makeRoom(): void {
    this.residency.makeRoom(
      (chunk) => {
        if (!chunk.segment.durable) this.spill(chunk)
      },
      (chunk) => chunk === this.chunk || chunk === this.scratchChunk,
    )
  }

  // ---- syncing

  get acceptsDurable(): boolean {
    return (
      this.flusher.failure === undefined &&
      this.unwrittenBytes + this.flyingBytes < this.options.unwrittenBytesMax
    )
  }

  get isSynced(): boolean {
    return false
  }

  whenSynced(done: (error: Error | undefined) => void): void {
    if (this.flusher.failure !== undefined) done(this.flusher.failure)
    else if (this.hasUnsealed) this.syncWaiters.push(done)
    else if (this.flusher.busy) this.syncWaitersSealed.push(done)
    else done(undefined)
  }

  private get hasUnsealed(): boolean {
    return this.batchStart >= 0 || this.batches.length > 0
  }

  takeBatches(): readonly BatchRange[] {
    this.closeBatch(false)
    const { batches } = this
    this.batches = []
    this.flying = batches
    return batches
  }

  sealed(): void {
    this.syncWaitersSealed = this.syncWaiters
    this.syncWaiters = []
    this.flyingBytes = this.unwrittenBytes
    this.unwrittenBytes = 0
    this.owner!.sealed()
  }

  synced(error: StorageError | undefined): void {
    const waiters = this.syncWaitersSealed
    this.syncWaitersSealed = []
    this.owner!.synced(error)
    for (const done of waiters) done(error)
    if (error !== undefined) {
      const rest = this.syncWaiters
      this.syncWaiters = []
      for (const done of rest) done(error)
      this.options.onFailure?.(error)
      return
    }
    const written = this.flying
    this.flying = []
    this.flyingBytes = 0
    for (const { chunk } of written) if (chunk.live === 0) this.emptied(chunk)
    this.makeRoom()
    this.cleaner.run()
  }

  full(isFull: boolean): void {
    this.options.onFull?.(isFull)
  }

  /** Resolves once everything appended is durable and the cleaner rests; then nothing must be appended any more. */
  async close(): Promise<void> {
    this.cleaner.stop()
    await new Promise<void>((resolve) => {
      this.whenSynced(() => resolve())
      this.flusher.flush()
    })
    this.flusher.close()
    this.residency.close()
    await this.table.close()
  }
}
