import assert from 'node:assert/strict'
import test from 'node:test'
import {
  closeOf,
  openChannel,
  openConfirmChannel,
  put,
  putAll,
  take,
  takeAll,
  untilReady,
} from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled, within } from '../support/wait.js'

test('messages that go back to the queue keep their place, whatever the order of the nacks', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await putAll(channel, queue, ['1', '2', '3', '4', '5'])
  const taken = []
  for (let n = 0; n < 4; n++) taken.push(await take(channel, queue))
  for (const place of [2, 0, 3, 1]) channel.nack(taken[place]!)
  await untilReady(channel, queue, 5)
  assert.deepEqual(await takeAll(channel, queue), ['1', '2', '3', '4', '5'])
})

test('a message is marked redelivered once it was handed out, and not before', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await putAll(channel, queue, ['seen', 'unseen'])
  channel.reject(await take(channel, queue), true)
  await untilReady(channel, queue, 2)
  assert.equal((await take(channel, queue)).fields.redelivered, true)
  assert.equal((await take(channel, queue)).fields.redelivered, false)
})

test('multiple acknowledges everything up to the tag and nothing after it', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = uniqueName('multiple')
  await channel.assertQueue(queue)
  await putAll(channel, queue, ['1', '2', '3', '4', '5'])
  const consumer = await openChannel(t, broker)
  const inbox = await consumeInto(consumer, queue)
  await inbox.until(5)
  consumer.ack(inbox.messages[2]!, true)
  await consumer.close()
  await untilReady(channel, queue, 2)
  assert.deepEqual(await takeAll(channel, queue), ['4', '5'])
  await channel.deleteQueue(queue)
})

test('nack of everything sends each unacknowledged message back once', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await putAll(channel, queue, ['1', '2', '3'])
  channel.ack(await take(channel, queue))
  await take(channel, queue)
  await take(channel, queue)
  channel.nackAll(true)
  await untilReady(channel, queue, 2)
  assert.deepEqual(await takeAll(channel, queue), ['2', '3'])
})

test('a message is gone after its acknowledgement even when the channel closes at once', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = uniqueName('late')
  await channel.assertQueue(queue)
  await putAll(channel, queue, ['1', '2'])
  const consumer = await openChannel(t, broker)
  consumer.ack(await take(consumer, queue))
  await consumer.close()
  assert.deepEqual(await takeAll(channel, queue), ['2'])
  await channel.deleteQueue(queue)
})

test('acknowledging twice closes the channel with 406 unknown delivery tag', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await put(channel, queue, 'once')
  const message = await take(channel, queue)
  const closed = closeOf(channel)
  channel.ack(message)
  channel.ack(message)
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 406)
  assert.match(error.message, /PRECONDITION_FAILED - unknown delivery tag 1/)
})

test('a consumer without acknowledgements leaves nothing behind', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = uniqueName('no-ack')
  await channel.assertQueue(queue)
  await putAll(channel, queue, ['1', '2'])
  const consumer = await openChannel(t, broker)
  await (await consumeInto(consumer, queue, { noAck: true })).until(2)
  await consumer.close()
  await settled(() => 0)
  await untilReady(channel, queue, 0)
  await channel.deleteQueue(queue)
})

test('messages of a cancelled consumer stay unacknowledged until its channel closes', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = uniqueName('cancelled')
  await channel.assertQueue(queue)
  await putAll(channel, queue, ['1', '2'])
  const consumer = await openChannel(t, broker)
  const inbox = await consumeInto(consumer, queue)
  await inbox.until(2)
  await consumer.cancel(inbox.consumerTag)
  assert.equal((await channel.checkQueue(queue)).messageCount, 0)
  consumer.ack(inbox.messages[0]!)
  await consumer.close()
  await untilReady(channel, queue, 1)
  assert.deepEqual(await takeAll(channel, queue), ['2'])
  await channel.deleteQueue(queue)
})
