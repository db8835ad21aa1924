import { describeOrigin } from './assignment.js'
import type { OptionSpec } from './option-spec.js'
import { OPTION_NAMES, OPTIONS } from './options.js'
import type { ResolvedOptions } from './resolve.js'

/**
 * Every option as lines that the configuration file takes, each with the place its value came from. Secrets are left
 * out, and options without a value appear as comments.
 */
export function printConfig(resolved: ResolvedOptions): string {
  const lines = OPTION_NAMES.flatMap((name) => {
    const option = OPTIONS[name]
    const value: unknown = resolved.values[name]
    const origin = describeOrigin(resolved.origins.get(name) ?? { kind: 'default' })
    if (option.secret) return [`# ${option.key} = (hidden)  # ${origin}`]
    if (value === undefined) return [`# ${option.key} is not set  # ${origin}`]
    const lines =
      option.shape === 'groups'
        ? groupLines(option, value as Groups)
        : linesOf(option.key, option.shape, option.type.format, value)
    return lines.map((line) => `${line}  # ${origin}`)
  })
  return `${lines.join('\n')}\n`
}

type Format = ((value: unknown) => string) | undefined

function linesOf(key: string, shape: string, format: Format, value: unknown): string[] {
  const text = (each: unknown) => quoted(format === undefined ? String(each) : format(each))
  if (shape === 'value') return [`${key} = ${text(value)}`]
  if (shape === 'map') {
    const entries = Object.entries(value as Record<string, unknown>)
    return entries.map(([name, each]) => `${key}.${name} = ${text(each)}`)
  }
  const elements = value as readonly unknown[]
  if (elements.length === 0) return [`${key} = none`]
  if (shape === 'members') return elements.map((name) => `${key}.${String(name)} = true`)
  return elements.map((each, index) => `${key}.${index + 1} = ${text(each)}`)
}

type Groups = Readonly<Record<string, Readonly<Record<string, unknown>>>>

function groupLines({ key, fields }: OptionSpec<unknown>, groups: Groups): string[] {
  return Object.entries(groups).flatMap(([name, group]) =>
    Object.entries(group).map(([field, each]) => {
      const { type, secret } = fields[field]!
      if (secret === true) return `# ${key}.${name}.${field} = (hidden)`
      return `${key}.${name}.${field} = ${quoted(type.format?.(each) ?? String(each))}`
    }),
  )
}

function quoted(text: string): string {
  return /#|^'/.test(text) || text === '' ? `'${text}'` : text
}
