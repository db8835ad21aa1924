import { join } from 'node:path'
import type { DefinitionChange, DefinitionLog } from '../core/definition-log.js'
import { type Disk, DiskError, type DiskFile } from '../storage/disk.js'
import { StorageError } from '../storage/storage-error.js'
import { syncFile, writePart } from '../storage/whole-file.js'
import { assert } from '../util/assert.js'
import type { Clock, ClockTimer } from '../util/clock.js'
import { type Logger, SILENT_LOGGER } from '../util/logger.js'
import { encodeChange } from './definition-codec.js'
import { encodeMark, encodeRecord, generationOf } from './definition-file.js'
import { type RecoveredDefinitions, recoverDefinitions } from './definition-recovery.js'
import { DefinitionState } from './definition-state.js'
import { isTemporary, NextGeneration } from './next-generation.js'

/** A file is replaced by a snapshot when this many times the snapshot's size came after it. */
const GROWTH_FACTOR = 2
const GROWTH_BYTES_MIN_DEFAULT = 1 << 20
const UNWRITTEN_BYTES_MAX_DEFAULT = 64 << 20
/** Waits between attempts while the disk is full. */
const FULL_RETRY_MS_MIN = 100
const FULL_RETRY_MS_MAX = 5_000
export const QUARANTINE_FOLDER = 'quarantine'

export interface FileDefinitionLogOptions {
  readonly disk: Disk
  /** Folder of the log, which exists with a durable name and is nobody else's. */
  readonly folder: string
  readonly clock: Clock
  /** Default: says nothing. */
  readonly logger?: Logger
  /** The log takes no more, for good. Called once. */
  readonly onFailure?: (error: StorageError) => void
  /** The disk is full, or takes writes again. */
  readonly onFull?: (isFull: boolean) => void
  /** Octets behind a snapshot before which no new one is made. Default 1 MiB. */
  readonly growthBytesMin?: number
  /** Octets that may wait to be written (as on a full disk) before changes are refused. Default 64 MiB. */
  readonly unwrittenBytesMax?: number
}

const NOTHING: Buffer = Buffer.alloc(0)

/** Changes that are written and synced together. */
class Batch {
  readonly records: Buffer[] = []
  readonly promise: Promise<void>
  sizeBytes = 0
  /** It counts whole or not at all. */
  isAtomic = false
  resolve!: () => void
  reject!: (error: StorageError) => void

  constructor() {
    this.promise = handled(
      new Promise((resolve, reject) => {
        this.resolve = resolve
        this.reject = reject
      }),
    )
  }
}

/**
 * The definition log on a disk: one append-only file (layout in docs/internals/metadata-files.md) that begins with a
 * snapshot, and is replaced by a new one when much more than its snapshot came after it.
 *
 * One write and sync is under way at a time; changes that come meanwhile are the next batch. While the disk is full a
 * batch waits and is tried again. Any other failure is final: waiting and later appends are rejected with the same
 * {@link StorageError}. Promises may be ignored, also those that reject.
 */
export class FileDefinitionLog implements DefinitionLog {
  readonly #options: FileDefinitionLogOptions
  readonly #logger: Logger
  #state = new DefinitionState()
  /** The file being written, once {@link load} has resolved. */
  #file: DiskFile | undefined
  #path = ''
  #generation = 0
  #position = 0
  /** Octets at the file's start that are its snapshot. */
  #snapshotBytes = 0
  #batchNumber = 0
  /** What was found at the end of the file and could not be made durable yet: goes before the next batch. */
  #carried: Buffer = NOTHING
  /** Where the file goes when a snapshot has replaced it: away, or aside because it is damaged. */
  #isDamaged = false

  #filling: Batch | undefined
  #inFlight: Batch | undefined
  #unwrittenBytes = 0
  /** What waited when the piece of work began that is under way. */
  #waitedBefore: number | undefined
  #running: Promise<void> | undefined
  #next: NextGeneration | undefined
  /** Size of the file from which on a snapshot is tried. */
  #growUntilBytes = 0

  #isFull = false
  #retryTimer: ClockTimer | undefined
  #endRetryWait: (() => void) | undefined
  #failure: StorageError | undefined
  #closing: Promise<void> | undefined

  constructor(options: FileDefinitionLogOptions) {
    this.#options = options
    this.#logger = options.logger ?? SILENT_LOGGER
  }

  /** True while changes wait because the disk is full. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Why the log takes no more. */
  get failure(): StorageError | undefined {
    return this.#failure
  }

  /** Octets of the file. */
  get sizeBytes(): number {
    return this.#position
  }

  /**
   * Reads the log, or begins one in an empty folder. Resolves to the changes that give its state, each after those it
   * rests on. Call once, before anything else. Throws a {@link StorageError} when a newer release wrote the log, when
   * nothing of it can be read, and when the disk fails.
   */
  async load(): Promise<DefinitionChange[]> {
    assert(this.#file === undefined, 'a definition log is loaded once')
    const { disk, folder } = this.#options
    try {
      const found = await recoverDefinitions(disk, folder)
      if (found === undefined) await this.#replaceNow()
      else await this.#resume(found)
      await this.#removeLeftovers()
    } catch (error) {
      if (error instanceof StorageError) throw error
      throw new StorageError(`definition log in ${folder} cannot be read`, { cause: error })
    }
    return this.state()
  }

  /** Changes that give the present state, appended ones included, each after those it rests on. */
  state(): DefinitionChange[] {
    return this.#state.changes()
  }

  append(change: DefinitionChange): Promise<void> {
    assert(this.#file !== undefined, 'a definition log is loaded first')
    if (this.#failure !== undefined) return rejected(this.#failure)
    if (this.#closing !== undefined) return rejected(new StorageError('the definition log is closed'))
    const record = encodeRecord(encodeChange(change))
    const limit = this.#options.unwrittenBytesMax ?? UNWRITTEN_BYTES_MAX_DEFAULT
    // Refused halfway an atomic piece of work would not be one.
    if ((this.#waitedBefore ?? this.#unwrittenBytes + record.length) > limit) {
      return rejected(new StorageError(`${this.#unwrittenBytes} octets of definitions wait for the disk`))
    }
    this.#state.apply(change)
    this.#filling ??= new Batch()
    const batch = this.#filling
    if (this.#waitedBefore !== undefined) batch.isAtomic = true
    batch.records.push(record)
    batch.sizeBytes += record.length
    this.#unwrittenBytes += record.length
    this.#kick()
    return batch.promise
  }

  /** All of a turn is one batch; this one is marked as a whole. */
  atomically(work: () => void): void {
    const outer = this.#waitedBefore
    this.#waitedBefore = outer ?? this.#unwrittenBytes
    try {
      work()
    } finally {
      this.#waitedBefore = outer
    }
  }

  barrier(): Promise<void> | undefined {
    if (this.#failure !== undefined) return rejected(this.#failure)
    return (this.#filling ?? this.#inFlight)?.promise
  }

  /**
   * Writes what waits, leaves a snapshot behind and closes the file. What cannot be written because the disk is full
   * is rejected. Never throws; may be called twice.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#endRetryWait?.()
    while (this.#running !== undefined) await this.#running
    const next = this.#next
    this.#next = undefined
    await next?.discard().catch(() => {})
    if (this.#failure === undefined && this.#position > this.#snapshotBytes) {
      try {
        await this.#replaceNow()
      } catch (error) {
        // The file as it is says the same.
        this.#logger.warning(`no snapshot of the definitions was made: ${messageOf(error)}`)
      }
    }
    await this.#file?.close().catch(() => {})
  }

  // -- Writing

  /** Lets the rest of the turn join the batch first. */
  #kick(): void {
    if (this.#running !== undefined) return
    this.#running = Promise.resolve().then(() => this.#run())
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        if (this.#next?.isWritten) await this.#switch(this.#next)
        const batch = this.#filling
        if (batch === undefined) return
        this.#filling = undefined
        this.#inFlight = batch
        await this.#write(batch)
        this.#inFlight = undefined
        this.#unwrittenBytes -= batch.sizeBytes
        batch.resolve()
        this.#snapshotIfGrown()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      // At once: whoever appends next, perhaps in a promise that has just been kept, must find that nobody writes.
      this.#running = undefined
    }
  }

  async #write(batch: Batch): Promise<void> {
    this.#batchNumber += 1
    const mark = encodeMark({
      number: this.#batchNumber,
      queueIdFloor: this.#state.queueIdFloor,
      ...(batch.isAtomic ? { changes: batch.records.length } : {}),
    })
    const octets = Buffer.concat([this.#carried, mark, ...batch.records])
    const file = this.#file!
    let waitMs = FULL_RETRY_MS_MIN
    while (!(await this.#wasWritten(file, octets))) {
      this.#setFull(true)
      if (this.#closing !== undefined)
        throw new StorageError(`${this.#path} was closed while the disk was full`)
      await this.#wait(waitMs)
      waitMs = Math.min(2 * waitMs, FULL_RETRY_MS_MAX)
    }
    this.#setFull(false)
    try {
      await syncFile(file)
    } catch (cause) {
      throw new StorageError(`sync of ${this.#path} failed`, { cause })
    }
    this.#position += octets.length
    this.#next?.tail.push(octets.subarray(this.#carried.length))
    this.#carried = NOTHING
  }

  /** False when the disk is full. What it took nevertheless is written over by the next attempt. */
  async #wasWritten(file: DiskFile, octets: Buffer): Promise<boolean> {
    try {
      await writePart(file, octets, this.#position)
      return true
    } catch (cause) {
      if (cause instanceof DiskError && cause.isFull) return false
      throw new StorageError(`write to ${this.#path} failed`, { cause })
    }
  }

  #setFull(isFull: boolean): void {
    if (this.#isFull === isFull) return
    this.#isFull = isFull
    this.#options.onFull?.(isFull)
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#endRetryWait = resolve
      this.#retryTimer = this.#options.clock.setTimer(resolve, ms)
    })
    this.#retryTimer?.cancel()
    this.#endRetryWait = undefined
  }

  #fail(cause: unknown): void {
    const failure =
      cause instanceof StorageError
        ? cause
        : new StorageError(`definition log ${this.#path} failed`, { cause })
    this.#failure = failure
    const next = this.#next
    this.#next = undefined
    next?.discard().catch(() => {})
    const waiting = [this.#inFlight, this.#filling]
    this.#inFlight = undefined
    this.#filling = undefined
    for (const batch of waiting) batch?.reject(failure)
    this.#options.onFailure?.(failure)
  }

  // -- Snapshots

  /**
   * The snapshot holds what waits in the next batch as well, and that batch repeats it. This is harmless as all of it
   * is repeated: the batch is the next thing to be written, long before the snapshot is.
   */
  #snapshotIfGrown(): void {
    if (this.#next !== undefined || this.#closing !== undefined) return
    if (this.#position >= this.#growUntilBytes) this.#startNext()
  }

  #startNext(): NextGeneration {
    const changes = this.#state.changes()
    const next = new NextGeneration(this.#options.disk, this.#options.folder, this.#generation + 1, {
      changes,
      queueIdFloor: this.#state.queueIdFloor,
      firstBatchNumber: this.#batchNumber + 1,
    })
    // Batches from here on go into both files, with higher numbers than those of the snapshot.
    this.#batchNumber += changes.length + 2
    this.#next = next
    next.written.then(
      () => this.#kick(),
      (error) => this.#giveUp(next, error),
    )
    return next
  }

  async #giveUp(next: NextGeneration, error: unknown): Promise<void> {
    if (this.#next !== next) return
    this.#growUntilBytes = 2 * this.#position
    this.#logger.warning(`no snapshot of the definitions was made: ${messageOf(error)}`)
    // Gone before the next attempt begins, which has the same name.
    await next.discard().catch(() => {})
    if (this.#next === next) this.#next = undefined
  }

  /** Goes over to the next generation. A failure before its name is taken leaves things as they are. */
  async #switch(next: NextGeneration): Promise<void> {
    let file: DiskFile
    try {
      file = await next.finish()
    } catch (error) {
      return this.#giveUp(next, error)
    }
    this.#next = undefined
    try {
      await next.takeName()
      await this.#options.disk.syncDirectory(this.#options.folder)
    } catch (cause) {
      // Which of the two files the next start finds is not known any more.
      throw new StorageError(`${next.path} could not replace ${this.#path}`, { cause })
    }
    const old = this.#file
    const oldPath = this.#path
    this.#file = file
    this.#path = next.path
    this.#generation = next.generation
    this.#position = next.position
    this.#carried = NOTHING
    this.#setSnapshotBytes(next.position)
    await old?.close().catch(() => {})
    await this.#putAway(oldPath)
  }

  #setSnapshotBytes(bytes: number): void {
    this.#snapshotBytes = bytes
    const growth = Math.max(this.#options.growthBytesMin ?? GROWTH_BYTES_MIN_DEFAULT, GROWTH_FACTOR * bytes)
    this.#growUntilBytes = bytes + growth
  }

  async #replaceNow(): Promise<void> {
    const next = this.#startNext()
    await next.written
    await this.#running
    if (this.#path !== next.path) throw this.#failure ?? new StorageError(`${next.path} could not be made`)
  }

  /** The old file is not needed any more; if this fails, the next start does it again. */
  async #putAway(path: string): Promise<void> {
    if (path === '') return
    const { disk, folder } = this.#options
    try {
      if (this.#isDamaged) await this.#quarantine(path)
      else await disk.remove(path)
      await disk.syncDirectory(folder)
      this.#isDamaged = false
    } catch (error) {
      this.#logger.warning(`${path} is not needed any more and could not be put away: ${messageOf(error)}`)
    }
  }

  async #quarantine(path: string): Promise<void> {
    const { disk, folder } = this.#options
    const quarantine = join(folder, QUARANTINE_FOLDER)
    await disk.makeFolder(quarantine)
    await disk.rename(path, join(quarantine, path.slice(folder.length + 1)))
    await disk.syncDirectory(quarantine)
  }

  // -- Start

  async #resume(found: RecoveredDefinitions): Promise<void> {
    this.#state = found.state
    this.#path = found.path
    this.#generation = found.generation
    this.#batchNumber = found.batchNumber
    this.#position = found.endPosition
    this.#setSnapshotBytes(found.snapshotBytes)
    // A process that was killed may have given the file its name without a sync: a power cut would still undo it.
    await this.#options.disk.syncDirectory(this.#options.folder)
    this.#file = await this.#options.disk.open(found.path, 'existing')
    if (found.endPosition < found.sizeBytes) await this.#cut(found)
    await this.#writeAgain(found.lastBatch)
    if (found.damages.length > 0) await this.#mend(found)
  }

  /**
   * The sync of the last batch may have failed, and the system shows octets all the same that are not on the disk and
   * that no later sync would bring there. So they are written once more.
   */
  async #writeAgain(lastBatch: Buffer): Promise<void> {
    this.#position -= lastBatch.length
    if (await this.#wasWritten(this.#file!, lastBatch)) {
      await syncFile(this.#file!)
      this.#position += lastBatch.length
    } else {
      this.#carried = lastBatch
    }
  }

  async #cut({ path, endPosition, sizeBytes }: RecoveredDefinitions): Promise<void> {
    this.#logger.warning(
      `${path} ends with ${sizeBytes - endPosition} octets of a write that was not finished: cut at ${endPosition}`,
    )
    await this.#file!.truncate(endPosition)
    await syncFile(this.#file!)
  }

  async #mend({ damages, path }: RecoveredDefinitions): Promise<void> {
    for (const { position, sizeBytes } of damages) {
      this.#logger.error(
        `${path} is damaged: ${sizeBytes} octets at ${position} cannot be read and are left out`,
      )
    }
    for (const change of this.#state.mend()) {
      this.#logger.error(`left out, since what it rests on is lost: ${encodeChange(change)}`)
    }
    this.#isDamaged = true
    try {
      await this.#replaceNow()
    } catch (error) {
      // The file can be used as it is; the damage is found again at the next start.
      if (this.#failure !== undefined) throw error
    }
  }

  /** Files that a crash left between two generations. */
  async #removeLeftovers(): Promise<void> {
    const { disk, folder } = this.#options
    for (const name of await disk.list(folder)) {
      const generation = generationOf(name)
      const isOld = generation !== undefined && generation < this.#generation && !this.#isDamaged
      if (!isOld && !isTemporary(name)) continue
      try {
        await disk.remove(join(folder, name))
      } catch (error) {
        this.#logger.warning(`leftover ${name} in ${folder} could not be removed: ${messageOf(error)}`)
      }
    }
  }
}

/** A promise that may be ignored when it rejects. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}

function rejected(error: StorageError): Promise<void> {
  return handled(Promise.reject(error))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
