import { afterPowerCut, type PendingChange } from './power-cut.js'
import { SparseContent } from './sparse-content.js'

/** A file of the simulation, whatever names it has. */
export interface FileNode {
  /** What readers see. */
  content: SparseContent
  durable: SparseContent
  /** What was done since the last sync, in order. */
  pending: PendingChange[]
}

export type Node = FileNode | FolderNode

/** One change of a folder: all of it survives or none. */
type NameChange = readonly (readonly [name: string, node: Node | undefined])[]

export function newFile(): FileNode {
  return { content: new SparseContent(), durable: new SparseContent(), pending: [] }
}

/** A folder of the simulation: the names that are seen, those that are durable, and what lies between. */
export class FolderNode {
  readonly names = new Map<string, Node>()
  readonly durableNames = new Map<string, Node>()
  #pending: NameChange[] = []
  /** Changes that became durable since the folder was made. */
  #settledCount = 0

  /** Number of changes ever made. */
  get pendingCount(): number {
    return this.#settledCount + this.#pending.length
  }

  change(change: NameChange): void {
    applyTo(this.names, change)
    this.#pending.push(change)
  }

  removeAll(): void {
    for (const [name, node] of [...this.names]) {
      if (node instanceof FolderNode) node.removeAll()
      this.change([[name, undefined]])
    }
  }

  /** Makes the first `count` changes ever made durable. */
  settle(count: number): void {
    const covered = this.#pending.splice(0, Math.max(0, count - this.#settledCount))
    for (const change of covered) applyTo(this.durableNames, change)
    this.#settledCount += covered.length
  }

  folderAt(path: readonly string[]): FolderNode | undefined {
    let at: Node | undefined = this
    for (const name of path) {
      if (!(at instanceof FolderNode)) return undefined
      at = at.names.get(name)
    }
    return at instanceof FolderNode ? at : undefined
  }

  allocatedBytes(): number {
    let sum = 0
    for (const node of this.names.values()) {
      sum += node instanceof FolderNode ? node.allocatedBytes() : node.content.allocatedBytes
    }
    return sum
  }

  /** The folder that a power cut leaves. `known` holds nodes that were met already: a file can have two names. */
  afterPowerCut(random: () => number, known: Map<Node, Node>): FolderNode {
    const names = new Map(this.durableNames)
    // A journal keeps the first so many changes; a file system without one keeps any.
    const isJournaled = random() < 0.5
    const kept = Math.floor(random() * (this.#pending.length + 1))
    for (const [i, change] of this.#pending.entries()) {
      if (isJournaled ? i < kept : random() < 0.5) applyTo(names, change)
    }
    const folder = new FolderNode()
    for (const [name, node] of names) {
      const left = known.get(node) ?? nodeAfterPowerCut(node, random, known)
      known.set(node, left)
      folder.names.set(name, left)
      folder.durableNames.set(name, left)
    }
    return folder
  }
}

function nodeAfterPowerCut(node: Node, random: () => number, known: Map<Node, Node>): Node {
  if (node instanceof FolderNode) return node.afterPowerCut(random, known)
  const durable = afterPowerCut(node.durable, node.pending, random)
  return { content: durable.clone(), durable, pending: [] }
}

function applyTo(names: Map<string, Node>, change: NameChange): void {
  for (const [name, node] of change) {
    if (node === undefined) names.delete(name)
    else names.set(name, node)
  }
}

export function splitPath(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}
