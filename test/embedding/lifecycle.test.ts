import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startBroker } from '../../src/embedding/start-broker.js'
import { until } from '../support/wait.js'
import { amqplibAt, put, start } from './support.js'

const MIB = 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What keeps the loop busy, but for what the test runner itself has. */
function handles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => !['PipeWrap', 'TTYWrap', 'Timeout', 'Immediate'].includes(name))
}

test('a broker answers at its url and leaves nothing open behind', async () => {
  const before = handles()
  const broker = await startBroker()
  assert.match(broker.url, new RegExp(`^amqp://guest:guest@127\\.0\\.0\\.1:${broker.port}$`))
  const { connection, channel } = await amqplibAt(broker)
  await channel.assertQueue('q')
  await put(channel, 'q', 'm')
  await connection.close()
  await broker.stop()
  await broker.stop()
  await until(() => handles().length <= before.length, 'all handles are gone')
  const refused = await new Promise((resolve) =>
    connect(broker.port, '127.0.0.1').on('error', () => resolve(true)),
  )
  assert.equal(refused, true)
})

test('a stop does not wait for a peer that stays', async () => {
  const broker = await startBroker()
  const { connection } = await amqplibAt(broker)
  const closed = new Promise((resolve) => connection.once('close', resolve))
  await broker.stop()
  await closed
})

test('await using ends a broker', async () => {
  let broker: Awaited<ReturnType<typeof startBroker>> | undefined
  const scope = async (): Promise<void> => {
    broker = await startBroker()
    await broker[Symbol.asyncDispose]()
  }
  await scope()
  await assert.rejects(amqplibAt(broker!), /ECONNREFUSED/)
})

test('brokers of one process know nothing of each other', async (t) => {
  const [a, b] = [await start(t), await start(t)]
  const { channel } = await amqplibAt(a!)
  await channel.assertQueue('q')
  assert.notEqual(a!.port, b!.port)
  assert.equal(b!.queue('q').exists, false)
})

test('a port that is in use is refused by the system, and nothing stays open', async (t) => {
  const broker = await start(t)
  const before = handles().length
  await assert.rejects(startBroker({ port: broker.port }), { code: 'EADDRINUSE' })
  assert.ok(handles().length <= before)
})

test('a data directory keeps messages over a restart, under a virtual clock too', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leveret-kept-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const first = await startBroker({ dataDir, clock: 'virtual' })
  const { channel } = await amqplibAt(first)
  await channel.assertQueue('q')
  await put(channel, 'q', 'kept', { persistent: true })
  assert.throws(() => first.published(), /nothing is recorded/)
  await first.clock.advance('30 days')
  await first.stop()
  const second = await start(t, { dataDir })
  assert.deepEqual(
    (await second.queue('q').messages()).map(({ text }) => text),
    ['kept'],
  )
})

test('a hundred brokers live at once in less than 300 MB', async (t) => {
  const before = process.memoryUsage.rss()
  const brokers = await Promise.all(Array.from({ length: 100 }, () => startBroker()))
  for (const broker of brokers) {
    const { connection, channel } = await amqplibAt(broker)
    await channel.assertQueue('q')
    await put(channel, 'q', 'm')
    await connection.close()
  }
  const rss = process.memoryUsage.rss()
  t.diagnostic(`${Math.round(rss / MIB)} MB, of which ${Math.round((rss - before) / MIB)} MB for 100 brokers`)
  await Promise.all(brokers.map((broker) => broker.stop()))
  assert.ok(rss < 300 * MIB, `${rss} octets`)
})

test('starts and stops with traffic keep memory and handles flat', async (t) => {
  const cycles = Number(process.env.LEVERET_TEST_CYCLES ?? 100)
  const cycle = async (): Promise<void> => {
    const broker = await startBroker({ clock: 'virtual', faults: true })
    const { connection, channel } = await amqplibAt(broker)
    await channel.assertQueue('q', { messageTtl: 1000 })
    await put(channel, 'q', 'm'.repeat(1000))
    await channel.get('q')
    await broker.clock.advance('1 day')
    await connection.close()
    await broker.stop()
  }
  const collect = async (): Promise<number> => {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      collectGarbage()
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  for (let i = 0; i < Math.min(20, cycles / 5); i++) await cycle()
  const usedBefore = await collect()
  const handlesBefore = handles().length
  for (let i = 0; i < cycles; i++) await cycle()
  const usedAfter = await collect()
  assert.ok(handles().length <= handlesBefore, handles().join(' '))
  t.diagnostic(`${cycles} cycles: ${((usedAfter - usedBefore) / MIB).toFixed(1)} MB more`)
  assert.ok(usedAfter - usedBefore < 5 * MIB, `${usedAfter - usedBefore} octets more`)
})
