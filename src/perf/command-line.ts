import { parseArgs } from 'node:util'
import { type PublishProperties, parseUri } from '../client/index.js'
import { parseBytes, parseInteger } from '../config/units.js'
import { FLAGS, type Flag, type FlagName } from './flags.js'
import { parseKeyValues, propertiesFrom } from './key-values.js'
import { DEFAULT_OPTIONS, type PerfOptions, SCENARIO_DEFAULTS, SCENARIOS, type Scenario } from './options.js'
import { UsageError } from './usage-error.js'

/** What the person who typed the command wants. */
export type CommandLine =
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  | { readonly action: 'run'; readonly options: PerfOptions }

/** Reads the arguments after the program's name. Throws a {@link UsageError} on those that make no sense. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const given = new Arguments(args)
  if (given.has('help')) return { action: 'help' }
  if (given.has('version')) return { action: 'version' }
  const options = { ...DEFAULT_OPTIONS, ...SCENARIO_DEFAULTS[given.scenario], ...given.options() }
  checkTogether(options)
  return { action: 'run', options }
}

/** Options that the command line names; the others are the scenario's. */
class Arguments {
  readonly scenario: Scenario
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

  constructor(args: readonly string[]) {
    const { values, positionals } = parse(args)
    const [scenario = 'throughput', ...rest] = positionals
    if (rest.length > 0) throw new UsageError(`one scenario at a time, not ${positionals.join(' and ')}`)
    if (!isScenario(scenario)) throw new UsageError(`unknown scenario ${scenario}: ${SCENARIOS.join(', ')}`)
    this.scenario = scenario
    this.#values = values
  }

  has(name: FlagName): boolean {
    return this.#values[name] !== undefined
  }

  options(): Partial<PerfOptions> {
    const id = this.#text('id') ?? DEFAULT_OPTIONS.id
    const persistent = this.#flags().includes('persistent')
    const type = this.has('quorum-queue') ? 'quorum' : this.has('stream-queue') ? 'stream' : undefined
    const queueArguments = {
      ...(type === undefined ? {} : { 'x-queue-type': type }),
      ...parseKeyValues('queue-args', this.#text('queue-args')),
    }
    const isReplicated = ['quorum', 'stream'].includes(String(queueArguments['x-queue-type']))
    return defined({
      scenario: this.scenario,
      uris: this.#uris(),
      id,
      publishers: this.#count('producers'),
      consumers: this.#count('consumers'),
      sizeBytes: this.#bytes('size'),
      rate: this.#count('rate'),
      confirmWindow: this.#count('confirm'),
      autoAck: this.#switch('autoack'),
      ackEvery: this.#count('multi-ack-every', 1),
      prefetch: this.#count('qos', 0, 65_535),
      persistent: persistent || undefined,
      mandatory: this.#flags().includes('mandatory') || undefined,
      properties: this.#properties(),
      exchange: this.#text('exchange'),
      exchangeType: this.#text('type'),
      routingKey: this.#text('routing-key'),
      queues: this.#queues(id),
      queueArguments,
      consumerArguments: parseKeyValues('consumer-args', this.#text('consumer-args')),
      durable: this.#switch('durable') ?? (persistent || isReplicated || undefined),
      predeclared: this.#switch('predeclared'),
      keep: this.#switch('keep'),
      seconds: this.#seconds('time'),
      warmupSeconds: this.#seconds('warmup'),
      publishLimit: this.#count('pmessages'),
      consumeLimit: this.#count('cmessages'),
      count: this.#count('count', 1),
      intervalSeconds: this.#seconds('interval'),
      threads: this.#count('threads', 1),
      json: this.#switch('json'),
      outputFile: this.#text('output'),
    })
  }

  #uris(): string[] | undefined {
    const several = this.#text('uris')?.split(',') ?? []
    const uris = [...this.#texts('uri'), ...several]
    for (const uri of uris) {
      try {
        parseUri(uri)
      } catch (error) {
        throw new UsageError((error as Error).message)
      }
    }
    return uris.length === 0 ? undefined : uris
  }

  #flags(): string[] {
    const flags = this.#texts('flag')
    const unknown = flags.find((flag) => flag !== 'persistent' && flag !== 'mandatory')
    if (unknown !== undefined) throw new UsageError(`--flag is persistent or mandatory, not ${unknown}`)
    return flags
  }

  #properties(): PublishProperties | undefined {
    const text = this.#text('message-properties')
    return text === undefined ? undefined : propertiesFrom(parseKeyValues('message-properties', text))
  }

  #queues(id: string): string[] {
    const pattern = this.#text('queue-pattern')
    const count = this.#count('queues', 1)
    if (pattern !== undefined) {
      if (!/%[di]/.test(pattern)) throw new UsageError('--queue-pattern has a %d where the number goes')
      const from = this.#count('queue-pattern-from') ?? 1
      const to = this.#count('queue-pattern-to') ?? from + (count ?? 1) - 1
      if (to < from) throw new UsageError(`--queue-pattern-to is ${from} or more, not ${to}`)
      return Array.from({ length: to - from + 1 }, (_, i) => pattern.replace(/%[di]/, String(from + i)))
    }
    const queue = this.#text('queue') ?? id
    return count === undefined || count === 1
      ? [queue]
      : Array.from({ length: count }, (_, i) => `${queue}-${i + 1}`)
  }

  #text(name: FlagName): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  #texts(name: FlagName): string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  #switch(name: FlagName): true | undefined {
    return this.#values[name] === true ? true : undefined
  }

  #count(name: FlagName, min = 0, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.#text(name)
    if (text === undefined) return undefined
    const value = parseInteger(text)
    if (value === undefined || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
      throw new UsageError(`--${name} is a whole number ${range}, not ${text}`)
    }
    return value
  }

  #bytes(name: FlagName): number | undefined {
    const text = this.#text(name)
    if (text === undefined) return undefined
    const bytes = parseBytes(text)
    if (bytes === undefined) throw new UsageError(`--${name} is a size such as 16 or 4kb, not ${text}`)
    return bytes
  }

  #seconds(name: FlagName): number | undefined {
    const text = this.#text(name)
    if (text === undefined) return undefined
    if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`--${name} is a number of seconds, not ${text}`)
    return Number(text)
  }
}

/** Limits that do not go together would make a run that waits for ever. */
function checkTogether(options: PerfOptions): void {
  const { ackEvery, autoAck, prefetch, publishers, consumers, scenario } = options
  if (!autoAck && prefetch > 0 && ackEvery > prefetch) {
    throw new UsageError(`--multi-ack-every ${ackEvery} never comes with a prefetch (--qos) of ${prefetch}`)
  }
  if (['throughput', 'latency'].includes(scenario) && publishers + consumers === 0) {
    throw new UsageError('a run without publishers and consumers does nothing')
  }
  if (options.queueArguments['x-queue-type'] === 'stream' && prefetch === 0 && consumers > 0) {
    throw new UsageError('consumers of a stream need a prefetch: --qos 1000')
  }
}

function parse(args: readonly string[]) {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }> = {}
  for (const [name, flag] of Object.entries(FLAGS as Readonly<Record<string, Flag>>)) {
    options[name] = {
      type: flag.value === undefined ? 'boolean' : 'string',
      ...(flag.short === undefined ? {} : { short: flag.short }),
      ...(flag.multiple === true ? { multiple: true } : {}),
    }
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    const [reason] = (error as Error).message.split('. To specify')
    throw new UsageError(reason ?? 'arguments that make no sense')
  }
}

function isScenario(text: string): text is Scenario {
  return (SCENARIOS as readonly string[]).includes(text)
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
