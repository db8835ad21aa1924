import assert from 'node:assert/strict'
import test from 'node:test'
import type { Channel, ChannelModel } from 'amqplib'
import { channelOf, closeOf, connect, openChannel, take } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { consumeInto } from '../support/inbox.js'
import { uniqueName } from '../support/names.js'
import { settled, until, within } from '../support/wait.js'

test('an auto-delete queue goes with its last consumer, not before it had one', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const channel = await channelOf(connection)
  const queue = uniqueName('auto-delete')
  await channel.assertQueue(queue, { autoDelete: true })
  assert(await exists(connection, queue))
  const first = await consumeInto(channel, queue)
  const second = await consumeInto(await channelOf(connection), queue)
  await channel.cancel(first.consumerTag)
  assert(await exists(connection, queue))
  await second.until(0)
  await channel.cancel(second.consumerTag)
  assert(await exists(connection, queue), 'that was a tag of another channel')
  const third = await channelOf(connection)
  await consumeInto(third, queue)
  await third.close()
  assert(await exists(connection, queue))
})

test('an auto-delete queue goes when the channel of its last consumer closes', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const channel = await channelOf(connection)
  const queue = uniqueName('auto-delete')
  await channel.assertQueue(queue, { autoDelete: true })
  await consumeInto(channel, queue)
  await channel.close()
  await until(async () => !(await exists(connection, queue)), 'the queue is gone')
})

test('an exclusive queue belongs to its connection and goes with it', async (t) => {
  const broker = await startTestBroker(t)
  const owner = await connect(t, broker)
  const queue = uniqueName('exclusive')
  await (await channelOf(owner)).assertQueue(queue, { exclusive: true })

  const stranger = await connect(t, broker)
  const deeds: ((channel: Channel) => Promise<unknown>)[] = [
    (channel) => channel.checkQueue(queue),
    (channel) => channel.assertQueue(queue, { exclusive: true }),
    (channel) => channel.consume(queue, () => {}),
    (channel) => channel.get(queue),
    (channel) => channel.purgeQueue(queue),
    (channel) => channel.deleteQueue(queue),
    (channel) => channel.bindQueue(queue, 'amq.direct', 'k'),
  ]
  for (const deed of deeds) {
    const channel = await channelOf(stranger)
    const closed = closeOf(channel)
    await assert.rejects(deed(channel))
    const error = await within(closed, `the refusal of ${deed}`)
    assert.equal(error.code, 405, `${deed}`)
    assert.match(error.message, /RESOURCE_LOCKED - cannot obtain exclusive access to locked queue/)
  }
  await owner.close()
  // Gone before the close was answered.
  assert.equal(await exists(stranger, queue), false)
})

test('messages can be sent to the exclusive queue of another connection', async (t) => {
  const broker = await startTestBroker(t)
  const owner = await openChannel(t, broker)
  const { queue } = await owner.assertQueue('', { exclusive: true })
  const sender = await openChannel(t, broker)
  sender.sendToQueue(queue, Buffer.from('hello'))
  assert.equal((await take(owner, queue)).content.toString(), 'hello')
})

test('a queue with x-expires goes when it was unused for that long, and a consumer keeps it', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const channel = await channelOf(connection)
  const queue = uniqueName('expires')
  // Looking at the queue would renew its lease; the exchange goes with the queue's binding.
  const exchange = uniqueName('witness')
  await channel.assertExchange(exchange, 'fanout', { autoDelete: true })
  await channel.assertQueue(queue, { expires: 150 })
  await channel.bindQueue(queue, exchange, '')
  const inbox = await consumeInto(channel, queue)
  const startedAt = performance.now()
  await until(() => performance.now() - startedAt > 250, 'its time is over')
  assert(await exists(connection, queue), 'the consumer kept it')
  const unusedSince = performance.now()
  await channel.cancel(inbox.consumerTag)
  await until(async () => !(await exchangeExists(connection, exchange)), 'the queue is gone')
  assert(performance.now() - unusedSince >= 149, 'it had its whole time again')
  assert.equal(await exists(connection, queue), false)
})

test('server-named queues have names of their own, and an empty name means the last one', async (t) => {
  const channel = await openChannel(t, await startTestBroker(t))
  const first = (await channel.assertQueue('', { exclusive: true })).queue
  const second = (await channel.assertQueue('', { exclusive: true })).queue
  assert.match(first, /^amq\.gen-[\w-]{22}$/)
  assert.match(second, /^amq\.gen-[\w-]{22}$/)
  assert.notEqual(first, second)
  channel.sendToQueue(second, Buffer.from('m'))
  assert.equal((await take(channel, '')).content.toString(), 'm')
})

test('a name that begins with amq. is refused with 403', async (t) => {
  const channel = await openChannel(t, await startTestBroker(t))
  const closed = closeOf(channel)
  await assert.rejects(channel.assertQueue('amq.mine'))
  const error = await within(closed, 'the close of the channel')
  assert.equal(error.code, 403)
  assert.match(error.message, /ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.\*'/)
})

test('a queue in use or not empty is not deleted on that condition', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const queue = uniqueName('kept')
  const channel = await channelOf(connection)
  await channel.assertQueue(queue)
  channel.sendToQueue(queue, Buffer.from('m'))
  await until(async () => (await channel.checkQueue(queue)).messageCount === 1, 'the message is there')
  for (const [condition, text] of [
    [{ ifEmpty: true }, 'not empty'],
    [{ ifUnused: true }, 'in use'],
  ] as const) {
    if (text === 'in use') await consumeInto(channel, queue)
    const doomed = await channelOf(connection)
    const closed = closeOf(doomed)
    await assert.rejects(doomed.deleteQueue(queue, condition))
    const error = await within(closed, 'the close of the channel')
    assert.equal(error.code, 406)
    assert.match(error.message, new RegExp(`queue '${queue}' in vhost '/' ${text}`))
  }
  assert.equal(await settled(() => 0), 0)
  await channel.deleteQueue(queue)
})

test('a redeclare with other arguments is refused, with the same ones it is not', async (t) => {
  const broker = await startTestBroker(t)
  const connection = await connect(t, broker)
  const channel = await channelOf(connection)
  const queue = uniqueName('declared')
  await channel.assertQueue(queue, { durable: true, messageTtl: 5000 })
  await channel.assertQueue(queue, { durable: true, messageTtl: 5000 })
  for (const [options, difference] of [
    [{ durable: false, messageTtl: 5000 }, "inequivalent arg 'durable'"],
    [{ durable: true, messageTtl: 6000 }, "inequivalent arg 'x-message-ttl'"],
    [{ durable: true }, "inequivalent arg 'x-message-ttl'"],
  ] as const) {
    const other = await channelOf(connection)
    const closed = closeOf(other)
    await assert.rejects(other.assertQueue(queue, options))
    const error = await within(closed, 'the close of the channel')
    assert.equal(error.code, 406)
    assert(error.message.includes(difference), error.message)
  }
  await channel.deleteQueue(queue)
})

async function exchangeExists(connection: ChannelModel, exchange: string): Promise<boolean> {
  const channel = await channelOf(connection)
  try {
    await channel.checkExchange(exchange)
    await channel.close()
    return true
  } catch {
    return false
  }
}

async function exists(connection: ChannelModel, queue: string): Promise<boolean> {
  const channel = await channelOf(connection)
  try {
    await channel.checkQueue(queue)
    await channel.close()
    return true
  } catch {
    return false
  }
}
