import assert from 'node:assert/strict'
import test from 'node:test'
import { openChannel, openConfirmChannel, putAll, take, takeAll, untilReady } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'

test('recover puts everything unacknowledged back in order, marked redelivered', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await putAll(channel, queue, ['1', '2', '3'])
  await take(channel, queue)
  await take(channel, queue)
  await channel.recover()
  await untilReady(channel, queue, 3)
  assert.equal((await take(channel, queue)).fields.redelivered, true)
  assert.deepEqual(await takeAll(channel, queue), ['2', '3'])
})

test('recover delivers to a consumer again, in order and with new delivery tags', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await putAll(channel, queue, ['1', '2'])
  const inbox = await consumeInto(channel, queue)
  await inbox.until(2)
  await channel.recover()
  await inbox.until(4)
  assert.deepEqual(inbox.bodies, ['1', '2', '1', '2'])
  assert.deepEqual(
    inbox.messages.map(({ fields }) => [fields.deliveryTag, fields.redelivered]),
    [
      [1, false],
      [2, false],
      [3, true],
      [4, true],
    ],
  )
})

test('recover leaves the unacknowledged messages of other channels alone', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await openConfirmChannel(t, broker)
  const queue = uniqueName('recover')
  await channel.assertQueue(queue)
  await putAll(channel, queue, ['1', '2'])
  const other = await openChannel(t, broker)
  await take(other, queue)
  await take(channel, queue)
  await channel.recover()
  await untilReady(channel, queue, 1)
  assert.deepEqual(await takeAll(channel, queue), ['2'])
  await channel.deleteQueue(queue)
})
