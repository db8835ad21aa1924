import { join } from 'node:path'
import { MessageView } from '../../core/message.js'
import type { MessageHistory, ShardLogOwner } from '../../core/shard/shard-log.js'
import { CHUNK_BYTES } from '../chunk.js'
import type { Disk, DiskFile, OpenMode } from '../disk.js'
import {
  EVENT_POSITION_OFFSET,
  EVENT_RECORD_BYTES,
  openMessage,
  publishedAtMs,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordKind,
  type RecordMemory,
  RecordWord,
  TargetState,
} from '../record.js'
import { makeRef, slotOf } from '../ref.js'
import { StorageError } from '../storage-error.js'
import { BATCH_HEADER_BYTES, BatchFlag, type BatchHeader } from './batch.js'
import { POSITION_STEP } from './event-writer.js'
import type { FileLogOptions } from './file-log-options.js'
import type { LogChunk } from './log-chunk.js'
import { readReadable, type Stretch } from './readable.js'
import {
  decodeSegmentHeader,
  LOG_FORMAT,
  SEGMENT_HEADER_BYTES,
  type Segment,
  type SegmentHeader,
  segmentNumberOf,
} from './segment.js'
import { memoryOf, SegmentReader, type SegmentVisitor } from './segment-reader.js'
import { headBytesAt, isSummaryName, type Summary, visitSummary } from './segment-summary.js'
import type { SegmentTable } from './segment-table.js'
import { SummaryReader } from './summary-reader.js'

/** What recovery found, for the log of the broker and for `verify`. */
export interface RecoveryReport {
  segments: number
  /** Segments whose content was taken from their summaries. */
  summarized: number
  batches: number
  /** Message records; a message that was moved while the broker died counts twice. */
  messages: number
  /** Index of the newest batch. */
  lastBatchIndex: number
  /** Stretches that no undamaged batch covers. */
  readonly damage: DamagedStretch[]
}

export interface DamagedStretch {
  readonly path: string
  readonly position: number
  readonly lengthBytes: number
  /** A write that a crash cut short, which confirmed nothing. */
  readonly isTornTail: boolean
  /** Some of it the disk did not give. */
  readonly isUnreadable: boolean
}

/** Who is told what the log holds. */
export type RecoveryOwner = Pick<ShardLogOwner, 'recover' | 'recoverSettled' | 'recoverHistory' | 'refOf'>

/** Where a batch lies. */
export interface BatchPlace {
  readonly index: number
  readonly segment: Segment
  readonly position: number
  readonly lengthBytes: number
}

/** A stretch of a segment that no undamaged batch covers. */
export interface Damage {
  readonly segment: Segment
  readonly position: number
  readonly lengthBytes: number
  readonly atEnd: boolean
  readonly isUnreadable: boolean
  isTorn: boolean
  /** Index of the last batch that was there, when it is known to have been durable; else 0. */
  lastIndex: number
}

/** A segment's file as recovery found it. */
export interface FoundSegment {
  readonly segment: Segment
  readonly file: DiskFile
  readonly sizeBytes: number
  /** Undefined when it is damaged. */
  readonly header: SegmentHeader | undefined
  /** What of the header could not be read. */
  readonly unreadable: readonly Stretch[]
  /** What the segment holds was taken from its summary. */
  fromSummary: boolean
}

/** The state of a log's files. */
export interface Recovery {
  readonly report: RecoveryReport
  readonly found: readonly FoundSegment[]
  /** Files in the folder that are summaries, finished or not. */
  readonly summaryPaths: readonly string[]
  readonly damage: readonly Damage[]
  /** Batches that count for nothing, since the rest of their atomic piece of work is not there. */
  readonly broken: readonly BatchPlace[]
  /** What was written last: nobody knows whether its sync succeeded. */
  readonly uncertain: readonly BatchPlace[]
}

/**
 * Opens the segments of a folder and tells `owner` in order what is in them; changes nothing. The files stay open, also
 * when it throws: the table has them. Throws a StorageError when a format is not known, and a DiskError when the folder
 * cannot be listed or a segment cannot be opened. In the mode `read` every octet is looked at; else a segment with a
 * good summary is not read.
 */
export async function recoverLog(
  { disk, folder, chunkBytes = CHUNK_BYTES }: Pick<FileLogOptions, 'disk' | 'folder' | 'chunkBytes'>,
  mode: OpenMode,
  table: SegmentTable,
  owner: RecoveryOwner,
): Promise<Recovery> {
  const names = await disk.list(folder)
  const summaryPaths = names.filter(isSummaryName).map((name) => join(folder, name))
  const segments = names.flatMap((name) => {
    const number = segmentNumberOf(name)
    return number === undefined ? [] : [{ number, path: join(folder, name) }]
  })
  segments.sort((a, b) => a.number - b.number)
  const found: FoundSegment[] = []
  for (const { number, path } of segments)
    found.push(await openSegment(disk, table.adopt(number, path), mode))
  table.epoch = 1 + Math.max(0, ...found.map(({ header }) => header?.epoch ?? 0))
  const replay = new Replay(table, owner, chunkBytes)
  const summaries = mode === 'read' ? undefined : new SummaryReader(disk, summaryPaths)
  for (const each of found) {
    const { header, segment, sizeBytes } = each
    const summary = header && (await summaries?.read(segment.path, { ...header, sizeBytes }))
    await replay.read(each, summary)
  }
  return replay.finish(found, summaryPaths)
}

async function openSegment(disk: Disk, segment: Segment, mode: OpenMode): Promise<FoundSegment> {
  const file = await disk.open(segment.path, mode)
  segment.opened(file)
  const octets = Buffer.alloc(SEGMENT_HEADER_BYTES)
  const { count, unreadable } = await readReadable(file, octets, 0, octets.length, 0)
  const header = count < octets.length ? undefined : decodeSegmentHeader(octets)
  if (header !== undefined && header.format > LOG_FORMAT) {
    throw new StorageError(
      `${segment.path} has format ${header.format}, which a newer release has written; ` +
        `this one reads formats up to ${LOG_FORMAT}`,
    )
  }
  return { segment, file, sizeBytes: await file.size(), header, unreadable, fromSummary: false }
}

/** A batch that is remembered for later. */
interface BatchCopy {
  readonly place: BatchPlace
  readonly memory: RecordMemory
  readonly header: BatchHeader
  readonly condensedBytes: number
}

/** Damage, and the indices that the next batch would have had and has; the latter is 0 while none has come. */
interface Unjudged {
  readonly damage: Damage
  readonly index: number
  nextIndex: number
}

/** Goes through the batches of all segments and rebuilds the segments' chunks. */
class Replay implements SegmentVisitor {
  private readonly report: RecoveryReport = {
    segments: 0,
    summarized: 0,
    batches: 0,
    messages: 0,
    lastBatchIndex: 0,
    damage: [],
  }
  private readonly table: SegmentTable
  private readonly owner: RecoveryOwner
  private readonly chunkBytes: number
  private readonly reader = new SegmentReader()
  private readonly view = new MessageView()
  private readonly history = {
    redelivered: false,
    isCounted: false,
    deliveryCount: 0,
    acquiredCount: 0,
    publishedAtMs: 0,
    expirationMs: -1,
  }
  private readonly damage: Damage[] = []
  /** Damage of which one cannot tell yet what it was. */
  private unjudged: Unjudged[] = []
  private readonly broken: BatchPlace[] = []
  /** Every batch before this index was durable, as far as is known. */
  private durableIndex = 0
  private uncertain: BatchPlace[] = []
  private segment!: Segment
  private sizeBytes = 0
  private chunk: LogChunk | undefined
  /** Number of the segment read before, and whether any are missing since the last batch: cleaning removed them. */
  private lastNumber = 0
  private hasRemoved = false
  /** Batches that count only once the one that ends their group is there. */
  private group: BatchCopy[] = []
  /** Batches behind a hole: they count only if a later one shows that what is missing was durable. */
  private doubtful: BatchCopy[] = []

  constructor(table: SegmentTable, owner: RecoveryOwner, chunkBytes: number) {
    this.table = table
    this.owner = owner
    this.chunkBytes = chunkBytes
  }

  /** Goes through a segment, by its summary where there is one. */
  async read(found: FoundSegment, summary: Summary | undefined): Promise<void> {
    const { segment, sizeBytes, header } = found
    this.segment = segment
    this.sizeBytes = sizeBytes
    this.chunk = undefined
    if (segment.number !== this.lastNumber + 1) this.hasRemoved = true
    this.lastNumber = segment.number
    segment.sizeBytes = sizeBytes
    segment.epoch = header?.epoch ?? this.table.epoch
    segment.salt = header?.salt ?? 0
    if (summary !== undefined) {
      found.fromSummary = true
      this.report.summarized += 1
      visitSummary(summary, this)
    } else await this.readWhole(found)
  }

  private async readWhole({ segment, file, sizeBytes, header, unreadable }: FoundSegment): Promise<void> {
    const { reader } = this
    reader.begin(file, sizeBytes, header?.salt)
    reader.unreadable.push(...unreadable)
    if (header === undefined) this.damaged(0, Math.min(sizeBytes, SEGMENT_HEADER_BYTES))
    while (await reader.next(this));
    // That is a disk which is not there rather than damage: it may come back, and what is on it with it.
    if (reader.unreadable.length > 0 && reader.readBytes === 0) {
      throw new StorageError(`nothing of ${segment.path} can be read`)
    }
    // The batches tell what the header does not.
    segment.salt = reader.salt ?? 0
  }

  finish(found: readonly FoundSegment[], summaryPaths: readonly string[]): Recovery {
    for (const { place } of this.doubtful) this.broken.push(place)
    this.breakGroup()
    const { report, damage, broken, uncertain } = this
    report.segments = found.length
    for (const { segment, position, lengthBytes, isTorn, isUnreadable } of damage) {
      report.damage.push({ path: segment.path, position, lengthBytes, isTornTail: isTorn, isUnreadable })
    }
    return { report, found, summaryPaths, damage, broken, uncertain }
  }

  damaged(position: number, lengthBytes: number): void {
    const { segment } = this
    const isUnreadable = this.isUnreadable(position, lengthBytes)
    const damage = {
      segment,
      position,
      lengthBytes,
      atEnd: position + lengthBytes === this.sizeBytes,
      isUnreadable,
      // What a crash cuts short can be read.
      isTorn: !isUnreadable,
      lastIndex: 0,
    }
    this.damage.push(damage)
    this.unjudged.push({ damage, index: this.report.lastBatchIndex + 1, nextIndex: 0 })
  }

  private isUnreadable(position: number, lengthBytes: number): boolean {
    const end = position + lengthBytes
    return this.reader.unreadable.some(
      (each) => each.position < end && each.position + each.lengthBytes > position,
    )
  }

  batch(
    memory: RecordMemory,
    at: number,
    position: number,
    header: BatchHeader,
    condensedBytes: number,
  ): void {
    if ((header.flags & BatchFlag.VOID) !== 0) {
      if (header.index > 0) this.passOver(header.index)
      return
    }
    const isVouchedFor = condensedBytes > 0
    if (isVouchedFor) {
      this.knowDurable(header.index)
      this.wasDurable(header.index)
    }
    this.knowDurable(header.durableIndex)
    if (this.unjudged.length > 0) this.judge(header)
    const { segment } = this
    const place = { index: header.index, segment, position, lengthBytes: header.lengthBytes }
    if (this.doubtful.length > 0 || (this.isBehindHole(header) && !this.hasRemoved)) {
      this.doubtful.push(copyOf(memory, at, place, header, condensedBytes))
    } else {
      this.take(memory, at, place, header, condensedBytes)
    }
  }

  /** Batches up to this index were durable, and an earlier recovery found them damaged: nothing is missing behind them. */
  private passOver(index: number): void {
    this.knowDurable(index + 1)
    this.wasDurable(0)
    this.breakGroup()
    this.report.lastBatchIndex = Math.max(this.report.lastBatchIndex, index)
  }

  /**
   * What came before was durable once, and what is missing of it was damaged since: a summary is written when the flushes
   * that it tells of are synced, whole. `nextIndex` is that of the batch at hand, 0 when it tells of none.
   */
  private wasDurable(nextIndex: number): void {
    for (const each of this.unjudged) {
      if (each.nextIndex === 0) each.nextIndex = nextIndex
      each.damage.isTorn = false
      each.damage.lastIndex = Math.max(0, each.nextIndex - 1)
    }
    this.unjudged = []
  }

  /** True when batches are missing before this one that may never have been durable: a power cut came between, or damage. */
  private isBehindHole({ index }: BatchHeader): boolean {
    return index > this.report.lastBatchIndex + 1 && this.durableIndex < index
  }

  /** Every batch before this index was durable: what is missing of them was damaged since, and what comes behind it counts. */
  private knowDurable(index: number): void {
    if (index <= this.durableIndex) return
    this.durableIndex = index
    const { doubtful } = this
    let count = 0
    for (const { memory, place, header, condensedBytes } of doubtful) {
      if (this.isBehindHole(header)) break
      this.take(memory, 0, place, header, condensedBytes)
      count += 1
    }
    this.doubtful = doubtful.slice(count)
  }

  /** What was durable when a later batch was written and is missing now was damaged since. */
  private judge({ index }: BatchHeader): void {
    this.unjudged = this.unjudged.filter((each) => {
      const { damage } = each
      if (each.nextIndex === 0) each.nextIndex = index
      const wasDurable = this.durableIndex > each.index
      // A header that was cut short has no batches behind it.
      const isHeader = damage.position === 0 && damage.segment === this.segment
      if (!wasDurable && !isHeader) return true
      damage.isTorn = false
      damage.lastIndex = each.nextIndex - 1
      return false
    })
  }

  private take(
    memory: RecordMemory,
    at: number,
    place: BatchPlace,
    header: BatchHeader,
    condensedBytes: number,
  ): void {
    const { report } = this
    const { flags, index } = header
    const isNext = index === report.lastBatchIndex + 1
    report.batches += 1
    report.lastBatchIndex = Math.max(report.lastBatchIndex, index)
    this.hasRemoved = false
    const { uncertain } = this
    if (uncertain.length > 0 && uncertain[0]!.index < header.durableIndex) {
      this.uncertain = uncertain.filter((each) => each.index >= header.durableIndex)
    }
    this.uncertain.push(place)

    const follows = (flags & BatchFlag.FOLLOWS) !== 0
    if (this.group.length > 0 && !(follows && isNext)) this.breakGroup()
    if (follows && this.group.length === 0) {
      this.broken.push(place)
      return
    }
    if ((flags & BatchFlag.CONTINUES) !== 0) {
      this.group.push(copyOf(memory, at, place, header, condensedBytes))
      return
    }
    for (const part of this.group) this.takeBatch(part.memory, 0, part.place, part.condensedBytes > 0)
    this.group = []
    this.takeBatch(memory, at, place, condensedBytes > 0)
  }

  private breakGroup(): void {
    for (const { place } of this.group) this.broken.push(place)
    this.group = []
  }

  private takeBatch(memory: RecordMemory, at: number, batch: BatchPlace, isCondensed: boolean): void {
    const { segment, position, lengthBytes } = batch
    const chunk = this.chunkFor(segment, position, lengthBytes)
    const offset = position - chunk.filePosition
    chunk.used = offset + lengthBytes
    chunk.written = chunk.used
    this.takeRecords(memory, at + BATCH_HEADER_BYTES, chunk, offset + BATCH_HEADER_BYTES, isCondensed)
  }

  private chunkFor(segment: Segment, position: number, batchBytes: number): LogChunk {
    const { chunk } = this
    if (chunk !== undefined && chunk.segment === segment) {
      const offset = position - chunk.filePosition
      if (offset === chunk.used && offset + batchBytes <= this.chunkBytes) return chunk
    }
    this.chunk = this.table.addChunk(segment, position)
    return this.chunk
  }

  /** Takes the records from `start` of the memory on, which in the chunk reach from `first` to where it ends so far. */
  private takeRecords(
    memory: RecordMemory,
    start: number,
    chunk: LogChunk,
    first: number,
    isCondensed: boolean,
  ): void {
    const { words } = memory
    for (let at = start, offset = first; offset < chunk.used; ) {
      const recordBytes = words[at >> 2]!
      const kind = words[(at >> 2) + RecordWord.KIND]! & 0xff
      if (kind === RecordKind.MESSAGE) this.takeMessage(memory, at, chunk, offset)
      else this.takeEvent(memory, at, kind, chunk.segment)
      at += isCondensed ? headBytesAt(memory, at) : recordBytes
      offset += recordBytes
    }
  }

  private takeMessage(memory: RecordMemory, at: number, chunk: LogChunk, offset: number): void {
    const { view, history, owner } = this
    const { words } = memory
    const ref = makeRef(chunk.slot, offset)
    openMessage(memory, at, view)
    history.publishedAtMs = publishedAtMs(memory, at)
    history.expirationMs = view.expirationMs
    this.report.messages += 1
    const targetCount = words[(at >> 2) + RecordWord.KIND]! >>> 16
    const share = words[at >> 2]! / targetCount
    for (let i = 0; i < targetCount; i++) {
      const target = at + RECORD_HEADER_BYTES + i * RECORD_TARGET_BYTES
      const state = words[(target >> 2) + 1]!
      const queueId = words[target >> 2]!
      const position = memory.doubles[(target + 8) >> 3]!
      // A copy that cleaning made takes the place of its original.
      const original = this.settle(queueId, position)
      if (original !== undefined && original.segment !== chunk.segment) original.segment.superseded = true
      if ((state & (TargetState.SETTLED | TargetState.TRANSIENT)) !== 0) continue
      history.redelivered = (state & TargetState.DELIVERED) !== 0
      if (owner.recover(queueId, position, ref, view, history)) {
        chunk.live += 1
        chunk.liveBytes += share
      }
    }
  }

  private takeEvent(memory: RecordMemory, at: number, kind: number, segment: Segment): void {
    const word = at >> 2
    const { words } = memory
    const { owner } = this
    const queueId = words[word + RecordWord.QUEUE]!
    const first = memory.doubles[(at + EVENT_POSITION_OFFSET) >> 3]!
    const about = words[word + RecordWord.SEGMENT]!
    if (this.table.segments.has(about)) segment.countEvent(about, EVENT_RECORD_BYTES)
    if (kind === RecordKind.COUNTED) {
      const counts = words[word + RecordWord.COUNTS]!
      if (!this.isIn(about, queueId, first)) return
      owner.recoverHistory(queueId, first, {
        ...DELIVERED,
        isCounted: true,
        deliveryCount: counts & 0xffff,
        acquiredCount: counts >>> 16,
      })
      return
    }
    const run = words[word + RecordWord.RUN]!
    for (let i = 0, position = first; i < run; i++, position += POSITION_STEP) {
      if (!this.isIn(about, queueId, position)) continue
      if (kind === RecordKind.SETTLED) this.settle(queueId, position)
      else owner.recoverHistory(queueId, position, DELIVERED)
    }
  }

  /** True when the message that an event speaks of is the one that is there. */
  private isIn(segment: number, queueId: number, position: number): boolean {
    const ref = this.owner.refOf(queueId, position)
    return ref !== undefined && this.table.chunkIn(slotOf(ref)).segment.number === segment
  }

  /** Takes a message out of its queue; returns the chunk in which it was, if it was there. */
  private settle(queueId: number, position: number): LogChunk | undefined {
    const ref = this.owner.recoverSettled(queueId, position)
    if (ref === undefined) return undefined
    const chunk = this.table.chunkIn(slotOf(ref))
    chunk.liveBytes -= chunk.liveBytes / chunk.live
    chunk.live -= 1
    return chunk
  }
}

function copyOf(
  memory: RecordMemory,
  at: number,
  place: BatchPlace,
  header: BatchHeader,
  condensedBytes: number,
): BatchCopy {
  const lengthBytes = condensedBytes > 0 ? condensedBytes : header.lengthBytes
  const copy = memoryOf(lengthBytes)
  memory.bytes.copy(copy.bytes, 0, at, at + lengthBytes)
  return { place, memory: copy, header, condensedBytes }
}

const DELIVERED: MessageHistory = {
  redelivered: true,
  isCounted: false,
  deliveryCount: 0,
  acquiredCount: 0,
  publishedAtMs: 0,
  expirationMs: -1,
}
