import assert from 'node:assert/strict'
import test from 'node:test'
import { closeOf, openConfirmChannel, put, take, takeAll, untilReady } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { within } from '../support/wait.js'

test('higher priorities come first, equal ones in order, absent counts as 0', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, maxPriority: 5 })
  await put(channel, queue, 'none')
  await put(channel, queue, 'low 1', { priority: 1 })
  await put(channel, queue, 'high 1', { priority: 5 })
  await put(channel, queue, 'zero', { priority: 0 })
  await put(channel, queue, 'low 2', { priority: 1 })
  await put(channel, queue, 'beyond', { priority: 200 })
  assert.deepEqual(await takeAll(channel, queue), ['high 1', 'beyond', 'low 1', 'low 2', 'none', 'zero'])
})

test('a message that comes back takes its place within its priority again', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, maxPriority: 3 })
  await put(channel, queue, 'b1', { priority: 1 })
  await put(channel, queue, 'a', { priority: 3 })
  await put(channel, queue, 'b2', { priority: 1 })
  const [a, b1] = [await take(channel, queue), await take(channel, queue)]
  channel.nack(b1)
  channel.nack(a)
  await untilReady(channel, queue, 3)
  assert.deepEqual(await takeAll(channel, queue), ['a', 'b1', 'b2'])
})

test('the length limit drops from the head, where the highest priority is, as RabbitMQ does', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, maxPriority: 3, maxLength: 2 })
  await put(channel, queue, 'low', { priority: 1 })
  await put(channel, queue, 'high', { priority: 3 })
  await put(channel, queue, 'middle', { priority: 2 })
  assert.deepEqual(await takeAll(channel, queue), ['middle', 'low'])
})

test('expired messages of every priority are removed', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, maxPriority: 3 })
  await put(channel, queue, 'low', { priority: 1, expiration: '40' })
  await put(channel, queue, 'high', { priority: 3, expiration: '40' })
  await untilReady(channel, queue, 2)
  await untilReady(channel, queue, 0)
})

test('more than 255 priorities are refused with 406', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const closed = closeOf(channel)
  await assert.rejects(channel.assertQueue('', { exclusive: true, maxPriority: 256 }))
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 406)
  assert.match(error.message, /invalid arg 'x-max-priority' for queue/)
})
