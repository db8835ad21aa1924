import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type SpawnedBroker, spawnBroker, startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { requireTool } from '../support/tools.js'
import { until, within } from '../support/wait.js'

// pika, the Python client, as Debian packages it (python3-pika). Each script checks what it sees and ends with `ok`.

const PYTHON = '/usr/bin/python3'
const SCRIPTS = fileURLToPath(new URL('../../../test/interop/pika/', import.meta.url))

const SCENARIOS = [
  ['publish_consume.py', 'pika publishes with confirms, consumes with acknowledgements and gets'],
  ['properties.py', 'pika sends and receives every property and header type'],
  ['channel_error.py', 'pika goes on after a 404 on a passive declare'],
  ['returns.py', 'pika is told of mandatory messages that no queue takes'],
  ['redelivery.py', 'pika gets messages again that it sent back or never acknowledged'],
  ['cancel.py', 'pika is told when its queue is deleted'],
  ['transactions.py', 'pika commits and rolls back a transaction'],
  ['large_body.py', 'pika sends and receives a body over many frames'],
  ['select_connection.py', 'pika works over its asynchronous connection'],
] as const

for (const [script, behaviour] of SCENARIOS) {
  test(behaviour, async (t) => {
    if (!requirePika(t)) return
    const { url } = await startTestBroker(t)
    const python = runScript(t, script, url)
    await within(python.ended, `${script} to end`)
    assert.equal(python.output().trim().split('\n').at(-1), 'ok', python.output())
  })
}

test('pika recovers from a restart of the broker', async (t) => {
  if (!requirePika(t)) return
  const broker: SpawnedBroker = await spawnBroker(t)
  const python = runScript(t, 'restart.py', broker.url)
  await until(() => python.output().includes('received before'), 'pika has received the first message')
  await broker.restart()
  await within(python.ended, 'restart.py to end')
  assert.equal(python.output().trim().split('\n').at(-1), 'ok', python.output())
})

function requirePika(t: TestContext): boolean {
  if (spawnSync(PYTHON, ['-c', 'import pika']).status === 0) return true
  // Names the thing that is missing in the one way in which missing tools are reported.
  return requireTool(t, 'python3-pika')
}

function runScript(
  t: TestContext,
  script: string,
  url: string,
): { ended: Promise<unknown>; output(): string } {
  const child = spawn(PYTHON, ['-B', '-u', script, url], { cwd: SCRIPTS, stdio: ['ignore', 'pipe', 'pipe'] })
  cleanUp(t, () => {
    child.kill('SIGKILL')
  })
  let output = ''
  const read = (text: string): void => {
    output += text
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  const ended = new Promise((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', reject)
  })
  return { ended, output: () => output }
}
