import assert from 'node:assert/strict'
import test from 'node:test'
import { closeOf, openConfirmChannel, put, take, takeAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { within } from '../support/wait.js'

test('CC and BCC add routing keys; CC stays visible and BCC does not', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const queues: string[] = []
  for (let n = 0; n < 3; n++) queues.push((await channel.assertQueue('', { exclusive: true })).queue)
  const [to, copy, blind] = queues as [string, string, string]
  await put(channel, to, 'letter', { CC: [copy], BCC: [blind], headers: { other: 1 } })
  for (const queue of queues) {
    const message = await take(channel, queue, { noAck: true })
    assert.equal(message.content.toString(), 'letter')
    assert.equal(message.fields.routingKey, to)
    assert.deepEqual(message.properties.headers, { CC: [copy], other: 1 })
  }
})

test('a queue that is named several times gets one copy', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await put(channel, queue, 'once', { CC: [queue, queue], BCC: [queue] })
  assert.deepEqual(await takeAll(channel, queue), ['once'])
})

test('CC that is not an array is refused with 406', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const closed = closeOf(channel)
  channel.publish('', queue, Buffer.from('m'), { headers: { CC: 'text' } })
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 406)
  assert.match(error.message, /unacceptable_type_in_header,"CC",longstr/)
})
