import type { EventBus } from './events.js'

/** What may run out. */
export const ALARM_SOURCES = ['memory', 'disk'] as const
export type AlarmSource = (typeof ALARM_SOURCES)[number]

/** Hears that publishers are to be held (`reason` for connection.blocked) or may go on (`undefined`). */
export type AlarmListener = (reason: string | undefined) => void

/**
 * Resource alarms of the node. While any is set, connections that publish are not read from. Whoever measures a
 * resource sets and clears its alarm; connections listen.
 */
export class Alarms {
  readonly #events: EventBus
  readonly #active = new Set<AlarmSource>()
  readonly #listeners = new Set<AlarmListener>()

  constructor(events: EventBus) {
    this.#events = events
  }

  /** `low on memory`, `low on disk` or `low on memory & disk`; `undefined` while all is well. */
  get reason(): string | undefined {
    if (this.#active.size === 0) return undefined
    return `low on ${ALARM_SOURCES.filter((source) => this.#active.has(source)).join(' & ')}`
  }

  get active(): ReadonlySet<AlarmSource> {
    return this.#active
  }

  set(source: AlarmSource): void {
    if (this.#active.has(source)) return
    this.#active.add(source)
    this.#events.emit('alarm.set', { source })
    this.#tell()
  }

  clear(source: AlarmSource): void {
    if (!this.#active.delete(source)) return
    this.#events.emit('alarm.cleared', { source })
    this.#tell()
  }

  /** Returns the way to stop listening. Not called for what holds already: ask {@link reason}. */
  listen(listener: AlarmListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(): void {
    const { reason } = this
    for (const listener of this.#listeners) listener(reason)
  }
}
