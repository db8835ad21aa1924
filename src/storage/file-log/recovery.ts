import { join } from 'node:path'
import { MessageView } from '../../core/message.js'
import type { MessageHistory, ShardLogOwner } from '../../core/shard/shard-log.js'
import { CHUNK_BYTES } from '../chunk.js'
import type { Disk, DiskFile } from '../disk.js'
import {
  EVENT_POSITION_OFFSET,
  EVENT_RECORD_BYTES,
  openMessage,
  publishedAtMs,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordFlag,
  RecordKind,
  type RecordMemory,
  RecordWord,
  TargetState,
} from '../record.js'
import { makeRef, slotOf } from '../ref.js'
import { StorageError } from '../storage-error.js'
import { BATCH_HEADER_BYTES, BATCH_MARKER, BatchFlag, type BatchHeader, readBatch } from './batch.js'
import { POSITION_STEP } from './event-writer.js'
import type { FileLogOptions } from './file-log-options.js'
import type { LogChunk } from './log-chunk.js'
import {
  decodeSegmentHeader,
  LOG_FORMAT,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentNumberOf,
} from './segment.js'
import type { SegmentTable } from './segment-table.js'

/** Octets read at a time; grows for batches that are larger. */
const READ_BYTES = 4 << 20

/** What recovery found, for the log of the broker and for `verify`. */
export interface RecoveryReport {
  segments: number
  batches: number
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
  /** It ends the newest segment: a write that a crash cut short, which confirmed nothing. */
  readonly isTornTail: boolean
}

/** Reads the log's segments in order and tells `owner` what is in them. Throws when a format is not known. */
export async function recoverLog(
  options: FileLogOptions,
  table: SegmentTable,
  owner: ShardLogOwner,
): Promise<RecoveryReport> {
  const { disk, folder } = options
  const found = (await disk.list(folder)).flatMap((name) => {
    const number = segmentNumberOf(name)
    return number === undefined ? [] : [{ number, path: join(folder, name) }]
  })
  found.sort((a, b) => a.number - b.number)
  const headers = []
  for (const { path } of found) headers.push(await readHeader(disk, path))
  table.epoch = 1 + Math.max(0, ...headers.map((header) => header?.epoch ?? 0))
  const reader = new LogReader(table, owner)
  for (const [i, { number, path }] of found.entries()) {
    const segment = table.adopt(number, path)
    segment.file = await disk.open(path, 'existing')
    if (headers[i] === undefined) await reader.skipUnreadable(segment)
    else await reader.read(segment, i === found.length - 1)
  }
  reader.report.segments = found.length
  return reader.report
}

async function readHeader(disk: Disk, path: string): Promise<{ epoch: number } | undefined> {
  const file = await disk.open(path, 'existing')
  try {
    const octets = Buffer.alloc(SEGMENT_HEADER_BYTES)
    await readInto(file, octets, 0, octets.length, 0)
    const header = decodeSegmentHeader(octets)
    if (header !== undefined && header.format > LOG_FORMAT) {
      throw new StorageError(
        `${path} has format ${header.format}, this version knows formats up to ${LOG_FORMAT}: start a newer Leveret`,
      )
    }
    return header
  } finally {
    await file.close()
  }
}

/** Walks segments and rebuilds their chunks. */
class LogReader {
  readonly report: RecoveryReport = { segments: 0, batches: 0, messages: 0, lastBatchIndex: 0, damage: [] }
  private readonly table: SegmentTable
  private readonly owner: ShardLogOwner
  private readonly view = new MessageView()
  private readonly history = {
    redelivered: false,
    deliveryCount: 0,
    acquiredCount: 0,
    publishedAtMs: 0,
    expirationMs: -1,
  }
  private memory: RecordMemory = memoryOf(READ_BYTES)
  private chunk: LogChunk | undefined
  /** Batches that count only once the one that ends their group is there: copies of them. */
  private group: {
    readonly memory: RecordMemory
    readonly header: BatchHeader
    readonly chunk: LogChunk
    readonly offset: number
  }[] = []
  private groupBroken = false

  constructor(table: SegmentTable, owner: ShardLogOwner) {
    this.table = table
    this.owner = owner
  }

  async read(segment: Segment, isLast: boolean): Promise<void> {
    const file = segment.file!
    const size = await file.size()
    this.chunk = undefined
    let position = Math.min(SEGMENT_HEADER_BYTES, size)
    while (position < size) {
      const wanted = Math.min(size - position, this.memory.bytes.length)
      const count = await readInto(file, this.memory.bytes, 0, wanted, position)
      if (count === 0) break
      const used = this.readBatches(segment, position, count)
      if (used > 0) {
        position += used
        continue
      }
      const lengthBytes = this.memory.words[1]!
      const isCut =
        this.memory.words[0] === BATCH_MARKER && lengthBytes > count && lengthBytes <= size - position
      if (isCut && count === this.memory.bytes.length) {
        this.memory = memoryOf(lengthBytes)
        continue
      }
      position = await this.passDamage(segment, position, size, isLast)
    }
    segment.sizeBytes = position
  }

  /** A segment without a readable header holds nothing that was ever confirmed, or is damaged: it is left aside. */
  async skipUnreadable(segment: Segment): Promise<void> {
    const size = await segment.file!.size()
    this.report.damage.push({
      path: segment.path,
      position: 0,
      lengthBytes: size,
      isTornTail: size < SEGMENT_HEADER_BYTES,
    })
    segment.sizeBytes = size
  }

  /** Takes in whole batches from the start of the memory; returns their octets. */
  private readBatches(segment: Segment, position: number, count: number): number {
    let at = 0
    for (;;) {
      const header = readBatch(this.memory, at, count)
      if (header === undefined) return at
      this.takeBatch(segment, position + at, at, header)
      at += header.lengthBytes
    }
  }

  private takeBatch(segment: Segment, filePosition: number, at: number, header: BatchHeader): void {
    const chunk = this.chunkFor(segment, filePosition, header.lengthBytes)
    const offset = filePosition - chunk.filePosition
    chunk.used = offset + header.lengthBytes
    chunk.written = chunk.used
    this.report.batches += 1
    const { report } = this
    const isNext = header.index === report.lastBatchIndex + 1
    report.lastBatchIndex = Math.max(report.lastBatchIndex, header.index)

    if ((header.flags & BatchFlag.FOLLOWS) === 0) {
      this.group = []
      this.groupBroken = false
    } else if (!isNext || this.group.length === 0) {
      this.groupBroken = true
    }
    if ((header.flags & BatchFlag.CONTINUES) !== 0) {
      const copy = memoryOf(header.lengthBytes)
      this.memory.bytes.copy(copy.bytes, 0, at, at + header.lengthBytes)
      this.group.push({ memory: copy, header, chunk, offset })
      return
    }
    if (this.groupBroken) return
    for (const part of this.group)
      this.takeRecords(part.memory, 0, part.header.lengthBytes, part.chunk, part.offset)
    this.group = []
    this.takeRecords(this.memory, at, at + header.lengthBytes, chunk, offset)
  }

  private chunkFor(segment: Segment, filePosition: number, batchBytes: number): LogChunk {
    const { chunk } = this
    if (chunk !== undefined) {
      const offset = filePosition - chunk.filePosition
      if (offset === chunk.used && offset + batchBytes <= CHUNK_BYTES) return chunk
    }
    this.chunk = this.table.addChunk(segment, filePosition)
    return this.chunk
  }

  private takeRecords(
    memory: RecordMemory,
    start: number,
    end: number,
    chunk: LogChunk,
    offset: number,
  ): void {
    const { words } = memory
    for (let at = start + BATCH_HEADER_BYTES; at < end; at += words[at >> 2]!) {
      const kind = words[(at >> 2) + RecordWord.KIND]! & 0xff
      if (kind === RecordKind.MESSAGE) this.takeMessage(memory, at, chunk, offset + at - start)
      else this.takeEvent(memory, at, kind, chunk.segment)
    }
  }

  private takeMessage(memory: RecordMemory, at: number, chunk: LogChunk, offset: number): void {
    const { view, history, owner } = this
    const kind = memory.words[(at >> 2) + RecordWord.KIND]!
    const ref = makeRef(chunk.slot, offset)
    openMessage(memory, at, view)
    view.expirationMs = (kind & RecordFlag.HAS_EXPIRATION) === 0 ? -1 : 0
    history.publishedAtMs = publishedAtMs(memory, at)
    history.deliveryCount = 0
    history.acquiredCount = 0
    this.report.messages += 1
    const targetCount = kind >>> 16
    chunk.total += targetCount
    for (let i = 0; i < targetCount; i++) {
      const target = at + RECORD_HEADER_BYTES + i * RECORD_TARGET_BYTES
      const state = memory.words[(target >> 2) + 1]!
      const queueId = memory.words[target >> 2]!
      const position = memory.doubles[(target + 8) >> 3]!
      // A copy that cleaning made takes the place of its original.
      this.settle(queueId, position)
      if ((state & (TargetState.SETTLED | TargetState.TRANSIENT)) !== 0) continue
      history.redelivered = (state & TargetState.DELIVERED) !== 0
      if (owner.recover(queueId, position, ref, view, history)) chunk.live += 1
    }
  }

  private takeEvent(memory: RecordMemory, at: number, kind: number, segment: Segment): void {
    const word = at >> 2
    const { words } = memory
    const queueId = words[word + RecordWord.QUEUE]!
    const run = words[word + RecordWord.RUN]!
    const first = memory.doubles[(at + EVENT_POSITION_OFFSET) >> 3]!
    if (kind === RecordKind.COUNTED) {
      const ref = this.owner.refOf(queueId, first)
      if (ref === undefined) return
      segment.countEvent(this.table.chunkIn(slotOf(ref)).segment.number, EVENT_RECORD_BYTES)
      this.owner.recoverHistory(queueId, first, {
        ...NO_HISTORY,
        deliveryCount: words[word + RecordWord.DELIVERY_COUNT]!,
        acquiredCount: words[word + RecordWord.ACQUIRED_COUNT]!,
      })
      return
    }
    const about = words[word + RecordWord.SEGMENT]!
    if (this.table.segments.has(about)) segment.countEvent(about, EVENT_RECORD_BYTES)
    for (let i = 0, position = first; i < run; i++, position += POSITION_STEP) {
      if (kind === RecordKind.SETTLED) this.settle(queueId, position)
      else this.owner.recoverHistory(queueId, position, NO_HISTORY)
    }
  }

  private settle(queueId: number, position: number): void {
    const ref = this.owner.recoverSettled(queueId, position)
    if (ref !== undefined) this.table.chunkIn(slotOf(ref)).live -= 1
  }

  /** Finds the next undamaged batch, or the end, and notes what lies before it. */
  private async passDamage(
    segment: Segment,
    position: number,
    size: number,
    isLast: boolean,
  ): Promise<number> {
    const file = segment.file!
    let next = size
    const { memory } = this
    for (let base = position + 8; base < size && next === size; base += READ_BYTES / 2) {
      const count = await readInto(file, memory.bytes, 0, Math.min(memory.bytes.length, size - base), base)
      for (let at = 0; at + BATCH_HEADER_BYTES <= count && at < READ_BYTES / 2; at += 8) {
        if (memory.words[at >> 2] === BATCH_MARKER && readBatch(memory, at, count) !== undefined) {
          next = base + at
          break
        }
      }
    }
    this.report.damage.push({
      path: segment.path,
      position,
      lengthBytes: next - position,
      isTornTail: isLast && next === size,
    })
    return next
  }
}

const NO_HISTORY: MessageHistory = {
  redelivered: true,
  deliveryCount: 0,
  acquiredCount: 0,
  publishedAtMs: 0,
  expirationMs: -1,
}

function memoryOf(sizeBytes: number): RecordMemory {
  const memory = new ArrayBuffer(sizeBytes)
  return { bytes: Buffer.from(memory), words: new Int32Array(memory), doubles: new Float64Array(memory) }
}

function readInto(
  file: DiskFile,
  buffer: Buffer,
  start: number,
  end: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    file.read(buffer, start, end, position, (error, count) =>
      error === undefined ? resolve(count) : reject(error),
    )
  })
}
