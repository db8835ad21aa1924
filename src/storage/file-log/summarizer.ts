import type { Clock, ClockTimer } from '../../util/clock.js'
import type { Logger } from '../../util/logger.js'
import type { Disk } from '../disk.js'
import type { RecordMemory } from '../record.js'
import { writeWhole } from '../whole-file.js'
import { readBatch } from './batch.js'
import type { FileLogOptions } from './file-log-options.js'
import { SEGMENT_HEADER_BYTES, type Segment } from './segment.js'
import { memoryOf } from './segment-reader.js'
import { SummaryWriter, summaryBytesMax, summaryPathOf, temporarySummaryPathOf } from './segment-summary.js'

/** How long a segment is complete before its summary is written: many are consumed by then, and need none. */
const SUMMARY_DELAY_MS = 1000
/** A segment of which less is live is as good as gone: it is consumed, or cleaned. */
const LIVE_SHARE_MIN = 1 / 4
/** When a complete segment is not written yet, how long until the next look. */
const NOT_WRITTEN_DELAY_MS = 100
/** Between two summaries this many times as long is nothing done as the last one took: the disk has other work. */
const PAUSE_FACTOR = 2

/** What a summarizer asks of its log. */
export interface SummarizerClient {
  /** Calls back when what was written is durable, or with an error. */
  secure(done: (error: Error | undefined) => void): void
}

/** Writes summaries of complete segments, one after the other and off the message path. */
export class Summarizer {
  private readonly disk: Disk
  private readonly clock: Clock
  private readonly logger: Logger
  private readonly delayMs: number
  private readonly client: SummarizerClient
  /** The first is the next. */
  private readonly waiting: { readonly segment: Segment; readonly dueAt: number }[] = []
  /** Memory for the summary and for what has to be read, used again while there are segments that wait. */
  private summary: RecordMemory = NOTHING
  private chunk: RecordMemory = NOTHING
  private timer: ClockTimer | undefined
  private working: Promise<void> | undefined
  private restsUntil = 0
  private stopped = false

  constructor(client: SummarizerClient, options: FileLogOptions) {
    this.client = client
    this.disk = options.disk
    this.clock = options.clock
    this.logger = options.logger
    this.delayMs = options.summaryDelayMs ?? SUMMARY_DELAY_MS
  }

  /** The segment takes no more, and has no summary. */
  add(segment: Segment): void {
    this.addAfter(segment, this.delayMs)
  }

  private addAfter(segment: Segment, delayMs: number): void {
    this.waiting.push({ segment, dueAt: this.clock.monotonic() + delayMs })
    this.schedule()
  }

  /** Begins no more summaries, and ends none. */
  stop(): void {
    this.stopped = true
    this.timer?.cancel()
  }

  /** As {@link stop}; resolves once nothing is being written. */
  async close(): Promise<void> {
    this.stop()
    await this.working
  }

  private schedule(): void {
    const [first] = this.waiting
    if (first === undefined || this.timer !== undefined || this.working !== undefined || this.stopped) return
    const at = Math.max(first.dueAt, this.restsUntil)
    this.timer = this.clock.setTimer(
      () => {
        this.timer = undefined
        this.working = this.work().finally(() => {
          this.working = undefined
          if (this.waiting.length === 0) {
            this.summary = NOTHING
            this.chunk = NOTHING
          }
          this.schedule()
        })
      },
      Math.max(0, at - this.clock.monotonic()),
    )
  }

  private async work(): Promise<void> {
    const { segment } = this.waiting.shift()!
    if (segment.leaving || segment.isDamaged || segment.liveBytes < segment.sizeBytes * LIVE_SHARE_MIN) return
    if (!segment.isWritten) {
      this.addAfter(segment, Math.max(this.delayMs, NOT_WRITTEN_DELAY_MS))
      return
    }
    const begunAt = this.clock.monotonic()
    segment.summarizing = this.summarize(segment).catch((error: unknown) => {
      // A start does without.
      this.logger.warning(`no summary of ${segment.path} is written: ${String(error)}`)
    })
    await segment.summarizing
    segment.summarizing = undefined
    const endedAt = this.clock.monotonic()
    this.restsUntil = endedAt + PAUSE_FACTOR * (endedAt - begunAt)
  }

  private async summarize(segment: Segment): Promise<void> {
    // A summary stands for octets that are durable.
    if (!(await this.isSecured())) return
    this.summary = roomIn(this.summary, summaryBytesMax(segment))
    const writer = new SummaryWriter(segment, this.summary)
    if (!(await this.condense(segment, writer)) || segment.leaving || this.stopped) return
    const { path } = segment
    await writeWhole(this.disk, summaryPathOf(path), temporarySummaryPathOf(path), writer.finish())
    segment.isSummarized = true
  }

  private isSecured(): Promise<boolean> {
    return new Promise((resolve) => this.client.secure((error) => resolve(error === undefined)))
  }

  /** False when the segment is to have no summary: it would be too large, or tell of what is damaged. */
  private async condense(segment: Segment, writer: SummaryWriter): Promise<boolean> {
    let position = SEGMENT_HEADER_BYTES
    for (const chunk of [...segment.chunks]) {
      const { filePosition } = chunk
      if (!(await this.addFromFile(segment, position, filePosition, writer))) return false
      position = filePosition + chunk.used
      const isAdded = chunk.loaded
        ? addBatches(chunk, chunk.start, chunk.start + chunk.used, writer)
        : await this.addFromFile(segment, filePosition, position, writer)
      if (!isAdded) return false
      await nextTurn()
      if (segment.leaving || segment.isDamaged || this.stopped) return false
    }
    return this.addFromFile(segment, position, segment.sizeBytes, writer)
  }

  private async addFromFile(
    segment: Segment,
    position: number,
    end: number,
    writer: SummaryWriter,
  ): Promise<boolean> {
    if (position === end) return true
    const lengthBytes = end - position
    if (lengthBytes < 0) return false
    this.chunk = roomIn(this.chunk, lengthBytes)
    const memory = this.chunk
    const count = await new Promise<number>((resolve) => {
      segment.read(memory.bytes, 0, lengthBytes, position, (error, octets) => resolve(error ? 0 : octets))
    })
    for (let at = 0; at < lengthBytes; ) {
      const header = readBatch(memory, at, count, segment.salt)
      if (header === undefined || !writer.add(memory, at)) return false
      at += header.lengthBytes
    }
    return true
  }
}

/** Adds batches that are known to be undamaged; false when they are too many. */
function addBatches(memory: RecordMemory, start: number, end: number, writer: SummaryWriter): boolean {
  for (let at = start; at < end; at += memory.words[(at >> 2) + 1]!) {
    if (!writer.add(memory, at)) return false
  }
  return true
}

const NOTHING = memoryOf(0)

/** Memory of at least so many octets: the one that there is, if it will do. */
function roomIn(memory: RecordMemory, lengthBytes: number): RecordMemory {
  return memory.bytes.length < lengthBytes ? memoryOf((lengthBytes + 7) & -8) : memory
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
