import type { ShardLogOwner } from '../../core/shard/shard-log.js'
import type { Logger } from '../../util/logger.js'
import type { Disk } from '../disk.js'
import { RecordKind, type RecordMemory, RecordWord } from '../record.js'
import { offsetOf, slotOf } from '../ref.js'
import { BATCH_HEADER_BYTES } from './batch.js'
import type { FileLogOptions } from './file-log-options.js'
import type { LogChunk, LostOctets } from './log-chunk.js'
import { keepAside } from './quarantine.js'
import type { Segment } from './segment.js'
import { headBytesAt, summaryPathOf, visitSummary } from './segment-summary.js'
import { SummaryReader } from './summary-reader.js'

/** Says again what an event record of a segment says of messages in other segments. */
interface EventRepeater {
  repeatEvent(memory: RecordMemory, at: number, from: Segment): void
}

/** What becomes of octets that turn out to be damaged when they are read back. */
export class Losses {
  private readonly disk: Disk
  private readonly folder: string
  private readonly logger: Logger
  private readonly repeater: EventRepeater

  constructor(repeater: EventRepeater, { disk, folder, logger }: FileLogOptions) {
    this.repeater = repeater
    this.disk = disk
    this.folder = folder
    this.logger = logger
  }

  /**
   * Keeps the octets aside. What they said of messages in other segments is written anew, if there is a summary that
   * tells: without it what was settled would come back once this segment is gone.
   */
  async keep({ segment, filePosition, bytes, start }: LogChunk, lost: readonly LostOctets[]): Promise<void> {
    if (!segment.durable) return
    for (const { from, to } of lost) {
      const octets = Buffer.from(bytes.subarray(start + from, start + to))
      await keepAside(this.disk, this.folder, segment.path, filePosition + from, octets, this.logger)
    }
    if (!segment.isSummarized) return
    const reader = new SummaryReader(this.disk, [summaryPathOf(segment.path)])
    const summary = await reader.read(segment.path, segment)
    if (summary === undefined) return
    visitSummary(summary, {
      batch: (memory, at, position, { lengthBytes }, condensedBytes) => {
        const from = position - filePosition
        if (!lost.some((each) => each.from < from + lengthBytes && from < each.to)) return
        this.repeatEvents(memory, at + BATCH_HEADER_BYTES, at + condensedBytes, segment)
      },
    })
  }

  /** Has the owner drop the messages that lay there, and says how many they were. */
  tell(owner: ShardLogOwner, { slot, segment, filePosition }: LogChunk, lost: readonly LostOctets[]): void {
    const count = owner.lost((ref) => {
      if (slotOf(ref) !== slot) return false
      const offset = offsetOf(ref)
      return lost.some(({ from, to }) => from <= offset && offset < to)
    })
    for (const { from, to } of lost) {
      const where = `octets ${filePosition + from} to ${filePosition + to} of ${segment.path}`
      this.logger.error(`${where} are damaged and left out; they are kept aside as far as they can be read`)
    }
    this.logger.error(`${count} messages are lost with them`)
  }

  private repeatEvents(memory: RecordMemory, start: number, end: number, segment: Segment): void {
    for (let at = start; at < end; at += headBytesAt(memory, at)) {
      const kind = memory.words[(at >> 2) + RecordWord.KIND]! & 0xff
      if (kind !== RecordKind.MESSAGE) this.repeater.repeatEvent(memory, at, segment)
    }
  }
}
