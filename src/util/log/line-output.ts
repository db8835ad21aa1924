import type { LineFormatter } from './line-format.js'
import type { LineWriter } from './line-writer.js'
import type { LogOutput, LogRecord } from './log-record.js'

/** Writes records as lines. Where some had no room, a line says how many are missing. */
export class LineOutput implements LogOutput {
  readonly #format: LineFormatter
  readonly #writer: LineWriter
  #missing = 0

  constructor(format: LineFormatter, writer: LineWriter) {
    this.#format = format
    this.#writer = writer
  }

  write(record: LogRecord): void {
    if (this.#missing > 0 && this.#tellMissing(record.timeMs)) this.#missing = 0
    if (!this.#writer.write(this.#format(record))) this.#missing += 1
  }

  #tellMissing(timeMs: number): boolean {
    const message = `${this.#missing} events are missing here: they could not be written in time`
    return this.#writer.write(this.#format({ timeMs, level: 'warning', category: 'default', message }))
  }
}
