import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../../src/embedding/start-broker.js'
import { amqplibAt, put, start } from './support.js'

test('reset goes back to the start; connections stay', async (t) => {
  const broker = await start(t)
  const { channel } = await amqplibAt(broker)
  await channel.assertExchange('e', 'fanout', { autoDelete: true })
  await channel.assertExchange('f', 'fanout')
  await channel.assertQueue('q')
  await channel.assertQueue('mine', { exclusive: true })
  await channel.bindQueue('q', 'e', '')
  await channel.bindExchange('f', 'amq.fanout', '')
  await put(channel, 'q', 'm')
  await channel.get('q')
  await broker.admin.setPolicy('/', { name: 'p', pattern: '.*', definition: { 'max-length': 1 } })
  await broker.admin.addVhost('other')
  await broker.admin.putUser('someone', { password: 'x' })
  const bare = await broker.definitions()
  broker.reset()
  assert.notDeepEqual(await broker.definitions(), bare)
  for (const queue of ['q', 'mine']) assert.equal(broker.queue(queue).exists, false)
  const { exchanges, queues, bindings, policies, vhosts, users } = (await broker.definitions()) as Record<
    string,
    object[]
  >
  assert.deepEqual([exchanges, queues, bindings, policies], [[], [], [], []])
  assert.deepEqual([vhosts!.length, users!.length], [1, 1])
  assert.deepEqual(broker.published(), [])
  await channel.assertQueue('q', { durable: false })
  await put(channel, 'q', 'again')
  assert.equal(broker.queue('q').depth, 1)
})

test('a snapshot brings definitions and messages back, and consumers of unchanged queues stay', async (t) => {
  const broker = await start(t, { clock: 'virtual' })
  const { channel } = await amqplibAt(broker)
  await channel.assertExchange('e', 'topic')
  await channel.assertQueue('consumed')
  await channel.bindQueue('consumed', 'e', 'a.*')
  await channel.assertQueue('kept', { messageTtl: 60_000, durable: false })
  await put(channel, 'kept', 'one', { headers: { n: 1 } })
  await broker.clock.advance('20s')
  const seen: string[] = []
  await channel.consume('consumed', (message) => {
    seen.push(message === null ? 'cancelled' : message.content.toString())
    if (message !== null) channel.ack(message)
  })
  const snapshot = broker.snapshot()
  for (let round = 0; round < 3; round++) {
    await put(channel, 'kept', 'two')
    await channel.deleteQueue('kept')
    await channel.assertQueue('new')
    await channel.unbindQueue('consumed', 'e', 'a.*')
    broker.reset(snapshot)
    assert.equal(broker.queue('new').exists, false)
    const [kept, ...more] = await broker.queue('kept').messages()
    assert.deepEqual([kept!.text, { ...kept!.headers }, more.length], ['one', { n: 1 }, 0])
    assert.equal(kept!.expiresInMs, 40_000)
    channel.publish('e', 'a.b', Buffer.from(`round ${round}`))
    await broker.idle({ queues: ['consumed'] })
  }
  assert.deepEqual(seen, ['round 0', 'round 1', 'round 2'])
  await broker.clock.advance('41s')
  assert.equal(broker.queue('kept').depth, 0)
})

test('snapshot and reset of a small state take less than a millisecond', async (t) => {
  const broker = await start(t, { port: false })
  const channel = await (await broker.connect()).channel()
  await channel.confirmSelect()
  for (let i = 0; i < 5; i++) {
    await channel.declareQueue(`q${i}`)
    await channel.declareExchange(`e${i}`, 'topic')
    await channel.bindQueue(`q${i}`, `e${i}`, '#')
    for (let m = 0; m < 4; m++) await channel.publishConfirmed(`e${i}`, 'key', 'message')
  }
  const timesMs: number[] = []
  for (let i = 0; i < 200; i++) {
    const before = performance.now()
    const snapshot = broker.snapshot()
    broker.reset(snapshot)
    timesMs.push(performance.now() - before)
  }
  assert.equal(broker.queue('q4').depth, 4)
  const median = timesMs.sort((a, b) => a - b)[100]!
  t.diagnostic(`both together ${median.toFixed(3)} ms, 5 exchanges, 5 queues, 20 messages`)
  assert.ok(median < 2, `${median} ms`)
})

test('with a data directory that held no messages reset goes back to the start, and after a restart it is so', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leveret-state-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const withQueue = async (make: boolean) => {
    const broker = await startBroker({ dataDir })
    const { channel, connection } = await amqplibAt(broker)
    if (make) {
      await channel.assertQueue('kept')
      await channel.assertQueue('q')
      await put(channel, 'q', 'm', { persistent: true })
    }
    return { broker, close: () => connection.close().then(() => broker.stop()) }
  }
  const first = await withQueue(true)
  assert.equal(first.broker.queue('q').depth, 1)
  first.broker.reset()
  assert.equal(first.broker.queue('q').exists, false)
  await first.close()
  const second = await withQueue(true)
  assert.equal(second.broker.queue('q').depth, 1)
  await second.close()
  const third = await withQueue(false)
  assert.equal(third.broker.queue('q').depth, 1)
  assert.throws(() => third.broker.reset(), /the data directory held messages at the start/)
  await third.close()
})
