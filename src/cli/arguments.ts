import { UsageError } from './cli-error.js'
import { GLOBAL_OPTIONS, type OptionSpec, type OptionTable } from './option-spec.js'

/** A command line taken apart, before it is known which options the command has. */
export interface ParsedLine {
  readonly positionals: readonly string[]
  readonly options: ReadonlyMap<string, string | true>
}

/** Options by their names and short names. */
export class OptionIndex {
  readonly #long = new Map<string, OptionSpec>()
  readonly #short = new Map<string, string>()

  /** Later tables win over earlier ones. */
  constructor(...tables: readonly OptionTable[]) {
    for (const table of tables) {
      for (const [name, spec] of Object.entries(table)) {
        this.#long.set(name, spec)
        if (spec.short !== undefined) this.#short.set(spec.short, name)
      }
    }
  }

  spec(name: string): OptionSpec | undefined {
    return this.#long.get(name)
  }

  longNameOf(short: string): string | undefined {
    return this.#short.get(short)
  }

  get names(): string[] {
    return [...this.#long.keys()]
  }
}

/** Takes arguments apart; options stand anywhere. Throws a {@link UsageError} on one that is not in `index`. */
export function parseLine(args: readonly string[], index: OptionIndex): ParsedLine {
  const positionals: string[] = []
  const options = new Map<string, string | true>()
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (arg === '--') {
      positionals.push(...args.slice(i + 1))
      break
    }
    // A lone dash is a file name, and a dash before a digit a number.
    if (!/^-(?:-|[^-\d])/.test(arg)) {
      positionals.push(arg)
      continue
    }
    const { name, value: attached } = partsOf(arg, index)
    const spec = index.spec(name)
    if (spec === undefined) throw new UsageError(`Invalid options for this command: ${arg.split('=')[0]}`)
    if (spec.kind === 'switch') {
      if (attached !== undefined && attached !== 'true' && attached !== 'false') {
        throw new UsageError(`--${name} takes no value`)
      }
      if (attached !== 'false') options.set(name, true)
      continue
    }
    const value = attached ?? args[++i]
    if (value === undefined) throw new UsageError(`--${name} needs a value`)
    options.set(name, checked(name, spec, value))
  }
  return { positionals, options }
}

/** `--name=value`, `-nvalue` and the like in their parts. */
function partsOf(arg: string, index: OptionIndex): { name: string; value: string | undefined } {
  if (arg.startsWith('--')) {
    const equals = arg.indexOf('=')
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals)
    const value = equals < 0 ? undefined : arg.slice(equals + 1)
    // rabbitmqadmin's options come with either.
    return { name: index.spec(name) === undefined ? name.replaceAll('_', '-') : name, value }
  }
  const name = index.longNameOf(arg[1]!) ?? arg
  if (arg.length === 2) return { name, value: undefined }
  if (index.spec(name)?.kind === 'switch') return { name: arg, value: undefined }
  return { name, value: arg.slice(arg[2] === '=' ? 3 : 2) }
}

function checked(name: string, spec: OptionSpec, value: string): string {
  if (spec.kind === 'integer' && !/^[+-]?\d{1,15}$/.test(value)) {
    throw new UsageError(`--${name} is a whole number, not ${value}`)
  }
  if (spec.kind === 'number' && value !== 'infinity' && !/^\d+(\.\d+)?$/.test(value)) {
    throw new UsageError(`--${name} is a number, not ${value}`)
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    throw new UsageError(`--${name} is one of ${spec.choices.join(', ')}, not ${value}`)
  }
  return value
}

/** The options of a command and of all commands; rabbitmqadmin's `-p` is the password. */
export function optionIndexOf(options: OptionTable | undefined, isAdmin: boolean): OptionIndex {
  const admin: OptionTable = isAdmin
    ? {
        vhost: { ...GLOBAL_OPTIONS.vhost, short: 'V' },
        password: { ...GLOBAL_OPTIONS.password, short: 'p' },
      }
    : {}
  return new OptionIndex(GLOBAL_OPTIONS, admin, options ?? {})
}
