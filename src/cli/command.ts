import type { Invocation } from './invocation.js'
import type { FormatterName, OptionTable } from './option-spec.js'
import type { Result } from './output/result.js'

/** The tools of RabbitMQ whose place this one takes; its own commands are `leveret`. */
export const TOOLS = [
  'rabbitmqctl',
  'rabbitmq-diagnostics',
  'rabbitmq-queues',
  'rabbitmq-streams',
  'rabbitmq-plugins',
  'rabbitmq-upgrade',
  'rabbitmqadmin',
  'leveret',
] as const
export type Tool = (typeof TOOLS)[number]

/** Headings of help and reference, in order. */
export const GROUPS = [
  'Users',
  'Permissions',
  'Virtual hosts',
  'Policies and parameters',
  'Definitions',
  'Listing',
  'Connections and queues',
  'Streams',
  'Node',
  'Health checks',
  'Diagnostics',
  'Plugins',
  'rabbitmqadmin',
  'Files and migration',
  'Configuration values',
  'Help',
  'Without effect here',
] as const
export type Group = (typeof GROUPS)[number]

/** A positional argument. */
export interface ArgumentSpec {
  readonly name: string
  readonly isOptional?: boolean
  /** Any number of them; the last one only. */
  readonly isRepeated?: boolean
  /** What it can be, for completion. */
  readonly choices?: readonly string[]
}

/**
 * One command. This table is the only place where it is written down: arguments are checked, and help, completion and
 * docs/reference/cli.md made, from it.
 */
export interface Command {
  /** One word, or two: `list_queues`, `plugins list`. */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly tools: readonly Tool[]
  readonly group: Group
  /** One line without a full stop. */
  readonly summary: string
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: OptionTable
  /** Names of columns that may be given as arguments, for help and completion. */
  readonly columns?: readonly string[]
  /** Default table. */
  readonly formatter?: FormatterName
  /** Lines before the output, unless quiet or in a form for machines. */
  banner?(invocation: Invocation): string | readonly string[] | Promise<string>
  run(invocation: Invocation): Result | Promise<Result>
}

/** `set_policy [--priority N] NAME PATTERN JSON`, with the options of the command itself. */
export function usageOf(command: Command): string {
  const options = Object.entries(command.options ?? {})
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, { kind, placeholder }]) =>
      kind === 'switch' ? `[--${name}]` : `[--${name} ${placeholder ?? 'VALUE'}]`,
    )
  const words = (command.arguments ?? []).map(({ name, isOptional, isRepeated }) => {
    const text = isRepeated === true ? `${name} ...` : name
    return isOptional === true ? `[${text}]` : text
  })
  return [command.name, ...options, ...words].join(' ')
}
