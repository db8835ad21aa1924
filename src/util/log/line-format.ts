import type { LogLevel } from '../logger.js'
import type { LogRecord } from './log-record.js'

/** How a time is written, by RabbitMQ's names. */
export const TIME_FORMATS = [
  'rfc3339_space',
  'rfc3339_T',
  'epoch_usecs',
  'epoch_secs',
  'lager_default',
] as const
export type TimeFormat = (typeof TIME_FORMATS)[number]

/** How a level is written: lower or upper case, whole or its first 3 or 4 letters. */
export const LEVEL_FORMATS = ['lc', 'uc', 'lc3', 'uc3', 'lc4', 'uc4'] as const
export type LevelFormat = (typeof LEVEL_FORMATS)[number]

/** How the lines of an output look. */
export interface LineFormatOptions {
  readonly kind: 'plaintext' | 'json'
  readonly time: TimeFormat
  readonly level: LevelFormat
  /** Line breaks inside a message become `, `, so that every event is one line. */
  readonly singleLine: boolean
  /** Of plain text: `$time`, `$level`, `$msg`, `$pid`, `$domain` stand for their values. */
  readonly plaintext: string
  /** Of JSON: fields in order, `old:new` renames, `name:-` drops, `*:-` drops those not named. Empty: all of them. */
  readonly fieldMap: string
  /** Of JSON: `level:number` words, which add a field `verbosity`. Empty: none. */
  readonly verbosityMap: string
}

export const DEFAULT_LINE_FORMAT: LineFormatOptions = {
  kind: 'plaintext',
  time: 'rfc3339_space',
  level: 'lc',
  singleLine: false,
  plaintext: '$time [$level] $msg',
  fieldMap: '',
  verbosityMap: '',
}

/** Makes the text of a record, with its newline. */
export type LineFormatter = (record: LogRecord) => string

export function lineFormatter(options: Partial<LineFormatOptions> = {}): LineFormatter {
  const complete = { ...DEFAULT_LINE_FORMAT, ...options }
  return complete.kind === 'json' ? jsonFormatter(complete) : textFormatter(complete)
}

/** Every line of a message begins as the first does, so that `grep` finds the whole of it. */
function textFormatter(options: LineFormatOptions): LineFormatter {
  const [before = '', after = ''] = options.plaintext.split('$msg', 2)
  return (record) => {
    const fields = fieldsOf(record, options)
    const filled = (part: string): string =>
      part.replace(/\$(\w+)/g, (whole, name: string) => (name in fields ? String(fields[name]) : whole))
    const [start, end] = [filled(before), filled(after)]
    const lines = options.plaintext.includes('$msg') ? String(fields.msg).split('\n') : ['']
    return lines.map((line) => `${start}${line}${end}\n`).join('')
  }
}

function jsonFormatter(options: LineFormatOptions): LineFormatter {
  const renames = pairsOf(options.fieldMap)
  const verbosity = new Map(pairsOf(options.verbosityMap))
  const dropsRest = renames.some(([name, to]) => name === '*' && to === '-')
  return (record) => {
    const fields = fieldsOf(record, options)
    const level = verbosity.get(record.level)
    if (level !== undefined) fields.verbosity = Number(level)
    const line: Record<string, unknown> = {}
    for (const [name, to] of renames) if (to !== '-' && name in fields) line[to] = fields[name]
    const named = new Set(renames.map(([name]) => name))
    if (!dropsRest) for (const name of Object.keys(fields)) if (!named.has(name)) line[name] = fields[name]
    return `${JSON.stringify(line)}\n`
  }
}

function fieldsOf(record: LogRecord, options: LineFormatOptions): Record<string, unknown> {
  const { category, level, message, timeMs } = record
  return {
    time: formatTime(timeMs, options.time),
    level: formatLevel(level, options.level),
    msg: options.singleLine ? message.replace(/\s*\n\s*/g, ', ') : message,
    domain: category === 'default' ? 'rabbitmq' : `rabbitmq.${category}`,
    pid: process.pid,
  }
}

/** The words of a map: `a:b` is a pair, a word without a colon stands for itself. */
function pairsOf(text: string): [from: string, to: string][] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const colon = word.indexOf(':')
      return colon < 0 ? [word, word] : [word.slice(0, colon), word.slice(colon + 1)]
    })
}

function formatTime(timeMs: number, format: TimeFormat): string | number {
  // 2026-11-22T13:15:19.023Z: microseconds are written for those who parse them, and are always whole milliseconds.
  const iso = new Date(timeMs).toISOString()
  switch (format) {
    case 'rfc3339_space':
      return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000+00:00`
    case 'rfc3339_T':
      return `${iso.slice(0, 23)}000+00:00`
    case 'epoch_usecs':
      return timeMs * 1000
    case 'epoch_secs':
      return timeMs / 1000
    case 'lager_default':
      return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`
  }
}

function formatLevel(level: LogLevel, format: LevelFormat): string {
  const letters = format.length > 2 ? Number(format[2]) : level.length
  const cut = level.slice(0, letters)
  return format.startsWith('uc') ? cut.toUpperCase() : cut
}
