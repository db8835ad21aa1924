import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { PACKAGE_VERSION } from '../../src/util/package-version.js'
import { ServerProcess } from './server-process.js'

const folder = mkdtempSync(join(tmpdir(), 'leveret-server-'))
after(() => rmSync(folder, { recursive: true }))

test('--version prints name and version', async (t) => {
  const outcome = await new ServerProcess(t, ['--version']).outcome()
  assert.deepEqual(outcome, { status: 0, stdout: `leveret ${PACKAGE_VERSION}\n`, stderr: '' })
})

test('--help prints the usage', async (t) => {
  const { status, stdout } = await new ServerProcess(t, ['--help']).outcome()
  assert.equal(status, 0)
  assert.match(stdout, /^usage: leveret/)
})

test('an unknown option ends the server with status 64 and its name on stderr', async (t) => {
  const { status, stdout, stderr } = await new ServerProcess(t, ['--nonsense']).outcome()
  assert.equal(status, 64)
  assert.equal(stdout, '')
  assert.match(stderr, /^leveret: command line: Unknown option '--nonsense'/)
})

test('a bad setting ends the server with status 64 and file, line, expectation and finding on stderr', async (t) => {
  const file = join(folder, 'bad.conf')
  writeFileSync(file, '# first\nheartbeat = soon\nheartbeet = 3\n')
  const { status, stderr } = await new ServerProcess(t, ['--config', file]).outcome()
  assert.equal(status, 64)
  assert.match(
    stderr,
    /^leveret: .*bad\.conf:3: there is no setting named heartbeet; did you mean heartbeat\?$/m,
  )
  assert.match(stderr, /^leveret: .*bad\.conf:2: heartbeat: expected a duration in seconds .*, got "soon"$/m)
})

test('--print-config prints the settings that would be used and where they come from', async (t) => {
  const file = join(folder, 'good.conf')
  writeFileSync(file, 'heartbeat = 33\n')
  const args = ['--config', file, '--print-config', '--amqp-port', '0']
  const { status, stdout } = await new ServerProcess(t, args, { RABBITMQ_DEFAULT_USER: 'bob' }).outcome()
  assert.equal(status, 0)
  assert.match(stdout, /^heartbeat = 33 {2}# .*good\.conf:1$/m)
  assert.match(stdout, /^amqp_port = 0 {2}# --amqp-port$/m)
  assert.match(stdout, /^default_user = bob {2}# environment variable RABBITMQ_DEFAULT_USER$/m)
  assert.match(stdout, /^frame_max = 131072 {2}# default$/m)
})
