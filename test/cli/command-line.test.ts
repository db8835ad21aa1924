import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { GLOBAL_OPTIONS, type OptionTable } from '../../src/cli/option-spec.js'
import { PACKAGE_VERSION } from '../../src/util/package-version.js'
import { requireTool } from '../support/tools.js'
import { control, temporaryFolder } from './control.js'

test('a name is one command, and an option takes a value in all commands or in none', () => {
  const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
  const kinds = new Map<string, boolean>()
  for (const { name: command, options = {} } of [
    { name: 'all', options: GLOBAL_OPTIONS as OptionTable },
    ...COMMANDS,
  ]) {
    for (const [name, { kind }] of Object.entries(options as OptionTable)) {
      const isSwitch = kind === 'switch'
      assert.equal(kinds.get(name) ?? isSwitch, isSwitch, `--${name} of ${command}`)
      kinds.set(name, isSwitch)
    }
  }
})

test('a near miss gets a suggestion, and usage errors have status 64', async () => {
  const near = await control(['list_queus'])
  assert.equal(near.status, 64)
  assert.match(near.stderr, /Command 'list_queus' not found\. Did you mean 'list_queues'\?/)
  for (const args of [
    ['add_vhost'],
    ['ping', 'extra'],
    ['ping', '--bogus'],
    ['set_policy', 'a', 'b', '{}', '--priority', 'x'],
  ]) {
    const { status, stderr } = await control(args)
    assert.equal(status, 64, args.join(' '))
    assert.match(stderr, /Arguments given:\n\t.*\n\nUsage\n\nleveretctl /)
  }
})

test('the version needs no node', async () => {
  for (const args of [['version'], ['--version']]) {
    assert.deepEqual(await control(args), { status: 0, stdout: `${PACKAGE_VERSION}\n`, stderr: '' })
  }
})

test('help lists the commands and explains each', async () => {
  const { status, stdout } = await control([])
  assert.equal(status, 0)
  for (const { name } of COMMANDS) assert.ok(stdout.includes(`  ${name} `), name)
  const one = await control(['help', 'set_policy'])
  assert.match(one.stdout, /leveretctl set_policy \[--priority N\] \[--apply-to T\] NAME PATTERN JSON/)
  assert.equal((await control(['set_policy', '--help'])).stdout, one.stdout)
  assert.equal((await control(['autocomplete', 'list_q'])).stdout, 'list_queues\n')
})

test('aliases stand for commands with arguments', async (t) => {
  const file = join(temporaryFolder(t), 'aliases')
  writeFileSync(file, 'mine = help --list-commands\n')
  const { stdout } = await control(['mine'], { environment: { RABBITMQ_CLI_ALIASES_FILE: file } })
  assert.match(stdout, /^list_queues$/m)
})

test('what only Erlang has is refused by name, or does nothing where a script would break', async () => {
  const refused = await control(['eval', '1 + 1.'])
  assert.equal(refused.status, 64)
  assert.match(refused.stderr, /eval does not apply here/)
  assert.equal((await control(['node_health_check'])).status, 0)
  assert.equal((await control(['list_queues', 'name', '--dry-run'])).status, 0)
})

for (const [shell, check] of [
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
] as const) {
  test(`the completion script of ${shell} is one that it can read`, async (t) => {
    const { status, stdout } = await control(['completion', shell])
    assert.equal(status, 0)
    assert.match(stdout, /list_queues/)
    assert.match(stdout, /messages_unacknowledged/)
    if (shell !== 'bash' && !requireOptional(t, shell)) return
    const file = join(temporaryFolder(t), 'completion')
    writeFileSync(file, stdout)
    const result = spawnSync(shell, [...check, file], { encoding: 'utf8' })
    assert.deepEqual([result.status, result.stderr], [0, ''])
  })
}

test('bash completes commands, second words, columns and options', async (t) => {
  if (!requireTool(t, 'bash')) return
  const { stdout: script } = await control(['completion', 'bash'])
  const complete = (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _leveretctl; echo "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', `${script}\n${ask}`], { encoding: 'utf8' })
      .stdout.trim()
      .split(' ')
  }
  assert.deepEqual(complete('leveretctl', 'list_q'), ['list_queues'])
  assert.deepEqual(complete('leveretctl', 'list_queues', 'messages_pers'), ['messages_persistent'])
  assert.deepEqual(complete('leveretctl', '-q', 'declare', 'que'), ['queue'])
  assert.deepEqual(complete('leveretctl', 'set_policy', '--prio'), ['--priority'])
})

function requireOptional(t: Parameters<typeof requireTool>[0], shell: string): boolean {
  if (spawnSync('sh', ['-c', `command -v ${shell}`]).status === 0) return true
  t.diagnostic(`${shell} is not installed: its script was written, but not read by it`)
  return false
}
