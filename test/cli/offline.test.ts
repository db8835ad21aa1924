import assert from 'node:assert/strict'
import { openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { ControlledBroker, control, temporaryFolder } from './control.js'

async function stoppedNode(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ port: broker.port })
  const channel = await connection.channel()
  await channel.confirmSelect()
  await channel.declareQueue('q')
  for (const body of ['one', 'two', 'three']) {
    await channel.publishConfirmed('', 'q', body, { deliveryMode: 2, headers: { n: 1 } })
  }
  await connection.close()
  const running = await control(['verify', broker.dataDir])
  assert.equal(running.status, 69, 'a node that runs keeps the tool out')
  await broker.output('stop')
  await broker.server.outcome()
  return broker.dataDir
}

test('a data directory is verified and dumped while no node runs', async (t) => {
  const dataDir = await stoppedNode(t)
  const before = snapshot(dataDir)
  const verified = await control(['verify', dataDir])
  assert.equal(verified.status, 0, verified.stderr)
  assert.match(verified.stdout, /^queue 'q' in vhost '\/': 3 messages, 11 octets$/m)
  assert.match(verified.stdout, /^No damage found$/m)
  const dumped = await control(['dump', dataDir])
  assert.equal(dumped.status, 0, dumped.stderr)
  const lines = dumped.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const messages = lines.filter(({ record }) => record === 'message')
  assert.deepEqual(
    messages.map(({ vhost, queue, payload }) => [vhost, queue, payload]),
    ['one', 'two', 'three'].map((payload) => ['/', 'q', payload]),
  )
  assert.deepEqual(messages[0].properties, { delivery_mode: 2, headers: { n: 1 } })
  assert.ok(lines.some((line) => line.record === 'definition'))
  assert.deepEqual(snapshot(dataDir), before, 'nothing is changed')
})

test('damage is told, with status 69', async (t) => {
  const dataDir = await stoppedNode(t)
  const shard = join(dataDir, 'shards', '0000')
  const segment = join(shard, readdirSync(shard).find((name) => statSync(join(shard, name)).isFile())!)
  const at = readFileSync(segment).indexOf('two')
  assert.ok(at > 0)
  writeSync(openSync(segment, 'r+'), 'TWO', at)
  const { status, stderr } = await control(['verify', dataDir])
  assert.equal(status, 69)
  assert.match(stderr, /damaged: \S+, octets \d+ to \d+/)
})

test('a folder that is no data directory is refused', async (t) => {
  const { status, stderr } = await control(['verify', temporaryFolder(t)])
  assert.equal(status, 69)
  assert.match(stderr, /is not a data directory/)
})

function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path, readFileSync(path).toString('base64')]
    }),
  )
}
