import { type Command, GROUPS, usageOf } from '../src/cli/command.js'
import { COMMANDS } from '../src/cli/commands/index.js'
import { EXIT } from '../src/cli/exit-codes.js'
import { GLOBAL_OPTIONS, type OptionTable } from '../src/cli/option-spec.js'

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Done',
  usage:
    'Unknown command, option or column; wrong number of arguments; `delete_queue` of a queue that is not there',
  data: 'An argument with a value that cannot be; a wrong password in `authenticate_user`; a queue or virtual host that is not there',
  noUser: 'No such user',
  unavailable:
    'The node cannot be reached; a check failed; a policy or parameter was refused or is not there',
  software: 'Everything else that failed',
  timeout: 'The time for an answer is over',
  config: "The tool's own settings are wrong, credentials among them",
}

/** The reference of the control tool, in Markdown. */
export function cliReference(): string {
  const groups = GROUPS.map((group) => {
    const commands = COMMANDS.filter((command) => command.group === group)
    return `## ${group}\n\n| Command | What it does | Of |\n|---|---|---|\n${commands.map(row).join('\n')}`
  })
  return `# Commands of leveretctl

Written by \`dist/scripts/generate-cli-reference.js\` from \`src/cli/commands/\`; a check fails on drift. How the node is found and
what output looks like is told in the [guide](../guide/command-line.md).

${groups.join('\n\n')}

## Options of every command

${options(GLOBAL_OPTIONS)}

## Exit statuses

| Status | When |
|---|---|
${Object.entries(EXIT)
  .map(([name, code]) => `| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |`)
  .join('\n')}
`
}

function row(command: Command): string {
  const { summary, columns, aliases, tools, options: own } = command
  const lines = [`${summary}.`]
  if (aliases !== undefined) lines.push(`Also ${aliases.map(code).join(', ')}.`)
  if (columns !== undefined) lines.push(`Columns: ${columns.map(code).join(', ')}.`)
  const shown = Object.entries(own ?? {}).filter(([, { hidden }]) => hidden !== true)
  for (const [name, { doc, choices }] of shown) {
    const among = choices === undefined ? '' : ` (${choices.join(', ')})`
    lines.push(`\`--${name}\`: ${doc}${among}.`)
  }
  return cells([code(usageOf(command)), lines.join('<br>'), tools.join(', ')])
}

function options(table: OptionTable): string {
  const rows = Object.entries(table)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, { short, placeholder, kind, doc, choices }]) => {
      const value = kind === 'switch' ? '' : ` ${placeholder ?? 'VALUE'}`
      const among = choices === undefined ? '' : `: ${choices.join(', ')}`
      return cells([code(`${short === undefined ? '' : `-${short}, `}--${name}${value}`), `${doc}${among}`])
    })
  return `| Option | Meaning |\n|---|---|\n${rows.join('\n')}`
}

function cells(texts: readonly string[]): string {
  return `| ${texts.map((each) => each.replaceAll('|', '\\|')).join(' | ')} |`
}

function code(text: string): string {
  return `\`${text}\``
}
