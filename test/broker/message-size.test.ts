import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
import test from 'node:test'
import { channelOf, closeOf, connect, openConfirmChannel, put, take } from '../support/amqplib.js'
import { SKIP_IF_EXTERNAL, startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { randomBytesOf } from '../support/random.js'
import { within } from '../support/wait.js'

const FIVE_MB = 5_000_000

for (const frameMax of [8192, 0]) {
  const by = frameMax === 0 ? 'frames of the default size' : `frames of at most ${frameMax} bytes`
  test(`a random body of 5 MB arrives whole in ${by}`, async (t) => {
    const seed = randomInt(2 ** 32)
    t.diagnostic(`seed ${seed}`)
    const body = randomBytesOf(seed, FIVE_MB + (seed % 1000))
    const broker = await startTestBroker(t)
    const connection = await connect(t, broker, frameMax === 0 ? '' : `frameMax=${frameMax}`)
    const channel = await connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await put(channel, queue, body)
    const got = await take(channel, queue)
    assert.equal(digestOf(got.content), digestOf(body))
    channel.nack(got)
    const inbox = await consumeInto(channel, queue)
    const [delivered] = await inbox.until(1)
    assert.equal(digestOf(delivered!.content), digestOf(body))
  })
}

test('bodies around the frame size arrive whole, the empty one too', async (t) => {
  const seed = randomInt(2 ** 32)
  t.diagnostic(`seed ${seed}`)
  const connection = await connect(t, await startTestBroker(t), 'frameMax=8192')
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  for (const size of [0, 1, 8183, 8184, 8185, 16_367, 16_368, 16_369]) {
    const body = randomBytesOf(seed + size, size)
    await put(channel, queue, body)
    assert(body.equals((await take(channel, queue, { noAck: true })).content), `a body of ${size} bytes`)
  }
})

test('large bodies of two channels interleave on one connection', async (t) => {
  const seed = randomInt(2 ** 32)
  t.diagnostic(`seed ${seed}`)
  const connection = await connect(t, await startTestBroker(t), 'frameMax=8192')
  const bodies = [0, 1].map((n) => randomBytesOf(seed + n, 400_000 + n))
  await Promise.all(
    bodies.map(async (body) => {
      const channel = await channelOf(connection)
      const { queue } = await channel.assertQueue('', { exclusive: true })
      for (let n = 0; n < 5; n++) channel.sendToQueue(queue, body)
      const inbox = await consumeInto(channel, queue, { noAck: true })
      await inbox.until(5)
      assert(inbox.messages.every((message) => message.content.equals(body)))
    }),
  )
})

test('a message above the size limit closes the channel with 406', { skip: SKIP_IF_EXTERNAL }, async (t) => {
  const broker = await startTestBroker(t, { maxMessageSizeBytes: 100_000 })
  const channel = await openConfirmChannel(t, broker)
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await put(channel, queue, Buffer.alloc(100_000))
  const closed = closeOf(channel)
  channel.sendToQueue(queue, Buffer.alloc(100_001))
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 406)
  assert.match(error.message, /message size 100001 is larger than configured max size 100000/)
})

function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}
