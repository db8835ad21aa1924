import { MessageView } from '../../core/message.js'
import type { ShardLogOwner } from '../../core/shard/shard-log.js'
import {
  EVENT_POSITION_OFFSET,
  markTarget,
  openMessage,
  publishedAtMs,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordFlag,
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

/** What the cleaner asks of its log. */
export interface CleanerClient {
  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number
  setTarget(ref: number, target: number, queueId: number, position: number, kept: boolean): void
  counted(queueId: number, position: number, ref: number, deliveries: number, acquisitions: number): void
  repeatEvent(kind: number, queueId: number, position: number, run: number, segment: number): void
  whenSynced(done: (error: Error | undefined) => void): void
  removeSegment(segment: Segment): void
  chunkOf(ref: number): LogChunk
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
      this.victim = this.choose()
      this.nextChunk = 0
    }
    if (this.victim !== undefined) this.step(this.victim)
  }

  stop(): void {
    this.stopped = true
  }

  private removeDead(): void {
    for (const segment of [...this.table.segments.values()]) {
      if (isMovable(segment) && segment.liveBytes === 0) this.log.removeSegment(segment)
    }
  }

  /** The segment that frees most for the least. */
  private choose(): Segment | undefined {
    if (this.table.durableBytes <= 2 * this.options.segmentBytesMax) return undefined
    let best: Segment | undefined
    let bestShare = CLEAN_BELOW_LIVE_SHARE
    for (const segment of this.table.segments.values()) {
      if (!isMovable(segment)) continue
      const share = segment.liveBytes / segment.sizeBytes
      if (share < bestShare) {
        best = segment
        bestShare = share
      }
    }
    return best
  }

  private step(victim: Segment): void {
    const chunk = victim.chunks[this.nextChunk++]
    if (chunk === undefined) {
      this.finish(victim)
      return
    }
    this.waiting = true
    this.residency.fetch(chunk, () => {
      this.waiting = false
      if (this.stopped) return
      // The chunk's memory must stay while records are copied out of it.
      chunk.busy += 1
      this.move(chunk)
      chunk.busy -= 1
      this.residency.drop(chunk)
      // What was copied is synced by and by, and calls for the next step; when nothing was, go on at once.
      setImmediate(() => this.run())
    })
  }

  /** Everything live was copied: once that is durable the segment goes. */
  private finish(victim: Segment): void {
    this.waiting = true
    this.log.whenSynced((error) => {
      this.waiting = false
      this.victim = undefined
      if (error !== undefined || this.stopped) return
      this.log.removeSegment(victim)
      this.run()
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
    // Counts travel with their message, and are written when they change; see moveMessage.
    if (kind === RecordKind.COUNTED) {
      this.repeatCounts(queueId, position)
      return
    }
    const segment = words[word + RecordWord.SEGMENT]!
    if (segment === chunk.segment.number || !this.table.segments.has(segment)) return
    this.log.repeatEvent(kind, queueId, position, words[word + RecordWord.RUN]!, segment)
  }

  private moveMessage(chunk: LogChunk, at: number): void {
    const { words, doubles } = chunk
    const ref = makeRef(chunk.slot, at - chunk.start)
    const word = at >> 2
    const targetCount = words[word + RecordWord.KIND]! >>> 16
    const targets: { readonly queueId: number; readonly position: number; readonly kept: boolean }[] = []
    for (let i = 0; i < targetCount; i++) {
      const target = at + RECORD_HEADER_BYTES + i * RECORD_TARGET_BYTES
      const queueId = words[target >> 2]!
      const position = doubles[(target + 8) >> 3]!
      const kept = (words[(target >> 2) + 1]! & TargetState.TRANSIENT) === 0
      if (this.owner!.holds(queueId, position, ref)) targets.push({ queueId, position, kept })
    }
    if (targets.length === 0) return
    const { view } = this
    openMessage(chunk, at, view)
    view.expirationMs = (words[word + RecordWord.KIND]! & RecordFlag.HAS_EXPIRATION) === 0 ? -1 : 0
    const moved = this.log.append(view, targets.length, true, publishedAtMs(chunk, at))
    this.movedBytes += words[word]!
    for (const [i, { queueId, position, kept }] of targets.entries()) {
      this.log.setTarget(moved, i, queueId, position, kept)
    }
    for (const { queueId, position } of targets) {
      const history = this.owner!.historyOf(queueId, position)
      this.owner!.moved(queueId, position, moved)
      chunk.live -= 1
      if (history.redelivered) this.markDelivered(moved, queueId, position)
      if (history.acquiredCount > 0 || history.deliveryCount > 0) {
        this.log.counted(queueId, position, moved, history.deliveryCount, history.acquiredCount)
      }
    }
  }

  private markDelivered(ref: number, queueId: number, position: number): void {
    const chunk = this.log.chunkOf(ref)
    const start = chunk.start + offsetOf(ref)
    markTarget(chunk, start, queueId, position, TargetState.DELIVERED)
  }

  private repeatCounts(queueId: number, position: number): void {
    const ref = this.owner!.refOf(queueId, position)
    if (ref === undefined) return
    const history = this.owner!.historyOf(queueId, position)
    this.log.counted(queueId, position, ref, history.deliveryCount, history.acquiredCount)
  }
}

/** True for a durable segment that nothing is being written to. */
function isMovable(segment: Segment): boolean {
  return segment.durable && segment.complete && segment.isWritten
}
