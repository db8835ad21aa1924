import { basename } from 'node:path'
import { MessageView } from '../../core/message.js'
import type { MessageIndex } from '../../core/queue/message-index.js'
import { SystemClock } from '../../util/clock.js'
import { SILENT_LOGGER } from '../../util/logger.js'
import type { Disk } from '../disk.js'
import {
  openMessage,
  publishedAtMs,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordKind,
  type RecordMemory,
  RecordWord,
} from '../record.js'
import { offsetOf, slotOf } from '../ref.js'
import { StorageError } from '../storage-error.js'
import { BATCH_HEADER_BYTES, BatchFlag } from './batch.js'
import { Catalogue, type QueueContent } from './catalogue.js'
import { type DamagedStretch, type FoundSegment, type Recovery, recoverLog } from './recovery.js'
import { SegmentReader } from './segment-reader.js'
import { SegmentTable } from './segment-table.js'

/** What a log holds, as its next start would find it. */
export interface LogVerification {
  readonly segments: number
  readonly batches: number
  /** Message records, those that are settled included. */
  readonly records: number
  readonly damage: readonly DamagedStretch[]
  /** Batches that count for nothing, because a crash cut the piece of work that they belong to. */
  readonly incompleteBatches: number
  /** Octets of the files, and of the records that are needed in them. */
  readonly fileBytes: number
  readonly liveBytes: number
  /** By queue id, also of queues that were deleted since: the log does not know. */
  readonly queues: ReadonlyMap<number, Readonly<QueueContent>>
}

/** A message of a queue. Octets are the log's own copies. */
export interface LoggedMessage {
  readonly queueId: number
  readonly position: number
  readonly redelivered: boolean
  /** In a queue that counts none 1 for a message that was delivered, as is the next. */
  readonly deliveryCount: number
  readonly acquiredCount: number
  readonly publishedAtMs: number
  readonly exchange: string
  readonly routingKey: string
  readonly persistent: boolean
  /** As in a content header frame, from the flags on. */
  readonly properties: Buffer
  readonly body: Buffer
  /** Where the record lies. */
  readonly segment: string
  readonly filePosition: number
}

/** Reads a log without changing it; no broker may be using it. Throws a StorageError when that cannot be done. */
export async function verifyLog(disk: Disk, folder: string): Promise<LogVerification> {
  const { recovery, table, catalogue } = await openLog(disk, folder)
  await table.close()
  const { report, broken, found } = recovery
  let liveBytes = 0
  for (const { segment } of found) liveBytes += segment.liveBytes
  return {
    segments: report.segments,
    batches: report.batches,
    records: report.messages,
    damage: report.damage,
    incompleteBatches: broken.length,
    fileBytes: found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    liveBytes: Math.round(liveBytes),
    queues: catalogue.content,
  }
}

/** The messages of a log in the order in which they lie there; one that is in several queues comes once for each. */
export async function* messagesOfLog(disk: Disk, folder: string): AsyncGenerator<LoggedMessage> {
  const { recovery, table, catalogue } = await openLog(disk, folder)
  try {
    for (const found of recovery.found) yield* messagesOfSegment(found, table, catalogue)
  } finally {
    await table.close()
  }
}

/** A message as one line of JSON; properties and body in base64. */
export function toJsonLine(message: LoggedMessage): string {
  const { properties, body, ...facts } = message
  return JSON.stringify({
    ...facts,
    properties: properties.toString('base64'),
    body: body.toString('base64'),
  })
}

async function openLog(
  disk: Disk,
  folder: string,
): Promise<{ recovery: Recovery; table: SegmentTable; catalogue: Catalogue }> {
  const table = new SegmentTable({
    disk,
    folder,
    scratchFolder: folder,
    clock: new SystemClock(),
    logger: SILENT_LOGGER,
    randomOctets: (count) => Buffer.alloc(count),
  })
  const catalogue = new Catalogue()
  try {
    return { recovery: await recoverLog({ disk, folder }, 'read', table, catalogue), table, catalogue }
  } catch (error) {
    await table.close()
    if (error instanceof StorageError) throw error
    throw new StorageError(`the message log in ${folder} cannot be read`, { cause: error })
  }
}

async function* messagesOfSegment(
  { segment, file, sizeBytes, header }: FoundSegment,
  table: SegmentTable,
  catalogue: Catalogue,
): AsyncGenerator<LoggedMessage> {
  const reader = new SegmentReader()
  reader.begin(file, sizeBytes, header === undefined ? undefined : segment.salt)
  let messages: LoggedMessage[] = []
  const liveAt = (queueId: number, position: number, filePosition: number): MessageIndex | undefined => {
    const entry = catalogue.find(queueId, position)
    if (entry === undefined) return undefined
    const chunk = table.chunkIn(slotOf(entry.ref))
    return chunk.segment === segment && chunk.filePosition + offsetOf(entry.ref) === filePosition
      ? entry
      : undefined
  }
  const visitor = {
    damaged: () => {},
    batch: (memory: RecordMemory, at: number, position: number, { flags, lengthBytes }: BatchSize) => {
      if ((flags & BatchFlag.VOID) !== 0) return
      const { words, doubles } = memory
      const end = at + lengthBytes
      for (let record = at + BATCH_HEADER_BYTES; record < end; record += words[record >> 2]!) {
        const kind = words[(record >> 2) + RecordWord.KIND]!
        if ((kind & 0xff) !== RecordKind.MESSAGE) continue
        for (let i = 0; i < kind >>> 16; i++) {
          const target = record + RECORD_HEADER_BYTES + i * RECORD_TARGET_BYTES
          const queueId = words[target >> 2]!
          const queuePosition = doubles[(target + 8) >> 3]!
          const filePosition = position + record - at
          const entry = liveAt(queueId, queuePosition, filePosition)
          if (entry === undefined) continue
          messages.push({
            queueId,
            position: queuePosition,
            ...messageAt(memory, record, entry),
            segment: basename(segment.path),
            filePosition,
          })
        }
      }
    },
  }
  while (await reader.next(visitor)) {
    yield* messages
    messages = []
  }
}

interface BatchSize {
  readonly flags: number
  readonly lengthBytes: number
}

function messageAt(
  memory: RecordMemory,
  record: number,
  { isRedelivered: redelivered, deliveryCount, acquiredCount }: MessageIndex,
): Omit<LoggedMessage, 'queueId' | 'position' | 'segment' | 'filePosition'> {
  const view = new MessageView()
  openMessage(memory, record, view)
  return {
    redelivered,
    deliveryCount,
    acquiredCount,
    publishedAtMs: publishedAtMs(memory, record),
    exchange: view.exchange,
    routingKey: view.routingKey,
    persistent: view.persistent,
    properties: Buffer.from(view.buffer.subarray(view.propertiesStart, view.propertiesEnd)),
    body: Buffer.from(view.buffer.subarray(view.bodyStart, view.bodyEnd)),
  }
}
