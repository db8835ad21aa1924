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
  /** Every setting in effect, as lines of the configuration file. */
  readonly settings?: () => string
}
