import type { LogLevel } from '../logger.js'

/** What lines are about, as RabbitMQ sorts them; a level may be set for each. */
export const LOG_CATEGORIES = ['default', 'connection', 'channel', 'user'] as const
export type LogCategory = (typeof LOG_CATEGORIES)[number]

/** One event for the log. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  readonly level: LogLevel
  readonly category: LogCategory
  /** May have several lines. */
  readonly message: string
}

/** Where records go. Nothing that happens to them there may stop or delay the broker. */
export interface LogOutput {
  write(record: LogRecord): void
}
