import { type Disk, DiskError, type DiskFile, type OpenMode } from '../../src/storage/disk.js'
import type { Clock } from '../../src/util/clock.js'
import { afterPowerCut, type PendingChange } from './power-cut.js'
import { type FileNode, FolderNode, newFile, splitPath } from './simulated-names.js'
import { SECTOR_BYTES, type SparseContent } from './sparse-content.js'

/** What a fault can be asked for: transfers, syncs of files and folders, opening, and changes of names. */
export type FaultKind = 'write' | 'read' | 'sync' | 'folder-sync' | 'open' | 'name'

export interface SimulatedDiskOptions {
  /** Calls are answered by timers of this clock: nothing happens unless it is turned. */
  readonly clock: Clock
  /** From 0 (inclusive) to 1 (exclusive); the only source of chance. */
  readonly random: () => number
  /** A call takes up to this long. Default 2. */
  readonly latencyMaxMs?: number
}

interface FaultOnDemand {
  readonly kind: FaultKind
  readonly code: string
  readonly path: string | undefined
  left: number
}

/**
 * A disk in memory that keeps apart what is durable and what is merely written, as the contract of {@link Disk} does:
 * {@link crash} gives the disk that a power cut leaves, {@link kill} the one that the end of the process leaves. The
 * disk it is called on is dead afterwards: it answers nothing any more. The same seed and calls give the same disk.
 *
 * A call takes effect at a moment of its own between call and answer, a write in two parts.
 */
export class SimulatedDisk implements Disk {
  /** Chance of a fault with EIO, by kind, per call. A write that fails has written a part. */
  readonly faultRates: { [kind in FaultKind]: number } = {
    write: 0,
    read: 0,
    sync: 0,
    'folder-sync': 0,
    open: 0,
    name: 0,
  }
  /** Octets that fit; writes beyond fail with ENOSPC after what still fitted. */
  capacityBytes = Number.POSITIVE_INFINITY
  /** Folders in which nothing can be opened or changed (EROFS). Files that are open go on. */
  readonly readOnlyFolders = new Set<string>()
  /** Octets that files gave to readers. */
  readBytes = 0
  /** When a sync first failed, on the clock's monotonic time: it may be before anybody heard of it. */
  lostAtMs = Number.POSITIVE_INFINITY
  /** Calls so far. */
  callCount = 0

  readonly #options: SimulatedDiskOptions
  readonly #faults: FaultOnDemand[] = []
  #root: FolderNode
  #isDead = false
  /** Sectors that cannot be read until they are written, by path. */
  #badSectors = new Map<string, Set<number>>()

  constructor(options: SimulatedDiskOptions) {
    this.#options = options
    this.#root = new FolderNode()
  }

  get isDead(): boolean {
    return this.#isDead
  }

  // -- What a test does to it

  /** The disk after a power cut, with what was not synced dropped, kept, reordered and torn by chance. */
  crash(): SimulatedDisk {
    return this.#successor(this.#root.afterPowerCut(this.#options.random, new Map()))
  }

  /** The disk after the end of the process: everything written is there, and still not durable if it was not. */
  kill(): SimulatedDisk {
    return this.#successor(this.#root)
  }

  /** Lets the next calls of a kind fail, those for one path when it is given. */
  failNext(kind: FaultKind, code = 'EIO', details: { times?: number; path?: string } = {}): void {
    this.#faults.push({ kind, code, path: details.path, left: details.times ?? 1 })
  }

  /** Ends every fault, by chance and on demand, and the limit of space. */
  heal(): void {
    for (const kind of Object.keys(this.faultRates) as FaultKind[]) this.faultRates[kind] = 0
    this.#faults.length = 0
    this.readOnlyFolders.clear()
    this.capacityBytes = Number.POSITIVE_INFINITY
  }

  /** Somebody removed the folder under us. Files that are open go on and are nowhere. */
  vanish(folder: string): void {
    const [parent, name] = this.#parentOf(folder)
    parent?.names.delete(name)
    parent?.durableNames.delete(name)
  }

  /** What a reader of a file would find now. */
  contentOf(path: string): Buffer {
    const { content } = this.#fileAt(path)
    return content.read(0, content.sizeBytes)
  }

  /** Replaces a file, or makes it, durably: damage, or a file from elsewhere. */
  setContent(path: string, octets: Buffer): void {
    const [parent, name] = this.#parentOf(path)
    if (parent === undefined) throw new Error(`no folder for ${path}`)
    const file = newFile()
    file.content.write(0, octets)
    file.durable.write(0, octets)
    parent.names.set(name, file)
    parent.durableNames.set(name, file)
  }

  /** Changes octets of a file, durably, under whoever has it open: the disk has forgotten them. */
  damage(path: string, position: number, octets: Buffer): void {
    const { content, durable } = this.#fileAt(path)
    content.write(position, octets)
    durable.write(position, octets)
  }

  /** Makes the sectors of these octets unreadable (EIO), until they are written again. */
  spoil(path: string, position: number, lengthBytes: number): void {
    const bad = this.#badSectors.get(path) ?? new Set()
    this.#badSectors.set(path, bad)
    for (const sector of sectorsOf(position, lengthBytes)) bad.add(sector)
  }

  // -- Disk

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    return this.#call(mode === 'read' ? 'read' : 'open', `opening ${path}`, path, () => {
      const [parent, name] = this.#parentOf(path)
      const found = parent?.names.get(name)
      if (mode !== 'create') {
        if (found === undefined) throw new DiskError(`opening ${path}`, 'ENOENT')
        if (found instanceof FolderNode) throw new DiskError(`opening ${path}`, 'EISDIR')
        return new SimulatedFile(this, path, found)
      }
      if (parent === undefined) throw new DiskError(`opening ${path}`, 'ENOENT')
      if (found !== undefined) throw new DiskError(`opening ${path}`, 'EEXIST')
      const file = newFile()
      parent.change([[name, file]])
      return new SimulatedFile(this, path, file)
    })
  }

  list(folder: string): Promise<string[]> {
    return this.#call('read', `listing ${folder}`, folder, () => {
      const names = this.#root.folderAt(splitPath(folder))?.names.keys() ?? []
      return [...names].sort()
    })
  }

  makeFolder(folder: string): Promise<void> {
    return this.#call('name', `making folder ${folder}`, folder, () => {
      let at = this.#root
      for (const name of splitPath(folder)) {
        let next = at.names.get(name)
        if (next === undefined) {
          next = new FolderNode()
          at.change([[name, next]])
        }
        if (!(next instanceof FolderNode)) throw new DiskError(`making folder ${folder}`, 'ENOTDIR')
        at = next
      }
    })
  }

  remove(path: string): Promise<void> {
    return this.#call('name', `removing ${path}`, path, () => {
      const [parent, name] = this.#parentOf(path)
      const found = parent?.names.get(name)
      if (found instanceof FolderNode) throw new DiskError(`removing ${path}`, 'EISDIR')
      if (found !== undefined) parent?.change([[name, undefined]])
    })
  }

  removeFolder(folder: string): Promise<void> {
    return this.#call('name', `removing folder ${folder}`, folder, () => {
      const [parent, name] = this.#parentOf(folder)
      const found = parent?.names.get(name)
      if (found === undefined) return
      if (found instanceof FolderNode) found.removeAll()
      parent?.change([[name, undefined]])
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('name', `renaming ${from} to ${to}`, from, () => {
      const [fromParent, fromName] = this.#parentOf(from)
      const [toParent, toName] = this.#parentOf(to)
      const node = fromParent?.names.get(fromName)
      if (node === undefined || fromParent === undefined || toParent === undefined) {
        throw new DiskError(`renaming ${from} to ${to}`, 'ENOENT')
      }
      if (fromParent === toParent) {
        fromParent.change([
          [fromName, undefined],
          [toName, node],
        ])
      } else {
        toParent.change([[toName, node]])
        fromParent.change([[fromName, undefined]])
      }
    })
  }

  syncDirectory(folder: string): Promise<void> {
    const covered = this.#root.folderAt(splitPath(folder))?.pendingCount ?? 0
    return this.#call('folder-sync', `sync of folder ${folder}`, folder, () => {
      const found = this.#root.folderAt(splitPath(folder))
      if (found === undefined) throw new DiskError(`sync of folder ${folder}`, 'ENOENT')
      found.settle(covered)
    })
  }

  freeBytes(folder: string): Promise<number> {
    return this.#call('read', `looking for free space at ${folder}`, folder, () => {
      if (this.#root.folderAt(splitPath(folder)) === undefined) {
        throw new DiskError(`looking for free space at ${folder}`, 'ENOENT')
      }
      return Math.max(0, Math.min(this.capacityBytes, Number.MAX_SAFE_INTEGER) - this.#root.allocatedBytes())
    })
  }

  // -- For SimulatedFile

  /** Octets, of so many, that still fit. */
  roomFor(octets: number): number {
    if (this.capacityBytes === Number.POSITIVE_INFINITY) return octets
    return Math.max(0, Math.min(octets, this.capacityBytes - this.#root.allocatedBytes()))
  }

  random(): number {
    return this.#options.random()
  }

  /** A sync has failed, and what it was to write is given up. */
  lost(): void {
    this.lostAtMs = Math.min(this.lostAtMs, this.#options.clock.monotonic())
  }

  /** Calls back after a while, unless the disk has died. */
  later(callback: () => void): void {
    this.callCount += 1
    const delayMs = this.random() * (this.#options.latencyMaxMs ?? 2)
    this.#options.clock.setTimer(() => {
      if (!this.#isDead) callback()
    }, delayMs)
  }

  /** The error that this call is to end with, if any. */
  fault(kind: FaultKind, action: string, path: string): DiskError | undefined {
    const index = this.#faults.findIndex(
      (each) => each.kind === kind && (each.path === undefined || each.path === path),
    )
    const demanded = this.#faults[index]
    if (demanded !== undefined) {
      demanded.left -= 1
      if (demanded.left === 0) this.#faults.splice(index, 1)
      return new DiskError(action, demanded.code)
    }
    const rate = this.faultRates[kind]
    return rate > 0 && this.random() < rate ? new DiskError(action, 'EIO') : undefined
  }

  /** True when some of these octets cannot be read. */
  isBad(path: string, position: number, lengthBytes: number): boolean {
    const bad = this.#badSectors.get(path)
    return bad !== undefined && sectorsOf(position, lengthBytes).some((sector) => bad.has(sector))
  }

  /** These octets were written: a disk puts them where they can be read. */
  cure(path: string, position: number, lengthBytes: number): void {
    const bad = this.#badSectors.get(path)
    if (bad !== undefined) for (const sector of sectorsOf(position, lengthBytes)) bad.delete(sector)
  }

  /** A call on names: takes effect when it is made or when it is answered, by chance. */
  #call<T>(kind: FaultKind, action: string, path: string, effect: () => T): Promise<T> {
    const fault = this.fault(kind, action, path) ?? this.#readOnlyError(kind, action, path)
    const attempt = (): { value: T } | { error: unknown } => {
      if (fault !== undefined) return { error: fault }
      try {
        return { value: effect() }
      } catch (error) {
        return { error }
      }
    }
    const isEarly = kind === 'name' && this.random() < 0.5 && !this.#isDead
    const early = isEarly ? attempt() : undefined
    return new Promise((resolve, reject) => {
      this.later(() => {
        const outcome = early ?? attempt()
        if ('error' in outcome) reject(outcome.error)
        else resolve(outcome.value)
      })
    })
  }

  #readOnlyError(kind: FaultKind, action: string, path: string): DiskError | undefined {
    if (kind !== 'open' && kind !== 'name') return undefined
    for (const folder of this.readOnlyFolders) {
      if (path === folder || path.startsWith(`${folder}/`)) return new DiskError(action, 'EROFS')
    }
    return undefined
  }

  #successor(root: FolderNode): SimulatedDisk {
    this.#isDead = true
    const next = new SimulatedDisk(this.#options)
    next.#root = root
    next.capacityBytes = this.capacityBytes
    next.#badSectors = this.#badSectors
    return next
  }

  #parentOf(path: string): [FolderNode | undefined, string] {
    const names = splitPath(path)
    const name = names.pop() ?? ''
    return [this.#root.folderAt(names), name]
  }

  #fileAt(path: string): FileNode {
    const [parent, name] = this.#parentOf(path)
    const found = parent?.names.get(name)
    if (found === undefined || found instanceof FolderNode) throw new Error(`no file ${path}`)
    return found
  }
}

class SimulatedFile implements DiskFile {
  readonly #disk: SimulatedDisk
  readonly #path: string
  readonly #node: FileNode
  #isClosed = false

  constructor(disk: SimulatedDisk, path: string, node: FileNode) {
    this.#disk = disk
    this.#path = path
    this.#node = node
  }

  write(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined) => void,
  ): void {
    const action = `write to ${this.#path}`
    const disk = this.#disk
    const fault = this.#closedError(action) ?? disk.fault('write', action, this.#path)
    const effective = fault === undefined ? end : start + Math.floor(disk.random() * (end - start))
    const middle = start + disk.roomFor(Math.floor(disk.random() * (effective - start + 1)))
    if (!disk.isDead && !this.#isClosed) this.#put(buffer, start, middle, position)
    disk.later(() => {
      if (this.#isClosed) return done(this.#closedError(action))
      const fitting = middle + disk.roomFor(effective - middle)
      this.#put(buffer, middle, fitting, position + middle - start)
      if (fault !== undefined) done(fault)
      else done(fitting < end ? new DiskError(action, 'ENOSPC') : undefined)
    })
  }

  writeNow(buffer: Buffer, start: number, end: number, position: number): DiskError | undefined {
    const action = `write to ${this.#path}`
    const disk = this.#disk
    const fault = this.#closedError(action) ?? disk.fault('write', action, this.#path)
    const effective = fault === undefined ? end : start + Math.floor(disk.random() * (end - start))
    const fitting = start + disk.roomFor(effective - start)
    if (!disk.isDead && !this.#isClosed) this.#put(buffer, start, fitting, position)
    return fault ?? (fitting < end ? new DiskError(action, 'ENOSPC') : undefined)
  }

  read(
    buffer: Buffer,
    start: number,
    end: number,
    position: number,
    done: (error: DiskError | undefined, count: number) => void,
  ): void {
    const action = `read of ${this.#path}`
    const fault = this.#closedError(action) ?? this.#disk.fault('read', action, this.#path)
    this.#disk.later(() => {
      if (fault !== undefined) return done(fault, 0)
      if (this.#disk.isBad(this.#path, position, end - start)) return done(new DiskError(action, 'EIO'), 0)
      const octets = this.#node.content.read(position, end - start)
      this.#disk.readBytes += octets.length
      octets.copy(buffer, start)
      done(undefined, octets.length)
    })
  }

  sync(done: (error: DiskError | undefined) => void): void {
    const action = `sync of ${this.#path}`
    const fault = this.#closedError(action) ?? this.#disk.fault('sync', action, this.#path)
    const covered = this.#node.pending.slice()
    this.#disk.later(() => {
      const node = this.#node
      // Another sync may have been faster.
      const isCovered = new Set(covered)
      const changes = node.pending.filter((change) => isCovered.has(change))
      const rest = node.pending.filter((change) => !isCovered.has(change))
      node.pending = rest
      if (fault === undefined) apply(node.durable, changes)
      else {
        this.#lose(changes)
        this.#disk.lost()
      }
      done(fault)
    })
  }

  size(): Promise<number> {
    return this.#call('read', `looking for the size of ${this.#path}`, () => this.#node.content.sizeBytes)
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#call('write', `cutting ${this.#path}`, () => {
      this.#node.content.truncate(sizeBytes)
      this.#node.pending.push({ kind: 'truncate', sizeBytes })
    })
  }

  close(): Promise<void> {
    this.#isClosed = true
    return new Promise((resolve) => this.#disk.later(resolve))
  }

  #put(buffer: Buffer, start: number, end: number, position: number): void {
    if (start === end) return
    const octets = Buffer.from(buffer.subarray(start, end))
    this.#node.content.write(position, octets)
    this.#disk.cure(this.#path, position, octets.length)
    this.#node.pending.push({ kind: 'write', position, octets })
  }

  /**
   * As Linux does it: what could not be written is not tried again, so a later sync succeeds without it. Whether
   * readers still see it depends on what memory is short of.
   */
  #lose(changes: readonly PendingChange[]): void {
    const node = this.#node
    node.durable = afterPowerCut(node.durable, changes, () => this.#disk.random())
    if (this.#disk.random() < 0.5) return
    node.content = node.durable.clone()
    apply(node.content, node.pending)
  }

  #call<T>(kind: FaultKind, action: string, effect: () => T): Promise<T> {
    const fault = this.#closedError(action) ?? this.#disk.fault(kind, action, this.#path)
    return new Promise((resolve, reject) => {
      this.#disk.later(() => {
        if (fault !== undefined) reject(fault)
        else resolve(effect())
      })
    })
  }

  #closedError(action: string): DiskError | undefined {
    return this.#isClosed ? new DiskError(action, 'EBADF') : undefined
  }
}

function sectorsOf(position: number, lengthBytes: number): number[] {
  const first = Math.floor(position / SECTOR_BYTES)
  const end = Math.ceil((position + lengthBytes) / SECTOR_BYTES)
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i)
}

function apply(content: SparseContent, changes: readonly PendingChange[]): void {
  for (const change of changes) {
    if (change.kind === 'write') content.write(change.position, change.octets)
    else content.truncate(change.sizeBytes)
  }
}
