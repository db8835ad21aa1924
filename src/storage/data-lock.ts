import { join } from 'node:path'
import type { Clock } from '../util/clock.js'
import type { Logger } from '../util/logger.js'
import { type Disk, DiskError } from './disk.js'
import type { ProcessIdentity, ProcessTable } from './process-identity.js'
import { StorageError } from './storage-error.js'
import { readWhole, writePart } from './whole-file.js'

export const LOCK_FILE = 'leveret-lock'
/** Somebody who has just made the file needs that long, at most, to write into it. */
const LOCK_WRITE_MS = 200

/** What a lock is taken with. */
export interface DataLockContext {
  readonly disk: Disk
  readonly folder: string
  readonly clock: Clock
  readonly processes: ProcessTable
  readonly logger: Logger
}

/**
 * The file `leveret-lock`, which keeps a second broker out of a data directory: a JSON line with who holds it. It stays
 * behind when its process is killed; the next broker then sees that the process is gone, and takes over. It is not
 * synced, since no process outlives the machine.
 */
export class DataLock {
  readonly #context: DataLockContext
  #isHeld = true

  private constructor(context: DataLockContext) {
    this.#context = context
  }

  /** Throws a {@link StorageError} that names the process when a running one holds the lock. */
  static async take(context: DataLockContext): Promise<DataLock> {
    while (!(await create(context))) {
      const holder = await readHolder(context)
      if (holder !== undefined) refuseIfRunning(context, holder)
      await removeStale(context, holder)
    }
    return new DataLock(context)
  }

  /** Removes the file. Harmless when called twice. */
  async release(): Promise<void> {
    if (!this.#isHeld) return
    this.#isHeld = false
    await this.#context.disk.remove(join(this.#context.folder, LOCK_FILE))
  }
}

/** False when the file exists. */
async function create({ disk, folder, processes }: DataLockContext): Promise<boolean> {
  const path = join(folder, LOCK_FILE)
  try {
    const file = await disk.open(path, 'create')
    try {
      await writePart(file, Buffer.from(`${JSON.stringify(processes.self())}\n`), 0)
    } catch (error) {
      // Left empty it would only make the next start wait.
      await disk.remove(path).catch(() => {})
      throw error
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (error instanceof DiskError && error.code === 'EEXIST') return false
    throw new StorageError(`data directory ${folder} cannot be locked`, { cause: error })
  }
}

/** Who the file names; `undefined` when it is gone, or holds nothing readable and nobody is about to fill it. */
async function readHolder({ disk, folder, clock }: DataLockContext): Promise<ProcessIdentity | undefined> {
  const until = clock.monotonic() + LOCK_WRITE_MS
  // Reads again and again rather than waiting: a timer would not keep a process alive that has nothing else yet.
  for (;;) {
    const octets = await readWhole(disk, join(folder, LOCK_FILE))
    const holder = parseHolder(octets)
    if (holder !== undefined || octets === undefined || clock.monotonic() >= until) return holder
  }
}

function refuseIfRunning({ folder, processes, logger }: DataLockContext, holder: ProcessIdentity): void {
  const state = processes.stateOf(holder)
  if (state === 'running') {
    throw new StorageError(
      `data directory ${folder} is in use by the broker with pid ${holder.pid} (its lock is ${LOCK_FILE} in there)`,
    )
  }
  if (state === 'hidden') {
    logger.warning(
      `data directory ${folder} was locked by pid ${holder.pid} of another container, which cannot be seen from ` +
        'here: taking over, on the trust that it has ended',
    )
  }
}

/** Takes away the file that was judged. Another broker may be doing the same, and then be faster. */
async function removeStale(
  { disk, folder, processes }: DataLockContext,
  judged: ProcessIdentity | undefined,
): Promise<void> {
  const path = join(folder, LOCK_FILE)
  const aside = join(folder, `${LOCK_FILE}.${processes.self().pid}`)
  try {
    await disk.rename(path, aside)
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return
    throw error
  }
  const moved = parseHolder(await readWhole(disk, aside))
  if (JSON.stringify(moved) !== JSON.stringify(judged)) {
    await disk.rename(aside, path)
    throw new StorageError(`data directory ${folder} was locked by another broker at the same moment`)
  }
  await disk.remove(aside)
}

function parseHolder(octets: Buffer | undefined): ProcessIdentity | undefined {
  try {
    const { pid, startedAt, boot, pidNamespace } = JSON.parse(
      octets?.toString() ?? '',
    ) as Partial<ProcessIdentity>
    const isWhole =
      Number.isSafeInteger(pid) && [startedAt, boot, pidNamespace].every((each) => typeof each === 'string')
    return isWhole ? ({ pid, startedAt, boot, pidNamespace } as ProcessIdentity) : undefined
  } catch {
    // Cut off by a power cut, or made a moment ago and still empty.
    return undefined
  }
}
