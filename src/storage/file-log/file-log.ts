import { join } from 'node:path'
import type { MessageView } from '../../core/message.js'
import type { ShardLog, ShardLogOwner } from '../../core/shard/shard-log.js'
import type { Disk, DiskError } from '../disk.js'
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
import { StorageError } from '../storage-error.js'
import { BATCH_HEADER_BYTES, BatchFlag } from './batch.js'
import { Cleaner, type CleanerClient } from './cleaner.js'
import { EventWriter } from './event-writer.js'
import type { FileLogOptions } from './file-log-options.js'
import { type BatchRange, Flusher, type FlusherClient } from './flusher.js'
import type { LogChunk, LostOctets } from './log-chunk.js'
import { Losses } from './losses.js'
import { type RecoveryReport, recoverLog } from './recovery.js'
import { repairLog } from './repair.js'
import { Residency } from './residency.js'
import { type Segment, segmentNumberOf } from './segment.js'
import { SegmentTable } from './segment-table.js'
import { Summarizer } from './summarizer.js'

/** Chunks that are left for events and for cleaning when messages get none any more. */
const SLOT_RESERVE = 256
/** An atomic piece of work that begins this close to a chunk's end begins a batch, in case it does not fit. */
const ATOMIC_ROOM_BYTES = 64 << 10
/** Octets that wait for the disk above which publishers wait too. What they have sent already comes on top. */
const CONGESTED_BYTES = 8 << 20
/** The cleaner waits while more than this is to be written. */
const CLEANING_AHEAD_BYTES = 4 << 20
const URGENT_CLEANING_AHEAD_BYTES = 2 * CONGESTED_BYTES
/** Made and removed at the start, to see whether a folder can be written to. */
const PROBE_FILE = 'write-probe'
/** After a failed spill, how long until the next. */
const SPILL_RETRY_MS = 1000

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
  private readonly summarizer: Summarizer
  private readonly losses: Losses
  private readonly events = new EventWriter((recordBytes) => this.durableRoom(recordBytes))
  private owner: ShardLogOwner | undefined
  private segment: Segment | undefined
  private chunk: LogChunk | undefined
  /** Where the open batch begins in the chunk, -1 when none is open. */
  private batchStart = -1
  private batchFollows = false
  private batches: BatchRange[] = []
  private unwrittenBytes = 0
  /** Octets of batches that were closed since the start. */
  private closedBytes = 0
  /** Batches that are on their way to the disk, and their octets. */
  private flying: readonly BatchRange[] = []
  private flyingBytes = 0
  /** Number of the write that is being filled. */
  private fillTicket = 1
  /** Number of the newest write that the sync under way covers. */
  private sealedTicket = 0
  deliveryTicket = 0
  writtenTicket = 0
  syncedTicket = 0
  onAdvance: (() => void) | undefined
  /** Number of the flush that is being filled. */
  private flushNumber = 1
  /** Number of the newest flush that is durable. */
  syncedFlush = 0
  /** For the flush that is being filled, and for the one under way. */
  private fillNeedsSync = false
  needsSync = false
  private isFull = false
  /** Nothing is written any more: the disk failed, or the log is closed. */
  private inert = false
  private closing: Promise<void> | undefined
  private spillAgainAt = Number.NEGATIVE_INFINITY
  private scratchSegment: Segment | undefined
  private scratchChunk: LogChunk | undefined
  private atomicDepth = 0
  private syncWaiters: ((error: Error | undefined) => void)[] = []
  private syncWaitersSealed: ((error: Error | undefined) => void)[] = []

  /** To be had from `openFileLog`: until {@link recover} is over nothing else may be called. */
  constructor(options: FileLogOptions) {
    this.options = options
    const { clock, logger } = options
    this.table = new SegmentTable(options)
    this.residency = new Residency(this.table, options, (chunk, lost) => this.lose(chunk, lost))
    this.flusher = new Flusher(this.table, this, options.sync, clock, logger)
    this.cleaner = new Cleaner(this.table, this.residency, this, options)
    this.summarizer = new Summarizer(this.flusher, options)
    this.losses = new Losses(this.cleaner, options)
  }

  /** Tells the owner what the files hold, and makes them whole. Throws a StorageError when that cannot be. */
  async recover(): Promise<RecoveryReport> {
    const { disk, folder, scratchFolder, logger } = this.options
    try {
      await prepareFolders(disk, folder, scratchFolder)
      const recovery = await recoverLog(this.options, 'existing', this.table, this.owner!)
      await repairLog(disk, folder, this.table, recovery, logger)
      this.flusher.startAt(recovery.report.lastBatchIndex + 1)
      for (const segment of this.table.segments.values()) {
        if (!segment.isSummarized) this.summarizer.add(segment)
      }
      // Segments may be needed until what the shard says at its start is durable.
      setImmediate(() => this.whenSynced((error) => error === undefined && this.cleaner.run()))
      return recovery.report
    } catch (error) {
      this.inert = true
      await this.table.close()
      if (error instanceof StorageError) throw error
      throw new StorageError(`the message log in ${folder} cannot be used`, { cause: error })
    }
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
    chunk.liveBytes += recordBytes
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
    this.deliveryTicket = this.fillTicket
  }

  counted(queueId: number, position: number, ref: number, deliveries: number, acquisitions: number): void {
    if (this.inert) return
    const { segment } = this.chunkOf(ref)
    this.events.count(queueId, position, segment.number, deliveries, acquisitions)
    this.deliveryTicket = this.fillTicket
  }

  /** In the message's own record while that has not gone out, else in a record of its own. */
  private note(kind: number, state: number, queueId: number, position: number, ref: number): void {
    if (this.inert) return
    const chunk = this.chunkOf(ref)
    // The message may have gone where the rest of its piece of work says: it must not go from here alone.
    if (this.atomicDepth > 0) chunk.segment.neededUntilFlush = this.flushNumber
    if (chunk === this.chunk && this.batchStart >= 0 && offsetOf(ref) > this.batchStart) {
      markTarget(chunk, chunk.start + offsetOf(ref), queueId, position, state)
    } else {
      this.events.say(kind, queueId, position, chunk.segment.number)
    }
  }

  atomically(work: () => void): void {
    const { chunk } = this
    if (this.atomicDepth === 0 && chunk !== undefined && chunk.sizeBytes - chunk.used < ATOMIC_ROOM_BYTES) {
      this.closeBatch(false)
    }
    this.atomicDepth += 1
    try {
      work()
    } finally {
      this.atomicDepth -= 1
    }
  }

  /** Writes an event record of another segment anew. For the cleaner. */
  repeatEvent(kind: number, queueId: number, position: number, run: number, segment: number): void {
    if (this.inert) return
    this.events.repeat(kind, queueId, position, run, segment)
  }

  secure(done: (error: Error | undefined) => void): void {
    this.flusher.secure(done)
  }

  syncBeforeNext(): void {
    this.fillNeedsSync = true
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
    // An atomic piece of work lies in one segment: were it in two, its first part could go before the second.
    const isFull = this.segment !== undefined && this.segment.sizeBytes >= this.options.segmentBytesMax
    if (this.segment === undefined || (isFull && !follows)) {
      this.completeSegment()
      this.segment = this.table.create(true)
    }
    const chunk = this.table.addChunk(this.segment, this.segment.sizeBytes)
    this.residency.place(chunk, sizeBytes)
    this.chunk = chunk
    this.batchFollows = follows
    this.makeRoom()
    return chunk
  }

  private completeSegment(): void {
    const { segment } = this
    if (segment === undefined) return
    segment.complete = true
    this.summarizer.add(segment)
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
    this.closedBytes += chunk.used - batchStart
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
      if (scratchSegment !== undefined) scratchSegment.complete = true
    }
    const segment = this.scratchSegment!
    const chunk = this.table.addChunk(segment, segment.sizeBytes)
    this.residency.place(chunk, recordBytes)
    segment.sizeBytes += chunk.sizeBytes
    this.scratchChunk = chunk
    if (scratchChunk !== undefined && scratchChunk.live === 0) this.emptied(scratchChunk)
    if (scratchSegment !== undefined && scratchSegment !== segment) this.forgetScratch(scratchSegment)
    this.makeRoom()
    return chunk
  }

  /** Removes a scratch segment in which nothing is live. */
  private forgetScratch(segment: Segment): void {
    if (!segment.complete || segment.leaving || segment.chunks.length > 0) return
    this.table.remove(segment, () => {})
  }

  private spill(chunk: LogChunk): void {
    const { segment, used } = chunk
    if (this.options.clock.monotonic() < this.spillAgainAt) return
    chunk.busy += 1
    const done = (error: DiskError | undefined): void => {
      if (error === undefined) chunk.written = used
      else if (!segment.leaving && !this.inert) this.spillFailed(error)
      this.residency.rest(chunk)
      if (error === undefined) this.makeRoom()
    }
    this.table.withFile(segment, (error) => {
      if (error !== undefined) done(error)
      else segment.write(chunk.bytes, chunk.start, chunk.start + used, chunk.filePosition, done)
    })
  }

  private spillFailed(error: DiskError): void {
    this.spillAgainAt = this.options.clock.monotonic() + SPILL_RETRY_MS
    this.options.logger.error(`transient messages stay in memory: ${error.message}`)
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
      if (this.closing !== undefined) return
      done()
      this.makeRoom()
    })
  }

  publishedAtMs(ref: number): number {
    const chunk = this.chunkOf(ref)
    return publishedAtMs(chunk, chunk.start + offsetOf(ref))
  }

  /** What a chunk's file has in these places is damaged: nothing of it must be used any more. */
  private async lose(chunk: LogChunk, lost: readonly LostOctets[]): Promise<void> {
    chunk.segment.isDamaged = true
    await this.losses.keep(chunk, lost)
    this.losses.tell(this.owner!, chunk, lost)
  }

  release(ref: number): void {
    if (this.closing !== undefined) return
    const chunk = this.chunkOf(ref)
    chunk.liveBytes -= shareOf(chunk, ref)
    chunk.live -= 1
    if (chunk.live === 0) this.emptied(chunk)
  }

  /** Nothing of the chunk is live any more. */
  private emptied(chunk: LogChunk): void {
    chunk.liveBytes = 0
    if (chunk === this.scratchChunk) {
      // Starting over keeps a drained queue's messages in the processor's cache.
      chunk.used = 0
      chunk.written = 0
      return
    }
    const { segment } = chunk
    if (segment.durable) {
      if (chunk !== this.chunk && chunk.written === chunk.used) this.residency.drop(chunk)
      return
    }
    this.residency.drop(chunk)
    this.table.dropChunk(chunk)
    this.forgetScratch(segment)
  }

  /** Forgets a durable segment that is not needed any more, and its file; then calls `done`. */
  removeSegment(segment: Segment, done: () => void): void {
    segment.leaving = true
    // What makes it needless must be on the disk before it goes.
    this.flusher.secure((error) => {
      if (error !== undefined || this.closing !== undefined) return
      for (const chunk of segment.chunks) this.residency.drop(chunk)
      this.table.remove(segment, done)
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

  get isCongested(): boolean {
    return this.waitingBytes > CONGESTED_BYTES && !this.inert
  }

  get acceptsDurable(): boolean {
    return !this.inert && this.waitingBytes < this.options.unwrittenBytesMax && this.hasSlots
  }

  get acceptsTransient(): boolean {
    return this.closing === undefined && this.hasSlots
  }

  private get hasSlots(): boolean {
    return this.table.freeSlotCount > SLOT_RESERVE
  }

  /** Octets that are not durable yet, but for the batch that is being filled. */
  private get waitingBytes(): number {
    return this.unwrittenBytes + this.flyingBytes
  }

  /** Cleaning has to wait: for the disk, or for good. What is urgent goes on while publishers wait. */
  isBusy(urgently: boolean): boolean {
    const aheadBytes = urgently ? URGENT_CLEANING_AHEAD_BYTES : CLEANING_AHEAD_BYTES
    return this.inert || this.isFull || this.waitingBytes > aheadBytes
  }

  get appendedBytes(): number {
    const openBytes = this.batchStart < 0 ? 0 : this.chunk!.used - this.batchStart
    return this.closedBytes + openBytes
  }

  get isSynced(): boolean {
    return false
  }

  whenSynced(done: (error: Error | undefined) => void): void {
    if (this.flusher.failure !== undefined) done(this.flusher.failure)
    else if (this.inert) done(undefined)
    else if (this.hasUnsealed) this.syncWaiters.push(done)
    else if (this.flusher.busy) this.syncWaitersSealed.push(done)
    else done(undefined)
  }

  /** Octets of live messages that cleaning wrote again since the start. */
  get movedBytes(): number {
    return this.cleaner.movedBytes
  }

  private get hasUnsealed(): boolean {
    return this.batchStart >= 0 || this.batches.length > 0 || this.flusher.hasAhead
  }

  takeBatches(): readonly BatchRange[] {
    this.closeBatch(false)
    const { batches } = this
    this.batches = []
    this.needsSync = this.fillNeedsSync
    this.fillNeedsSync = false
    this.fillTicket += 1
    return batches
  }

  sealed(batches: readonly BatchRange[]): void {
    this.flying = batches
    this.sealedTicket = this.fillTicket - 1
    this.syncWaitersSealed = this.syncWaiters
    this.syncWaiters = []
    this.flyingBytes = this.unwrittenBytes
    this.unwrittenBytes = 0
    this.flushNumber += 1
    this.owner!.sealed()
  }

  writeDeliveries(): void {
    this.flusher.writeNow()
  }

  written(): void {
    this.writtenTicket = this.fillTicket - 1
    this.onAdvance?.()
  }

  beforeConfirm(): Promise<void> | undefined {
    return this.options.beforeConfirm?.()
  }

  synced(error: StorageError | undefined): void {
    const waiters = this.syncWaitersSealed
    this.syncWaitersSealed = []
    if (error !== undefined) {
      this.failed(error, waiters)
      return
    }
    const written = this.flying
    this.flying = []
    this.flyingBytes = 0
    this.syncedFlush = this.flushNumber - 1
    this.syncedTicket = this.sealedTicket
    this.onAdvance?.()
    this.owner!.synced(undefined)
    for (const done of waiters) done(undefined)
    for (const { chunk } of written) if (chunk.live === 0) this.emptied(chunk)
    this.makeRoom()
    this.cleaner.run()
  }

  /** What is in memory or can be read goes on to consumers; nothing is written down any more. */
  private failed(error: StorageError, waiters: readonly ((error: Error | undefined) => void)[]): void {
    this.inert = true
    this.summarizer.stop()
    this.writtenTicket = Number.POSITIVE_INFINITY
    this.syncedTicket = Number.POSITIVE_INFINITY
    this.onAdvance?.()
    const rest = this.syncWaiters
    this.syncWaiters = []
    this.batches = []
    this.owner!.synced(error)
    for (const done of [...waiters, ...rest]) done(error)
    this.options.onFailure?.(error)
  }

  full(isFull: boolean): void {
    if (isFull) this.cleaner.removeDead()
    if (this.isFull === isFull) return
    this.isFull = isFull
    this.options.onFull?.(isFull)
  }

  /**
   * Makes everything appended durable and closes the files; what a failed or full disk does not take is given up, and
   * its publishers have been told. The shard must not be used any more. May be called twice.
   */
  close(): Promise<void> {
    this.closing ??= this.shut()
    return this.closing
  }

  private async shut(): Promise<void> {
    this.cleaner.stop()
    this.summarizer.stop()
    await new Promise<void>((resolve) => {
      this.whenSynced(() => resolve())
      this.flusher.finish()
    })
    await new Promise<void>((resolve) => this.flusher.secure(() => resolve()))
    await this.summarizer.close()
    this.inert = true
    this.flusher.close()
    await this.residency.close()
    await this.table.close()
  }
}

/** Octets of a record that one of its (message, queue) pairs answers for: an average when the record is not in memory. */
function shareOf(chunk: LogChunk, ref: number): number {
  if (!chunk.loaded) return chunk.liveBytes / chunk.live
  const at = (chunk.start + offsetOf(ref)) >> 2
  return chunk.words[at]! / (chunk.words[at + 1]! >>> 16)
}

/** Makes the folders, shows that they can be written to, and removes what earlier starts left in scratch. */
async function prepareFolders(disk: Disk, folder: string, scratchFolder: string): Promise<void> {
  for (const each of [folder, scratchFolder]) {
    await disk.makeFolder(each)
    const probe = join(each, PROBE_FILE)
    await disk.remove(probe)
    await (await disk.open(probe, 'create')).close()
    await disk.remove(probe)
  }
  for (const name of await disk.list(scratchFolder)) {
    if (segmentNumberOf(name) !== undefined) await disk.remove(join(scratchFolder, name))
  }
}
