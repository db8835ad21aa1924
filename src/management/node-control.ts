import type { LogLevel } from '../util/logger.js'

/** A share of the memory there is, or bytes. */
export type SizeSetting = { readonly relative: number } | { readonly absoluteBytes: number }

/** What an operator may change about a running node; until its next start. Members are missing where nobody can. */
export interface NodeControl {
  readonly setMemoryHighWatermark?: (watermark: SizeSetting) => void
  readonly setDiskFreeLimit?: (limit: SizeSetting) => void
  readonly setLogLevel?: (level: LogLevel) => void
  /** Puts the log file aside and begins a new one; false when there is none. */
  readonly rotateLogs?: () => boolean
  /** The log file; missing without one. */
  readonly logFile?: string
  /** Begins the stop and returns at once. */
  readonly stop?: () => void
  /** Keeps clients away for a while. */
  readonly maintenance?: Maintenance
  /** Every setting in effect, as lines of the configuration file. */
  readonly settings?: () => string
}

/** A node that is to be left alone by clients, before an upgrade for instance; until its next start. */
export interface Maintenance {
  /** In maintenance mode. */
  readonly isDrained: boolean
  /** Takes no further clients; those that are there stay. */
  suspendListeners(): void
  /** Listens again, where the node listened before. Rejects when an address is not to be had. */
  resumeListeners(): Promise<void>
  /** Enters maintenance mode: no further clients, and those that are there are told to go. */
  drain(): void
  /** Leaves it. Rejects as {@link resumeListeners} does. */
  revive(): Promise<void>
}
