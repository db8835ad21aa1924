import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { SKIP_IF_EXTERNAL, type SpawnedBroker, spawnBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { testSeed } from '../support/codec-samples.js'
import { randomFrom } from '../support/random.js'

/** More on demand: `LEVERET_CRASH_ROUNDS=2000 npm test -- crash`. */
const ROUNDS = Number(process.env.LEVERET_CRASH_ROUNDS ?? 12)
const QUEUES = 1_500
const HEADERS = {
  authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}`,
  'content-type': 'application/json',
}

test(`an import of definitions is there whole or not at all after kill -9, over ${ROUNDS} rounds`, {
  skip: SKIP_IF_EXTERNAL,
  timeout: 60_000 + ROUNDS * 10_000,
}, async (t) => {
  const seed = testSeed()
  const random = randomFrom(seed)
  const broker = await spawnBroker(t, ['--data-dir', await dataDirectory(t), '--log-level', 'error'])
  const startedAt = performance.now()
  await importQueues(broker, 0)
  const takesMs = performance.now() - startedAt
  const outcomes = { none: 0, whole: 0 }
  for (let round = 1; round <= ROUNDS; round++) {
    const answer = importQueues(broker, round).catch(() => undefined)
    // The moment is chance; the rounds are what is waited for.
    const killed = new Promise((resolve) => setTimeout(resolve, random() * takesMs * 0.6))
    await Promise.race([killed, answer])
    await broker.kill()
    const status = await answer
    await broker.restart()
    const count = await queuesOf(broker, round)
    assert.ok(count === 0 || count === QUEUES, `LEVERET_SEED=${seed}, round ${round}: ${count} queues`)
    if (status === 204) assert.equal(count, QUEUES)
    outcomes[count === 0 ? 'none' : 'whole'] += 1
  }
  t.diagnostic(`LEVERET_SEED=${seed}: ${outcomes.none} times nothing, ${outcomes.whole} times all of it`)
})

/** Resolves to the status. */
async function importQueues(broker: SpawnedBroker, round: number): Promise<number> {
  const vhost = vhostOf(round)
  const names = Array.from({ length: QUEUES }, (_, i) => `queue ${i}`)
  const definitions = {
    vhosts: [{ name: vhost }],
    users: [{ name: vhost, password_hash: '', tags: '' }],
    permissions: [{ user: vhost, vhost, configure: '.*', write: '.*', read: '.*' }],
    queues: names.map((name) => ({ name, vhost, durable: true, arguments: {} })),
    bindings: names.map((destination) => ({
      source: 'amq.topic',
      vhost,
      destination,
      destination_type: 'queue',
      routing_key: 'key',
      arguments: {},
    })),
  }
  const body = JSON.stringify(definitions)
  const { status } = await fetch(`${apiOf(broker)}/definitions`, { method: 'POST', headers: HEADERS, body })
  return status
}

/** Of the vhost that a round imports; 0 when there is no such vhost, user and binding either. */
async function queuesOf(broker: SpawnedBroker, round: number): Promise<number> {
  const response = await fetch(`${apiOf(broker)}/definitions`, { headers: HEADERS })
  const all = (await response.json()) as {
    [section: string]: { name?: string; vhost?: string; source?: string }[]
  }
  const vhost = vhostOf(round)
  const count = (section: string): number => all[section]!.filter((entry) => entry.vhost === vhost).length
  const named = (section: string): boolean => all[section]!.some(({ name }) => name === vhost)
  const queues = count('queues')
  assert.equal(count('bindings'), queues)
  assert.equal(count('permissions'), queues === 0 ? 0 : 1)
  assert.equal(named('users'), queues > 0)
  assert.equal(named('vhosts'), queues > 0)
  return queues
}

function vhostOf(round: number): string {
  return `imported ${round}`
}

function apiOf(broker: SpawnedBroker): string {
  const [, address] = /http (\S+?:\d+)/.exec(broker.output()) ?? assert.fail(broker.output())
  return `http://${address}/api`
}

async function dataDirectory(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-import-'))
  cleanUp(t, () => rm(folder, { recursive: true, force: true }))
  return folder
}
