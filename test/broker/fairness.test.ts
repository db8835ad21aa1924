import assert from 'node:assert/strict'
import test from 'node:test'
import { channelOf, connect, openConfirmChannel, putAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { clientChannel, connectClient } from '../support/client.js'
import { consumeInto, type Inbox } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { until } from '../support/wait.js'

const FORTY = Array.from({ length: 40 }, (_, n) => `${n}`)

for (const connections of [1, 4]) {
  test(`four consumers on ${connections} connection(s) with prefetch 100 share 40 messages evenly`, async (t) => {
    const broker = await startTestBroker(t)
    const publisher = await openConfirmChannel(t, broker)
    const queue = uniqueName('shared')
    await publisher.assertQueue(queue, { autoDelete: true })
    const inboxes: Inbox[] = []
    let connection = await connect(t, broker)
    for (let n = 0; n < 4; n++) {
      if (connections > 1 && n > 0) connection = await connect(t, broker)
      const channel = await channelOf(connection)
      await channel.prefetch(100)
      inboxes.push(await consumeInto(channel, queue))
    }
    await putAll(publisher, queue, FORTY)
    await until(() => countOf(inboxes) === 40, 'all messages have arrived')
    assert.deepEqual(
      inboxes.map((inbox) => inbox.messages.length),
      [10, 10, 10, 10],
    )
    for (const inbox of inboxes) {
      const numbers = inbox.bodies.map(Number)
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
        'each consumer gets its share in order',
      )
    }
  })
}

test('consumers that acknowledge go on sharing while the queue stays busy', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('busy')
  await publisher.assertQueue(queue, { autoDelete: true })
  const inboxes: Inbox[] = []
  for (let n = 0; n < 2; n++) {
    const channel = await channelOf(await connect(t, broker))
    await channel.prefetch(10)
    inboxes.push(await consumeInto(channel, queue, {}, (message) => channel.ack(message)))
  }
  await putAll(
    publisher,
    queue,
    Array.from({ length: 2000 }, (_, n) => `${n}`),
  )
  await until(() => countOf(inboxes) === 2000, 'all messages have arrived')
  for (const inbox of inboxes) assert(inbox.messages.length > 400, `one of them got ${inbox.messages.length}`)
})

test('a publisher that floods one queue does not hold up another connection', async (t) => {
  const broker = await startTestBroker(t)
  const flooding = await connectClient(t, broker)
  const flooder = await flooding.channel()
  const { queue: flooded } = await flooder.declareQueue('', {
    exclusive: true,
    arguments: { 'x-max-length': 1000 },
  })
  let stopped = false
  const body = Buffer.alloc(1000)
  const flood = (async () => {
    while (!stopped) {
      if (!flooder.publish('', flooded, body)) await flooder.drained()
    }
  })()

  const other = await clientChannel(t, broker)
  const { queue } = await other.declareQueue('', { exclusive: true })
  await other.confirmSelect()
  const roundTripsMs: number[] = []
  for (let n = 0; n < 30; n++) {
    const startedAt = performance.now()
    await other.publishConfirmed('', queue, `${n}`)
    assert.equal((await other.get(queue, { noAck: true }))?.body.toString(), `${n}`)
    roundTripsMs.push(performance.now() - startedAt)
  }
  stopped = true
  await flood
  roundTripsMs.sort((a, b) => a - b)
  const median = roundTripsMs[15]!
  assert(median < 200, `half of the round trips took more than ${median} ms`)
})

function countOf(inboxes: readonly Inbox[]): number {
  return inboxes.reduce((sum, inbox) => sum + inbox.messages.length, 0)
}
