/**
 * The file system as storage uses it, handed in so that a simulation can lose, tear, refuse and delay. Paths are
 * absolute. Every promise and callback may fail with a {@link DiskError}.
 *
 * What is durable: octets of a file after `sync` resolved (size included); a name after `syncDirectory` of its folder
 * resolved, given that the file itself was synced. Nothing else is.
 */
export interface Disk {
  /** Opens a file for reading and writing; `create` makes it and fails when it exists, `read` allows reading only. */
  open(path: string, mode: OpenMode): Promise<DiskFile>
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<string[]>
  /** Makes a folder and its parents. */
  makeFolder(folder: string): Promise<void>
  /** Removes a file; harmless when it is not there. */
  remove(path: string): Promise<void>
  /** Removes a folder with all that is in it; harmless when it is not there. */
  removeFolder(folder: string): Promise<void>
  /** Renames atomically, replacing what is there. */
  rename(from: string, to: string): Promise<void>
  /** Makes the names in a folder durable. */
  syncDirectory(folder: string): Promise<void>
  /** Octets free for us on the folder's volume. */
  freeBytes(folder: string): Promise<number>
}

export type OpenMode = 'existing' | 'create' | 'read'

/** An open file. Calls on one file may overlap; their order is not promised. */
export interface DiskFile {
  /**
   * Writes all of `buffer[start..end)` at a place in the file, also when the system takes it in several pieces. The
   * buffer belongs to the file until `done` is called.
   */
  write(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined) => void,
  ): void
  /**
   * As {@link write}, but the system has the octets when this returns: a process that is killed afterwards loses
   * nothing of them. It takes the event loop as long as copying them into the system's cache does, so it is for what
   * one turn of the loop brings.
   */
  writeNow(buffer: Buffer, start: number, end: number, position: number): DiskError | undefined
  /** Reads until `end` or the end of the file; `count` is how many octets came. */
  read(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined, count: number) => void,
  ): void
  /** fdatasync. After a failure the file's unsynced octets are lost, whatever later calls say. */
  sync(done: (error: DiskError | undefined) => void): void
  size(): Promise<number>
  /** Cuts or extends (with zeros) the file. */
  truncate(sizeBytes: number): Promise<void>
  close(): Promise<void>
}

/** What the machine answered. `code` is the system's (`ENOSPC`, `EIO`, ...). */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code: string

  constructor(action: string, code: string, cause?: unknown) {
    super(`${action} failed: ${code}`, { cause })
    this.code = code
  }

  /** The volume is full: what was to be written may be tried again once there is room. */
  get isFull(): boolean {
    return this.code === 'ENOSPC' || this.code === 'EDQUOT'
  }
}
