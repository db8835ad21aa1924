import assert from 'node:assert/strict'
import test from 'node:test'
import type { ConfirmChannel, Options } from 'amqplib'
import { openConfirmChannel, publish, put, putAll, take, takeAll, untilReady } from '../support/amqplib.js'
import { SKIP_IF_EXTERNAL, startTestBroker } from '../support/broker.js'
import { uniqueName } from '../support/names.js'
import { settled, until } from '../support/wait.js'

interface Death {
  readonly count: number
  readonly reason: string
  readonly queue: string
  readonly exchange: string
  readonly 'routing-keys': string[]
  readonly time: { readonly '!': string; readonly value: number }
  readonly 'original-expiration'?: string
}

test('a rejected message is dead-lettered with its whole history in x-death', async (t) => {
  const { channel, queue, dead } = await queueWithDeadLetters(await confirmChannel(t))
  const sentAt = Math.floor(Date.now() / 1000)
  await put(channel, queue, 'bad', { headers: { mine: 1 }, messageId: 'm', persistent: true })
  channel.nack(await take(channel, queue), false, false)
  const letter = await take(channel, dead)
  assert.equal(letter.content.toString(), 'bad')
  assert.equal(letter.properties.messageId, 'm')
  assert.equal(letter.properties.deliveryMode, 2)
  assert.equal(letter.fields.exchange, '')
  assert.equal(letter.fields.routingKey, dead)
  const headers = letter.properties.headers as Record<string, unknown>
  const [death, ...older] = headers['x-death'] as Death[]
  assert.equal(older.length, 0)
  const { time, ...rest } = death!
  assert.deepEqual(rest, { count: 1, reason: 'rejected', queue, exchange: '', 'routing-keys': [queue] })
  assert.equal(time['!'], 'timestamp')
  assert(time.value >= sentAt && time.value <= sentAt + 10, `its time is ${time.value}`)
  assert.equal(headers.mine, 1)
  assert.equal(headers['x-first-death-reason'], 'rejected')
  assert.equal(headers['x-first-death-queue'], queue)
  assert.equal(headers['x-first-death-exchange'], '')
})

test('an expired message is dead-lettered under its own routing key when no other is set', async (t) => {
  const channel = await confirmChannel(t)
  const exchange = uniqueName('dlx')
  await channel.assertExchange(exchange, 'direct', { autoDelete: true, durable: false })
  const { queue } = await channel.assertQueue('', { exclusive: true, deadLetterExchange: exchange })
  const { queue: dead } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(dead, exchange, queue)
  await put(channel, queue, 'late', { expiration: '30' })
  const letter = await take(channel, dead)
  assert.equal(letter.fields.exchange, exchange)
  assert.equal(letter.fields.routingKey, queue)
  assert.equal(letter.properties.expiration, undefined)
  const [death] = deathsOf(letter)
  assert.equal(death?.reason, 'expired')
  assert.equal(death?.['original-expiration'], '30')
})

test('the routing keys in x-death name CC and leave out BCC', async (t) => {
  const { channel, queue, dead } = await queueWithDeadLetters(await confirmChannel(t))
  await put(channel, queue, 'copied', { CC: ['visible'], BCC: ['hidden'] })
  channel.nack(await take(channel, queue), false, false)
  const letter = await take(channel, dead)
  assert.deepEqual(deathsOf(letter)[0]?.['routing-keys'], [queue, 'visible'])
})

test('a message that dies again for the same reason in the same queue is counted up', async (t) => {
  const channel = await confirmChannel(t)
  const [main, retry] = [uniqueName('main'), uniqueName('retry')]
  await channel.assertQueue(main, { exclusive: true, deadLetterExchange: '', deadLetterRoutingKey: retry })
  await channel.assertQueue(retry, {
    exclusive: true,
    messageTtl: 20,
    deadLetterExchange: '',
    deadLetterRoutingKey: main,
  })
  await put(channel, main, 'stubborn')
  for (let n = 0; n < 3; n++) channel.nack(await take(channel, main), false, false)
  const survivor = await take(channel, main)
  assert.deepEqual(
    deathsOf(survivor).map(({ queue, reason, count }) => ({ queue, reason, count })),
    [
      { queue: retry, reason: 'expired', count: 3 },
      { queue: main, reason: 'rejected', count: 3 },
    ],
  )
  const headers = survivor.properties.headers as Record<string, unknown>
  assert.equal(headers['x-first-death-queue'], main)
})

test('x-last-death follows the newest death', { skip: SKIP_IF_EXTERNAL }, async (t) => {
  const channel = await confirmChannel(t)
  const { queue: last } = await channel.assertQueue('', { exclusive: true })
  const { queue: middle } = await channel.assertQueue('', deadLetterTo(last, { messageTtl: 10 }))
  const { queue: first } = await channel.assertQueue('', deadLetterTo(middle))
  await put(channel, first, 'm')
  channel.nack(await take(channel, first), false, false)
  const headers = (await take(channel, last)).properties.headers as Record<string, unknown>
  assert.equal(headers['x-first-death-queue'], first)
  assert.equal(headers['x-first-death-reason'], 'rejected')
  assert.equal(headers['x-last-death-queue'], middle)
  assert.equal(headers['x-last-death-reason'], 'expired')
})

test('a message that went round without a rejection is dropped, not sent round again', async (t) => {
  const channel = await confirmChannel(t)
  const [a, b] = [uniqueName('a'), uniqueName('b')]
  await channel.assertQueue(a, {
    exclusive: true,
    messageTtl: 20,
    deadLetterExchange: '',
    deadLetterRoutingKey: b,
  })
  await channel.assertQueue(b, {
    exclusive: true,
    messageTtl: 20,
    deadLetterExchange: '',
    deadLetterRoutingKey: a,
  })
  await put(channel, a, 'round and round')
  await untilReady(channel, b, 1)
  await untilReady(channel, b, 0)
  await settled(() => 0, 60)
  await untilReady(channel, a, 0)
  await untilReady(channel, b, 0)
})

test('nothing dies of a missing dead-letter exchange', async (t) => {
  const channel = await confirmChannel(t)
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    deadLetterExchange: uniqueName('missing'),
  })
  await put(channel, queue, 'nowhere to go')
  channel.nack(await take(channel, queue), false, false)
  await put(channel, queue, 'next')
  assert.equal((await take(channel, queue)).content.toString(), 'next')
})

test('purging and deleting a queue dead-letters nothing', async (t) => {
  const { channel, queue, dead } = await queueWithDeadLetters(await confirmChannel(t))
  await putAll(channel, queue, ['1', '2'])
  await channel.purgeQueue(queue)
  await put(channel, queue, '3')
  await channel.deleteQueue(queue)
  await settled(() => 0)
  await untilReady(channel, dead, 0)
})

test('a thousand messages of a closed door all arrive in the dead-letter queue, in order', async (t) => {
  const { channel, queue, dead } = await queueWithDeadLetters(await confirmChannel(t))
  const bodies = Array.from({ length: 1000 }, (_, n) => `${n}`)
  await putAll(channel, queue, bodies)
  await channel.consume(queue, (message) => message !== null && channel.nack(message, false, false))
  await untilReady(channel, dead, 1000)
  assert.deepEqual(await takeAll(channel, dead), bodies)
  await untilReady(channel, queue, 0)
})

test('a message stays in its at-least-once queue while the dead-letter queue refuses it, and moves when there is room', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const channel = await confirmChannel(t)
  const dead = await fullyBookedQueue(channel)
  const queue = uniqueName('quorum')
  const atLeastOnce = {
    exclusive: false,
    arguments: {
      'x-queue-type': 'quorum',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  }
  await channel.assertQueue(queue, deadLetterTo(dead, atLeastOnce))
  await putAll(channel, queue, ['first', 'second'])
  const first = await take(channel, queue)
  const second = await take(channel, queue)
  channel.nack(first, false, false)
  await untilReady(channel, dead, 1)
  channel.nack(second, false, false)
  await settled(() => 0)
  assert.deepEqual(await takeAll(channel, dead), ['first'])
  await until(async () => (await channel.checkQueue(dead)).messageCount === 1, 'the second moves', 3000)
  assert.deepEqual(await takeAll(channel, dead), ['second'])
})

test('a classic queue drops a letter that the dead-letter queue refuses, as RabbitMQ does', async (t) => {
  const channel = await confirmChannel(t)
  const dead = await fullyBookedQueue(channel)
  const queue = uniqueName('classic')
  await channel.assertQueue(queue, deadLetterTo(dead))
  await putAll(channel, queue, ['first', 'second'])
  channel.nack(await take(channel, queue), false, false)
  await untilReady(channel, dead, 1)
  channel.nack(await take(channel, queue), false, false)
  await settled(() => 0)
  assert.deepEqual(await takeAll(channel, dead), ['first'])
  assert.equal((await channel.checkQueue(queue)).messageCount, 0)
})

/** A queue that takes one message and refuses the next. */
async function fullyBookedQueue(channel: ConfirmChannel): Promise<string> {
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    maxLength: 1,
    arguments: { 'x-overflow': 'reject-publish' },
  })
  return queue
}

test('messages of an exchange are dead-lettered under that exchange in x-death', async (t) => {
  const { channel, queue, dead } = await queueWithDeadLetters(await confirmChannel(t))
  const exchange = uniqueName('orders')
  await channel.assertExchange(exchange, 'topic', { durable: false, autoDelete: true })
  await channel.bindQueue(queue, exchange, 'order.#')
  await publish(channel, exchange, 'order.new', 'o')
  channel.nack(await take(channel, queue), false, false)
  const [death] = deathsOf(await take(channel, dead))
  assert.equal(death?.exchange, exchange)
  assert.deepEqual(death?.['routing-keys'], ['order.new'])
})

async function confirmChannel(t: Parameters<typeof startTestBroker>[0]): Promise<ConfirmChannel> {
  return openConfirmChannel(t, await startTestBroker(t))
}

function deadLetterTo(queue: string, more: Options.AssertQueue = {}): Options.AssertQueue {
  return { exclusive: true, deadLetterExchange: '', deadLetterRoutingKey: queue, ...more }
}

async function queueWithDeadLetters(channel: ConfirmChannel) {
  const { queue: dead } = await channel.assertQueue('', { exclusive: true })
  const { queue } = await channel.assertQueue('', deadLetterTo(dead))
  return { channel, queue, dead }
}

function deathsOf(message: { properties: { headers?: Record<string, unknown> | undefined } }): Death[] {
  return message.properties.headers?.['x-death'] as Death[]
}
