import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type { Channel, ConfirmChannel } from 'amqplib'
import { channelOf, connect, openConfirmChannel, publish, put } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled, within } from '../support/wait.js'

test('offset first delivers everything there is, each message with its offset, again and again', async (t) => {
  const { channel, stream } = await streamOf(t, ['0', '1', '2'])
  for (let n = 0; n < 2; n++) {
    const inbox = await consumeFrom(channel, stream, 'first')
    await inbox.until(3)
    assert.deepEqual(inbox.bodies, ['0', '1', '2'])
    assert.deepEqual(inbox.messages.map(offsetOf), [0, 1, 2])
    await channel.cancel(inbox.consumerTag)
  }
})

test('offset next, the default, delivers only what comes later', async (t) => {
  const { channel, stream } = await streamOf(t, ['0', '1'])
  const next = await consumeFrom(channel, stream, 'next')
  const byDefault = await consumeFrom(channel, stream)
  await put(channel, stream, '2')
  for (const inbox of [next, byDefault]) {
    await inbox.until(1)
    assert.deepEqual(inbox.bodies, ['2'])
    assert.deepEqual(inbox.messages.map(offsetOf), [2])
  }
})

test('offset last begins with the newest chunk', async (t) => {
  const { channel, stream } = await streamOf(t, ['0', '1', '2'])
  const inbox = await consumeFrom(channel, stream, 'last')
  await inbox.until(1)
  assert.deepEqual(inbox.messages.map(offsetOf), [2])
})

test('a number begins at that offset', async (t) => {
  const { channel, stream } = await streamOf(t, ['0', '1', '2', '3'])
  const inbox = await consumeFrom(channel, stream, 2)
  await inbox.until(2)
  assert.deepEqual(inbox.messages.map(offsetOf), [2, 3])
})

test('a timestamp begins with what was written since: everything for one in the past', async (t) => {
  const { channel, stream } = await streamOf(t, ['0', '1'])
  const past = await consumeFrom(channel, stream, {
    '!': 'timestamp',
    value: Math.floor(Date.now() / 1000) - 3600,
  })
  await past.until(2)
  assert.deepEqual(past.messages.map(offsetOf), [0, 1])
})

test('acknowledgements give credit and remove nothing', async (t) => {
  const { channel, stream } = await streamOf(t, ['0', '1', '2', '3'])
  await channel.prefetch(2)
  const inbox = await consumeInto(channel, stream, { arguments: { 'x-stream-offset': 'first' } })
  await inbox.until(2)
  const beforeAck = await settled(() => inbox.messages.length)
  assert(beforeAck < 4, `all ${beforeAck} messages came without an acknowledgement`)
  while (inbox.messages.length < 4) {
    channel.ack(inbox.messages.at(-1)!, true)
    await inbox.until(inbox.messages.length + 1)
  }
  const again = await consumeFrom(channel, stream, 'first')
  await again.until(4)
  assert.deepEqual(again.bodies, ['0', '1', '2', '3'])
})

test('several consumers each get every message', async (t) => {
  const { channel, stream } = await streamOf(t, [])
  const inboxes = [await consumeFrom(channel, stream), await consumeFrom(channel, stream)]
  await publish(channel, '', stream, 'to both', { headers: { h: 1 }, messageId: 'id' })
  for (const inbox of inboxes) {
    const [message] = await inbox.until(1)
    assert.equal(message?.content.toString(), 'to both')
    assert.equal(message?.properties.headers?.h, 1)
    assert.equal(message?.properties.messageId, 'id')
  }
})

test('a stream is consumed with a prefetch, or refused with 406; basic.get is not for streams', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const owner = await channelOf(connection)
  const stream = uniqueName('stream')
  await declareStream(t, owner, stream)

  const without = await channelOf(connection)
  const closed = new Promise<{ code?: number }>((resolve) => without.once('error', resolve))
  await assert.rejects(consumeInto(without, stream))
  assert.equal((await within(closed, 'the close of the channel')).code, 406)

  const doomed = await connect(t, broker)
  const ended = new Promise<{ code?: number }>((resolve) => doomed.once('error', resolve))
  await assert.rejects((await channelOf(doomed)).get(stream))
  assert.equal((await within(ended, 'the close of the connection')).code, 540)
})

async function streamOf(t: TestContext, bodies: readonly string[]) {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const stream = uniqueName('stream')
  await declareStream(t, channel, stream)
  for (const body of bodies) await put(channel, stream, body)
  await channel.prefetch(100)
  return { channel, stream }
}

async function declareStream(t: TestContext, channel: Channel, stream: string): Promise<void> {
  await channel.assertQueue(stream, { durable: true, arguments: { 'x-queue-type': 'stream' } })
  cleanUp(t, async () => {
    await channel.deleteQueue(stream)
  })
}

function consumeFrom(channel: ConfirmChannel, stream: string, offset?: unknown) {
  return consumeInto(
    channel,
    stream,
    offset === undefined ? {} : { arguments: { 'x-stream-offset': offset } },
    (message) => channel.ack(message),
  )
}

function offsetOf(message: { properties: { headers?: Record<string, unknown> | undefined } }): unknown {
  return message.properties.headers?.['x-stream-offset']
}
