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
  sealed(): void
  synced(error: StorageError | undefined): void
  /** The disk is full (true) or takes writes again (false). */
  full(isFull: boolean): void
}

const FULL_RETRY_MS = 500

/**
 * Group commit: one write and sync is on its way at a time, and what is appended meanwhile goes together next. Nothing
 * waits for a timer to form a batch.
 */
export class Flusher {
  private readonly table: SegmentTable
  private readonly client: FlusherClient
  private readonly mode: SyncMode
  private readonly clock: Clock
  private readonly logger: Logger
  private scheduled: NodeJS.Immediate | undefined
  private retryTimer: ClockTimer | undefined
  private intervalTimer: ClockTimer | undefined
  private readonly unsynced = new Set<Segment>()
  /** Index of the next batch. */
  nextIndex = 1
  private closed = false
  /** A write is on its way. */
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
    if (this.scheduled !== undefined || this.busy || this.failure !== undefined) return
    this.scheduled = setImmediate(() => {
      this.scheduled = undefined
      this.flush()
    })
  }

  flush(): void {
    if (this.busy || this.failure !== undefined) return
    const batches = this.client.takeBatches()
    if (batches.length === 0) return
    this.busy = true
    this.client.sealed()
    for (const { chunk, from, to, flags } of batches) {
      sealBatch(chunk, chunk.start + from, chunk.start + to, flags, this.nextIndex++, this.table.epoch)
      chunk.busy += 1
    }
    this.write(batches)
  }

  /** Stops timers. What was appended and not flushed is given up. */
  close(): void {
    this.closed = true
    clearImmediate(this.scheduled)
    this.retryTimer?.cancel()
    this.intervalTimer?.cancel()
  }

  private write(batches: readonly BatchRange[]): void {
    let left = batches.length
    let failed: DiskError | undefined
    const one = (error: DiskError | undefined): void => {
      failed ??= error
      left -= 1
      if (left === 0) this.written(batches, failed)
    }
    for (const { chunk, from, to } of batches) {
      const { segment } = chunk
      this.table.withFile(segment, (error) => {
        if (error !== undefined) one(error)
        else {
          const { bytes, start, filePosition } = chunk
          segment.file!.write(bytes, start + from, start + to, filePosition + from, one)
        }
      })
    }
  }

  private written(batches: readonly BatchRange[], error: DiskError | undefined): void {
    if (this.closed) return
    if (error?.isFull) {
      this.setFull(true)
      this.retryTimer = this.clock.setTimer(() => this.write(batches), FULL_RETRY_MS)
      return
    }
    if (error !== undefined) {
      this.fail('write to', batches[0]!.chunk.segment, error)
      return
    }
    this.setFull(false)
    const segments = new Set(batches.map(({ chunk }) => chunk.segment))
    if (this.mode.kind === 'always') {
      this.sync(segments, (failed, segment) => {
        if (failed !== undefined) this.fail('sync of', segment, failed)
        else this.done(batches)
      })
      return
    }
    for (const segment of segments) this.unsynced.add(segment)
    if (this.mode.kind === 'interval') this.syncLater(this.mode.intervalMs)
    this.done(batches)
  }

  private done(batches: readonly BatchRange[]): void {
    if (this.closed) return
    for (const { chunk, to } of batches) {
      chunk.busy -= 1
      chunk.written = to
    }
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
    for (const segment of segments) {
      segment.file!.sync((error) => {
        failed ??= error
        left -= 1
        if (left === 0) done(failed, segment)
      })
    }
  }

  private syncLater(intervalMs: number): void {
    this.intervalTimer ??= this.clock.setTimer(() => {
      this.intervalTimer = undefined
      const segments = new Set([...this.unsynced].filter((segment) => segment.file !== undefined))
      this.unsynced.clear()
      if (segments.size === 0) return
      this.sync(segments, (error, segment) => {
        if (error !== undefined) this.fail('sync of', segment, error)
      })
    }, intervalMs)
  }

  private setFull(isFull: boolean): void {
    if (this.isFull === isFull) return
    this.isFull = isFull
    this.client.full(isFull)
  }

  /** A failed write or sync is not tried again: nobody knows what the disk holds. */
  private fail(action: string, segment: Segment, cause: DiskError): void {
    if (this.failure !== undefined) return
    this.failure = new StorageError(`${action} ${segment.path} failed`, { cause })
    this.logger.error('the message log takes no more writes', this.failure)
    this.client.synced(this.failure)
  }
}
