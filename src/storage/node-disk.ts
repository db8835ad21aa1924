import * as fs from 'node:fs'
import * as fsPromises from 'node:fs/promises'
import { type Disk, DiskError, type DiskFile, type OpenMode } from './disk.js'

/** How often a call that was interrupted, or that could not be served at once, is made again. */
const INTERRUPTED_RETRIES_MAX = 100
const ACCESS = { existing: 'r+', create: 'wx+', read: 'r' } as const
const FILE_MODE = 0o640
const FOLDER_MODE = 0o750

/** The machine's own file system. Octets are read and written by libuv's threads, off the event loop. */
export class NodeDisk implements Disk {
  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    return attempt(`opening ${path}`, async () => {
      const descriptor = await new Promise<number>((resolve, reject) => {
        fs.open(path, ACCESS[mode], FILE_MODE, (error, fd) => (error ? reject(error) : resolve(fd)))
      })
      return new NodeDiskFile(path, descriptor)
    })
  }

  async list(folder: string): Promise<string[]> {
    return attempt(`listing ${folder}`, async () => {
      try {
        return (await fsPromises.readdir(folder)).sort()
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return []
        throw error
      }
    })
  }

  async makeFolder(folder: string): Promise<void> {
    await attempt(`making folder ${folder}`, () =>
      fsPromises.mkdir(folder, { recursive: true, mode: FOLDER_MODE }),
    )
  }

  async remove(path: string): Promise<void> {
    await attempt(`removing ${path}`, () => fsPromises.rm(path, { force: true }))
  }

  async removeFolder(folder: string): Promise<void> {
    await attempt(`removing folder ${folder}`, () => fsPromises.rm(folder, { recursive: true, force: true }))
  }

  async rename(from: string, to: string): Promise<void> {
    await attempt(`renaming ${from} to ${to}`, () => fsPromises.rename(from, to))
  }

  async syncDirectory(folder: string): Promise<void> {
    await attempt(`sync of folder ${folder}`, async () => {
      const handle = await fsPromises.open(folder, 'r')
      try {
        await handle.sync()
      } catch (error) {
        // Some file systems have no sync of folders and say so in this way; theirs are as durable as they get.
        if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'EBADF') throw error
      } finally {
        await handle.close()
      }
    })
  }

  async freeBytes(folder: string): Promise<number> {
    return attempt(`looking for free space at ${folder}`, async () => {
      const { bavail, bsize } = await fsPromises.statfs(folder)
      return bavail * bsize
    })
  }
}

type Taken = (error: NodeJS.ErrnoException | null, count: number) => void

/** To be closed when no call is under way: the system gives a closed file's number to the next one opened. */
class NodeDiskFile implements DiskFile {
  private readonly path: string
  /** -1 after {@link close}. */
  private descriptor: number

  constructor(path: string, descriptor: number) {
    this.path = path
    this.descriptor = descriptor
  }

  write(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined) => void,
  ): void {
    const action = `write to ${this.path}`
    const some = (at: number, taken: Taken): void =>
      fs.write(this.descriptor, buffer, at, end - at, position + at - start, taken)
    this.transfer(action, start, end, some, (error, count) => {
      // A disk that takes nothing and gives no reason would be asked forever.
      const isStuck = error === undefined && count < end - start
      done(isStuck ? new DiskError(action, 'EIO', new Error('the system wrote nothing')) : error)
    })
  }

  writeNow(buffer: Buffer, start: number, end: number, position: number): DiskError | undefined {
    const action = `write to ${this.path}`
    if (this.descriptor < 0) return this.closed(action)
    let retries = 0
    for (let at = start; at < end; ) {
      try {
        const count = fs.writeSync(this.descriptor, buffer, at, end - at, position + at - start)
        if (count === 0) return new DiskError(action, 'EIO', new Error('the system wrote nothing'))
        at += count
      } catch (error) {
        if (!isInterrupted(error) || ++retries > INTERRUPTED_RETRIES_MAX) return diskError(action, error)
      }
    }
    return undefined
  }

  read(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined, count: number) => void,
  ): void {
    const some = (at: number, taken: Taken): void =>
      fs.read(this.descriptor, buffer, at, end - at, position + at - start, taken)
    this.transfer(`read of ${this.path}`, start, end, some, done)
  }

  /** Calls `some` until all octets between `start` and `end` have moved, or none did. */
  private transfer(
    action: string,
    start: number,
    end: number,
    some: (at: number, taken: Taken) => void,
    done: (error: DiskError | undefined, count: number) => void,
  ): void {
    let at = start
    let retries = 0
    const next = (): void => {
      if (this.descriptor < 0) done(this.closed(action), at - start)
      else some(at, taken)
    }
    const taken: Taken = (error, count) => {
      if (error === null) at += count
      const isOver = error === null && (at === end || count === 0)
      if (isOver) done(undefined, at - start)
      else if (error === null || (isInterrupted(error) && ++retries <= INTERRUPTED_RETRIES_MAX)) next()
      else done(diskError(action, error), at - start)
    }
    if (start === end) process.nextTick(done, undefined, 0)
    else if (this.descriptor < 0) process.nextTick(next)
    else next()
  }

  sync(done: (error: DiskError | undefined) => void): void {
    const action = `sync of ${this.path}`
    if (this.descriptor < 0) process.nextTick(done, this.closed(action))
    // Not tried again, whatever the reason: the system may have dropped what it could not write, and says so once.
    else fs.fdatasync(this.descriptor, (error) => done(error === null ? undefined : diskError(action, error)))
  }

  async size(): Promise<number> {
    const action = `looking for the size of ${this.path}`
    return this.withDescriptor(action, async (descriptor) => {
      const stats = await new Promise<fs.Stats>((resolve, reject) => {
        fs.fstat(descriptor, (error, found) => (error ? reject(error) : resolve(found)))
      })
      return stats.size
    })
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.withDescriptor(`cutting ${this.path}`, (descriptor) => {
      return new Promise<void>((resolve, reject) => {
        fs.ftruncate(descriptor, sizeBytes, (error) => (error ? reject(error) : resolve()))
      })
    })
  }

  async close(): Promise<void> {
    const descriptor = this.descriptor
    if (descriptor < 0) return
    this.descriptor = -1
    await attempt(`closing ${this.path}`, () => {
      return new Promise<void>((resolve, reject) => {
        fs.close(descriptor, (error) => (error ? reject(error) : resolve()))
      })
    })
  }

  private async withDescriptor<T>(action: string, work: (descriptor: number) => Promise<T>): Promise<T> {
    if (this.descriptor < 0) throw this.closed(action)
    return attempt(action, () => work(this.descriptor))
  }

  private closed(action: string): DiskError {
    return new DiskError(action, 'EBADF', new Error('the file is closed'))
  }
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw diskError(action, error)
  }
}

function diskError(action: string, cause: unknown): DiskError {
  return cause instanceof DiskError ? cause : new DiskError(action, codeOf(cause) ?? 'EIO', cause)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function isInterrupted(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EINTR' || code === 'EAGAIN'
}
