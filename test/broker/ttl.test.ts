import assert from 'node:assert/strict'
import test from 'node:test'
import { openConfirmChannel, put, take, takeAll, untilReady } from '../support/amqplib.js'
import { SKIP_IF_EXTERNAL, startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { until } from '../support/wait.js'

test('messages of a queue with x-message-ttl are gone when their time is over', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, messageTtl: 100 })
  await put(channel, queue, 'a')
  await put(channel, queue, 'b')
  await untilReady(channel, queue, 2)
  await untilReady(channel, queue, 0)
  assert.equal(await channel.get(queue), false)
})

test('an expired message behind one that lives longer is removed on time, and the ready count falls', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await put(channel, queue, 'for ever')
  await put(channel, queue, 'short', { expiration: '60' })
  await put(channel, queue, 'long', { expiration: '60000' })
  await put(channel, queue, 'also short', { expiration: '60' })
  await untilReady(channel, queue, 4)
  await untilReady(channel, queue, 2)
  assert.deepEqual(await takeAll(channel, queue), ['for ever', 'long'])
})

test('an expired message behind one that lives longer is dead-lettered on time', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue: dead } = await channel.assertQueue('', { exclusive: true })
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    deadLetterExchange: '',
    deadLetterRoutingKey: dead,
  })
  await put(channel, queue, 'for ever')
  const publishedAt = performance.now()
  await put(channel, queue, 'short', { expiration: '100' })
  await untilReady(channel, dead, 1)
  const tookMs = performance.now() - publishedAt
  assert(tookMs >= 99, `it expired after ${tookMs} ms already`)
  const letter = await take(channel, dead)
  assert.equal(letter.content.toString(), 'short')
  assert.equal(letter.properties.expiration, undefined)
  await untilReady(channel, queue, 1)
})

test('a thousand expirations in any order each remove their own message', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const expected: string[] = []
  for (let n = 0; n < 1000; n++) {
    const stays = n % 7 === 0
    if (stays) expected.push(`${n}`)
    channel.sendToQueue(queue, Buffer.from(`${n}`), { expiration: stays ? '60000' : `${(n * 37) % 200}` })
  }
  await channel.waitForConfirms()
  await untilReady(channel, queue, expected.length)
  assert.deepEqual(await takeAll(channel, queue), expected)
})

test('the shorter of queue time and message time counts', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue: patient } = await channel.assertQueue('', { exclusive: true, messageTtl: 60_000 })
  const { queue: hasty } = await channel.assertQueue('', { exclusive: true, messageTtl: 60 })
  await put(channel, patient, 'short', { expiration: '60' })
  await put(channel, hasty, 'long', { expiration: '60000' })
  await untilReady(channel, patient, 0)
  await untilReady(channel, hasty, 0)
})

test('a time of 0 delivers to a waiting consumer and otherwise to nobody', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, messageTtl: 0 })
  await put(channel, queue, 'nobody waits')
  await untilReady(channel, queue, 0)
  const inbox = await consumeInto(channel, queue, { noAck: true })
  await put(channel, queue, 'somebody waits')
  await inbox.until(1)
  assert.deepEqual(inbox.bodies, ['somebody waits'])
})

test('a delivered message does not expire, and one that comes back keeps its deadline', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true, messageTtl: 80 })
  await put(channel, queue, 'held')
  const publishedAt = performance.now()
  const message = await take(channel, queue)
  await until(() => performance.now() - publishedAt > 120, 'its time is over')
  channel.nack(message)
  await until(async () => (await channel.checkQueue(queue)).messageCount === 0, 'it expires at once')
  assert.equal(await channel.get(queue), false)
})
