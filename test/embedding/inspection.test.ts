import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amqplibAt, put, start } from './support.js'

test('a queue shows its messages and leaves them there', async (t) => {
  const broker = await start(t, { clock: 'virtual' })
  const { channel } = await amqplibAt(broker)
  assert.equal(broker.queue('orders').exists, false)
  assert.equal(broker.queue('orders').depth, 0)
  assert.deepEqual(await broker.queue('orders').messages(), [])
  await channel.assertQueue('orders', { messageTtl: 60_000 })
  await put(channel, 'orders', '{"id":1}', { headers: { kind: 'new', tries: 2 }, correlationId: 'c1' })
  await put(channel, 'orders', 'second')
  await channel.get('orders')
  await broker.clock.advance('10s')
  const orders = broker.queue('orders')
  assert.deepEqual([orders.depth, orders.ready, orders.unacked, orders.consumers], [2, 1, 1, 0])
  const [first, second] = await orders.messages()
  assert.deepEqual(first!.json(), { id: 1 })
  assert.deepEqual({ ...first!.headers }, { kind: 'new', tries: 2 })
  assert.equal(first!.properties.correlationId, 'c1')
  assert.deepEqual([first!.state, second!.state], ['unacked', 'ready'])
  assert.equal(second!.text, 'second')
  assert.equal(second!.expiresInMs, 50_000)
  assert.equal(orders.depth, 2)
})

test('published messages are found by exchange and key, those that no queue took too', async (t) => {
  const broker = await start(t)
  const { channel } = await amqplibAt(broker)
  await channel.assertExchange('orders', 'topic')
  const { queue } = await channel.assertQueue('all')
  await channel.bindQueue(queue, 'orders', 'order.#')
  for (const key of ['order.new', 'stock.low', 'order.new', 'stock.low']) {
    channel.publish('orders', key, Buffer.from(key))
  }
  await channel.waitForConfirms()
  assert.deepEqual(
    broker.published().map(({ routingKey, queues }) => [routingKey, ...queues]),
    [['order.new', 'all'], ['stock.low'], ['order.new', 'all'], ['stock.low']],
  )
  assert.equal(broker.published({ exchange: 'orders', routingKey: 'order.new' }).length, 2)
  assert.equal(broker.published({ exchange: 'other' }).length, 0)
  assert.equal(await broker.publish({ exchange: 'orders', routingKey: 'order.x', body: { a: 1 } }), true)
  assert.equal(await broker.publish({ exchange: 'orders', routingKey: 'x' }), false)
})

test('the record has a bound, and may be off', async (t) => {
  const bounded = await start(t, { record: 10, port: false })
  for (let i = 0; i < 50; i++) {
    const channel = await (await bounded.connect()).channel()
    await channel.confirmSelect()
    await channel.publishConfirmed('', 'nowhere', String(i))
  }
  assert.deepEqual(
    bounded.published().map(({ text }) => text),
    Array.from({ length: 10 }, (_, i) => String(40 + i)),
  )
  const off = await start(t, { record: false, port: false })
  assert.throws(() => off.published(), /nothing is recorded/)
})

test('idle waits for acknowledgements, and tells what it waits for', async (t) => {
  const broker = await start(t)
  const { channel } = await amqplibAt(broker)
  await channel.assertQueue('q')
  await put(channel, 'q', 'm')
  await assert.rejects(broker.idle({ timeoutMs: 20 }), /q has 1 ready and 0 unacked for 0 consumers/)
  let isAcked = false
  await channel.consume('q', (message) => {
    setTimeout(() => {
      isAcked = true
      channel.ack(message!)
    }, 20)
  })
  await broker.idle()
  assert.equal(isAcked, true)
  await broker.idle({ queues: ['q', 'unknown'] })
})

test('waitFor resolves with what holds and says what does not', async (t) => {
  const broker = await start(t, { port: false })
  let looks = 0
  assert.equal(await broker.waitFor(() => ++looks > 300 && 'yes'), 'yes')
  await assert.rejects(
    broker.waitFor((b) => b.queue('q').depth === 7, { timeoutMs: 10 }),
    /depth === 7.*every queue is empty/,
  )
})

test('definitions come out as plain objects and go in again', async (t) => {
  const first = await start(t, { port: false })
  const channel = await (await first.connect()).channel()
  await channel.declareExchange('orders', 'topic')
  await channel.declareQueue('all', { arguments: { 'x-max-length': 5 } })
  await channel.bindQueue('all', 'orders', '#')
  await first.admin.setPolicy('/', { name: 'ttl', pattern: '.*', definition: { 'message-ttl': 1000 } })
  const definitions = await first.definitions()
  const second = await start(t, { definitions, clock: 'virtual' })
  const again = await second.definitions()
  for (const part of ['exchanges', 'queues', 'bindings', 'policies'])
    assert.deepEqual(again[part], definitions[part])
  await second.publish({ exchange: 'orders', routingKey: 'x' })
  assert.equal(second.queue('all').depth, 1)
  await second.clock.advance('1s')
  assert.equal(second.queue('all').depth, 0)
  second.reset()
  assert.equal(second.queue('all').exists, true)
})
