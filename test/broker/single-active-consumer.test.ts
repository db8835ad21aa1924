import assert from 'node:assert/strict'
import test from 'node:test'
import { channelOf, closeOf, connect, openConfirmChannel, putAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled, within } from '../support/wait.js'

const SINGLE_ACTIVE = { arguments: { 'x-single-active-consumer': true } }

test('one consumer gets everything until it is cancelled, then the next in line takes over', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('single')
  await publisher.assertQueue(queue, { autoDelete: true, ...SINGLE_ACTIVE })
  const channels = []
  const inboxes = []
  for (let n = 0; n < 3; n++) {
    const channel = await channelOf(await connect(t, broker))
    channels.push(channel)
    inboxes.push(await consumeInto(channel, queue, {}, (message) => channel.ack(message)))
  }
  await putAll(publisher, queue, ['1', '2', '3'])
  await inboxes[0]!.until(3)
  await channels[0]!.cancel(inboxes[0]!.consumerTag)
  await putAll(publisher, queue, ['4', '5'])
  await inboxes[1]!.until(2)
  assert.deepEqual(
    inboxes.map((inbox) => inbox.bodies),
    [['1', '2', '3'], ['4', '5'], []],
  )
})

test('the next consumer takes over what a dying active consumer had not acknowledged', async (t) => {
  const broker = await startTestBroker(t)
  const publisher = await openConfirmChannel(t, broker)
  const queue = uniqueName('single')
  await publisher.assertQueue(queue, { autoDelete: true, ...SINGLE_ACTIVE })
  const mortal = await connect(t, broker)
  const first = await consumeInto(await channelOf(mortal), queue)
  const second = await consumeInto(await channelOf(await connect(t, broker)), queue)
  await putAll(publisher, queue, ['1', '2'])
  await first.until(2)
  assert.equal(await settled(() => second.messages.length), 0)
  await mortal.close()
  await second.until(2)
  assert.deepEqual(second.bodies, ['1', '2'])
  assert(second.messages.every((message) => message.fields.redelivered))
})

test('an exclusive consumer on a single active consumer queue is refused with 403', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await channelOf(await connect(t, broker))
  const { queue } = await channel.assertQueue('', { exclusive: true, ...SINGLE_ACTIVE })
  const closed = closeOf(channel)
  await assert.rejects(consumeInto(channel, queue, { exclusive: true }))
  assert.equal((await within(closed, 'the close of the channel')).code, 403)
})
