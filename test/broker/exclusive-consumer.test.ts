import assert from 'node:assert/strict'
import test from 'node:test'
import { closeOf, openChannel } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { within } from '../support/wait.js'

test('while there is an exclusive consumer others are refused with 403', async (t) => {
  const broker = await startTestBroker(t)
  const owner = await openChannel(t, broker)
  const queue = uniqueName('exclusive')
  await owner.assertQueue(queue, { durable: true })
  const inbox = await consumeInto(owner, queue, { exclusive: true })

  const other = await openChannel(t, broker)
  const closed = closeOf(other)
  await assert.rejects(consumeInto(other, queue))
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 403)
  assert.match(error.message, new RegExp(`ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use`))

  await owner.cancel(inbox.consumerTag)
  const third = await openChannel(t, broker)
  await consumeInto(third, queue)
  await third.deleteQueue(queue)
})

test('an exclusive consumer is refused with 403 where others consume', async (t) => {
  const broker = await startTestBroker(t)
  const first = await openChannel(t, broker)
  const queue = uniqueName('exclusive')
  await first.assertQueue(queue, { durable: true })
  await consumeInto(first, queue)
  const other = await openChannel(t, broker)
  const closed = closeOf(other)
  await assert.rejects(consumeInto(other, queue, { exclusive: true }))
  assert.equal((await within(closed, 'the close of the channel')).code, 403)
  await first.deleteQueue(queue)
})
