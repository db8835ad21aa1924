import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { SKIP_IF_EXTERNAL, spawnBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { connectClient } from '../support/client.js'
import { until } from '../support/wait.js'

const MESSAGES = 400
const BODY = Buffer.alloc(1_000_000, 'x')

test('a publisher that asks for no confirms waits for the disk and loses nothing', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-backlog-'))
  cleanUp(t, () => rm(folder, { recursive: true, force: true }))
  const broker = await spawnBroker(t, ['--data-dir', folder, '--log-level', 'error'])
  const channel = await (await connectClient(t, broker)).channel()
  await channel.declareQueue('q', { durable: true })
  for (let i = 0; i < MESSAGES; i++) {
    if (!channel.publish('', 'q', BODY, { deliveryMode: 2 })) await channel.drained()
  }
  await until(async () => (await channel.checkQueue('q')).messageCount === MESSAGES, 'all are there', 30_000)
  await broker.stop()
  await broker.restart()
  const again = await (await connectClient(t, broker)).channel()
  assert.equal((await again.checkQueue('q')).messageCount, MESSAGES)
})
