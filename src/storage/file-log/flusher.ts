import type { Clock, ClockTimer } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import type { DiskError } from '../disk.js'
import { StorageError } from '../storage-error.js'
import { sealBatch } from './batch.js'
import type { LogChunk } from './log-chunk.js'
import type { Segment } from './segment.js'
import type { SegmentTable } from './segment-table.js'

/** When confirms follow what. */
export type SyncMode =
  /** fdatasync covers what is confirmed. */
  | { readonly kind: 'always' }
  /** Confirms follow the write; fdatasync runs this often. */
  | { readonly kind: 'interval'; readonly intervalMs: number }
  /** Confirms follow the write; the operating system syncs when it likes. */
  | { readonly kind: 'os' }

/** A batch that is ready to be written: octets `from` to `to` of a chunk. */
export interface BatchRange {
  readonly chunk: LogChunk
  readonly from: number
  readonly to: number
  readonly flags: number
}

/** What the flusher asks of its log. */
export interface FlusherClient {
  /** Hands over everything that was appended, as batches in order. */
  takeBatches(): readonly BatchRange[]
  /** The next sync covers these batches, and with them everything that was appended so far. */
  sealed(batches: readonly BatchRange[]): void
  /** The batches taken last must be durable before later ones are written, whatever the mode. */
  readonly needsSync: boolean
  /** The batches taken last are with the operating system: the end of this process does not undo them. */
  written(): void
  /** What else must be durable before a batch counts as such; undefined when nothing is. */
  beforeConfirm(): Promise<void> | undefined
  synced(error: StorageError | undefined): void
  /** The disk has no room, again with each attempt (true), or takes writes again (false). */
  full(isFull: boolean): void
}

/** How long until what the disk had no room for is written again. */
const FULL_RETRY_MS = 500
/** What the system answers while it has no more descriptors: files that are open go on. */
const SHORTAGES = ['EMFILE', 'ENFILE', 'ENOMEM']

/** Batches that one sync covers. */
interface Flush {
  readonly batches: readonly BatchRange[]
  /** Those of them that have to be written first. */
  readonly unwritten: readonly BatchRange[]
  /** Index of the batch that comes after them. */
  readonly endIndex: number
}

/**
 * Group commit: one sync is on its way at a time, and what is appended meanwhile is covered by the next. Nothing waits
 * for a timer to form a batch. What a delivery waits for may be written while the sync before is under way.
 */
export class Flusher {
  private readonly table: SegmentTable
  private readonly client: FlusherClient
  private readonly mode: SyncMode
  private readonly clock: Clock
  private readonly logger: Logger
  private scheduled = false
  private nextFlush: NodeJS.Immediate | undefined
  private retryTimer: ClockTimer | undefined
  private intervalTimer: ClockTimer | undefined
  private readonly unsynced = new Set<Segment>()
  /** Index of the next batch. */
  private nextIndex = 1
  /** Under `always`: every batch before this index is durable. */
  private durableIndex = 1
  /** Batches that were taken while a sync was under way: the next one covers them. */
  private ahead: BatchRange[] = []
  /** Those of them that the disk did not take: the next flush writes them. */
  private aheadUnwritten: BatchRange[] = []
  private syncing = false
  private closed = false
  private finishing = false
  /** How often a disk without room is asked again at the end: the answer on its way may be old. */
  private attemptsLeft = 1
  private securing = false
  private secureWaiters: ((error: StorageError | undefined) => void)[] = []
  private stuck: Flush | undefined
  /** A flush is on its way. */
  busy = false
  /** Set for good when the disk failed: nothing is written any more. */
  failure: StorageError | undefined
  isFull = false

  constructor(table: SegmentTable, client: FlusherClient, mode: SyncMode, clock: Clock, logger: Logger) {
    this.table = table
    this.client = client
    this.mode = mode
    this.clock = clock
    this.logger = logger
  }

  /** Something was appended: it goes out at the end of this turn, or when the write before it is done. */
  schedule(): void {
    if (this.scheduled || this.busy || this.failure !== undefined) return
    this.scheduled = true
    // After the outputs, which have their turn to end by now if something was delivered: they ask for the write themselves.
    queueMicrotask(() => {
      if (this.closed) return
      this.nextFlush = setImmediate(() => {
        this.scheduled = false
        this.flush()
      })
    })
  }

  /** Batches begin to be counted at this index; all before are durable. */
  startAt(index: number): void {
    this.nextIndex = index
    this.durableIndex = index
  }

  /** True while something is taken that the sync under way does not cover. */
  get hasAhead(): boolean {
    return this.ahead.length > 0
  }

  flush(): void {
    if (this.busy || this.failure !== undefined || this.closed) return
    const fresh = this.takeBatches()
    const batches = [...this.ahead, ...fresh]
    if (batches.length === 0) return
    const unwritten = [...this.aheadUnwritten, ...fresh]
    this.busy = true
    this.ahead = []
    this.aheadUnwritten = []
    this.client.sealed(batches)
    this.write({ batches, unwritten, endIndex: this.nextIndex })
  }

  /** Writes what was appended, also while a sync is under way. */
  writeNow(): void {
    if (!this.busy) {
      this.flush()
      return
    }
    // Nothing may be written before what came before it.
    if (!this.syncing || this.aheadUnwritten.length > 0 || this.failure !== undefined || this.closed) return
    const batches = this.takeBatches()
    if (batches.length === 0) return
    this.ahead.push(...batches)
    const stretches = stretchesOf(batches)
    const isOpen = stretches.every(({ chunk }) => chunk.segment.isOpen)
    if (isOpen && writeStretches(stretches) === undefined) this.client.written()
    else this.aheadUnwritten = batches
  }

  private takeBatches(): BatchRange[] {
    const batches = [...this.client.takeBatches()]
    const firstIndex = this.nextIndex
    for (const { chunk, from, to, flags } of batches) {
      const { salt } = chunk.segment
      const index = this.nextIndex++
      const uncertain =
        this.mode.kind === 'always' ? index - this.durableIndex : this.uncertain(index - firstIndex)
      sealBatch(chunk, chunk.start + from, chunk.start + to, flags, uncertain, index, this.table.epoch, salt)
      chunk.busy += 1
    }
    return batches
  }

  /** In the weaker modes what no sync holds together counts by itself: later batches do not show that it was durable. */
  private uncertain(earlierOfFlush: number): number {
    return this.client.needsSync ? earlierOfFlush : 0
  }

  /** The batches taken last are synced before they are confirmed and before the next are written. */
  private get syncsNow(): boolean {
    return this.mode.kind === 'always' || this.client.needsSync
  }

  /** From now on a disk that has no room is given up rather than waited for. */
  finish(): void {
    this.finishing = true
    if (this.stuck === undefined) this.flush()
    else this.retry()
  }

  /** Calls back when what was written is durable: at once in the mode in which it is before anybody hears of it. */
  secure(done: (error: StorageError | undefined) => void): void {
    this.secureWaiters.push(done)
    if (!this.securing) this.secureNext()
  }

  private secureNext(): void {
    const waiters = this.secureWaiters
    this.secureWaiters = []
    const over = (): void => {
      this.securing = false
      for (const done of waiters) done(this.failure)
      if (this.secureWaiters.length > 0 && !this.securing) this.secureNext()
    }
    this.securing = true
    const segments = this.takeUnsynced()
    if (segments.size === 0) over()
    else {
      this.sync(segments, (error, segment) => {
        if (error !== undefined) this.fail('sync of', segment, error)
        over()
      })
    }
  }

  /** Stops timers. What was appended and not flushed is given up. */
  close(): void {
    this.closed = true
    clearImmediate(this.nextFlush)
    this.retryTimer?.cancel()
    this.intervalTimer?.cancel()
  }

  private write(flush: Flush): void {
    const stretches = stretchesOf(flush.unwritten)
    if (stretches.every(({ chunk }) => chunk.segment.isOpen)) {
      this.written(flush, writeStretches(stretches))
      return
    }
    this.writeInOrder(stretches, 0, (error) => this.written(flush, error))
  }

  /** One after the other: the end of this process leaves no hole between them. */
  private writeInOrder(
    stretches: readonly Stretch[],
    next: number,
    done: (error: DiskError | undefined) => void,
  ): void {
    const stretch = stretches[next]
    if (stretch === undefined) {
      done(undefined)
      return
    }
    const { segment, bytes, start, filePosition } = stretch.chunk
    const goOn = (error: DiskError | undefined): void => {
      if (error !== undefined) done(error)
      else this.writeInOrder(stretches, next + 1, done)
    }
    this.table.withFile(segment, (error) => {
      if (error !== undefined) goOn(error)
      else segment.write(bytes, start + stretch.from, start + stretch.to, filePosition + stretch.from, goOn)
    })
  }

  private written(flush: Flush, error: DiskError | undefined): void {
    if (this.closed) return
    if (error !== undefined && isShortage(error) && (!this.finishing || this.attemptsLeft > 0)) {
      if (this.finishing) {
        this.attemptsLeft -= 1
        this.write(flush)
        return
      }
      this.stuck = flush
      this.logger.error(`writing the message log will be tried again: ${error.message}`)
      this.setFull(true)
      this.retryTimer = this.clock.setTimer(() => this.retry(), FULL_RETRY_MS)
      return
    }
    if (error !== undefined) {
      this.fail('write to', flush.batches[0]!.chunk.segment, error)
      return
    }
    this.setFull(false)
    this.client.written()
    const segments = new Set(flush.batches.map(({ chunk }) => chunk.segment))
    if (this.syncsNow) {
      this.syncing = this.mode.kind === 'always'
      // To wake a thread takes longer than the rest: deliveries that waited for the write leave before.
      queueMicrotask(() => this.syncFor(flush, segments))
      return
    }
    for (const segment of segments) this.unsynced.add(segment)
    if (this.mode.kind === 'interval') this.syncLater(this.mode.intervalMs)
    this.confirm(flush)
  }

  private syncFor(flush: Flush, segments: ReadonlySet<Segment>): void {
    if (this.closed) return
    this.sync(segments, (failed, segment) => {
      if (failed !== undefined) this.fail('sync of', segment, failed)
      else this.confirm(flush)
    })
  }

  /** The batches are as durable as the mode asks for. */
  private confirm(flush: Flush): void {
    const barrier = this.client.beforeConfirm()
    if (barrier === undefined) this.done(flush)
    else {
      barrier.then(
        () => this.done(flush),
        (error: unknown) =>
          this.giveUp(new StorageError('what messages depend on is not durable', { cause: error })),
      )
    }
  }

  private retry(): void {
    const { stuck } = this
    if (stuck === undefined || this.closed) return
    this.retryTimer?.cancel()
    this.stuck = undefined
    this.write(stuck)
  }

  private done({ batches, endIndex }: Flush): void {
    if (this.closed || this.failure !== undefined) return
    for (const { chunk, to } of batches) {
      chunk.busy -= 1
      chunk.written = to
    }
    this.durableIndex = endIndex
    this.syncing = false
    this.busy = false
    this.client.synced(undefined)
    this.flush()
  }

  private sync(
    segments: ReadonlySet<Segment>,
    done: (error: DiskError | undefined, segment: Segment) => void,
  ): void {
    let left = segments.size
    let failed: DiskError | undefined
    let failedSegment: Segment | undefined
    for (const segment of segments) {
      segment.sync((error) => {
        if (error !== undefined) {
          failed ??= error
          failedSegment ??= segment
        }
        left -= 1
        if (left === 0) done(failed, failedSegment ?? segment)
      })
    }
  }

  /**
   * Segments whose writes no sync has covered; those that are gone need none. One that is to go is not gone: until then
   * it tells what happened to the messages of one before it whose removal may take longer.
   */
  private takeUnsynced(): ReadonlySet<Segment> {
    const segments = new Set([...this.unsynced].filter((segment) => segment.isOpen))
    this.unsynced.clear()
    return segments
  }

  private syncLater(intervalMs: number): void {
    this.intervalTimer ??= this.clock.setTimer(() => {
      this.intervalTimer = undefined
      this.secure(() => {})
    }, intervalMs)
  }

  private setFull(isFull: boolean): void {
    if (!isFull && !this.isFull) return
    this.isFull = isFull
    this.client.full(isFull)
  }

  /** A failed write or sync is not tried again: nobody knows what the disk holds. */
  private fail(action: string, segment: Segment, cause: DiskError): void {
    this.giveUp(new StorageError(`${action} ${segment.path} failed`, { cause }))
  }

  private giveUp(failure: StorageError): void {
    if (this.failure !== undefined) return
    this.failure = failure
    this.logger.error('the message log takes no more writes', failure)
    this.client.synced(failure)
  }
}

/** Octets `from` to `to` of a chunk, which one write takes. */
interface Stretch {
  readonly chunk: LogChunk
  readonly from: number
  to: number
}

/** Batches that lie one after the other in a chunk are one write. */
function stretchesOf(batches: readonly BatchRange[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const { chunk, from, to } of batches) {
    const last = stretches[stretches.length - 1]
    if (last !== undefined && last.chunk === chunk && last.to === from) last.to = to
    else stretches.push({ chunk, from, to })
  }
  return stretches
}

function isShortage(error: DiskError): boolean {
  return error.isFull || SHORTAGES.includes(error.code)
}

/** Writes within this turn of the loop; what one turn brings is some hundred kilobytes at most. */
function writeStretches(stretches: readonly Stretch[]): DiskError | undefined {
  let failed: DiskError | undefined
  for (const { chunk, from, to } of stretches) {
    const { segment, bytes, start, filePosition } = chunk
    failed = graver(failed, segment.writeNow(bytes, start + from, start + to, filePosition + from))
  }
  return failed
}

/** A lack of room is the one thing that may pass: any other reason counts for more. */
function graver(one: DiskError | undefined, other: DiskError | undefined): DiskError | undefined {
  return one === undefined || isShortage(one) ? (other ?? one) : one
}
