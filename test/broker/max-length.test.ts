import assert from 'node:assert/strict'
import test from 'node:test'
import { openConfirmChannel, put, putAll, take, takeAll, untilReady } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'

test('drop-head: the oldest messages make room for new ones and are dead-lettered as maxlen', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue: dead } = await channel.assertQueue('', { exclusive: true })
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    maxLength: 2,
    deadLetterExchange: '',
    deadLetterRoutingKey: dead,
  })
  for (const body of ['1', '2', '3', '4']) await put(channel, queue, body)
  await untilReady(channel, dead, 2)
  const letter = await take(channel, dead, { noAck: true })
  assert.equal(letter.content.toString(), '1')
  assert.equal(letter.properties.headers?.['x-first-death-reason'], 'maxlen')
  assert.deepEqual(await takeAll(channel, dead), ['2'])
  assert.deepEqual(await takeAll(channel, queue), ['3', '4'])
})

test('reject-publish: the newest message is nacked, nothing that was confirmed is dropped', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    maxLength: 2,
    arguments: { 'x-overflow': 'reject-publish' },
  })
  await put(channel, queue, '1')
  await put(channel, queue, '2')
  await assert.rejects(put(channel, queue, '3'), /nack/)
  assert.deepEqual(await takeAll(channel, queue), ['1', '2'])
  await put(channel, queue, '4')
  assert.deepEqual(await takeAll(channel, queue), ['4'])
})

test('reject-publish-dlx: the newest message is nacked and dead-lettered', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue: dead } = await channel.assertQueue('', { exclusive: true })
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    maxLength: 1,
    deadLetterExchange: '',
    deadLetterRoutingKey: dead,
    arguments: { 'x-overflow': 'reject-publish-dlx' },
  })
  await put(channel, queue, '1')
  await assert.rejects(put(channel, queue, '2'), /nack/)
  assert.equal((await take(channel, dead)).content.toString(), '2')
  assert.deepEqual(await takeAll(channel, queue), ['1'])
})

test('x-max-length-bytes counts the bodies of ready messages', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    arguments: { 'x-max-length-bytes': 10 },
  })
  for (const body of ['aaaa', 'bbbb', 'cc', 'dddd']) await put(channel, queue, body)
  assert.deepEqual(await takeAll(channel, queue), ['bbbb', 'cc', 'dddd'])
  await put(channel, queue, 'x'.repeat(11))
  await untilReady(channel, queue, 0)
})

test('unacknowledged messages do not count towards the length', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, maxLength: 2 })
  await putAll(channel, queue, ['1', '2'])
  const held = await take(channel, queue)
  await put(channel, queue, '3')
  await untilReady(channel, queue, 2)
  channel.ack(held)
  assert.deepEqual(await takeAll(channel, queue), ['2', '3'])
})

test('one full queue of several nacks the message, and the others keep it', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue: full } = await channel.assertQueue('', {
    exclusive: true,
    maxLength: 1,
    arguments: { 'x-overflow': 'reject-publish' },
  })
  const { queue: roomy } = await channel.assertQueue('', { exclusive: true })
  await put(channel, full, '1')
  await assert.rejects(put(channel, full, '2', { CC: [roomy] }), /nack/)
  assert.deepEqual(await takeAll(channel, roomy), ['2'])
  assert.deepEqual(await takeAll(channel, full), ['1'])
})
