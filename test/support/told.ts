import type { MessageView } from '../../src/core/message.js'
import type { MessageHistory } from '../../src/core/shard/shard-log.js'
import type { Disk } from '../../src/storage/disk.js'
import { Catalogue } from '../../src/storage/file-log/catalogue.js'
import { type RecoveryReport, recoverLog } from '../../src/storage/file-log/recovery.js'
import { SegmentTable } from '../../src/storage/file-log/segment-table.js'
import { SystemClock } from '../../src/util/clock.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { LOG_FOLDER } from './durable-shard.js'

/** All that a recovery tells its owner and leaves in the table, in order and as text. */
export interface Told {
  readonly calls: readonly string[]
  readonly segments: readonly string[]
  readonly report: Omit<RecoveryReport, 'summarized'>
  readonly summarized: number
}

/** What a start would be told of a log, which is left as it is. In the mode `read` every octet of it is read. */
export async function toldBy(disk: Disk, mode: 'existing' | 'read', chunkBytes: number): Promise<Told> {
  const table = new SegmentTable({
    disk,
    folder: LOG_FOLDER,
    scratchFolder: LOG_FOLDER,
    clock: new SystemClock(),
    logger: SILENT_LOGGER,
    randomOctets: (count) => Buffer.alloc(count),
  })
  const owner = new NotedCatalogue()
  const recovery = await recoverLog({ disk, folder: LOG_FOLDER, chunkBytes }, mode, table, owner)
  const { summarized, ...report } = recovery.report
  const segments = [...table.segments.values()].map((segment) => {
    const { number, salt, epoch, sizeBytes, superseded, eventBytes } = segment
    const chunks = segment.chunks.map(({ slot, filePosition, used, live, liveBytes }) => {
      return { slot, filePosition, used, live, liveBytes }
    })
    return JSON.stringify({ number, salt, epoch, sizeBytes, superseded, chunks, events: [...eventBytes] })
  })
  const places = [...recovery.broken, ...recovery.uncertain].map(({ segment, position, lengthBytes }) => {
    return `${segment.number} ${position} ${lengthBytes}`
  })
  await table.close()
  return { calls: owner.calls, segments: [...segments, ...places], report, summarized }
}

class NotedCatalogue extends Catalogue {
  readonly calls: string[] = []

  override recover(
    queueId: number,
    position: number,
    ref: number,
    message: MessageView,
    found: MessageHistory,
  ): boolean {
    this.calls.push(JSON.stringify(['found', queueId, position, ref, message.bodySizeBytes, found]))
    return super.recover(queueId, position, ref, message, found)
  }

  override recoverSettled(queueId: number, position: number): number | undefined {
    this.calls.push(JSON.stringify(['settled', queueId, position]))
    return super.recoverSettled(queueId, position)
  }

  override recoverHistory(queueId: number, position: number, history: MessageHistory): void {
    this.calls.push(JSON.stringify(['history', queueId, position, history]))
    super.recoverHistory(queueId, position, history)
  }
}
