import { LOG_LEVELS, type Logger, type LogLevel } from '../logger.js'
import { LOG_CATEGORIES, type LogCategory, type LogOutput } from './log-record.js'

/** The least severe level of each category; what is not named follows the output. */
export type CategoryLevels = Readonly<Partial<Record<LogCategory, LogLevel>>>

/** How talkative an output is. */
export interface OutputLevel {
  readonly level: LogLevel
  /** True when somebody asked for it: then a category may say less here, and never more. */
  readonly isAsked: boolean
}

/** A logger that tells what its lines are about. */
export interface CategorizedLogger extends Logger {
  in(category: LogCategory): CategorizedLogger
}

interface Attached {
  readonly output: LogOutput
  level: OutputLevel
  /** Of each category, as an index in {@link LOG_LEVELS}. */
  thresholds: Readonly<Record<LogCategory, number>>
}

/** Hands what is logged to outputs, each with its own level. */
export class OutputLogger implements CategorizedLogger {
  readonly #categoryLevels: CategoryLevels
  readonly #now: () => number
  readonly #outputs = new Set<Attached>()
  readonly #default = this.in('default')

  constructor(categoryLevels: CategoryLevels = {}, now: () => number = Date.now) {
    this.#categoryLevels = categoryLevels
    this.#now = now
  }

  /** Adds an output; returns what takes it away again. */
  add(output: LogOutput, level: OutputLevel): () => void {
    const attached: Attached = { output, level, thresholds: this.#thresholdsAt(level) }
    this.#outputs.add(attached)
    return () => {
      this.#outputs.delete(attached)
    }
  }

  /** From now on what is less severe is left out everywhere, but for categories that have a level of their own. */
  setLevel(level: LogLevel): void {
    for (const attached of this.#outputs) {
      attached.level = { level, isAsked: attached.level.isAsked }
      attached.thresholds = this.#thresholdsAt(attached.level)
    }
  }

  in(category: LogCategory): CategorizedLogger {
    return {
      in: (other) => this.in(other),
      debug: (message) => this.#log('debug', category, message),
      info: (message) => this.#log('info', category, message),
      warning: (message) => this.#log('warning', category, message),
      error: (message, cause) => this.#log('error', category, message + detailOf(cause)),
    }
  }

  debug(message: string): void {
    this.#default.debug(message)
  }

  info(message: string): void {
    this.#default.info(message)
  }

  warning(message: string): void {
    this.#default.warning(message)
  }

  error(message: string, cause?: unknown): void {
    this.#default.error(message, cause)
  }

  #log(level: LogLevel, category: LogCategory, message: string): void {
    const severity = LOG_LEVELS.indexOf(level)
    for (const { output, thresholds } of this.#outputs) {
      if (severity >= thresholds[category]) output.write({ timeMs: this.#now(), level, category, message })
    }
  }

  #thresholdsAt({ level, isAsked }: OutputLevel): Record<LogCategory, number> {
    const own = LOG_LEVELS.indexOf(level)
    const thresholds = {} as Record<LogCategory, number>
    for (const category of LOG_CATEGORIES) {
      const ofCategory = this.#categoryLevels[category]
      const asked = ofCategory === undefined ? own : LOG_LEVELS.indexOf(ofCategory)
      thresholds[category] = isAsked ? Math.max(own, asked) : asked
    }
    return thresholds
  }
}

/** The logger for lines about `category`; one that knows no categories takes them all. */
export function inCategory(logger: Logger, category: LogCategory): Logger {
  return 'in' in logger ? (logger as CategorizedLogger).in(category) : logger
}

function detailOf(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.stack ?? cause.message}` : ''
}
