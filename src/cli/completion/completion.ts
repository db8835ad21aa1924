import { badValue } from '../cli-error.js'
import type { Command } from '../command.js'
import { GLOBAL_OPTIONS, type OptionTable } from '../option-spec.js'

/** What follows a command: options, and words such as columns. */
interface Completions {
  readonly name: string
  readonly summary: string
  readonly options: readonly string[]
  readonly words: readonly string[]
}

/** The completion script of a shell, made from the table of commands. Throws with status 65 for other shells. */
export function completionScript(shell: string, commands: readonly Command[]): string {
  const all = commands.map(completionsOf)
  switch (shell) {
    case 'bash':
      return bash(all)
    case 'zsh':
      return zsh(all)
    case 'fish':
      return fish(commands)
    default:
      throw badValue(`the shell is bash, zsh or fish, not ${shell}`)
  }
}

function completionsOf(command: Command): Completions {
  const { name, summary, columns = [], options = {} } = command
  const choices = (command.arguments ?? []).flatMap((argument) => argument.choices ?? [])
  return { name, summary, options: flagsOf(options), words: [...columns, ...choices] }
}

function flagsOf(options: OptionTable): string[] {
  return Object.entries(options)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name]) => `--${name}`)
}

/** First words, and for commands of two the second ones. */
function firstWords(all: readonly Completions[]): string[] {
  return [...new Set(all.map(({ name }) => name.split(' ')[0]!))].sort()
}

function secondWords(all: readonly Completions[]): [first: string, seconds: string[]][] {
  const seconds = new Map<string, string[]>()
  for (const { name } of all) {
    const [first = '', second] = name.split(' ')
    if (second !== undefined) seconds.set(first, [...(seconds.get(first) ?? []), second])
  }
  return [...seconds]
}

function bash(all: readonly Completions[]): string {
  return `# bash completion of leveretctl: source it, or put it into /etc/bash_completion.d
_leveretctl() {
  local cur=\${COMP_WORDS[COMP_CWORD]} word first='' second='' words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *) if [ -z "$first" ]; then first=$word; elif [ -z "$second" ]; then second=$word; fi ;;
    esac
  done
  words='${flagsOf(GLOBAL_OPTIONS).join(' ')}'
  case "$first" in
    '') words="$words ${firstWords(all).join(' ')}" ;;
${secondWords(all)
  .map(([first, seconds]) => `    ${first}) [ -z "$second" ] && words="$words ${seconds.join(' ')}" ;;`)
  .join('\n')}
  esac
  case "$first $second" in
${all
  .filter(({ options, words }) => options.length + words.length > 0)
  .map(({ name, options, words }) => {
    const pattern = name.includes(' ') ? `'${name}'` : `'${name} '*`
    return `    ${pattern}) words="$words ${[...options, ...words].join(' ')}" ;;`
  })
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _leveretctl leveretctl
`
}

function zsh(all: readonly Completions[]): string {
  const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:')
  const singles = all.filter(({ name }) => !name.includes(' '))
  const described = [
    ...singles.map(({ name, summary }) => `'${name}:${quoted(summary)}'`),
    ...secondWords(all)
      .filter(([first]) => !singles.some(({ name }) => name === first))
      .map(([first]) => `'${first}'`),
  ]
  return `#compdef leveretctl
# zsh completion of leveretctl: put it into a folder of $fpath as _leveretctl
_leveretctl() {
  local -a commands flags plain
  plain=(\${words[2,CURRENT-1]:#-*})
  flags=(${flagsOf(GLOBAL_OPTIONS).join(' ')})
  if (( \${#plain} == 0 )); then
    commands=(
      ${described.join('\n      ')}
    )
    _describe command commands
  else
    case "\${plain[1]} \${plain[2]}" in
${[
  ...all
    .filter(({ options, words }) => options.length + words.length > 0)
    .map(({ name, options, words }) => {
      const pattern = name.includes(' ') ? `'${name}'` : `'${name} '*`
      return `      ${pattern}) compadd -- ${[...options, ...words].map((word) => `'${quoted(word)}'`).join(' ')} ;;`
    }),
  ...secondWords(all).map(([first, seconds]) => `      '${first} '*) compadd -- ${seconds.join(' ')} ;;`),
].join('\n')}
    esac
  fi
  compadd -- $flags
  _files
}
_leveretctl "$@"
`
}

function fish(commands: readonly Command[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = ['# fish completion of leveretctl: put it into ~/.config/fish/completions/leveretctl.fish']
  for (const [name, { short, kind, doc, choices, hidden }] of Object.entries(GLOBAL_OPTIONS as OptionTable)) {
    if (hidden === true) continue
    const flag = short === undefined ? '' : ` -s ${quoted(short)}`
    const value =
      kind === 'switch' ? '' : choices === undefined ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`
    lines.push(`complete -c leveretctl${flag} -l ${name}${value} -d ${quoted(doc)}`)
  }
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ')
    const { words } = completionsOf(command)
    const condition =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`
    const before =
      second === undefined
        ? '__fish_use_subcommand'
        : `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${second}`
    lines.push(
      `complete -c leveretctl -f -n ${quoted(before)} -a ${second ?? first} -d ${quoted(command.summary)}`,
    )
    for (const [name, { kind, doc, hidden }] of Object.entries(command.options ?? {})) {
      if (hidden === true) continue
      const value = kind === 'switch' ? '' : ' -r'
      lines.push(`complete -c leveretctl -n ${quoted(condition)} -l ${name}${value} -d ${quoted(doc)}`)
    }
    if (words.length > 0) {
      lines.push(`complete -c leveretctl -f -n ${quoted(condition)} -a ${quoted(words.join(' '))}`)
    }
  }
  for (const [first] of secondWords(commands.map(completionsOf))) {
    lines.push(`complete -c leveretctl -f -n '__fish_use_subcommand' -a ${first}`)
  }
  return `${lines.join('\n')}\n`
}
