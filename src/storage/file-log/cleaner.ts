import { MessageView } from '../../core/message.js'
import type { ShardLogOwner } from '../../core/shard/shard-log.js'
import {
  EVENT_POSITION_OFFSET,
  markTarget,
  openMessage,
  publishedAtMs,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordKind,
  RecordWord,
  TargetState,
} from '../record.js'
import { makeRef, offsetOf } from '../ref.js'
import { BATCH_HEADER_BYTES } from './batch.js'
import type { FileLogOptions } from './file-log-options.js'
import type { LogChunk } from './log-chunk.js'
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
/** More segments than this that are not half full are put together: each start of the broker begins one. */
const SMALL_SEGMENTS_MAX = 8

/** What the cleaner asks of its log. */
export interface CleanerClient {
  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number
  setTarget(ref: number, target: number, queueId: number, position: number, kept: boolean): void
  counted(queueId: number, position: number, ref: number, deliveries: number, acquisitions: number): void
  repeatEvent(kind: number, queueId: number, position: number, run: number, segment: number): void
  whenSynced(done: (error: Error | undefined) => void): void
  release(ref: number): void
  atomically(work: () => void): void
  /** Removes a segment and calls back once no crash brings it back. */
  removeSegment(segment: Segment, done: () => void): void
  chunkOf(ref: number): LogChunk
  /** Nothing should be appended for cleaning now. */
  readonly isBusy: boolean
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
  private victim: Segment | undefined
  private nextChunk = 0
  private waiting = false
  private stopped = false
  /** Octets of live messages written again since the start. */
  movedBytes = 0

  constructor(table: SegmentTable, residency: Residency, log: CleanerClient, options: FileLogOptions) {
    this.table = table
    this.residency = residency
    this.log = log
    this.options = options
  }

  attach(owner: ShardLogOwner): void {
    this.owner = owner
  }

  /** Does a step of work, if there is any. Called after each sync. */
  run(): void {
    if (this.stopped || this.waiting) return
    if (this.victim === undefined) {
      this.removeDead()
      if (this.log.isBusy) return
      this.victim = this.choose()
      this.nextChunk = 0
    }
    if (this.victim !== undefined && !this.log.isBusy) this.step(this.victim)
  }

  stop(): void {
    this.stopped = true
  }

  /** Removes segments in which nothing is live. That costs no room on the disk. */
  removeDead(): void {
    if (this.stopped || this.victim !== undefined) return
    const { syncedFlush } = this.log
    const segments = [...this.table.segments.values()]
    if (segments.some((segment) => segment.superseded)) return
    for (const segment of segments) {
      if (!isMovable(segment) || !segment.isDead || segment.neededUntilFlush > syncedFlush) continue
      this.log.removeSegment(segment, () => this.run())
    }
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
    let bytes = 0
    let liveBytes = 0
    for (const segment of this.table.segments.values()) {
      if (!segment.durable) continue
      bytes += segment.sizeBytes
      liveBytes += segment.liveBytes
    }
    return bytes > diskUseFactor * liveBytes + segmentBytesMax
  }

  private step(victim: Segment): void {
    const chunk = this.nextLive(victim)
    if (chunk === undefined) {
      this.finish(victim)
      return
    }
    this.waiting = true
    this.residency.fetch(chunk, () => {
      this.waiting = false
      if (this.stopped) return
      // While it was fetched it may have been dropped again.
      if (!chunk.loaded) this.nextChunk -= 1
      else this.empty(chunk)
      // What was copied is synced by and by, and calls for the next step; when nothing was, go on at once.
      setImmediate(() => this.run())
    })
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
    this.move(chunk)
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
      const batchEnd = batch + words[(batch >> 2) + 1]!
      for (let at = batch + BATCH_HEADER_BYTES; at < batchEnd; at += words[at >> 2]!)
        this.moveRecord(chunk, at)
      batch = batchEnd
    }
  }

  private moveRecord(chunk: LogChunk, at: number): void {
    const word = at >> 2
    const { words } = chunk
    const kind = words[word + RecordWord.KIND]! & 0xff
    if (kind === RecordKind.MESSAGE) {
      this.moveMessage(chunk, at)
      return
    }
    const queueId = words[word + RecordWord.QUEUE]!
    const position = chunk.doubles[(at + EVENT_POSITION_OFFSET) >> 3]!
    // What is said of messages here goes with them; see moveMessage.
    const segment = words[word + RecordWord.SEGMENT]!
    if (segment === chunk.segment.number || !this.table.segments.has(segment)) return
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
