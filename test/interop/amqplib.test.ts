import assert from 'node:assert/strict'
import test from 'node:test'
import { connect as amqplibConnect, type ChannelModel, credentials } from 'amqplib'
import {
  channelOf,
  closeOf,
  connect,
  openChannel,
  openConfirmChannel,
  publish,
  put,
  take,
  takeAll,
  untilReady,
} from '../support/amqplib.js'
import { spawnBroker, startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { until, within } from '../support/wait.js'

test('amqplib publishes every property and header type and gets them back', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const headers = {
    text: 'grüße',
    yes: true,
    no: false,
    small: 7,
    negative: -70_000,
    large: 5_000_000_000,
    fraction: 1.5,
    list: ['a', 1, { deep: true }],
    table: { inner: 'x' },
    bytes: Buffer.from([0, 255, 1]),
    at: { '!': 'timestamp', value: 1_700_000_000 },
    none: null,
  }
  await publish(channel, '', queue, 'body', {
    headers,
    contentType: 'text/plain',
    contentEncoding: 'identity',
    persistent: true,
    priority: 3,
    correlationId: 'c-1',
    replyTo: 'answers',
    expiration: '60000',
    messageId: 'm-1',
    timestamp: 1_700_000_001,
    type: 'greeting',
    appId: 'tests',
  })
  const { properties } = await take(channel, queue, { noAck: true })
  assert.deepEqual(properties.headers, headers)
  assert.equal(properties.contentType, 'text/plain')
  assert.equal(properties.contentEncoding, 'identity')
  assert.equal(properties.deliveryMode, 2)
  assert.equal(properties.priority, 3)
  assert.equal(properties.correlationId, 'c-1')
  assert.equal(properties.replyTo, 'answers')
  assert.equal(properties.expiration, '60000')
  assert.equal(properties.messageId, 'm-1')
  assert.equal(properties.timestamp, 1_700_000_001)
  assert.equal(properties.type, 'greeting')
  assert.equal(properties.appId, 'tests')
})

test('amqplib consumes with acknowledgements, and unacknowledged messages come back', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = uniqueName('work')
  await channel.assertQueue(queue)
  for (const body of ['a', 'b', 'c']) await put(channel, queue, body)
  const consumer = await openChannel(t, broker)
  const inbox = await consumeInto(consumer, queue)
  const [, b] = await inbox.until(3)
  consumer.ack(b!, true)
  await consumer.close()
  await untilReady(channel, queue, 1)
  assert.deepEqual(await takeAll(channel, queue), ['c'])
  await channel.deleteQueue(queue)
})

test('amqplib goes on with another channel after a 404 on a passive declare', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const doomed = await channelOf(connection)
  const closed = closeOf(doomed)
  const missing = uniqueName('missing')
  await assert.rejects(doomed.checkQueue(missing), /404/)
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 404)
  assert.match(error.message, new RegExp(`NOT_FOUND - no queue '${missing}' in vhost '/'`))

  const channel = await channelOf(connection)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  channel.sendToQueue(queue, Buffer.from('still here'))
  assert.equal((await take(channel, queue)).content.toString(), 'still here')
})

test('amqplib gets mandatory messages back that no queue takes', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const events: string[] = []
  channel.on('return', ({ content, fields }) => {
    events.push(`return ${content} ${'replyText' in fields ? fields.replyText : 'without a reason'}`)
  })
  await publish(channel, 'amq.direct', uniqueName('nowhere'), 'lost', { mandatory: true })
  events.push('confirm')
  assert.deepEqual(events, ['return lost NO_ROUTE', 'confirm'])
})

test('amqplib logs in with AMQPLAIN and is refused with a wrong password', async (t) => {
  const broker = await startTestBroker(t)
  const { host, port } = broker
  const connection = await amqplibConnect(`amqp://${host}:${port}`, {
    credentials: credentials.amqplain('guest', 'guest'),
  })
  cleanUp(t, () => connection.close())
  assert.equal(typeof connection.connection.serverProperties.version, 'string')
  await assert.rejects(
    amqplibConnect(`amqp://guest:wrong@${host}:${port}`),
    /ACCESS[_-]REFUSED|403/,
    'the wrong password must be told as a refusal, not as a dropped socket',
  )
})

test("amqplib's heartbeats keep an idle connection open", async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker, 'heartbeat=1')
  let closed = false
  connection.on('close', () => {
    closed = true
  })
  const openedAt = performance.now()
  await until(() => closed || performance.now() - openedAt > 3_200, 'three heartbeats are over')
  assert.equal(closed, false)
  const channel = await channelOf(connection)
  await channel.close()
})

for (const way of ['stop', 'kill'] as const) {
  test(`amqplib recovers by itself when the broker starts again after a ${way}`, async (t) => {
    const broker = await spawnBroker(t)
    const queue = uniqueName('recovered')
    const received: string[] = []
    const connection = await amqplibConnect(broker.url, {
      recovery: {
        initialDelay: 20,
        maxDelay: 200,
        setup: async (model: ChannelModel) => {
          const channel = await model.createChannel()
          channel.on('error', () => {})
          await channel.assertQueue(queue, { durable: true })
          await channel.consume(queue, (message) => {
            if (message === null) return
            received.push(message.content.toString())
            channel.ack(message)
          })
        },
      },
    })
    connection.on('error', () => {})
    cleanUp(t, async () => {
      await (await connection.createChannel()).deleteQueue(queue)
      await connection.close()
    })
    await put(await connection.createConfirmChannel(), queue, 'before')
    await until(() => received.length === 1, 'the first message was received')

    const again = new Promise((resolve) => connection.once('connect', resolve))
    await broker[way]()
    await broker.restart()
    await within(again, 'the connection to recover')
    await put(await connection.createConfirmChannel(), queue, 'after')
    // The first one may come a second time: its acknowledgement may have been lost with the connection.
    await until(() => received.includes('after'), 'the second message was received')
    assert.equal(received.at(-1), 'after')
  })
}
