import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { Connection, type ConsumerHandler, type ConsumerProps, ConsumerStatus } from 'rabbitmq-client'
import { spawnBroker, startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { uniqueName } from '../support/names.js'
import { until, within } from '../support/wait.js'

test('rabbitmq-client publishes with confirms and consumes with acknowledgements', async (t) => {
  const rabbit = await connect(t, await startTestBroker(t))
  const queue = uniqueName('work')
  const received: unknown[] = []
  const consumer = await consume(
    t,
    rabbit,
    { queue, queueOptions: { queue, autoDelete: true } },
    (message) => {
      received.push(message.body)
    },
  )
  const publisher = rabbit.createPublisher({ confirm: true })
  cleanUp(t, () => publisher.close())
  for (let n = 0; n < 10; n++) await publisher.send(queue, { n })
  await until(() => received.length === 10, 'ten messages were received')
  assert.deepEqual(
    received,
    Array.from({ length: 10 }, (_, n) => ({ n })),
  )
  await until(() => consumer.stats.acknowledged === 10, 'ten messages were acknowledged')
})

test('rabbitmq-client gets a message again that its handler sent back to the queue', async (t) => {
  const rabbit = await connect(t, await startTestBroker(t))
  const queue = uniqueName('retry')
  const redelivered: boolean[] = []
  await consume(t, rabbit, { queue, queueOptions: { queue, autoDelete: true } }, (message) => {
    redelivered.push(message.redelivered)
    return message.redelivered ? ConsumerStatus.ACK : ConsumerStatus.REQUEUE
  })
  const publisher = rabbit.createPublisher({ confirm: true })
  cleanUp(t, () => publisher.close())
  await publisher.send(queue, 'twice')
  await until(() => redelivered.length === 2, 'the message came twice')
  assert.deepEqual(redelivered, [false, true])
})

test('rabbitmq-client gets single messages, and nothing from an empty queue', async (t) => {
  const rabbit = await connect(t, await startTestBroker(t))
  const { queue } = await rabbit.queueDeclare({ queue: '', exclusive: true })
  assert.equal(await rabbit.basicGet({ queue, noAck: true }), undefined)
  const publisher = rabbit.createPublisher({ confirm: true })
  cleanUp(t, () => publisher.close())
  await publisher.send({ routingKey: queue, correlationId: 'c', headers: { x: 1 } }, Buffer.from([1, 2, 3]))
  const message = await rabbit.basicGet({ queue, noAck: true })
  assert.deepEqual(message?.body, Buffer.from([1, 2, 3]))
  assert.equal(message?.correlationId, 'c')
  assert.deepEqual(message?.headers, { x: 1 })
  assert.equal(message?.messageCount, 0)
})

test('rabbitmq-client goes on after a 404 on a passive declare', async (t) => {
  const rabbit = await connect(t, await startTestBroker(t))
  await assert.rejects(rabbit.queueDeclare({ queue: uniqueName('missing'), passive: true }), {
    code: 'NOT_FOUND',
  })
  const { queue, messageCount } = await rabbit.queueDeclare({ queue: '', exclusive: true })
  assert.match(queue, /^amq\.gen-/)
  assert.equal(messageCount, 0)
})

test('rabbitmq-client calls a remote procedure by direct reply-to', async (t) => {
  const rabbit = await connect(t, await startTestBroker(t))
  const queue = uniqueName('rpc')
  await consume(t, rabbit, { queue, queueOptions: { queue, autoDelete: true } }, async (request, reply) => {
    await reply(`${request.body}!`)
  })
  const client = rabbit.createRPCClient({ confirm: true, timeout: 10_000 })
  cleanUp(t, () => client.close())
  const answer = await client.send(queue, 'ping')
  assert.equal(answer.body, 'ping!')
})

test('rabbitmq-client recovers by itself from a restart of the broker', async (t) => {
  const broker = await spawnBroker(t)
  const rabbit = await connect(t, broker)
  const queue = uniqueName('recovered')
  const received: unknown[] = []
  await consume(t, rabbit, { queue, queueOptions: { queue, durable: true } }, (message) => {
    received.push(message.body)
  })
  const publisher = rabbit.createPublisher({
    confirm: true,
    maxAttempts: 10,
    queues: [{ queue, durable: true }],
  })
  cleanUp(t, async () => {
    await publisher.close()
  })
  await publisher.send(queue, 'before')
  await until(() => received.length === 1, 'the first message was received')
  const again = new Promise<void>((resolve) => rabbit.once('connection', () => resolve()))
  await broker.restart()
  await within(again, 'the connection to recover')
  await publisher.send(queue, 'after')
  // The first one may come a second time: its acknowledgement may have been lost with the connection.
  await until(() => received.includes('after'), 'the second message was received')
  assert.equal(received.at(-1), 'after')
})

async function connect(t: TestContext, broker: { url: string }): Promise<Connection> {
  const rabbit = new Connection({ url: broker.url, retryLow: 50, retryHigh: 200 })
  // Emitted when the connection is lost, which the tests bring about themselves.
  rabbit.on('error', () => {})
  cleanUp(t, () => rabbit.close())
  await rabbit.onConnect(10_000)
  return rabbit
}

async function consume(t: TestContext, rabbit: Connection, props: ConsumerProps, handler: ConsumerHandler) {
  const consumer = rabbit.createConsumer(props, handler)
  consumer.on('error', () => {})
  cleanUp(t, () => consumer.close())
  await within(new Promise<void>((resolve) => consumer.once('ready', () => resolve())), 'the consumer')
  return consumer
}
