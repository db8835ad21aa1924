import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type { ConfirmChannel, Options } from 'amqplib'
import {
  channelOf,
  closeOf,
  connect,
  openConfirmChannel,
  put,
  putAll,
  take,
  takeAll,
  untilReady,
} from '../support/amqplib.js'
import { SKIP_IF_EXTERNAL, startTestBroker, type TestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { within } from '../support/wait.js'

test('a quorum queue delivers in order and forgets what is acknowledged', async (t) => {
  const { channel, queue } = await quorumQueue(t)
  await putAll(channel, queue, ['1', '2', '3'])
  const inbox = await consumeInto(channel, queue, {}, (message) => channel.ack(message))
  await inbox.until(3)
  assert.deepEqual(inbox.bodies, ['1', '2', '3'])
  await channel.cancel(inbox.consumerTag)
  await untilReady(channel, queue, 0)
})

test('a message is dropped when it was returned more often than the delivery limit', async (t) => {
  const { channel, queue } = await quorumQueue(t, { 'x-delivery-limit': 2 })
  await put(channel, queue, 'poison')
  for (let n = 0; n < 3; n++) {
    const message = await take(channel, queue)
    assert.equal(message.fields.redelivered, n > 0)
    assert.equal(message.properties.headers?.['x-delivery-count'] ?? 0, n)
    channel.reject(message, true)
  }
  await put(channel, queue, 'good')
  assert.equal((await take(channel, queue)).content.toString(), 'good')
  assert.deepEqual(await takeAll(channel, queue), [])
})

test('a message beyond the delivery limit is dead-lettered as delivery_limit', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue: dead } = await channel.assertQueue('', { exclusive: true })
  const queue = await declareQuorum(t, broker, channel, {
    'x-delivery-limit': 1,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': dead,
  })
  await put(channel, queue, 'poison')
  for (let n = 0; n < 2; n++) channel.reject(await take(channel, queue), true)
  const letter = await take(channel, dead)
  assert.equal(letter.content.toString(), 'poison')
  assert.equal(letter.properties.headers?.['x-first-death-reason'], 'delivery_limit')
  assert.equal(letter.properties.headers?.['x-first-death-queue'], queue)
})

test('reject counts towards the delivery limit, nack only as an acquisition', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const { channel, queue } = await quorumQueue(t, { 'x-delivery-limit': 1 })
  await put(channel, queue, 'm')
  const counts: unknown[] = []
  for (const way of ['nack', 'nack', 'nack', 'reject', 'last'] as const) {
    const message = await take(channel, queue)
    const headers = message.properties.headers ?? {}
    counts.push([headers['x-acquired-count'], headers['x-delivery-count']])
    if (way === 'nack') channel.nack(message)
    else channel.reject(message, way === 'reject')
  }
  assert.deepEqual(counts, [
    [undefined, undefined],
    [1, undefined],
    [2, undefined],
    [3, undefined],
    [4, 1],
  ])
})

test('the loss of a connection counts towards the delivery limit', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = await declareQuorum(t, broker, channel, { 'x-delivery-limit': 5 })
  await put(channel, queue, 'm')
  const mortal = await connect(t, broker)
  await take(await channelOf(mortal), queue)
  await mortal.close()
  const message = await take(channel, queue)
  assert.equal(message.fields.redelivered, true)
  assert.equal(message.properties.headers?.['x-delivery-count'], 1)
})

test('unless told otherwise a message is delivered 21 times', { skip: SKIP_IF_EXTERNAL }, async (t) => {
  const { channel, queue } = await quorumQueue(t)
  await put(channel, queue, 'poison')
  let deliveries = 0
  const inbox = await consumeInto(channel, queue, {}, (message) => {
    if (message.content.toString() !== 'poison') return
    deliveries += 1
    channel.reject(message, true)
  })
  await inbox.until(21)
  await put(channel, queue, 'good')
  await inbox.until(22)
  assert.equal(deliveries, 21)
  assert.equal(inbox.bodies.at(-1), 'good')
})

test('messages are served by strict priority of 32 levels, 4 when none is given', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const { channel, queue } = await quorumQueue(t)
  await put(channel, queue, 'low', { priority: 0 })
  await put(channel, queue, 'none')
  await put(channel, queue, 'five', { priority: 5 })
  await put(channel, queue, 'four', { priority: 4 })
  await put(channel, queue, 'highest', { priority: 255 })
  assert.deepEqual(await takeAll(channel, queue), ['highest', 'five', 'none', 'four', 'low'])
})

test('returned messages are served first, in the order of their return', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const { channel, queue } = await quorumQueue(t)
  await putAll(channel, queue, ['1', '2', '3'])
  const first = await take(channel, queue)
  const second = await take(channel, queue)
  channel.nack(second)
  channel.nack(first)
  await untilReady(channel, queue, 3)
  assert.deepEqual(await takeAll(channel, queue), ['2', '1', '3'])
})

test('a quorum queue is durable, shared and named by the client, or refused with 406', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const refused: [string, Options.AssertQueue][] = [
    [uniqueName('transient'), { durable: false }],
    [uniqueName('exclusive'), { exclusive: true }],
    [uniqueName('auto-delete'), { autoDelete: true }],
    ['', {}],
  ]
  for (const [name, options] of refused) {
    const channel = await channelOf(connection)
    const closed = closeOf(channel)
    await assert.rejects(channel.assertQueue(name, { ...options, arguments: { 'x-queue-type': 'quorum' } }))
    assert.equal((await within(closed, 'the close of the channel')).code, 406, JSON.stringify(options))
  }
})

async function quorumQueue(t: TestContext, args: Record<string, unknown> = {}) {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  return { channel, queue: await declareQuorum(t, broker, channel, args) }
}

async function declareQuorum(
  t: TestContext,
  broker: TestBroker,
  channel: ConfirmChannel,
  args: Record<string, unknown>,
): Promise<string> {
  const queue = uniqueName('quorum')
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum', ...args } })
  if (broker.external) {
    cleanUp(t, async () => {
      await channel.deleteQueue(queue)
    })
  }
  return queue
}
