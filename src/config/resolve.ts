import { assemble } from './assemble.js'
import { type Assignment, type Origin, resolveValue } from './assignment.js'
import type { BrokerOptions } from './broker-options.js'
import type { ConfEntry } from './conf-file.js'
import { type Environment, readConfSources } from './conf-sources.js'
import { ConfigError } from './config-error.js'
import { lookUpKey } from './key-lookup.js'
import type { OptionShape } from './option-spec.js'
import {
  environmentVariableOf,
  OPTION_NAMES,
  OPTIONS,
  type OptionName,
  type OptionValues,
} from './options.js'

/** Where options may come from, beside their defaults. */
export interface OptionSources {
  /** Path given on the command line, a file or a directory. */
  readonly configPath?: string | undefined
  readonly environment?: Environment
  /** Texts of the flags, by option. */
  readonly flags?: ReadonlyMap<OptionName, string>
}

export interface ResolvedOptions {
  readonly options: BrokerOptions
  /** The single values behind `options`, and where each came from. */
  readonly values: Readonly<OptionValues>
  readonly origins: ReadonlyMap<OptionName, Origin>
  /** Lines for the log: what was accepted and has no effect. */
  readonly warnings: readonly string[]
  /** Configuration files that were read, in order. */
  readonly files: readonly string[]
}

/**
 * Defaults, then configuration files, then the environment, then flags: the later wins. Throws {@link ConfigError}
 * whose message has one line for every problem found.
 */
export function resolveOptions(sources: OptionSources = {}): ResolvedOptions {
  const environment = sources.environment ?? {}
  const { files, entries } = readConfSources(sources.configPath, environment)
  const problems: string[] = []
  const warnings: string[] = []
  const fromFiles = assignmentsOf(entries, problems, warnings)
  const values: Record<string, unknown> = {}
  const origins = new Map<OptionName, Origin>()
  for (const name of OPTION_NAMES) {
    const assignments = strongest(name, fromFiles.get(name), environment, sources.flags)
    origins.set(name, assignments[assignments.length - 1]?.origin ?? { kind: 'default' })
    try {
      values[name] =
        assignments.length === 0 ? OPTIONS[name].default : resolveValue(OPTIONS[name], assignments)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(error.message)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  const complete = values as OptionValues
  return { options: assemble(complete, origins), values: complete, origins, warnings, files }
}

/** The options of a broker that is told only `partial`: for embedding and tests. */
export function withDefaults(partial: Partial<BrokerOptions> = {}): BrokerOptions {
  defaults ??= resolveOptions().options
  const clusterName = partial.clusterName ?? partial.nodeName ?? defaults.clusterName
  return Object.freeze({ ...defaults, ...partial, clusterName })
}

/** They are the same for every broker of a process, and are made for the first. */
let defaults: BrokerOptions | undefined

function assignmentsOf(
  entries: readonly ConfEntry[],
  problems: string[],
  warnings: string[],
): Map<OptionName, Assignment[]> {
  const assignments = new Map<OptionName, Assignment[]>()
  for (const entry of entries) {
    const where = `${entry.file}:${entry.line}`
    const meaning = lookUpKey(entry.key)
    if (entry.value.startsWith('encrypted:')) {
      problems.push(`${where}: ${entry.key}: encrypted values are not supported by this version`)
    } else if (meaning.kind === 'option') {
      const origin: Origin = { kind: 'file', file: entry.file, line: entry.line }
      const earlier = assignments.get(meaning.name) ?? []
      assignments.set(meaning.name, [...earlier, { element: meaning.element, text: entry.value, origin }])
    } else if (meaning.kind === 'unknown') {
      problems.push(`${where}: there is no setting named ${entry.key}${suggestion(meaning.nearest)}`)
    } else if (meaning.row.harmless?.includes(entry.value)) {
      // It asks for what happens anyway.
    } else if (meaning.row.verdict === 'refused') {
      problems.push(`${where}: ${entry.key} is not supported by this version: ${meaning.row.reason}`)
    } else {
      const { reason, verdict } = meaning.row
      const status = verdict === 'later' ? 'is not supported by this version' : 'does not apply here'
      warnings.push(`${where}: ${entry.key} ${status} and is ignored: ${reason}`)
    }
  }
  return assignments
}

/** The assignments of the source that decides about an option; empty when its default does. */
function strongest(
  name: OptionName,
  fromFiles: Assignment[] | undefined,
  environment: Environment,
  flags: ReadonlyMap<OptionName, string> | undefined,
): Assignment[] {
  const option = OPTIONS[name]
  const flagText = flags?.get(name)
  if (flagText !== undefined) {
    return [{ element: '', text: flagText, origin: { kind: 'flag', flag: option.flag?.name ?? option.key } }]
  }
  const own = environmentVariableOf(option)
  for (const { name: variable, weak = false, extract } of [{ name: own }, ...option.environment] as const) {
    const raw = environment[variable]
    const text = raw && extract ? extract(raw) : raw
    if (text) return elementsOf(option.shape, text, { kind: 'environment', variable, weak })
  }
  return fromFiles ?? []
}

/** A variable holds the elements of a list joined by commas. */
function elementsOf(shape: OptionShape, text: string, origin: Origin): Assignment[] {
  if (shape === 'value' || text === 'none') return [{ element: '', text, origin }]
  const words = text.split(',').map((word) => word.trim())
  if (shape === 'list') return words.map((word, index) => ({ element: `${index + 1}`, text: word, origin }))
  if (shape === 'members') {
    const cleared: Assignment = { element: '', text: 'none', origin }
    return [cleared, ...words.map((word) => ({ element: word, text: 'true', origin }))]
  }
  return words.map((word) => {
    const equals = word.indexOf('=')
    return { element: word.slice(0, equals), text: word.slice(equals + 1), origin }
  })
}

function suggestion(nearest: readonly string[]): string {
  return nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`
}
