import assert from 'node:assert/strict'
import test from 'node:test'
import { openChannel, openConfirmChannel, putAll, take } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled } from '../support/wait.js'

const TEN = Array.from({ length: 10 }, (_, n) => `${n}`)

test('a prefetch of 3 lets a consumer have three unacknowledged messages', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('prefetch')
  await publisher.assertQueue(queue, { autoDelete: true })
  await putAll(publisher, queue, TEN)
  const channel = await openChannel(t, broker)
  await channel.prefetch(3)
  const inbox = await consumeInto(channel, queue)
  await inbox.until(3)
  assert.equal(await settled(() => inbox.messages.length), 3)
  channel.ack(inbox.messages[1]!)
  await inbox.until(4)
  assert.equal(await settled(() => inbox.messages.length), 4)
  channel.ack(inbox.messages[3]!, true)
  await inbox.until(7)
  assert.equal(await settled(() => inbox.messages.length), 7)
  assert.deepEqual(inbox.bodies, TEN.slice(0, 7))
})

test('the prefetch counts for each consumer of the channel by itself', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('prefetch')
  await publisher.assertQueue(queue, { autoDelete: true })
  await putAll(publisher, queue, TEN)
  const channel = await openChannel(t, broker)
  await channel.prefetch(2)
  const first = await consumeInto(channel, queue)
  await channel.prefetch(3)
  const second = await consumeInto(channel, queue)
  await first.until(2)
  await second.until(3)
  assert.equal(await settled(() => first.messages.length + second.messages.length), 5)
})

test('a global prefetch is one limit for all consumers of the channel', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('prefetch')
  await publisher.assertQueue(queue, { autoDelete: true })
  await putAll(publisher, queue, TEN)
  const channel = await openChannel(t, broker)
  await channel.prefetch(3, true)
  const first = await consumeInto(channel, queue)
  const second = await consumeInto(channel, queue)
  const count = () => first.messages.length + second.messages.length
  await settled(count)
  assert.equal(count(), 3)
  channel.ack([...first.messages, ...second.messages][0]!)
  await settled(count)
  assert.equal(count(), 4)
})

test('both limits hold when a consumer prefetch and a global prefetch are set', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('prefetch')
  await publisher.assertQueue(queue, { autoDelete: true })
  await putAll(publisher, queue, TEN)
  const channel = await openChannel(t, broker)
  await channel.prefetch(2)
  await channel.prefetch(5, true)
  const first = await consumeInto(channel, queue)
  assert.equal(await settled(() => first.messages.length), 2)
  const second = await consumeInto(channel, queue)
  assert.equal(await settled(() => second.messages.length), 2)
  const third = await consumeInto(channel, queue)
  assert.equal(await settled(() => third.messages.length), 1)
})

test('basic.get is not held up by the prefetch', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await putAll(channel, queue, ['1', '2', '3'])
  await channel.prefetch(1)
  const inbox = await consumeInto(channel, queue)
  await inbox.until(1)
  assert.equal((await take(channel, queue)).content.toString(), '2')
  assert.equal((await take(channel, queue)).content.toString(), '3')
})
