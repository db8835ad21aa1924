import { isAbsolute, join } from 'node:path'
import type { LineFormatOptions } from '../util/log/line-format.js'
import type { CategoryLevels, OutputLevel } from '../util/log/output-logger.js'
import { parseRotationDate } from '../util/log/rotation-date.js'
import type { Origin } from './assignment.js'
import type { LogOptions } from './broker-options.js'
import { ConfigError } from './config-error.js'
import type { LogOutputName } from './log-options.js'
import type { OptionName, OptionValues } from './options.js'

type Origins = ReadonlyMap<OptionName, Origin>

/** What the single values say about the log. Throws {@link ConfigError} when a file has no folder to be in. */
export function logOptionsOf(values: OptionValues, origins: Origins): LogOptions {
  const outputOf = (output: LogOutputName) => ({
    level: levelOf(values, origins, output),
    format: formatOf(values, output),
  })
  const path = filePathOf(values)
  return {
    console: values.logConsole ? { ...outputOf('Console'), stream: values.logConsoleStream } : undefined,
    file:
      path === undefined
        ? undefined
        : {
            ...outputOf('File'),
            path,
            rotation: {
              sizeBytes: values.logRotationSizeBytes,
              date: parseRotationDate(values.logRotationDate),
              count: values.logRotationCount,
              compress: values.logRotationCompress,
            },
          },
    exchange: values.logExchange ? outputOf('Exchange') : undefined,
    categoryLevels: categoryLevelsOf(values),
  }
}

/** A level on the command line or in the environment is for every output, whatever the file says of one. */
function levelOf(values: OptionValues, origins: Origins, output: LogOutputName): OutputLevel {
  const name = `log${output}Level` as const
  const own = values[name]
  const isOverruled = strength(origins.get('logLevel')) > Math.max(IN_A_FILE, strength(origins.get(name)))
  return own === undefined || isOverruled
    ? { level: values.logLevel, isAsked: isOverruled }
    : { level: own, isAsked: true }
}

const ORIGINS = ['default', 'file', 'environment', 'flag'] as const
const IN_A_FILE = ORIGINS.indexOf('file')

function strength(origin: Origin | undefined): number {
  return ORIGINS.indexOf(origin?.kind ?? 'default')
}

function formatOf(values: OptionValues, output: LogOutputName): LineFormatOptions {
  return {
    kind: values[`log${output}Formatter`],
    time: values[`log${output}TimeFormat`],
    level: values[`log${output}LevelFormat`],
    singleLine: values[`log${output}SingleLine`],
    plaintext: values[`log${output}Plaintext`],
    fieldMap: values[`log${output}FieldMap`],
    verbosityMap: values[`log${output}VerbosityMap`],
  }
}

/** Undefined without a file. */
function filePathOf(values: OptionValues): string | undefined {
  const { logFile, logDir, dataDir, nodeName } = values
  if (logFile === false || (logFile === undefined && logDir === undefined)) return undefined
  const name = logFile ?? `${nodeName}.log`
  if (isAbsolute(name)) return name
  const folder = logDir ?? (dataDir === undefined ? undefined : join(dataDir, 'log'))
  if (folder === undefined) throw new ConfigError('log.file needs log.dir, data_dir or a path from the root')
  return join(folder, name)
}

function categoryLevelsOf(values: OptionValues): CategoryLevels {
  const { logConnectionLevel, logChannelLevel, logUserLevel } = values
  return {
    ...(logConnectionLevel && { connection: logConnectionLevel }),
    ...(logChannelLevel && { channel: logChannelLevel }),
    ...(logUserLevel && { user: logUserLevel }),
  }
}
