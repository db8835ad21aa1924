import assert from 'node:assert/strict'
import test from 'node:test'
import { openChannel, openConfirmChannel, put } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled, until } from '../support/wait.js'

test('consumers are told when their queue is deleted, and the channel goes on', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openChannel(t, broker)
  const queue = uniqueName('doomed')
  await channel.assertQueue(queue)
  const inbox = await consumeInto(channel, queue)
  const other = await openChannel(t, broker)
  await other.deleteQueue(queue)
  await until(() => inbox.cancelled, 'the consumer is cancelled')
  await channel.assertQueue('', { exclusive: true })
})

test('after the answer to a cancel nothing is delivered any more', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const inbox = await consumeInto(channel, queue, { noAck: true })
  await put(channel, queue, '1')
  await inbox.until(1)
  await channel.cancel(inbox.consumerTag)
  const before = inbox.messages.length
  await put(channel, queue, '2')
  assert.equal(await settled(() => inbox.messages.length), before)
  assert.equal((await channel.checkQueue(queue)).messageCount, 1)
})

test('cancelling an unknown consumer is answered, not refused', async (t) => {
  const channel = await openChannel(t, await startTestBroker(t))
  assert.deepEqual(await channel.cancel('unknown tag'), { consumerTag: 'unknown tag' })
})
