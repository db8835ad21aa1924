import { type Disk, DiskError, type DiskFile, type OpenMode } from '../storage/disk.js'

/** A disk that is full when told so: writes fail with ENOSPC, nothing is free, and what is there can be read. */
export class FillableDisk implements Disk {
  readonly #disk: Disk
  readonly #isFull: () => boolean

  constructor(disk: Disk, isFull: () => boolean) {
    this.#disk = disk
    this.#isFull = isFull
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    if (mode === 'create') this.#check('open')
    return new FillableFile(await this.#disk.open(path, mode), this.#isFull)
  }
  list(folder: string): Promise<string[]> {
    return this.#disk.list(folder)
  }
  async makeFolder(folder: string): Promise<void> {
    this.#check('mkdir')
    await this.#disk.makeFolder(folder)
  }
  remove(path: string): Promise<void> {
    return this.#disk.remove(path)
  }
  removeFolder(folder: string): Promise<void> {
    return this.#disk.removeFolder(folder)
  }
  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to)
  }
  syncDirectory(folder: string): Promise<void> {
    return this.#disk.syncDirectory(folder)
  }
  async freeBytes(folder: string): Promise<number> {
    return this.#isFull() ? 0 : this.#disk.freeBytes(folder)
  }

  #check(action: string): void {
    if (this.#isFull()) throw noRoom(action)
  }
}

class FillableFile implements DiskFile {
  readonly #file: DiskFile
  readonly #isFull: () => boolean

  constructor(file: DiskFile, isFull: () => boolean) {
    this.#file = file
    this.#isFull = isFull
  }

  write(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined) => void,
  ): void {
    if (this.#isFull()) setImmediate(done, noRoom('write'))
    else this.#file.write(buffer, start, end, position, done)
  }
  writeNow(buffer: Buffer, start: number, end: number, position: number): DiskError | undefined {
    return this.#isFull() ? noRoom('write') : this.#file.writeNow(buffer, start, end, position)
  }
  read(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined, count: number) => void,
  ): void {
    this.#file.read(buffer, start, end, position, done)
  }
  sync(done: (error: DiskError | undefined) => void): void {
    this.#file.sync(done)
  }
  size(): Promise<number> {
    return this.#file.size()
  }
  truncate(sizeBytes: number): Promise<void> {
    return this.#file.truncate(sizeBytes)
  }
  close(): Promise<void> {
    return this.#file.close()
  }
}

function noRoom(action: string): DiskError {
  return new DiskError(action, 'ENOSPC')
}
