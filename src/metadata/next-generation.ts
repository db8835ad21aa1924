import { join } from 'node:path'
import type { DefinitionChange } from '../core/definition-log.js'
import type { Disk, DiskFile } from '../storage/disk.js'
import { syncFile, writePart } from '../storage/whole-file.js'
import { encodeChange } from './definition-codec.js'
import { encodeHeader, encodeMark, encodeRecord, fileName } from './definition-file.js'

/** Octets written at a time: encoding them holds up the loop for a millisecond or two. */
const SLICE_BYTES = 256 * 1024
const TEMPORARY_SUFFIX = '.new'

/** What a generation begins with. */
export interface Snapshot {
  readonly changes: readonly DefinitionChange[]
  readonly queueIdFloor: number
  /** The first number for its batches; it needs up to `changes.length + 2` of them. */
  readonly firstBatchNumber: number
}

/**
 * The file of the next generation while it is made beside the present one: a snapshot, then the batches that came
 * meanwhile. It takes its name when all of it is synced, so that a file of that name is always whole.
 */
export class NextGeneration {
  readonly generation: number
  readonly path: string
  /** Batches that were written to the present file since the snapshot, as they lie there. */
  readonly tail: Buffer[] = []
  /** Resolves when the snapshot is written; rejects when that failed or {@link discard} ended it. */
  readonly written: Promise<void>
  /** True once {@link written} has resolved. */
  isWritten = false
  position = 0
  readonly #disk: Disk
  readonly #temporaryPath: string
  #file: DiskFile | undefined
  #discarded: Promise<void> | undefined

  constructor(disk: Disk, folder: string, generation: number, snapshot: Snapshot) {
    this.#disk = disk
    this.generation = generation
    this.path = join(folder, fileName(generation))
    this.#temporaryPath = this.path + TEMPORARY_SUFFIX
    this.written = this.#write(snapshot)
    // Whoever waits for it sees the failure; nobody has to.
    this.written.catch(() => {})
  }

  /** Writes what came meanwhile and syncs all. The file then waits for its name. */
  async finish(): Promise<DiskFile> {
    const file = this.#file!
    const tail = Buffer.concat(this.tail)
    await writePart(file, tail, this.position)
    this.position += tail.length
    await syncFile(file)
    return file
  }

  /** Gives the file its name, not durably yet. */
  async takeName(): Promise<void> {
    await this.#disk.rename(this.#temporaryPath, this.path)
  }

  /** Ends the making and removes the file. May be called twice. */
  discard(): Promise<void> {
    this.#discarded ??= this.#remove()
    return this.#discarded
  }

  async #remove(): Promise<void> {
    this.isWritten = false
    await this.written.catch(() => {})
    await this.#file?.close()
    await this.#disk.remove(this.#temporaryPath)
  }

  async #write({ changes, queueIdFloor, firstBatchNumber }: Snapshot): Promise<void> {
    await this.#disk.remove(this.#temporaryPath)
    this.#file = await this.#disk.open(this.#temporaryPath, 'create')
    await this.#append([encodeHeader(this.generation)])
    let number = firstBatchNumber
    for (let at = 0; at < changes.length; ) {
      const slice = [encodeMark({ number: number++, queueIdFloor })]
      for (let bytes = 0; bytes < SLICE_BYTES && at < changes.length; at++) {
        const record = encodeRecord(encodeChange(changes[at]!))
        bytes += record.length
        slice.push(record)
      }
      await this.#append(slice)
    }
    // Proof that all before it was synced, since the file has a name only then.
    await this.#append([encodeMark({ number, queueIdFloor, isSnapshotEnd: true })])
    await syncFile(this.#file)
    this.isWritten = this.#discarded === undefined
  }

  async #append(parts: readonly Buffer[]): Promise<void> {
    if (this.#discarded !== undefined) throw new Error('it is not wanted any more')
    const octets = Buffer.concat(parts)
    await writePart(this.#file!, octets, this.position)
    this.position += octets.length
  }
}

export function isTemporary(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX)
}
