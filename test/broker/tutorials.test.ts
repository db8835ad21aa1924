import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import type { Channel } from 'amqplib'
import {
  channelOf,
  connect,
  openChannel,
  openConfirmChannel,
  put,
  takeAll,
  untilReady,
} from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled, until, within } from '../support/wait.js'

// What RabbitMQ's six tutorials teach, each with amqplib.

test('tutorial 1: a message sent to a queue is received by its consumer', async (t) => {
  const broker = await startTestBroker(t)
  const sender = await openChannel(t, broker)
  const receiver = await openChannel(t, broker)
  const queue = uniqueName('hello')
  await sender.assertQueue(queue, { durable: true, autoDelete: true })
  const inbox = await consumeInto(receiver, queue, { noAck: true })
  sender.sendToQueue(queue, Buffer.from('Hello World!'))
  const [message] = await inbox.until(1)
  assert.equal(message?.content.toString(), 'Hello World!')
  assert.equal(message?.fields.routingKey, queue)
  assert.equal(message?.fields.exchange, '')
})

test('tutorial 2: with prefetch 1 a busy worker gets no second task while another is idle', async (t) => {
  const broker = await startTestBroker(t)
  const sender = await openConfirmChannel(t, broker)
  const queue = uniqueName('tasks')
  await sender.assertQueue(queue, { durable: true, autoDelete: true })
  const busy = await openChannel(t, broker)
  const idle = await openChannel(t, broker)
  await busy.prefetch(1)
  await idle.prefetch(1)
  const stuck = await consumeInto(busy, queue)
  await put(sender, queue, 'long task', { persistent: true })
  await stuck.until(1)

  const quick = await consumeInto(idle, queue, {}, (message) => idle.ack(message))
  for (let n = 0; n < 10; n++) await put(sender, queue, `short task ${n}`, { persistent: true })
  await quick.until(10)
  assert.deepEqual(stuck.bodies, ['long task'])
  busy.ack(stuck.messages[0]!)
  await put(sender, queue, 'one more', { persistent: true })
  await until(
    () => stuck.messages.length + quick.messages.length === 12,
    'the last task was given to someone',
  )
})

test('tutorial 2: the task of a worker that dies is given to another, marked redelivered', async (t) => {
  const broker = await startTestBroker(t)
  const sender = await openConfirmChannel(t, broker)
  const queue = uniqueName('tasks')
  await sender.assertQueue(queue, { durable: true })
  const mortal = await connect(t, broker)
  const mortalChannel = await channelOf(mortal)
  const dying = await consumeInto(mortalChannel, queue)
  await put(sender, queue, 'task', { persistent: true })
  const [first] = await dying.until(1)
  assert.equal(first?.fields.redelivered, false)

  const survivor = await openChannel(t, broker)
  const surviving = await consumeInto(survivor, queue, {}, (message) => survivor.ack(message))
  await mortal.close()
  const [again] = await surviving.until(1)
  assert.equal(again?.content.toString(), 'task')
  assert.equal(again?.fields.redelivered, true)
  assert.equal(again?.properties.deliveryMode, 2)
  await untilReady(sender, queue, 0)
  await sender.deleteQueue(queue)
})

test('tutorial 3: a fanout exchange gives every subscriber its own copy', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const logs = uniqueName('logs')
  await channel.assertExchange(logs, 'fanout', { durable: false, autoDelete: true })
  const inboxes = []
  for (let n = 0; n < 3; n++) {
    const subscriber = await openChannel(t, broker)
    const { queue } = await subscriber.assertQueue('', { exclusive: true })
    assert.match(queue, /^amq\.gen-[\w-]{22}$/)
    await subscriber.bindQueue(queue, logs, '')
    inboxes.push(await consumeInto(subscriber, queue, { noAck: true }))
  }
  channel.publish(logs, '', Buffer.from('info: hello'))
  channel.publish(logs, 'any key', Buffer.from('info: again'))
  for (const inbox of inboxes) {
    await inbox.until(2)
    assert.deepEqual(inbox.bodies, ['info: hello', 'info: again'])
  }
})

test('tutorial 4: a direct exchange delivers by exact routing key, several keys to one queue', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const exchange = uniqueName('direct-logs')
  await channel.assertExchange(exchange, 'direct', { durable: false, autoDelete: true })
  const errors = await boundQueue(channel, exchange, ['error'])
  const all = await boundQueue(channel, exchange, ['info', 'warning', 'error'])
  for (const severity of ['info', 'warning', 'error', 'Error', 'debug']) {
    channel.publish(exchange, severity, Buffer.from(severity))
  }
  await channel.waitForConfirms()
  assert.deepEqual(await takeAll(channel, errors), ['error'])
  assert.deepEqual(await takeAll(channel, all), ['info', 'warning', 'error'])
})

test('tutorial 5: a topic exchange matches words, * for one and # for any number', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const exchange = uniqueName('topic-logs')
  await channel.assertExchange(exchange, 'topic', { durable: false, autoDelete: true })
  const orange = await boundQueue(channel, exchange, ['*.orange.*'])
  const lazyOrRabbit = await boundQueue(channel, exchange, ['*.*.rabbit', 'lazy.#'])
  const everything = await boundQueue(channel, exchange, ['#'])
  const keys = [
    'quick.orange.rabbit',
    'lazy.orange.elephant',
    'quick.orange.fox',
    'lazy.brown.fox',
    'lazy.pink.rabbit',
    'quick.brown.fox',
    'orange',
    'quick.orange.new.rabbit',
    'lazy.orange.new.rabbit',
    'lazy',
  ]
  for (const key of keys) channel.publish(exchange, key, Buffer.from(key))
  await channel.waitForConfirms()
  assert.deepEqual(await takeAll(channel, orange), [
    'quick.orange.rabbit',
    'lazy.orange.elephant',
    'quick.orange.fox',
  ])
  assert.deepEqual(await takeAll(channel, lazyOrRabbit), [
    'quick.orange.rabbit',
    'lazy.orange.elephant',
    'lazy.brown.fox',
    'lazy.pink.rabbit',
    'lazy.orange.new.rabbit',
    'lazy',
  ])
  assert.deepEqual(await takeAll(channel, everything), keys)
})

test('tutorial 6: remote calls are answered on an exclusive reply queue by correlation id', async (t) => {
  const broker = await startTestBroker(t)
  const rpcQueue = await serveFibonacci(await openChannel(t, broker))
  const client = await openChannel(t, broker)
  const { queue: replyTo } = await client.assertQueue('', { exclusive: true })
  const answers = await callFibonacci(client, rpcQueue, replyTo, [10, 20, 30])
  assert.deepEqual(answers, ['55', '6765', '832040'])
})

test('tutorial 6: remote calls are answered without a reply queue, by direct reply-to', async (t) => {
  const broker = await startTestBroker(t)
  const rpcQueue = await serveFibonacci(await openChannel(t, broker))
  const client = await openChannel(t, broker)
  const answers = await callFibonacci(client, rpcQueue, 'amq.rabbitmq.reply-to', [10, 20, 30])
  assert.deepEqual(answers, ['55', '6765', '832040'])
})

test('tutorial 7: each published message is confirmed on its own', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  for (let n = 0; n < 20; n++) await put(channel, queue, `${n}`)
  await untilReady(channel, queue, 20)
})

test('tutorial 7: messages are confirmed in batches', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  for (let batch = 0; batch < 5; batch++) {
    for (let n = 0; n < 100; n++) channel.sendToQueue(queue, Buffer.from(`${batch}.${n}`))
    await within(channel.waitForConfirms(), 'the confirms of a batch')
  }
  await untilReady(channel, queue, 500)
})

test('tutorial 7: confirms arrive while publishing goes on, one for each message', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const outstanding = new Set<number>()
  for (let n = 0; n < 1000; n++) {
    outstanding.add(n)
    channel.sendToQueue(queue, Buffer.from(`${n}`), {}, (error) => {
      assert.equal(error, null)
      assert(outstanding.delete(n), `message ${n} was confirmed twice`)
    })
  }
  await until(() => outstanding.size === 0, 'all 1000 messages are confirmed')
  await untilReady(channel, queue, 1000)
})

async function boundQueue(channel: Channel, exchange: string, keys: readonly string[]): Promise<string> {
  const { queue } = await channel.assertQueue('', { exclusive: true })
  for (const key of keys) await channel.bindQueue(queue, exchange, key)
  return queue
}

/** Answers each request with the Fibonacci number it asks for; returns the name of the request queue. */
async function serveFibonacci(server: Channel): Promise<string> {
  const rpcQueue = uniqueName('rpc')
  await server.assertQueue(rpcQueue, { durable: false, exclusive: false, autoDelete: true })
  await server.prefetch(1)
  await consumeInto(server, rpcQueue, {}, (request) => {
    const { replyTo, correlationId } = request.properties
    const answer = fibonacci(Number(request.content.toString()))
    server.sendToQueue(replyTo, Buffer.from(`${answer}`), { correlationId })
    server.ack(request)
  })
  return rpcQueue
}

function fibonacci(n: number): number {
  let [a, b] = [0, 1]
  for (let i = 0; i < n; i++) [a, b] = [b, a + b]
  return a
}

async function callFibonacci(
  client: Channel,
  rpcQueue: string,
  replyTo: string,
  questions: readonly number[],
): Promise<(string | undefined)[]> {
  const answers = new Map<string, string>()
  await consumeInto(client, replyTo, { noAck: true }, (answer) => {
    answers.set(answer.properties.correlationId, answer.content.toString())
  })
  const ids = questions.map(() => randomUUID())
  for (const [n, correlationId] of ids.entries()) {
    client.sendToQueue(rpcQueue, Buffer.from(`${questions[n]}`), { replyTo, correlationId })
  }
  await until(() => answers.size === questions.length, 'every call is answered')
  await settled(() => answers.size)
  return ids.map((id) => answers.get(id))
}
