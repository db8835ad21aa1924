// npx vitest run --root examples/order-service
import { brokerFixture, brokerMatchers } from 'leveret/testing'
import { test as base, expect } from 'vitest'
import { OrderService } from '../order-service.js'

expect.extend(brokerMatchers)

/** A broker for each test, whose clock the test turns, and a way to start the service at it. */
const test = base.extend({
  ...brokerFixture({ clock: 'virtual' }),
  startService: async ({ broker }, use) => {
    const services = []
    await use(async (handle) => {
      const service = new OrderService(broker.url, handle)
      await service.start()
      services.push(service)
      return service
    })
    for (const service of services) await service.stop()
  },
})

test('an order is handled once', async ({ broker, startService }) => {
  const handled = []
  const service = await startService((order) => handled.push(order))
  await service.place({ id: 1 })
  await expect(broker).toBecomeIdle()
  expect(handled).toEqual([{ id: 1 }])
  expect(broker).toHavePublished({ exchange: 'orders', routingKey: 'placed', body: { id: 1 }, times: 1 })
})

test('an order that fails is tried again half a minute later', async ({ broker, startService }) => {
  let attempts = 0
  const service = await startService(() => {
    attempts += 1
    if (attempts === 1) throw new Error('out of paper')
  })
  await service.place({ id: 2 })
  await broker.waitFor(() => broker.queue('orders.retry').depth === 1)
  await broker.clock.advance('29s')
  expect(attempts).toBe(1)
  await broker.clock.advance('1s')
  expect(attempts).toBe(2)
})

test('an order that fails three times lies with the dead', async ({ broker, startService }) => {
  const service = await startService(() => {
    throw new Error('no')
  })
  await service.place({ id: 3 })
  await broker.clock.advance('5 min')
  await expect(broker.queue('orders.dead')).toHoldMessages([{ id: 3 }])
})

test('a reservation expires after a day', async ({ broker, startService }) => {
  const service = await startService(() => {})
  await service.reserve({ id: 4 })
  await broker.clock.advance('23h 59m')
  expect(broker.queue('reservations.expired')).toHaveDepth(0)
  await broker.clock.advance('1m')
  await expect(broker.queue('reservations.expired')).toHoldMessages([{ id: 4 }])
})

test('the service comes back after its connection was lost', async ({ broker, startService }) => {
  const handled = []
  await startService((order) => handled.push(order.id))
  broker.faults.dropConnection()
  await broker.waitFor(() => broker.queue('orders.work').consumers === 0)
  await broker.publish({ exchange: 'orders', routingKey: 'placed', body: { id: 5 } })
  await broker.waitFor(() => handled.length === 1)
  expect(handled).toEqual([5])
})
