import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Api } from './api/api.js'
import { findTarget } from './api/find-target.js'
import { UnreachableError } from './api/transport.js'
import { OptionIndex, optionIndexOf, type ParsedLine, parseLine } from './arguments.js'
import { CliError, UsageError } from './cli-error.js'
import { type Command, TOOLS, type Tool, usageOf } from './command.js'
import { COMMANDS, commandNamed, nearestCommand } from './commands/index.js'
import type { OfflineTools } from './commands/offline.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { Invocation } from './invocation.js'
import { fileIo, type Io, processIo } from './io.js'
import { type FormatterName, GLOBAL_OPTIONS, type OptionTable } from './option-spec.js'
import { formatResult, isForMachines, type OutputForm } from './output/format.js'
import type { Result } from './output/result.js'

const TIMEOUT_SECONDS_DEFAULT = 60
/** Words of a command at most: `declare queue`. */
const COMMAND_WORDS_MAX = 2

type Environment = Readonly<Record<string, string | undefined>>

/** What the launcher hands in, and tests replace. */
export interface Surroundings {
  readonly io: Io
  readonly environment: Environment
  /** The name that the tool was called by: a link named as one of RabbitMQ's tools makes it behave as that. */
  readonly program: string
  /** Loads what reads data directories, which this folder knows nothing of. */
  readonly loadOffline?: (() => Promise<OfflineTools>) | undefined
}

/**
 * The `leveretctl` command. Data go to stdout, failures to stderr; the exit status is one of {@link EXIT}. Called by the
 * name of one of RabbitMQ's tools (a link), it understands what that tool would.
 */
export async function main(
  args: readonly string[],
  loadOffline?: () => Promise<{ readonly offlineTools: OfflineTools }>,
): Promise<void> {
  process.exitCode = await runLine(args, {
    io: processIo(),
    environment: process.env,
    program: basename(process.argv[1] ?? ''),
    loadOffline: loadOffline && (async () => (await loadOffline()).offlineTools),
  })
}

/** Runs one command line and returns the exit status. */
export async function runLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { io, environment, program } = surroundings
  let command: Command | undefined
  try {
    const tool = TOOLS.find((name) => name === program)
    const words = withAlias(args, environment)
    const found = findCommand(words, tool)
    command = found.command
    const isAdmin = tool === 'rabbitmqadmin'
    const { options, positionals } = parseLine(words, optionIndexOf(command.options, isAdmin))
    const rest = positionals.slice(found.words)
    if (options.has('help')) {
      const help = commandNamed('help')!
      return await execute(help, [command.name], new Map(), { ...surroundings, isAdmin })
    }
    checkCount(command, rest)
    return await execute(command, rest, options, { ...surroundings, isAdmin })
  } catch (error) {
    return complain(error, command, args, io)
  }
}

interface Place extends Surroundings {
  readonly isAdmin: boolean
}

async function execute(
  command: Command,
  args: readonly string[],
  options: ReadonlyMap<string, string | true>,
  { io, environment, isAdmin, loadOffline }: Place,
): Promise<ExitCode> {
  const file = options.get('file')
  const output = options.get('printer') === 'file' && typeof file === 'string' ? fileIo(io, file) : undefined
  const timeout = options.get('timeout')
  const seconds = typeof timeout === 'string' ? Number(timeout) : TIMEOUT_SECONDS_DEFAULT
  const api = new Api({
    findTarget: () => findTarget({ options, environment, isAdmin }),
    timeoutMs: Number.isNaN(seconds) ? Number.POSITIVE_INFINITY : seconds * 1000,
  })
  const form = formOf(command, options)
  const invocation = new Invocation(
    { command, args, api, io: output ?? io, form, environment, loadOffline },
    options,
  )
  try {
    if (options.has('dry-run') && command.options?.['dry-run'] === undefined) return EXIT.ok
    if (!options.has('quiet') && !options.has('silent') && !isForMachines(form.formatter)) {
      const banner = await command.banner?.(invocation)
      if (banner !== undefined) for (const line of [banner].flat()) io.out(`${line}\n`)
    }
    return show(await command.run(invocation), form, output ?? io, io)
  } finally {
    await api.close()
    output?.close()
  }
}

function show(result: Result, form: OutputForm, output: Io, io: Io): ExitCode {
  const exitCode = result.kind === 'text' ? (result.exitCode ?? EXIT.ok) : EXIT.ok
  if (exitCode !== EXIT.ok && form.formatter !== 'json' && result.kind === 'text') {
    io.err(`Error:\n${result.text}\n`)
  } else {
    output.out(formatResult(result, form))
  }
  return exitCode
}

function formOf(command: Command, options: ReadonlyMap<string, string | true>): OutputForm {
  const asked = options.get('formatter') as FormatterName | undefined
  const plain = options.has('non-interactive') ? 'table' : undefined
  return {
    formatter: asked ?? plain ?? command.formatter ?? 'table',
    headers: !options.has('silent') && !options.has('no-table-headers'),
  }
}

/** Which command the words name, and by how many of them. Throws a {@link UsageError} when none. */
function findCommand(args: readonly string[], tool: Tool | undefined): { command: Command; words: number } {
  // All options of all commands, so that one may stand before the command it belongs to.
  const everything: OptionTable[] = COMMANDS.map(({ options }) => options ?? {})
  const { positionals, options } = lenient(args, new OptionIndex(...everything, GLOBAL_OPTIONS))
  const prefix = tool === 'rabbitmq-plugins' ? ['plugins'] : []
  for (let count = COMMAND_WORDS_MAX; count > 0; count--) {
    if (positionals.length < count) continue
    const own = commandNamed([...prefix, ...positionals.slice(0, count)].join(' '), tool)
    if (own !== undefined) return { command: own, words: count }
    const command = commandNamed(positionals.slice(0, count).join(' '), tool)
    if (command !== undefined) return { command, words: count }
  }
  if (positionals.length === 0) {
    const name = options.has('version') ? 'version' : 'help'
    return { command: commandNamed(name)!, words: 0 }
  }
  const asked = positionals.slice(0, COMMAND_WORDS_MAX).join(' ')
  const nearest = nearestCommand(positionals)
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`
  throw new UsageError(
    `Command '${commandNamed(positionals[0]!) === undefined ? positionals[0] : asked}' not found.${hint}`,
  )
}

/** The first pass does not complain: the options are those of no command in particular. */
function lenient(args: readonly string[], index: OptionIndex): ParsedLine {
  try {
    return parseLine(args, index)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const words = args.filter((arg) => !arg.startsWith('-'))
    return { positionals: words, options: new Map() }
  }
}

function checkCount(command: Command, args: readonly string[]): void {
  const declared = command.arguments ?? []
  const least = declared.filter(({ isOptional }) => isOptional !== true).length
  const isOpen = declared.some(({ isRepeated }) => isRepeated === true)
  if (args.length < least) throw new UsageError('Not enough arguments')
  if (!isOpen && args.length > declared.length) throw new UsageError('Too many arguments')
}

/** The first word may stand for others: lines `alias = command args` in the file that a variable names. */
function withAlias(args: readonly string[], environment: Environment): readonly string[] {
  const file = environment.RABBITMQ_CLI_ALIASES_FILE
  const [first] = args
  if (!file || first === undefined) return args
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new CliError(EXIT.config, `cannot read the aliases in ${file}`)
  }
  for (const line of text.split(/\r?\n/)) {
    const [, name, words] = /^\s*([\w-]+)\s*=\s*(.+?)\s*$/.exec(line) ?? []
    if (name === first && words !== undefined) return [...words.split(/\s+/), ...args.slice(1)]
  }
  return args
}

function complain(error: unknown, command: Command | undefined, args: readonly string[], io: Io): ExitCode {
  if (error instanceof UsageError) {
    const usage =
      command === undefined ? 'leveretctl help lists the commands' : `leveretctl ${usageOf(command)}`
    io.err(`Error: ${error.message}\nArguments given:\n\t${args.join(' ')}\n\nUsage\n\n${usage}\n`)
    return error.exitCode
  }
  if (error instanceof UnreachableError) {
    io.err(
      `Error: unable to perform an operation on the node. Please see diagnostics information and suggestions below.\n\n` +
        `DIAGNOSTICS\n===========\n\n * ${error.message}\n\n` +
        'A node on this machine is found by its control socket (--node, --data-dir), one elsewhere by its HTTP API (--host).\n',
    )
    return error.exitCode
  }
  if (error instanceof CliError) {
    io.err(`Error:\n${error.message}\n`)
    return error.exitCode
  }
  io.err(`Error:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT.software
}
