import { basename } from 'node:path'
import { MessageView } from '../../core/message.js'
import type { MessageHistory } from '../../core/shard/shard-log.js'
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
import {
  type DamagedStretch,
  type FoundSegment,
  type Recovery,
  type RecoveryOwner,
  recoverLog,
} from './recovery.js'
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
  readonly queues: ReadonlyMap<number, QueueContent>
}

export interface QueueContent {
  readonly messages: number
  readonly bodyBytes: number
  readonly redelivered: number
}

/** A message of a queue. Octets are the log's own copies. */
export interface LoggedMessage {
  readonly queueId: number
  readonly position: number
  readonly redelivered: boolean
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
    queues: catalogue.summary(),
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
  const isLive = (queueId: number, position: number, filePosition: number): Entry | undefined => {
    const entry = catalogue.entryOf(queueId, position)
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
          const entry = isLive(queueId, queuePosition, filePosition)
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
  { redelivered, deliveryCount, acquiredCount }: Entry,
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

interface Entry {
  readonly ref: number
  readonly bodyBytes: number
  redelivered: boolean
  deliveryCount: number
  acquiredCount: number
}

/** Stands in for a shard: takes note of every message of every queue. */
class Catalogue implements RecoveryOwner {
  private readonly queues = new Map<number, Map<number, Entry>>()

  entryOf(queueId: number, position: number): Entry | undefined {
    return this.queues.get(queueId)?.get(position)
  }

  summary(): ReadonlyMap<number, QueueContent> {
    return new Map(
      [...this.queues].map(([queueId, entries]) => {
        let bodyBytes = 0
        let redelivered = 0
        for (const entry of entries.values()) {
          bodyBytes += entry.bodyBytes
          if (entry.redelivered) redelivered += 1
        }
        return [queueId, { messages: entries.size, bodyBytes, redelivered }]
      }),
    )
  }

  recover(
    queueId: number,
    position: number,
    ref: number,
    message: MessageView,
    found: MessageHistory,
  ): boolean {
    let entries = this.queues.get(queueId)
    if (entries === undefined) {
      entries = new Map()
      this.queues.set(queueId, entries)
    }
    const { redelivered, deliveryCount, acquiredCount } = found
    entries.set(position, {
      ref,
      bodyBytes: message.bodySizeBytes,
      redelivered,
      deliveryCount,
      acquiredCount,
    })
    return true
  }

  recoverSettled(queueId: number, position: number): number | undefined {
    const entry = this.entryOf(queueId, position)
    this.queues.get(queueId)?.delete(position)
    return entry?.ref
  }

  recoverHistory(queueId: number, position: number, history: MessageHistory): void {
    const entry = this.entryOf(queueId, position)
    if (entry === undefined) return
    entry.redelivered ||= history.redelivered
    if (history.deliveryCount === 0 && history.acquiredCount === 0) return
    entry.deliveryCount = history.deliveryCount
    entry.acquiredCount = history.acquiredCount
  }

  refOf(queueId: number, position: number): number | undefined {
    return this.entryOf(queueId, position)?.ref
  }
}
