import { MessageView } from '../../core/message.js'
import type { ShardLogOwner } from '../../core/shard/shard-log.js'
import type { ClockTimer } from '../../util/clock.js'
import {
  EVENT_POSITION_OFFSET,
  markTarget,
  openMessage,
  publishedAtMs,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordKind,
  type RecordMemory,
  RecordWord,
  TargetState,
} from '../record.js'
import { makeRef, offsetOf } from '../ref.js'
import { BATCH_HEADER_BYTES, BatchFlag, headerAt } from './batch.js'
import { CLEANING_SHARE_DEFAULT, type FileLogOptions } from './file-log-options.js'
import type { LogChunk } from './log-chunk.js'
import { Pace } from './pace.js'
import type { Residency } from './residency.js'
import type { Segment } from './segment.js'
import type { SegmentTable } from './segment-table.js'

/**
 * A segment is rewritten once less than this share of it is live. Each octet that cleaning writes thus frees at least
 * one: the log writes at most twice what it is given.
 */
export const CLEAN_BELOW_LIVE_SHARE = 0.5

/**
 * Cleaning begins when the files take more than this times what is live in them, and one segment. Then some segment is
 * less than half live. While it is rewritten they may take one segment more.
 */
export const DISK_USE_FACTOR = 2
/**
 * Cleaning does not keep to its share any more when the files take more than this times what is live in them, and so
 * many segments: half way from where it begins to the bound of three times and two segments.
 */
const URGENT_USE_FACTOR = 2.5
const URGENT_SEGMENTS = 1.5
/** More segments than this that are not half full are put together: each start of the broker begins one. */
const SMALL_SEGMENTS_MAX = 8

/** What the cleaner asks of its log. */
export interface CleanerClient {
  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number
  setTarget(ref: number, target: number, queueId: number, position: number, kept: boolean): void
  counted(queueId: number, position: number, ref: number, deliveries: number, acquisitions: number): void
  repeatEvent(kind: number, queueId: number, position: number, run: number, segment: number): void
  /** Calls back once everything that was written so far is durable, whatever the mode of sync. */
  secure(done: (error: Error | undefined) => void): void
  /** What was appended so far must be durable before anything later is written, whatever the mode of sync. */
  syncBeforeNext(): void
  whenSynced(done: (error: Error | undefined) => void): void
  release(ref: number): void
  atomically(work: () => void): void
  /** Removes a segment and calls back once no crash brings it back. */
  removeSegment(segment: Segment, done: () => void): void
  chunkOf(ref: number): LogChunk
  /** Nothing should be appended for cleaning now; with `urgently` only when nothing can be. */
  isBusy(urgently: boolean): boolean
  /** Octets appended for the disk since the start, those of cleaning included. */
  readonly appendedBytes: number
  /** Number of the newest flush that is durable. */
  readonly syncedFlush: number
}

/**
 * Gives space back: removes segments in which nothing is live, and moves what is live out of segments that are mostly
 * dead, one chunk between two syncs, so that one stuck message pins nothing.
 */
export class Cleaner {
  private readonly table: SegmentTable
  private readonly residency: Residency
  private readonly log: CleanerClient
  private readonly options: FileLogOptions
  private readonly view = new MessageView()
  private owner: ShardLogOwner | undefined
  private readonly pace: Pace
  private restTimer: ClockTimer | undefined
  private victim: Segment | undefined
  /** Segments from this number on may hold copies of what is in the victim. */
  private copiesFrom = 0
  private nextChunk = 0
  private waiting = false
  private stopped = false
  /** Octets appended by cleaning since the start. */
  private ownBytes = 0
  /** Octets of live messages written again since the start. */
  movedBytes = 0

  constructor(table: SegmentTable, residency: Residency, log: CleanerClient, options: FileLogOptions) {
    this.table = table
    this.residency = residency
    this.log = log
    this.options = options
    this.pace = new Pace(options.clock, options.cleaningShare ?? CLEANING_SHARE_DEFAULT)
  }

  attach(owner: ShardLogOwner): void {
    this.owner = owner
  }

  /** Does a step of work, if there is any and it is time for it. Called after each sync. */
  run(): void {
    if (this.stopped || this.waiting) return
    this.removeDead()
    if (!this.mayGoOn()) return
    if (this.victim !== undefined) this.step(this.victim)
    else this.begin(this.choose())
  }

  private begin(victim: Segment | undefined): void {
    if (victim === undefined) return
    this.victim = victim
    this.nextChunk = 0
    this.copiesFrom = this.table.fillingNumber
    this.waiting = true
    // A power cut must not leave a copy without the rest of the atomic piece of work that its original came with.
    this.log.secure((error) => {
      if (error !== undefined || this.stopped) return
      this.waiting = false
      this.run()
    })
  }

  stop(): void {
    this.stopped = true
    this.restTimer?.cancel()
  }

  /** Removes segments in which nothing is live. That costs no room on the disk. */
  removeDead(): void {
    if (this.stopped) return
    const { syncedFlush } = this.log
    const segments = [...this.table.segments.values()]
    if (segments.some((segment) => segment.superseded)) return
    for (const segment of segments) {
      if (!isMovable(segment) || !segment.isDead || segment.neededUntilFlush > syncedFlush) continue
      // Were a copy forgotten before its original, the original would come back after a crash.
      if (this.victim !== undefined && segment.number >= this.copiesFrom) continue
      if (segment !== this.victim) this.log.removeSegment(segment, () => this.run())
    }
  }

  /** Other work comes first, as far as the share of cleaning and the room on the disk allow. */
  private mayGoOn(): boolean {
    this.pace.noteOthers(this.log.appendedBytes - this.ownBytes)
    const { restMs } = this.pace
    if (restMs === 0 && !this.log.isBusy(false)) return true
    if (this.isUrgent()) return !this.log.isBusy(true)
    if (restMs > 0) this.runIn(restMs)
    return false
  }

  private runIn(delayMs: number): void {
    this.restTimer ??= this.options.clock.setTimer(() => {
      this.restTimer = undefined
      this.run()
    }, delayMs)
  }

  /** The segment that frees most for the least; before all others one whose cleaning a crash interrupted. */
  private choose(): Segment | undefined {
    const segments = [...this.table.segments.values()].filter(isMovable)
    const superseded = segments.find((segment) => segment.superseded)
    if (superseded !== undefined) return superseded
    const { segmentBytesMax } = this.options
    const small = segments.filter(({ sizeBytes }) => sizeBytes < segmentBytesMax / 2)
    if (small.length > SMALL_SEGMENTS_MAX) return least(small, (segment) => segment.liveBytes)
    if (!this.isWasteful()) return undefined
    const victim = least(segments, shareOf)
    return victim !== undefined && shareOf(victim) < CLEAN_BELOW_LIVE_SHARE ? victim : undefined
  }

  /**
   * True when the files take more than they need to. A backlog that is consumed in order leaves its oldest segment half
   * dead for a while: that alone is no reason to rewrite what will be gone by itself.
   */
  private isWasteful(): boolean {
    const { segmentBytesMax, diskUseFactor = DISK_USE_FACTOR } = this.options
    return this.isSpaceShort || this.takesMoreThan(diskUseFactor, segmentBytesMax)
  }

  /** True when cleaning must not wait for its share. */
  private isUrgent(): boolean {
    return (
      this.isSpaceShort ||
      this.takesMoreThan(URGENT_USE_FACTOR, URGENT_SEGMENTS * this.options.segmentBytesMax)
    )
  }

  private get isSpaceShort(): boolean {
    return this.options.isSpaceShort?.() === true
  }

  private takesMoreThan(timesLive: number, furtherBytes: number): boolean {
    let bytes = 0
    let liveBytes = 0
    for (const segment of this.table.segments.values()) {
      if (!segment.durable) continue
      bytes += segment.sizeBytes
      liveBytes += segment.liveBytes
    }
    return bytes > timesLive * liveBytes + furtherBytes
  }

  private step(victim: Segment): void {
    const chunk = this.nextLive(victim)
    if (chunk === undefined) {
      this.finish(victim)
      return
    }
    this.waiting = true
    this.pace.begin()
    this.residency.fetch(chunk, () => {
      if (this.stopped) return
      // While it was fetched it may have been dropped again.
      if (!chunk.loaded) this.nextChunk -= 1
      else this.empty(chunk)
      if (this.isUrgent()) this.stepDone()
      else this.log.whenSynced(() => this.stepDone())
    })
  }

  private stepDone(): void {
    this.waiting = false
    this.pace.end()
    setImmediate(() => this.run())
  }

  /** The next chunk that something may have to be kept of. */
  private nextLive(victim: Segment): LogChunk | undefined {
    for (;;) {
      const chunk = victim.chunks[this.nextChunk++]
      if (chunk === undefined || chunk.live > 0 || victim.eventBytes.size > 0) return chunk
    }
  }

  private empty(chunk: LogChunk): void {
    // The chunk's memory must stay while records are copied out of it.
    chunk.busy += 1
    const appendedBefore = this.log.appendedBytes
    this.move(chunk)
    const ownBytes = this.log.appendedBytes - appendedBefore
    this.ownBytes += ownBytes
    // From now on it is said of the copies what happens to the messages. A power cut must not take a copy and leave
    // that: it would not hold for the original, which would be there again.
    if (ownBytes > 0) this.log.syncBeforeNext()
    this.residency.rest(chunk)
    if (chunk.waiters.length === 0) this.residency.drop(chunk)
  }

  /** Everything live was copied: once that is durable the segment goes. */
  private finish(victim: Segment): void {
    this.waiting = true
    this.log.whenSynced((error) => {
      if (error !== undefined || this.stopped) return
      this.log.removeSegment(victim, () => {
        this.waiting = false
        this.victim = undefined
        this.run()
      })
    })
  }

  private move(chunk: LogChunk): void {
    const { words, start } = chunk
    const end = start + chunk.used
    for (let batch = start; batch < end; ) {
      const { lengthBytes, flags } = headerAt(chunk, batch)
      const batchEnd = batch + lengthBytes
      const first = (flags & BatchFlag.VOID) === 0 ? batch + BATCH_HEADER_BYTES : batchEnd
      for (let at = first; at < batchEnd; at += words[at >> 2]!) this.moveRecord(chunk, at)
      batch = batchEnd
    }
  }

  private moveRecord(chunk: LogChunk, at: number): void {
    const kind = chunk.words[(at >> 2) + RecordWord.KIND]! & 0xff
    if (kind === RecordKind.MESSAGE) this.moveMessage(chunk, at)
    else this.repeatEvent(chunk, at, chunk.segment)
  }

  /**
   * Says again what the event record at `at`, which is of `from`, says of messages in other segments. What is said of
   * messages in the same segment goes with them; see {@link moveMessage}.
   */
  repeatEvent({ words, doubles }: RecordMemory, at: number, from: Segment): void {
    const word = at >> 2
    const kind = words[word + RecordWord.KIND]! & 0xff
    const queueId = words[word + RecordWord.QUEUE]!
    const position = doubles[(at + EVENT_POSITION_OFFSET) >> 3]!
    const segment = words[word + RecordWord.SEGMENT]!
    if (segment === from.number || !this.table.segments.has(segment)) return
    if (kind === RecordKind.COUNTED) this.repeatCounts(queueId, position, segment)
    else this.log.repeatEvent(kind, queueId, position, words[word + RecordWord.RUN]!, segment)
  }

  private moveMessage(chunk: LogChunk, at: number): void {
    const { words, doubles } = chunk
    const ref = makeRef(chunk.slot, at - chunk.start)
    const word = at >> 2
    const targetCount = words[word + RecordWord.KIND]! >>> 16
    const targets: Target[] = []
    for (let i = 0; i < targetCount; i++) {
      const target = at + RECORD_HEADER_BYTES + i * RECORD_TARGET_BYTES
      const queueId = words[target >> 2]!
      const position = doubles[(target + 8) >> 3]!
      const kept = (words[(target >> 2) + 1]! & TargetState.TRANSIENT) === 0
      if (this.owner!.holds(queueId, position, ref)) targets.push({ queueId, position, kept })
    }
    if (targets.length === 0) return
    // Without its counts a copy would hide the original, which has them.
    this.log.atomically(() => this.copy(chunk, at, ref, targets))
  }

  private copy(chunk: LogChunk, at: number, ref: number, targets: readonly Target[]): void {
    const { view } = this
    openMessage(chunk, at, view)
    const moved = this.log.append(view, targets.length, true, publishedAtMs(chunk, at))
    this.movedBytes += chunk.words[at >> 2]!
    for (const [i, { queueId, position, kept }] of targets.entries()) {
      this.log.setTarget(moved, i, queueId, position, kept)
    }
    for (const { queueId, position } of targets) {
      const history = this.owner!.historyOf(queueId, position)
      this.owner!.moved(queueId, position, moved)
      this.log.release(ref)
      if (history.redelivered) this.markDelivered(moved, queueId, position)
      if (history.isCounted) {
        this.log.counted(queueId, position, moved, history.deliveryCount, history.acquiredCount)
      }
    }
  }

  private markDelivered(ref: number, queueId: number, position: number): void {
    const chunk = this.log.chunkOf(ref)
    const start = chunk.start + offsetOf(ref)
    markTarget(chunk, start, queueId, position, TargetState.DELIVERED)
  }

  private repeatCounts(queueId: number, position: number, segment: number): void {
    const ref = this.owner!.refOf(queueId, position)
    if (ref === undefined || this.log.chunkOf(ref).segment.number !== segment) return
    const history = this.owner!.historyOf(queueId, position)
    this.log.counted(queueId, position, ref, history.deliveryCount, history.acquiredCount)
  }
}

/** The segment of which `measure` is least. */
function least(segments: readonly Segment[], measure: (segment: Segment) => number): Segment | undefined {
  let best: Segment | undefined
  let bestMeasure = Number.POSITIVE_INFINITY
  for (const segment of segments) {
    const measured = measure(segment)
    if (measured < bestMeasure) {
      best = segment
      bestMeasure = measured
    }
  }
  return best
}

function shareOf(segment: Segment): number {
  return segment.liveBytes / segment.sizeBytes
}

/** A queue that has the message. */
interface Target {
  readonly queueId: number
  readonly position: number
  readonly kept: boolean
}

/** True for a durable segment that nothing is being written to. */
function isMovable(segment: Segment): boolean {
  return segment.durable && segment.complete && !segment.leaving && segment.isWritten
}
