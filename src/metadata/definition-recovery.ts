import { join } from 'node:path'
import type { DefinitionChange } from '../core/definition-log.js'
import type { Disk } from '../storage/disk.js'
import { StorageError } from '../storage/storage-error.js'
import { readWhole } from '../storage/whole-file.js'
import { decodeChange } from './definition-codec.js'
import { type BatchMark, fileName, generationOf, markOf, parseFile } from './definition-file.js'
import { DefinitionState } from './definition-state.js'

/** Octets in the middle of a file that cannot be read any more. */
export interface Damage {
  readonly path: string
  readonly position: number
  readonly sizeBytes: number
}

/** What the newest file of a definition log says. */
export interface RecoveredDefinitions {
  readonly path: string
  readonly generation: number
  readonly state: DefinitionState
  /** Number of the last batch. */
  readonly batchNumber: number
  /** Octets at the file's start that are its snapshot. */
  readonly snapshotBytes: number
  /** The last batch as it lies in the file, up to {@link endPosition}. */
  readonly lastBatch: Buffer
  /** Octets that the file has. */
  readonly sizeBytes: number
  /** Where it is to be cut: behind the last record of what was written whole. */
  readonly endPosition: number
  readonly damages: readonly Damage[]
}

/** A part of the file with the number of the batch that it belongs to, as far as that is known. */
interface Entry {
  readonly position: number
  readonly end: number
  readonly batchNumber: number
  /** `undefined` for a gap. */
  readonly content: BatchMark | DefinitionChange | undefined
}

/**
 * Reads the newest generation in a folder and changes nothing. `undefined` when there is none. Throws a
 * {@link StorageError} when a newer release wrote it, when nothing of it can be read, and when the disk fails.
 */
export async function recoverDefinitions(
  disk: Disk,
  folder: string,
): Promise<RecoveredDefinitions | undefined> {
  const generations = (await disk.list(folder)).flatMap((name) => generationOf(name) ?? [])
  if (generations.length === 0) return undefined
  const generation = Math.max(...generations)
  const path = join(folder, fileName(generation))
  const octets = await readWhole(disk, path)
  if (octets === undefined) throw new StorageError(`${path} vanished while it was read`)
  return { path, generation, sizeBytes: octets.length, ...recoverFrom(path, octets) }
}

function recoverFrom(path: string, octets: Buffer) {
  const entries = readEntries(path, octets)
  const cut = wholeUntil(entries, tornEntry(entries))
  const whole = entries.slice(0, cut)

  const state = new DefinitionState()
  let batchNumber = 0
  let snapshotBytes = 0
  let lastBatchPosition = octets.length
  for (const { content, position, end } of whole) {
    if (content === undefined) continue
    if ('kind' in content) {
      state.apply(content)
    } else {
      lastBatchPosition = position
      if (content.isSnapshotEnd) snapshotBytes = end
      batchNumber = Math.max(batchNumber, content.number)
      state.queueIdFloor = Math.max(state.queueIdFloor, content.queueIdFloor)
    }
  }
  const damages = whole
    .filter(({ content }) => content === undefined)
    .map(({ position, end }) => ({ path, position, sizeBytes: end - position }))
  const endPosition = entries[cut]?.position ?? octets.length
  const lastBatch = octets.subarray(lastBatchPosition, endPosition)
  return { state, batchNumber, snapshotBytes, lastBatch, endPosition, damages }
}

function readEntries(path: string, octets: Buffer): Entry[] {
  let batchNumber = 0
  return parseFile(path, octets).map((part) => {
    const { position, end } = part
    if (part.kind === 'gap') return { position, end, batchNumber, content: undefined }
    const content = contentOf(path, position, part.payload)
    if (!('kind' in content)) batchNumber = content.number
    return { position, end, batchNumber, content }
  })
}

function contentOf(path: string, position: number, payload: string): BatchMark | DefinitionChange {
  try {
    const json: unknown = JSON.parse(payload)
    return markOf(json) ?? decodeChange(json)
  } catch (cause) {
    // Its checksum is right, so this is how it was written.
    throw new StorageError(`the record at ${position} of ${path} is none that this release knows`, { cause })
  }
}

/**
 * Index of the first gap that no later batch follows: there the last write was torn, and what comes after it in the
 * file was never promised to anyone. The number of entries when there is no such gap.
 */
function tornEntry(entries: readonly Entry[]): number {
  const last = entries.at(-1)?.batchNumber ?? 0
  const torn = entries.findIndex(({ content, batchNumber }) => content === undefined && batchNumber >= last)
  return torn < 0 ? entries.length : torn
}

/** `cut`, or the begin of the last batch before it when that counts as a whole only and is cut short. */
function wholeUntil(entries: readonly Entry[], cut: number): number {
  const lastMark = entries
    .slice(0, cut)
    .findLastIndex(({ content }) => content !== undefined && !('kind' in content))
  if (lastMark < 0) return cut
  const { changes = 0 } = entries[lastMark]!.content as BatchMark
  return cut - lastMark - 1 < changes ? lastMark : cut
}
