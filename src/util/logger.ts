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

/** Writes one line an event: ISO time, level, message. `write` gets the line with its newline. */
export class LineLogger implements Logger {
  #threshold: number
  readonly #write: (line: string) => void
  readonly #now: () => number

  constructor(level: LogLevel, write: (line: string) => void, now: () => number = Date.now) {
    this.#threshold = LOG_LEVELS.indexOf(level)
    this.#write = write
    this.#now = now
  }

  /** What is less severe is left out from now on. */
  set level(level: LogLevel) {
    this.#threshold = LOG_LEVELS.indexOf(level)
  }

  debug(message: string): void {
    this.#line(0, message)
  }

  info(message: string): void {
    this.#line(1, message)
  }

  warning(message: string): void {
    this.#line(2, message)
  }

  error(message: string, cause?: unknown): void {
    const detail = cause instanceof Error ? `: ${cause.stack ?? cause.message}` : ''
    this.#line(3, message + detail)
  }

  #line(severity: number, message: string): void {
    if (severity < this.#threshold) return
    this.#write(`${new Date(this.#now()).toISOString()} [${LOG_LEVELS[severity]}] ${message}\n`)
  }
}

/** Says nothing: for tests and embedding. */
export const SILENT_LOGGER: Logger = { debug() {}, info() {}, warning() {}, error() {} }
