import { UsageError } from '../cli-error.js'
import { type Command, GROUPS, usageOf } from '../command.js'
import { GLOBAL_OPTIONS, type OptionTable } from '../option-spec.js'
import { text } from '../output/result.js'

const base = { tools: ['rabbitmqctl', 'rabbitmq-diagnostics', 'leveret'], group: 'Help' } as const

/** `all` is handed in since the table of all commands holds these too. */
export function helpCommands(all: () => readonly Command[]): readonly Command[] {
  return [
    {
      ...base,
      name: 'help',
      summary: 'The commands, or one of them',
      arguments: [{ name: 'COMMAND', isOptional: true, isRepeated: true }],
      options: { 'list-commands': { kind: 'switch', doc: 'Names only' } },
      run: (invocation) => {
        if (invocation.flag('list-commands')) return text(namesOf(all()).join('\n'))
        if (invocation.args.length === 0) return text(overview(all()))
        const name = invocation.args.join(' ')
        const command = all().find((each) => each.name === name || each.aliases?.includes(name))
        if (command === undefined) throw new UsageError(`Command '${name}' not found.`)
        return text(helpOf(command))
      },
    },
    {
      ...base,
      name: 'autocomplete',
      summary: 'Names of commands that begin so',
      arguments: [{ name: 'PREFIX', isOptional: true }],
      run: ({ args: [prefix = ''] }) =>
        text(
          namesOf(all())
            .filter((name) => name.startsWith(prefix))
            .join('\n'),
        ),
    },
    {
      ...base,
      name: 'completion',
      summary: 'A script that teaches a shell to complete commands, options and columns',
      arguments: [{ name: 'SHELL', choices: ['bash', 'zsh', 'fish'] }],
      run: async (invocation) => {
        const { completionScript } = await import('../completion/completion.js')
        return text(completionScript(invocation.arg(0), all()).trimEnd())
      },
    },
  ]
}

export function namesOf(commands: readonly Command[]): string[] {
  return commands.map(({ name }) => name).sort()
}

function overview(commands: readonly Command[]): string {
  const groups = GROUPS.map((group) => {
    const rows = commands
      .filter((command) => command.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(34)} ${summary}`)
    return `${group}:\n\n${rows.join('\n')}`
  })
  return [
    'usage: leveretctl [option ...] COMMAND [argument ...]',
    ...groups,
    `Options of every command:\n\n${optionLines(GLOBAL_OPTIONS)}`,
    "'leveretctl help COMMAND' tells more of one.",
  ].join('\n\n')
}

function helpOf(command: Command): string {
  const parts = [`Usage\n\nleveretctl ${usageOf(command)}`, `${command.summary}.`]
  if (command.columns !== undefined) parts.push(`Columns: ${command.columns.join(', ')}`)
  if (command.aliases !== undefined) parts.push(`Also: ${command.aliases.join(', ')}`)
  if (command.options !== undefined) parts.push(`Options:\n\n${optionLines(command.options)}`)
  parts.push(`Options of every command:\n\n${optionLines(GLOBAL_OPTIONS)}`)
  return parts.join('\n\n')
}

function optionLines(options: OptionTable): string {
  return Object.entries(options)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, { short, placeholder, kind, doc, choices }]) => {
      const flag = `${short === undefined ? '   ' : `-${short},`} --${name}${kind === 'switch' ? '' : ` ${placeholder ?? 'VALUE'}`}`
      const among = choices === undefined ? '' : ` (${choices.join(', ')})`
      return `  ${flag.padEnd(32)} ${doc}${among}`
    })
    .join('\n')
}
