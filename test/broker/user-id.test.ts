import assert from 'node:assert/strict'
import test from 'node:test'
import { closeOf, openConfirmChannel, put, take } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { within } from '../support/wait.js'

test("a user-id must be the connection's user", async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await put(channel, queue, 'mine', { userId: 'guest' })
  assert.equal((await take(channel, queue)).properties.userId, 'guest')
  const closed = closeOf(channel)
  channel.sendToQueue(queue, Buffer.from('forged'), { userId: 'somebody' })
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 406)
  assert.match(error.message, /user_id property set to 'somebody' but authenticated user was 'guest'/)
})
