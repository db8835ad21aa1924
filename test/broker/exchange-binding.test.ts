import assert from 'node:assert/strict'
import test from 'node:test'
import { closeOf, openConfirmChannel, publish, takeAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { uniqueName } from '../support/names.js'
import { within } from '../support/wait.js'

const SHORT_LIVED = { durable: false, autoDelete: true }

test('a message passes from exchange to exchange, each with its own rule', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const [topic, fanout] = [uniqueName('topic'), uniqueName('fanout')]
  await channel.assertExchange(topic, 'topic', SHORT_LIVED)
  await channel.assertExchange(fanout, 'fanout', SHORT_LIVED)
  await channel.bindExchange(fanout, topic, 'news.#')
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, fanout, '')
  await publish(channel, topic, 'news.eu', 'wanted')
  await publish(channel, topic, 'weather.eu', 'unwanted')
  const message = await channel.get(queue, { noAck: true })
  assert(message !== false)
  assert.equal(message.content.toString(), 'wanted')
  assert.equal(message.fields.exchange, topic, 'the exchange it was published to')
  assert.deepEqual(await takeAll(channel, queue), [])
})

test('a queue that is reached on two ways gets one copy, also through a circle', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const [a, b] = [uniqueName('a'), uniqueName('b')]
  await channel.assertExchange(a, 'fanout', { durable: false })
  await channel.assertExchange(b, 'fanout', { durable: false })
  await channel.bindExchange(b, a, '')
  await channel.bindExchange(a, b, '')
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, a, '')
  await channel.bindQueue(queue, b, '')
  await publish(channel, a, '', 'once')
  assert.deepEqual(await takeAll(channel, queue), ['once'])
  await channel.deleteExchange(a)
  await channel.deleteExchange(b)
})

test('unbinding exchanges stops the flow, and unbinding again is no error', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const [a, b] = [uniqueName('a'), uniqueName('b')]
  await channel.assertExchange(a, 'direct', { durable: false })
  await channel.assertExchange(b, 'fanout', { durable: false })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, b, '')
  await channel.bindExchange(b, a, 'k')
  await channel.bindExchange(b, a, 'k', { other: 'arguments' })
  await channel.unbindExchange(b, a, 'k')
  await publish(channel, a, 'k', '1')
  assert.deepEqual(await takeAll(channel, queue), ['1'], 'a binding with other arguments is another binding')
  await channel.unbindExchange(b, a, 'k', { other: 'arguments' })
  await channel.unbindExchange(b, a, 'k')
  await publish(channel, a, 'k', '2')
  assert.deepEqual(await takeAll(channel, queue), [])
  await channel.deleteExchange(a)
  await channel.deleteExchange(b)
})

test('an internal exchange takes messages from exchanges but not from clients', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const [open, internal] = [uniqueName('open'), uniqueName('internal')]
  await channel.assertExchange(open, 'fanout', SHORT_LIVED)
  await channel.assertExchange(internal, 'fanout', { ...SHORT_LIVED, internal: true })
  await channel.bindExchange(internal, open, '')
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, internal, '')
  await publish(channel, open, '', 'through')
  assert.deepEqual(await takeAll(channel, queue), ['through'])
  const closed = closeOf(channel)
  channel.publish(internal, '', Buffer.from('directly'))
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 403)
  assert.match(error.message, /cannot publish to internal exchange/)
})
