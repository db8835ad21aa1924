// node --test examples/order-service/test/orders.node.test.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDepth, assertMessages, assertPublished, withBroker } from 'leveret/testing'
import { OrderService } from '../order-service.js'

/** A service at a broker of its own, whose clock the test turns. */
async function startService(t, handle) {
  const broker = await withBroker(t, { clock: 'virtual' })
  const service = new OrderService(broker.url, handle)
  await service.start()
  t.after(() => service.stop())
  return { broker, service }
}

test('an order is handled once', async (t) => {
  const handled = []
  const { broker, service } = await startService(t, (order) => handled.push(order))
  await service.place({ id: 1 })
  await broker.idle()
  assert.deepEqual(handled, [{ id: 1 }])
  assertPublished(broker, { exchange: 'orders', routingKey: 'placed', body: { id: 1 }, times: 1 })
})

test('an order that fails is tried again half a minute later', async (t) => {
  let attempts = 0
  const { broker, service } = await startService(t, () => {
    attempts += 1
    if (attempts === 1) throw new Error('out of paper')
  })
  await service.place({ id: 2 })
  await broker.waitFor(() => broker.queue('orders.retry').depth === 1)
  await broker.clock.advance('29s')
  assert.equal(attempts, 1)
  await broker.clock.advance('1s')
  assert.equal(attempts, 2)
  await broker.idle()
})

test('an order that fails three times lies with the dead', async (t) => {
  const { broker, service } = await startService(t, () => {
    throw new Error('no')
  })
  await service.place({ id: 3 })
  await broker.clock.advance('5 min')
  await assertMessages(broker.queue('orders.dead'), [{ id: 3 }])
  const [dead] = await broker.queue('orders.dead').messages()
  assert.equal(dead.headers['x-death'][0].reason, 'rejected')
  assert.equal(dead.headers['x-attempt'], 3)
})

test('a reservation expires after a day', async (t) => {
  const { broker, service } = await startService(t, () => {})
  await service.reserve({ id: 4 })
  await broker.clock.advance('23h 59m')
  assertDepth(broker.queue('reservations.expired'), 0)
  await broker.clock.advance('1m')
  await assertMessages(broker.queue('reservations.expired'), [{ id: 4 }])
})

test('the service comes back after its connection was lost', async (t) => {
  const handled = []
  const { broker } = await startService(t, (order) => handled.push(order.id))
  assert.equal(broker.faults.dropConnection(), 1)
  await broker.waitFor(() => broker.queue('orders.work').consumers === 0)
  await broker.publish({ exchange: 'orders', routingKey: 'placed', body: { id: 5 } })
  await broker.waitFor(() => handled.length === 1)
  assert.deepEqual(handled, [5])
})

test('an order whose acknowledgement is lost comes twice', async (t) => {
  const handled = []
  const { broker, service } = await startService(t, (order) => handled.push(order.id))
  broker.faults.deliverTwice({ queue: 'orders.work', times: 1 })
  await service.place({ id: 6 })
  await broker.idle()
  assert.deepEqual(handled, [6, 6])
})
