import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Actor } from '../../core/doors.js'
import { UnrestrictedPrincipal } from '../../core/permission.js'
import { INTERNAL_USER } from '../makers.js'
import type { ManagementServices } from '../management-services.js'
import { Trace, type TraceSpec } from './trace.js'

/** The name of a trace is part of the name of its queue, which has 255 octets at most. */
export const TRACE_NAME_BYTES_MAX = 200
/** Traces of a node at a time. */
export const TRACES_MAX = 100
/** No connection has this number: the queues of traces are theirs alone. */
const OWNER_ID = -1
const ACTOR: Actor = { principal: new UnrestrictedPrincipal(INTERNAL_USER), connectionId: OWNER_ID }

/** A file of a trace, which may be over. */
export interface TraceFile {
  readonly name: string
  readonly sizeBytes: number
}

type TraceServices = Pick<ManagementServices, 'doors' | 'shards' | 'clock' | 'events' | 'logger'>

/** The traces of a node that write to files, and the files. They end with the node, or with their vhost. */
export class Traces {
  readonly #services: TraceServices
  readonly #given: string | undefined
  readonly #traces = new Map<string, Trace>()
  readonly #stopListening: () => void
  #temporary: string | undefined

  /** `folder` is where the files are; undefined makes one among the temporary files, which goes with {@link close}. */
  constructor(services: TraceServices, folder: string | undefined) {
    this.#services = services
    this.#given = folder
    this.#stopListening = services.events.on('vhost.deleted', ({ name }) => {
      for (const { spec } of this.list(name)) void this.stop(spec.vhost, spec.name)
    })
  }

  /** Of one vhost, or of all. */
  list(vhost?: string): Trace[] {
    return [...this.#traces.values()].filter(({ spec }) => vhost === undefined || spec.vhost === vhost)
  }

  get(vhost: string, name: string): Trace | undefined {
    const trace = this.#traces.get(name)
    return trace?.spec.vhost === vhost ? trace : undefined
  }

  /** True when another vhost has a trace of that name, whose file it is. */
  isTaken(vhost: string, name: string): boolean {
    return this.#traces.has(name) && this.get(vhost, name) === undefined
  }

  get isFull(): boolean {
    return this.#traces.size >= TRACES_MAX
  }

  /** Starts a trace; one of that name is stopped first. Rejects with the system's error when its file cannot be opened. */
  async start(spec: TraceSpec): Promise<void> {
    await this.stop(spec.vhost, spec.name)
    const path = join(this.#folder(), `${spec.name}.log`)
    const trace = new Trace(spec, path, this.#services, ACTOR, (error) => {
      this.#services.logger.warning(`trace '${spec.name}' cannot be written for now: ${error.message}`)
    })
    this.#traces.set(spec.name, trace)
    try {
      trace.start()
    } catch (error) {
      await this.stop(spec.vhost, spec.name)
      throw error
    }
  }

  /** False when there is none. */
  async stop(vhost: string, name: string): Promise<boolean> {
    const trace = this.get(vhost, name)
    if (trace === undefined) return false
    this.#traces.delete(name)
    await trace.stop()
    return true
  }

  /** By name. */
  files(): TraceFile[] {
    const folder = this.#knownFolder
    if (folder === undefined) return []
    return namesIn(folder).flatMap((name) => {
      const path = this.pathOf(name)
      return path === undefined ? [] : [{ name, sizeBytes: lstatSync(path).size }]
    })
  }

  /** The path of a file; undefined for what is none of ours, whatever the name says. */
  pathOf(name: string): string | undefined {
    const folder = this.#knownFolder
    if (folder === undefined || !isFileName(name)) return undefined
    const path = join(folder, name)
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined
  }

  /** False when there is none. A trace that still runs writes on to a new one. */
  deleteFile(name: string): boolean {
    const path = this.pathOf(name)
    if (path === undefined) return false
    rmSync(path)
    for (const trace of this.#traces.values()) trace.fileIsGone()
    return true
  }

  async close(): Promise<void> {
    this.#stopListening()
    await Promise.all([...this.#traces.values()].map(({ spec }) => this.stop(spec.vhost, spec.name)))
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true })
    this.#temporary = undefined
  }

  get #knownFolder(): string | undefined {
    return this.#given ?? this.#temporary
  }

  #folder(): string {
    if (this.#given !== undefined) {
      mkdirSync(this.#given, { recursive: true, mode: 0o700 })
      return this.#given
    }
    // A name that nobody can foresee: among temporary files others might lay a link in the way.
    this.#temporary ??= mkdtempSync(join(tmpdir(), 'leveret-traces-'))
    return this.#temporary
  }
}

/** A name that stays in its folder, and is not hidden there. */
export function isFileName(name: string): boolean {
  return /^[^./\\\0][^/\\\0]*$/.test(name)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
