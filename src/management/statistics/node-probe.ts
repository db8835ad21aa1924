import { readFileSync } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import type { NodeProbe } from './sources.js'

/** What is shown where the machine does not tell. */
const DESCRIPTORS_UNKNOWN = 1024

/** What a node is told of its limits. */
export interface ProbeLimits {
  /** As it is now: an operator may change either while the node runs. */
  memoryLimit(): number
  diskFreeLimit(): number
  /** Where data is kept; undefined looks at the working directory's disk. */
  readonly dataDir: string | undefined
  readonly startedAtMs: number
}

/**
 * Asks the machine about this process. What takes a system call that may wait is asked in the background: an answer is
 * the one before, and the question for the next.
 */
export class ProcessProbe implements NodeProbe {
  readonly fileDescriptorsTotal: number
  readonly startedAtMs: number
  readonly #limits: Pick<ProbeLimits, 'memoryLimit' | 'diskFreeLimit'>
  readonly #path: string
  #descriptors = 0
  #freeBytes: number | undefined
  #isLooking = false

  constructor(limits: ProbeLimits) {
    this.startedAtMs = limits.startedAtMs
    this.#limits = limits
    this.#path = limits.dataDir ?? '.'
    this.fileDescriptorsTotal = descriptorLimit()
  }

  get memoryLimit(): number {
    return this.#limits.memoryLimit()
  }

  get diskFreeLimit(): number {
    return this.#limits.diskFreeLimit()
  }

  memoryUsed(): number {
    return process.memoryUsage.rss()
  }

  diskFree(): number | undefined {
    void this.look()
    return this.#freeBytes
  }

  fileDescriptorsUsed(): number {
    void this.look()
    return this.#descriptors
  }

  collections(): number {
    return 0
  }

  /** Looks at disk and files; resolves once their answers are known. */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    // Where the machine has no such thing (no /proc, no such folder yet) the last answer stands.
    const [disk, files] = await Promise.allSettled([statfs(this.#path), readdir('/proc/self/fd')])
    if (disk.status === 'fulfilled') this.#freeBytes = disk.value.bavail * disk.value.bsize
    if (files.status === 'fulfilled') this.#descriptors = files.value.length
    this.#isLooking = false
  }
}

function descriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    const soft = Number(line?.[1])
    return Number.isSafeInteger(soft) ? soft : DESCRIPTORS_UNKNOWN
  } catch {
    // Not Linux.
    return DESCRIPTORS_UNKNOWN
  }
}
