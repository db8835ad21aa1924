import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { AMQPClient, type AMQPMessage, AMQPSession } from '@cloudamqp/amqp-client'
import { spawnBroker, startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { uniqueName } from '../support/names.js'
import { until, within } from '../support/wait.js'

test("CloudAMQP's client publishes with confirms and consumes with acknowledgements", async (t) => {
  const client = await connect(t, await startTestBroker(t))
  const channel = await client.channel()
  await channel.confirmSelect()
  const { name } = await channel.queueDeclare('', { exclusive: true })
  const tags: number[] = []
  for (let n = 0; n < 10; n++) {
    tags.push(await channel.basicPublish('', name, `message ${n}`, { deliveryMode: 2, headers: { n } }))
  }
  assert.deepEqual(tags, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const received: AMQPMessage[] = []
  await channel.basicQos(3)
  await channel.basicConsume(name, { noAck: false }, async (message) => {
    received.push(message)
    await message.ack()
  })
  await until(() => received.length === 10, 'ten messages were received')
  assert.equal(received[9]?.bodyString(), 'message 9')
  assert.deepEqual(received[9]?.properties.headers, { n: 9 })
  await until(async () => {
    return (await channel.queueDeclare(name, { passive: true })).messageCount === 0
  }, 'the queue is empty')
})

test("CloudAMQP's client gets single messages and puts one back", async (t) => {
  const client = await connect(t, await startTestBroker(t))
  const channel = await client.channel()
  const { name } = await channel.queueDeclare('', { exclusive: true })
  assert.equal(await channel.basicGet(name), null)
  await channel.confirmSelect()
  await channel.basicPublish('', name, 'again')
  const first = await channel.basicGet(name, { noAck: false })
  assert.equal(first?.redelivered, false)
  await first?.nack(true)
  let second: AMQPMessage | null = null
  await until(async () => {
    second = await channel.basicGet(name, { noAck: false })
    return second !== null
  }, 'the message came back')
  assert.equal((second as AMQPMessage | null)?.redelivered, true)
  assert.equal((second as AMQPMessage | null)?.bodyString(), 'again')
})

test("CloudAMQP's client goes on after a 404 on a passive declare", async (t) => {
  const client = await connect(t, await startTestBroker(t))
  const doomed = await client.channel()
  doomed.onerror = () => {}
  await assert.rejects(
    doomed.queueDeclare(uniqueName('missing'), { passive: true }),
    /NOT_FOUND.*no queue|404/,
  )
  const channel = await client.channel()
  const { name } = await channel.queueDeclare('', { exclusive: true })
  assert.match(name, /^amq\.gen-/)
})

test("CloudAMQP's client sends and receives a body over many frames", async (t) => {
  const client = await connect(t, await startTestBroker(t), '?frameMax=8192')
  const channel = await client.channel()
  await channel.confirmSelect()
  const { name } = await channel.queueDeclare('', { exclusive: true })
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 251))
  await channel.basicPublish('', name, body)
  const message = await channel.basicGet(name, { noAck: true })
  assert(message?.body instanceof Uint8Array)
  assert(body.equals(message.body))
})

test("CloudAMQP's session recovers by itself from a restart of the broker", async (t) => {
  const broker = await spawnBroker(t)
  const name = uniqueName('recovered')
  let connections = 0
  const session = await AMQPSession.connect(broker.url, {
    reconnectInterval: 50,
    maxReconnectInterval: 200,
    logger: null,
    onconnect: () => {
      connections += 1
    },
  })
  cleanUp(t, () => session.stop())
  const connectionsBefore = connections
  const queue = await session.queue(name, { durable: true })
  const received: (string | null)[] = []
  await queue.subscribe({ noAck: false }, (message) => {
    received.push(message.bodyString())
  })
  await queue.publish('before')
  await until(() => received.length === 1, 'the first message was received')

  await broker.restart()
  await until(() => connections > connectionsBefore, 'the session has recovered')
  // A session recovers its consumers but declares no queue again, and one in memory is gone: forget and declare it.
  await queue.delete()
  const again = await session.queue(name, { durable: true })
  const receivedAgain: (string | null)[] = []
  const subscription = await again.subscribe({ noAck: false }, (message) => {
    receivedAgain.push(message.bodyString())
  })
  await again.publish('after')
  await until(() => [...received, ...receivedAgain].includes('after'), 'the second message was received')
  await subscription.cancel()
  await again.delete()
})

async function connect(t: TestContext, broker: { url: string }, query = ''): Promise<AMQPClient> {
  const client = new AMQPClient(`${broker.url}/${query}`, undefined, null)
  client.onerror = () => {}
  await within(client.connect(), 'the connection')
  cleanUp(t, async () => {
    if (!client.closed) await client.close()
  })
  return client
}
