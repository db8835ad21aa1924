import { parseArgs } from 'node:util'
import { ConfigError } from './config-error.js'
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.js'

/** What the person who typed the command wants. */
export type CommandLine =
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  | {
      readonly action: 'run' | 'print-config'
      readonly configPath: string | undefined
      /** Texts of the flags, by option. */
      readonly flags: ReadonlyMap<OptionName, string>
    }

/** Reads the arguments after the program's name. Throws {@link ConfigError} on one that it does not know. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const values = parse(args)
  if (values.help === true) return { action: 'help' }
  if (values.version === true) return { action: 'version' }
  const flags = new Map<OptionName, string>()
  for (const name of OPTION_NAMES) {
    const text = values[OPTIONS[name].flag?.name ?? '']
    if (text === '') throw new ConfigError(`--${OPTIONS[name].flag?.name}: expected a value, got nothing`)
    if (typeof text === 'string') flags.set(name, text)
  }
  const configPath = values.config
  return {
    action: values['print-config'] === true ? 'print-config' : 'run',
    configPath: typeof configPath === 'string' ? configPath : undefined,
    flags,
  }
}

/** The text of `--help`. */
export function usage(): string {
  const rows: [string, string][] = [
    ['--config FILE', 'Reads a file in the syntax of rabbitmq.conf, or the *.conf files of a directory.'],
    ...flagged().map(([flag, doc]): [string, string] => [flag, doc]),
    ['--print-config', 'Prints every option with where it came from, and exits.'],
    ['--version', 'Prints the version, and exits.'],
    ['-h, --help', 'Prints this, and exits.'],
  ]
  const width = Math.max(...rows.map(([flag]) => flag.length))
  const lines = rows.map(([flag, doc]) => `  ${flag.padEnd(width)}  ${doc}`)
  return `usage: leveret [option ...]\n\n${lines.join('\n')}\n`
}

function flagged(): [flag: string, doc: string][] {
  return OPTION_NAMES.flatMap((name) => {
    const { flag, doc } = OPTIONS[name]
    return flag === undefined ? [] : [[`--${flag.name} ${flag.placeholder}`, doc] as [string, string]]
  })
}

function parse(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    config: { type: 'string' },
    'print-config': { type: 'boolean' },
    version: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  }
  for (const name of OPTION_NAMES) {
    const flag = OPTIONS[name].flag
    if (flag !== undefined) options[flag.name] = { type: 'string' }
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false, strict: true }).values
  } catch (error) {
    const [reason] = (error as Error).message.split('. To specify')
    throw new ConfigError(`command line: ${reason}`)
  }
}
