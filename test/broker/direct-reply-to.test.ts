import assert from 'node:assert/strict'
import test from 'node:test'
import { closeOf, openChannel, openConfirmChannel, put, take } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { within } from '../support/wait.js'

const REPLY_TO = 'amq.rabbitmq.reply-to'

test('an answer goes straight to the channel that asked', async (t) => {
  const broker = await startTestBroker(t)
  const server = await openConfirmChannel(t, broker)
  const { queue } = await server.assertQueue('', { exclusive: true })
  const client = await openChannel(t, broker)
  const answers = await consumeInto(client, REPLY_TO, { noAck: true })
  client.sendToQueue(queue, Buffer.from('question'), { replyTo: REPLY_TO, correlationId: '1' })
  const request = await take(server, queue)
  const { replyTo } = request.properties
  assert.match(replyTo, /^amq\.rabbitmq\.reply-to\../)
  assert.equal((await server.checkQueue(replyTo)).consumerCount, 1, 'the reply name can be looked up')
  await put(server, replyTo, 'answer', { correlationId: '1' })
  const [answer] = await answers.until(1)
  assert.equal(answer?.content.toString(), 'answer')
  assert.equal(answer?.properties.correlationId, '1')
  assert.equal(answer?.fields.exchange, '')
  assert.equal(answer?.fields.redelivered, false)
})

test('an answer for a channel that is gone is confirmed and dropped', async (t) => {
  const broker = await startTestBroker(t)
  const server = await openConfirmChannel(t, broker)
  const { queue } = await server.assertQueue('', { exclusive: true })
  const client = await openChannel(t, broker)
  await consumeInto(client, REPLY_TO, { noAck: true })
  client.sendToQueue(queue, Buffer.from('question'), { replyTo: REPLY_TO })
  const { replyTo } = (await take(server, queue)).properties
  await client.close()
  await put(server, replyTo, 'too late')
})

test('asking without a reply consumer is refused with 406', async (t) => {
  const channel = await openChannel(t, await startTestBroker(t))
  const closed = closeOf(channel)
  channel.sendToQueue('anything', Buffer.from('question'), { replyTo: REPLY_TO })
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 406)
  assert.match(error.message, /fast reply consumer does not exist/)
})

test('a reply consumer must not acknowledge, and there is one per channel', async (t) => {
  const broker = await startTestBroker(t)
  for (const [noAck, text] of [
    [false, 'reply consumer cannot acknowledge'],
    [true, 'reply consumer already set'],
  ] as const) {
    const channel = await openChannel(t, broker)
    if (noAck) await consumeInto(channel, REPLY_TO, { noAck })
    const closed = closeOf(channel)
    await assert.rejects(consumeInto(channel, REPLY_TO, { noAck }))
    const error = await within(closed, 'the close of the channel')
    assert.equal(error.code, 406)
    assert(error.message.includes(text), error.message)
  }
})
