import { DEFAULT_LINE_FORMAT, LEVEL_FORMATS, TIME_FORMATS } from '../util/log/line-format.js'
import { parseRotationDate } from '../util/log/rotation-date.js'
import type { LogLevel } from '../util/logger.js'
import { type OptionSpec, optional, value } from './option-spec.js'
import { BOOLEAN, bytes, integer, namedAs, oneOf, TEXT, type ValueType } from './value-types.js'

/** RabbitMQ's levels; those we do not have become the next more severe one. */
export const LOG_LEVEL_WORDS: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  notice: 'warning',
  warning: 'warning',
  error: 'error',
  critical: 'critical',
  alert: 'critical',
  emergency: 'critical',
  none: 'none',
}

const LEVEL = namedAs(LOG_LEVEL_WORDS)

/** A file's name, or that there is none. */
const LOG_FILE: ValueType<string | false> = {
  expected: 'a file name, or false',
  parse: (text) => (text === 'false' ? false : text),
}

const ROTATION_DATE: ValueType<string> = {
  expected: '$D0 (midnight), $D16, $W5D16, $M1, $H30 or the like, or nothing',
  parse: (text) => (text === '' || parseRotationDate(text) !== undefined ? text : undefined),
}

/** Outputs of the log, as they appear in the names of options. */
export type LogOutputName = 'Console' | 'File' | 'Exchange'

/** Options of the log. */
export const LOG_OPTIONS = {
  logLevel: value<LogLevel>(
    'log.default.level',
    LEVEL,
    'info',
    'The least severe line written, where an output or a category has no level of its own.',
    {
      flag: { name: 'log-level', placeholder: 'LEVEL' },
      environment: [{ name: 'RABBITMQ_LOG', extract: levelIn }],
    },
  ),
  logConsole: value('log.console', BOOLEAN, true, 'Whether lines are written to stderr or stdout.'),
  logConsoleStream: value<'stderr' | 'stdout'>(
    'log.console.stdio',
    oneOf('stderr', 'stdout'),
    'stderr',
    'Which of them. By default stdout has the ready line and nothing else.',
  ),
  logConsoleLevel: optional('log.console.level', LEVEL, 'The least severe line written there.'),
  ...formatOptions('Console', 'log.console'),

  logDir: optional(
    'log.dir',
    TEXT,
    'Where log files are; naming one turns log.file on. Without it, the folder log in data_dir.',
    { environment: [{ name: 'RABBITMQ_LOG_BASE' }] },
  ),
  logFile: optional<string | false>(
    'log.file',
    LOG_FILE,
    "A log file, by default none, or the node's name with .log where log.dir is set.",
    {
      environment: [
        // A dash alone is the console and nothing else.
        { name: 'RABBITMQ_LOGS', extract: (text) => (text.startsWith('-') ? 'false' : text) },
      ],
    },
  ),
  logFileLevel: optional('log.file.level', LEVEL, 'The least severe line written there.'),
  ...formatOptions('File', 'log.file'),
  logRotationDate: value(
    'log.file.rotation.date',
    ROTATION_DATE,
    '',
    'When the log file is put aside, in local time: $D0 every midnight, $W5D16 Fridays at 16:00, $M1 monthly, $H30 hourly.',
  ),
  logRotationSizeBytes: value(
    'log.file.rotation.size',
    bytes(),
    0,
    'The size from which the log file is put aside; 0 is any.',
  ),
  logRotationCount: value(
    'log.file.rotation.count',
    integer(0, 1000),
    10,
    'Log files kept beside the one that is written; 0 drops what was written.',
  ),
  logRotationCompress: value('log.file.rotation.compress', BOOLEAN, false, 'Whether those are compressed.'),

  logExchange: value(
    'log.exchange',
    BOOLEAN,
    false,
    'Whether lines are published to the exchange amq.rabbitmq.log of the default virtual host.',
  ),
  logExchangeLevel: optional('log.exchange.level', LEVEL, 'The least severe line published.'),
  ...formatOptions('Exchange', 'log.exchange'),

  logConnectionLevel: ofCategory('connection', 'what happens to connections'),
  logChannelLevel: ofCategory('channel', 'errors of channels'),
  logUserLevel: ofCategory('user', 'refused logins and requests'),
}

function formatOptions<O extends LogOutputName>(output: O, key: string) {
  const format = DEFAULT_LINE_FORMAT
  return prefixed(`log${output}`, {
    Formatter: value(`${key}.formatter`, oneOf('plaintext', 'json'), format.kind, 'How its lines look.'),
    TimeFormat: value(
      `${key}.formatter.time_format`,
      oneOf(...TIME_FORMATS),
      format.time,
      'How a time is written.',
    ),
    LevelFormat: value(
      `${key}.formatter.level_format`,
      oneOf(...LEVEL_FORMATS),
      format.level,
      'How a level is written: lower or upper case, whole or its first letters.',
    ),
    SingleLine: value(
      `${key}.formatter.single_line`,
      BOOLEAN,
      format.singleLine,
      'Whether line breaks inside a message become commas.',
    ),
    Plaintext: value(
      `${key}.formatter.plaintext.format`,
      TEXT,
      format.plaintext,
      'A plain line; $time, $level, $msg, $domain and $pid stand for their values.',
    ),
    FieldMap: value(
      `${key}.formatter.json.field_map`,
      TEXT,
      format.fieldMap,
      'Fields of a JSON line in order: old:new renames, name:- drops, *:- drops those not named.',
    ),
    VerbosityMap: value(
      `${key}.formatter.json.verbosity_map`,
      TEXT,
      format.verbosityMap,
      'Words level:number, which add a field verbosity to JSON lines.',
    ),
  })
}

function ofCategory(name: string, what: string): OptionSpec<LogLevel | undefined> {
  return optional(`log.${name}.level`, LEVEL, `The least severe line about ${what}.`, {
    environment: [{ name: 'RABBITMQ_LOG', extract: (text) => levelIn(text, name) }],
  })
}

/** RABBITMQ_LOG holds words like `debug`, `connection=warning`, `+color`. Those of `category`, or those of none. */
function levelIn(text: string, category?: string): string | undefined {
  const prefix = category === undefined ? '' : `${category}=`
  for (const word of text.split(/[,\s]+/)) {
    if (word.startsWith(prefix) && Object.hasOwn(LOG_LEVEL_WORDS, word.slice(prefix.length))) {
      return word.slice(prefix.length)
    }
  }
  return undefined
}

type Prefixed<P extends string, Rows> = { readonly [K in keyof Rows & string as `${P}${K}`]: Rows[K] }

function prefixed<P extends string, Rows extends object>(prefix: P, rows: Rows): Prefixed<P, Rows> {
  const named = Object.entries(rows).map(([name, row]) => [`${prefix}${name}`, row])
  return Object.fromEntries(named) as Prefixed<P, Rows>
}
