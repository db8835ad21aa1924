import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { start } from './support.js'

test('our client connects without a socket and does all that it does over one', async (t) => {
  const broker = await start(t, { port: false })
  assert.equal(broker.url, '')
  assert.equal(broker.port, 0)
  const connection = await broker.connect()
  const channel = await connection.channel()
  await channel.declareQueue('q')
  await channel.confirmSelect()
  const body = 'x'.repeat(1_000_000)
  await channel.publishConfirmed('', 'q', body)
  const got = await channel.get('q')
  assert.equal(got?.body.toString(), body)
  channel.ack(got!)
  await broker.idle()
  await assert.rejects(channel.checkQueue('nowhere'), /NOT_FOUND/)
  await connection.close()
  assert.equal(broker.node.connections.size, 0)
})

test('wrong credentials are refused', async (t) => {
  const broker = await start(t, { port: false })
  await assert.rejects(broker.connect({ password: 'wrong' }), /ACCESS_REFUSED/)
})

test('either end may drop the connection', async (t) => {
  const broker = await start(t, { port: false })
  const connection = await broker.connect()
  await (await connection.channel()).declareQueue('mine', { exclusive: true })
  connection.destroy()
  await broker.waitFor(() => !broker.queue('mine').exists)
  const other = await broker.connect()
  const closed = once(other, 'closed')
  broker.faults.dropConnection()
  await closed
})

test('a publisher that is not read from is told to wait', async (t) => {
  const broker = await start(t, { port: false })
  const connection = await broker.connect({ writeBacklogBytes: 10_000 })
  const channel = await connection.channel()
  await channel.declareQueue('q')
  const clear = broker.faults.raiseAlarm('memory')
  channel.publish('', 'q', 'm')
  await once(connection, 'blocked')
  while (channel.publish('', 'q', 'x'.repeat(1000))) await broker.settled()
  const before = broker.queue('q').depth
  assert.ok(before <= 2)
  clear()
  await channel.drained()
  await broker.waitFor(() => broker.queue('q').depth > before)
  await connection.close()
})

test('a hundred thousand messages arrive in order', async (t) => {
  const broker = await start(t, { port: false, record: false })
  const connection = await broker.connect()
  const channel = await connection.channel()
  await channel.declareQueue('q')
  let next = 0
  await channel.consume(
    'q',
    ({ body }) => {
      assert.equal(Number(body.toString()), next)
      next += 1
    },
    { noAck: true },
  )
  const before = performance.now()
  for (let i = 0; i < 100_000; i++) if (!channel.publish('', 'q', String(i))) await channel.drained()
  await broker.waitFor(() => next === 100_000, { timeoutMs: 30_000 })
  t.diagnostic(`${Math.round(100_000 / ((performance.now() - before) / 1000))} messages/s`)
  await connection.close()
})
