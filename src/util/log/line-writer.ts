import { write, writeSync } from 'node:fs'

/** Octets of lines that wait to be written; what comes while they are there is lost, and counted. */
export const PENDING_BYTES_MAX = 4 << 20
/** Octets of one write. */
const CHUNK_BYTES = 256 << 10
/** How long a write that failed is left alone, in milliseconds. */
const RETRY_MS = 1000
/** A pipe whose reader is slow is tried again soon. */
const BUSY_MS = 20

/**
 * Writes lines to a descriptor without ever waiting for it: one write is under way at a time, on Node's pool, and the
 * lines that come meanwhile leave together with the next. A descriptor that takes nothing (a full disk, a pipe that
 * nobody reads) costs lines, and never the broker's time: they are kept up to a limit and tried again.
 */
export class LineWriter {
  readonly #pendingBytesMax: number
  readonly #descriptor: () => number
  readonly #failed: (error: Error) => void
  #pending: Buffer[] = []
  /** With what is under way. */
  #pendingBytes = 0
  #underWay: Buffer | undefined
  #retry: NodeJS.Timeout | undefined
  #hasFailed = false
  #idle: (() => void)[] = []
  #isClosed = false

  /**
   * `descriptor` gives where to write, or throws why it cannot; it is asked before each write. `failed` hears of the
   * first failure of a row of them.
   */
  constructor(
    descriptor: () => number,
    failed: (error: Error) => void = () => {},
    pendingBytesMax: number = PENDING_BYTES_MAX,
  ) {
    this.#descriptor = descriptor
    this.#failed = failed
    this.#pendingBytesMax = pendingBytesMax
  }

  /** Takes a line with its end. False when there is no room for it. */
  write(line: string | Buffer): boolean {
    const octets = typeof line === 'string' ? Buffer.from(line) : line
    if (this.#pendingBytes + octets.length > this.#pendingBytesMax) return false
    this.#pending.push(octets)
    this.#pendingBytes += octets.length
    this.#next()
    return true
  }

  /** Asks for the descriptor as before a write, so that what is wanted of it happens now; not during a write. */
  touch(): void {
    if (this.#underWay === undefined) this.#ask()
  }

  /** Resolves once nothing is left to write, or writing fails. */
  flushed(): Promise<void> {
    if (this.#isIdle) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Writes what waits before it returns, for a process that is about to end. What cannot be written is lost. */
  flushSync(): void {
    const octets = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes -= octets.length
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(this.#descriptor(), octets, at)
    } catch {
      // The process ends, and there is nowhere left to tell.
    }
  }

  /** Takes nothing more. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#tellIdle()
  }

  get #isIdle(): boolean {
    return this.#underWay === undefined && (this.#pending.length === 0 || this.#retry !== undefined)
  }

  #next(): void {
    if (this.#underWay !== undefined || this.#retry !== undefined || this.#isClosed) return
    if (this.#pending.length === 0) {
      this.#tellIdle()
      return
    }
    const descriptor = this.#ask()
    if (descriptor === undefined) {
      this.#again(RETRY_MS)
      return
    }
    const chunk = this.#take()
    this.#underWay = chunk
    write(descriptor, chunk, 0, chunk.length, null, (error, written) => this.#wrote(chunk, error, written))
  }

  #take(): Buffer {
    let bytes = 0
    let count = 0
    while (
      count < this.#pending.length &&
      (count === 0 || bytes + this.#pending[count]!.length <= CHUNK_BYTES)
    ) {
      bytes += this.#pending[count]!.length
      count += 1
    }
    const taken = this.#pending.splice(0, count)
    return count === 1 ? taken[0]! : Buffer.concat(taken, bytes)
  }

  #wrote(chunk: Buffer, error: NodeJS.ErrnoException | null, written: number): void {
    this.#underWay = undefined
    const rest = chunk.subarray(error === null ? written : 0)
    if (rest.length > 0) this.#pending.unshift(rest)
    this.#pendingBytes -= chunk.length - rest.length
    if (error === null) {
      this.#hasFailed = false
      this.#next()
    } else if (error.code === 'EAGAIN') {
      this.#again(BUSY_MS)
    } else {
      this.#tellFailure(error)
      this.#again(RETRY_MS)
    }
  }

  #ask(): number | undefined {
    try {
      return this.#descriptor()
    } catch (error) {
      this.#tellFailure(error as Error)
      return undefined
    }
  }

  #tellFailure(error: Error): void {
    if (!this.#hasFailed) this.#failed(error)
    this.#hasFailed = true
  }

  #again(delayMs: number): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#next()
    }, delayMs)
    this.#retry.unref()
    this.#tellIdle()
  }

  #tellIdle(): void {
    for (const tell of this.#idle.splice(0)) tell()
  }
}
