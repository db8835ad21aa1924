import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { nextRotationMs, type RotationDate } from './rotation-date.js'

/** When a log file is put aside, and what is kept of those that were. */
export interface RotationOptions {
  /** Octets from which a file is put aside; 0 for any number. */
  readonly sizeBytes: number
  readonly date: RotationDate | undefined
  /** Files that are kept beside the one that is written; 0 drops what was written. */
  readonly count: number
  /** Those are compressed: `NAME.0.gz`. */
  readonly compress: boolean
}

/** A rotation that failed is left alone for so long. */
const RETRY_MS = 60_000

/**
 * A file that lines are added to, and that is put aside as `NAME.0` (older ones as `NAME.1` and so on) when it is big or
 * old enough, or asked to be. {@link descriptor} must be asked before each write and not while one is under way.
 */
export class LogFile {
  readonly path: string
  readonly #rotation: RotationOptions
  readonly #now: () => number
  readonly #failed: (error: Error) => void
  #descriptor: number | undefined
  #dueMs = Number.POSITIVE_INFINITY
  #notBeforeMs = 0
  #wants: 'nothing' | 'reopening' | 'rotation' = 'nothing'
  #compressing: Promise<void> | undefined

  /** `failed` hears of what stood in the way of a rotation. */
  constructor(
    path: string,
    rotation: RotationOptions,
    failed: (error: Error) => void = () => {},
    now: () => number = Date.now,
  ) {
    this.path = path
    this.#rotation = rotation
    this.#failed = failed
    this.#now = now
  }

  /** Where to write now. Throws the system's error when the file cannot be opened. */
  descriptor(): number {
    const wants = this.#wants
    this.#wants = 'nothing'
    if (wants === 'reopening') this.#close()
    this.#descriptor ??= this.#open()
    if (wants === 'rotation' || this.#isDue(this.#descriptor)) this.#rotate()
    return this.#descriptor ?? this.#open()
  }

  /** Opens the file anew at the next write: whoever moved it away wants the next line in a new one. */
  reopen(): void {
    if (this.#wants !== 'rotation') this.#wants = 'reopening'
  }

  /** Puts the file aside at the next write. */
  rotate(): void {
    this.#wants = 'rotation'
  }

  /** Resolves once nothing is being compressed. */
  async close(): Promise<void> {
    this.#close()
    await this.#compressing
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true })
    const descriptor = openSync(this.path, 'a', 0o640)
    const { date } = this.#rotation
    const { size, mtimeMs } = fstatSync(descriptor)
    // What an earlier run wrote counts from when it did.
    if (date !== undefined) this.#dueMs = nextRotationMs(date, size === 0 ? this.#now() : mtimeMs)
    this.#descriptor = descriptor
    return descriptor
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #isDue(descriptor: number): boolean {
    const { sizeBytes } = this.#rotation
    if (this.#now() < this.#notBeforeMs) return false
    return this.#now() >= this.#dueMs || (sizeBytes > 0 && fstatSync(descriptor).size >= sizeBytes)
  }

  #rotate(): void {
    if (this.#compressing !== undefined) return
    this.#close()
    try {
      this.#shift()
      if (this.#rotation.compress && this.#rotation.count > 0) this.#compress(`${this.path}.0`)
    } catch (error) {
      this.#notBeforeMs = this.#now() + RETRY_MS
      this.#failed(error as Error)
    }
    this.#open()
  }

  #shift(): void {
    const { count } = this.#rotation
    if (count === 0) {
      rmSync(this.path, { force: true })
      return
    }
    for (const ending of ENDINGS) rmSync(`${this.path}.${count - 1}${ending}`, { force: true })
    for (let i = count - 1; i > 0; i -= 1) {
      for (const ending of ENDINGS) move(`${this.path}.${i - 1}${ending}`, `${this.path}.${i}${ending}`)
    }
    move(this.path, `${this.path}.0`)
  }

  #compress(path: string): void {
    this.#compressing = pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`))
      .then(() => rmSync(path))
      .catch((error: Error) => {
        rmSync(`${path}.gz`, { force: true })
        this.#failed(error)
      })
      .finally(() => {
        this.#compressing = undefined
      })
  }
}

const ENDINGS = ['', '.gz'] as const

function move(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to)
}
