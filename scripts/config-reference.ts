import { hostname } from 'node:os'
import { FOREIGN_KEYS, type ForeignVerdict } from '../src/config/foreign-keys.js'
import type { OptionSpec } from '../src/config/option-spec.js'
import { environmentVariableOf, OPTION_NAMES, OPTIONS } from '../src/config/options.js'

const VERDICTS: readonly [ForeignVerdict, string][] = [
  ['refused', 'Refused: going on without them would be unsafe or surprising'],
  ['later', 'Accepted with a warning: features that this version lacks'],
  ['ignored', 'Accepted with a warning: they tune what only RabbitMQ has'],
]

/** The reference of all settings, in Markdown. */
export function configReference(): string {
  return `# Configuration reference

Written by \`npm run generate\` from \`src/config/options.ts\` and \`src/config/foreign-keys.ts\`; a check fails on drift.
How files, variables and flags are read is told in the [guide](../guide/configuration.md).

| Key | Default | Takes | Meaning | Also set by |
|---|---|---|---|---|
${OPTION_NAMES.map((name) => row(OPTIONS[name])).join('\n')}

## RabbitMQ's keys without an option here

${VERDICTS.map(([verdict, title]) => foreign(verdict, title)).join('\n\n')}
`
}

function row(option: OptionSpec<unknown>): string {
  const suffix = { value: '', list: '.N', members: '.NAME', map: '.NAME', groups: '.NAME.FIELD' }[
    option.shape
  ]
  const flag = option.flag === undefined ? [] : [`--${option.flag.name}`]
  const variables = [environmentVariableOf(option), ...option.environment.map(({ name }) => name)]
  const others = [...flag, ...option.aliases, ...variables].map(code)
  const cells = [
    code(option.key + suffix),
    defaultOf(option),
    option.type.expected,
    option.doc,
    others.join(', '),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function defaultOf({ default: value, type }: OptionSpec<unknown>): string {
  const text = (each: unknown) => (type.format?.(each) ?? String(each)).replace(hostname(), 'HOST')
  if (value === undefined) return 'not set'
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((each) => code(text(each))).join(', ')
  if (typeof value === 'object') return 'none'
  return code(text(value))
}

function foreign(verdict: ForeignVerdict, title: string): string {
  const byReason = new Map<string, string[]>()
  for (const { pattern, harmless, reason, verdict: its } of FOREIGN_KEYS) {
    if (its !== verdict) continue
    const text =
      harmless === undefined
        ? code(pattern)
        : `${code(pattern)} (other than ${harmless.map(code).join(', ')})`
    byReason.set(reason, [...(byReason.get(reason) ?? []), text])
  }
  const lines = [...byReason].map(([reason, patterns]) => `- ${reason}: ${patterns.join(', ')}`)
  return `${title}:\n\n${lines.join('\n')}`
}

function code(text: string): string {
  return `\`${text}\``
}
