import type { LogLevel } from '../logger.js'
import { lineFormatter } from './line-format.js'
import { OutputLogger } from './output-logger.js'

/** A logger of plain lines, each with its newline: for programs that embed a broker, and for tests. */
export function lineLogger(level: LogLevel, write: (line: string) => void, now?: () => number): OutputLogger {
  const logger = new OutputLogger({}, now)
  const format = lineFormatter()
  logger.add({ write: (record) => write(format(record)) }, { level, isAsked: true })
  return logger
}
