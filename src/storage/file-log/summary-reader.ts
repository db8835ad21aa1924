import type { Disk, DiskFile } from '../disk.js'
import { readPart } from '../whole-file.js'
import { memoryOf } from './segment-reader.js'
import { isSummaryOf, type SummarizedSegment, type Summary, summaryPathOf } from './segment-summary.js'

/** Reads one summary after the other into the same memory. */
export class SummaryReader {
  private readonly disk: Disk
  private readonly paths: ReadonlySet<string>
  private memory = memoryOf(0)

  /** `paths` are the summaries that there are. */
  constructor(disk: Disk, paths: readonly string[]) {
    this.disk = disk
    this.paths = new Set(paths)
  }

  /**
   * The summary of a segment, good until the next is read; undefined when there is none that is undamaged and speaks of
   * the segment as it is. Whatever keeps one from being read, the segment itself tells the same.
   */
  async read(segmentPath: string, segment: SummarizedSegment): Promise<Summary | undefined> {
    const path = summaryPathOf(segmentPath)
    if (!this.paths.has(path)) return undefined
    try {
      const file = await this.disk.open(path, 'read')
      try {
        const sizeBytes = await file.size()
        if (sizeBytes > segment.sizeBytes) return undefined
        const summary = await this.readFrom(file, sizeBytes)
        return isSummaryOf(segment, summary) ? summary : undefined
      } finally {
        await file.close()
      }
    } catch {
      return undefined
    }
  }

  private async readFrom(file: DiskFile, sizeBytes: number): Promise<Summary> {
    if (this.memory.bytes.length < sizeBytes) this.memory = memoryOf((sizeBytes + 7) & -8)
    const { memory } = this
    const lengthBytes = await readPart(file, memory.bytes.subarray(0, sizeBytes), 0)
    return { memory, lengthBytes }
  }
}
