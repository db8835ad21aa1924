import assert from 'node:assert/strict'
import test from 'node:test'
import type { Delivery } from '../../src/client/index.js'
import { SKIP_IF_EXTERNAL, startTestBroker } from '../support/broker.js'
import { connectClient } from '../support/client.js'
import { settled, until } from '../support/wait.js'

test('under a memory alarm a connection that publishes is blocked and told so; others go on; then everything arrives', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const broker = await startTestBroker(t)
  const { admin } = broker.inner!
  const publishing = await connectClient(t, broker)
  const publisher = await publishing.channel()
  const consuming = await connectClient(t, broker)
  const consumer = await consuming.channel()
  const { queue } = await consumer.declareQueue('orders', { autoDelete: true })
  const deliveries: Delivery[] = []
  await publisher.confirmSelect()
  for (let n = 0; n < 10; n++) await publisher.publishConfirmed('', queue, `before ${n}`)

  admin.setAlarm('memory')
  const events: string[] = []
  publishing.on('blocked', (reason) => events.push(`blocked: ${reason}`))
  publishing.on('unblocked', () => events.push('unblocked'))
  await publisher.checkQueue(queue)
  assert.deepEqual(events, [], 'it is told when it publishes, not before')
  const late = publisher.publishConfirmed('', queue, 'during')
  let confirmed = false
  void late.then(() => {
    confirmed = true
  })
  await until(() => events.length === 1, 'the publisher is told that it is blocked')
  assert.deepEqual(events, ['blocked: low on memory'])

  await consumer.consume(queue, (delivery) => {
    deliveries.push(delivery)
    consumer.ack(delivery)
  })
  await until(() => deliveries.length >= 10, 'consumers on other connections are served')
  publisher.publish('', queue, 'also during')
  await settled(() => deliveries.length)

  admin.clearAlarm('memory')
  await until(() => events.length === 2, 'the publisher is told that it may go on')
  assert.deepEqual(events, ['blocked: low on memory', 'unblocked'])
  await late
  assert(confirmed)
  await publisher.waitForConfirms()
  await until(() => deliveries.length === 12, 'every message arrives')
  assert.deepEqual(
    deliveries.slice(10).map(({ body }) => body.toString()),
    ['during', 'also during'],
  )
})

test('a connection that does not publish is not blocked by an alarm', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const broker = await startTestBroker(t)
  broker.inner!.admin.setAlarm('memory')
  const connection = await connectClient(t, broker)
  let blocked = false
  connection.on('blocked', () => {
    blocked = true
  })
  const channel = await connection.channel()
  const { queue } = await channel.declareQueue('', { exclusive: true })
  assert.equal(await channel.get(queue), undefined)
  assert.equal(blocked, false)
  broker.inner!.admin.clearAlarm('memory')
})

test('the reason names every resource that is low', { skip: SKIP_IF_EXTERNAL }, async (t) => {
  const broker = await startTestBroker(t)
  const { admin } = broker.inner!
  admin.setAlarm('memory')
  admin.setAlarm('disk')
  const connection = await connectClient(t, broker)
  const channel = await connection.channel()
  channel.publish('amq.fanout', '', 'm')
  await until(() => connection.blockedBy !== undefined, 'the publisher is blocked')
  assert.equal(connection.blockedBy, 'low on memory & disk')
  admin.clearAlarm('disk')
  admin.clearAlarm('memory')
  await until(() => connection.blockedBy === undefined, 'the publisher may go on')
})
