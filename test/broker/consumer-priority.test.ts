import assert from 'node:assert/strict'
import test from 'node:test'
import { openChannel, openConfirmChannel, putAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto, type Inbox } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled } from '../support/wait.js'

test('the consumer of higher priority is served first, the other when it has no room', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('priorities')
  await publisher.assertQueue(queue, { autoDelete: true })
  const low = await openChannel(t, broker)
  const high = await openChannel(t, broker)
  await low.prefetch(10)
  await high.prefetch(3)
  const lowInbox = await consumeInto(low, queue, { priority: -1 })
  const highInbox = await consumeInto(high, queue, { priority: 5 })
  await putAll(publisher, queue, ['1', '2', '3', '4', '5'])
  await highInbox.until(3)
  await lowInbox.until(2)
  assert.deepEqual(highInbox.bodies, ['1', '2', '3'])
  assert.deepEqual(lowInbox.bodies, ['4', '5'])
  high.ack(highInbox.messages[0]!)
  // The acknowledgement has arrived once a later method on its channel is answered.
  await high.checkQueue(queue)
  await putAll(publisher, queue, ['6'])
  await highInbox.until(4)
  assert.equal(highInbox.bodies[3], '6')
})

test('consumers without a priority count as 0, and equals take turns', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('priorities')
  await publisher.assertQueue(queue, { autoDelete: true })
  const inboxes: Inbox[] = []
  for (const options of [{}, { priority: 0 }, { priority: -1 }]) {
    inboxes.push(await consumeInto(await openChannel(t, broker), queue, options))
  }
  await putAll(publisher, queue, ['1', '2', '3', '4'])
  await settled(() => inboxes.reduce((sum, inbox) => sum + inbox.messages.length, 0))
  assert.deepEqual(
    inboxes.map((inbox) => inbox.messages.length),
    [2, 2, 0],
  )
})
