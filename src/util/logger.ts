/** Severities from most to least talkative, as `--log-level` takes them. */
export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'critical', 'none'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Where parts of the broker write what an operator may want to read. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warning(message: string): void
  error(message: string, cause?: unknown): void
}

/** Says nothing: for tests and embedding. */
export const SILENT_LOGGER: Logger = { debug() {}, info() {}, warning() {}, error() {} }
