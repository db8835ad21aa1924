import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { startTestBroker } from '../../test/support/broker.js'
import { cleanUp } from '../../test/support/cleanup.js'
import { clientChannel, connectClient } from '../../test/support/client.js'
import { uniqueName } from '../../test/support/names.js'
import { greet, scriptedBroker } from '../../test/support/scripted-broker.js'
import { until, within } from '../../test/support/wait.js'
import {
  encodeChannelClose,
  encodeChannelCloseOk,
  encodeChannelOpenOk,
  field,
  MethodId,
} from '../protocol/amqp091/index.js'
import { connect } from './connection.js'
import type { ClosedError } from './errors.js'
import { type Delivery, headersOf } from './message.js'

test('a message is published, confirmed, consumed and acknowledged with all it carries', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue, messageCount, consumerCount } = await channel.declareQueue('', { exclusive: true })
  assert.deepEqual([messageCount, consumerCount], [0, 0])
  await channel.confirmSelect()
  await channel.publishConfirmed('', queue, 'grüße', {
    headers: { list: ['a', 1], at: null },
    messageId: 'm',
    deliveryMode: 2,
    timestamp: 1_700_000_000,
  })
  const deliveries: Delivery[] = []
  const tag = await channel.consume(queue, (delivery) => deliveries.push(delivery))
  assert.match(tag, /^amq\.ctag-/)
  await until(() => deliveries.length === 1, 'the message arrives')
  const [delivery] = deliveries
  assert.equal(delivery!.body.toString(), 'grüße')
  assert.equal(delivery!.consumerTag, tag)
  assert.equal(delivery!.routingKey, queue)
  assert.equal(delivery!.redelivered, false)
  assert.deepEqual({ ...headersOf(delivery!) }, { list: ['a', 1], at: null })
  assert.equal(delivery!.properties.messageId, 'm')
  assert.equal(delivery!.properties.timestamp, 1_700_000_000)
  channel.ack(delivery!)
  await channel.cancel(tag)
  assert.equal(await channel.get(queue), undefined)
})

test('exchanges and queues are declared, bound, unbound, purged and deleted', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const [source, target] = [uniqueName('source'), uniqueName('target')]
  await channel.declareExchange(source, 'topic', { durable: false })
  await channel.declareExchange(target, 'headers', { durable: false })
  await channel.checkExchange(source)
  await channel.bindExchange(target, source, 'news.#')
  const { queue } = await channel.declareQueue('', { exclusive: true, arguments: { 'x-max-length': 10 } })
  await channel.bindQueue(queue, target, '', { kind: 1, 'x-match': 'all' })
  await channel.confirmSelect()
  await channel.publishConfirmed(source, 'news.eu', 'yes', { headers: { kind: 1 } })
  await channel.publishConfirmed(source, 'news.eu', 'no', { headers: { kind: 2 } })
  assert.equal((await channel.checkQueue(queue)).messageCount, 1)
  assert.equal(await channel.purgeQueue(queue), 1)
  await channel.unbindQueue(
    queue,
    target,
    '',
    new Map([
      ['x-match', field.string('all')],
      ['kind', field.long(1)],
    ]),
  )
  await channel.unbindExchange(target, source, 'news.#')
  await channel.publishConfirmed(source, 'news.eu', 'nobody', { headers: { kind: 1 } })
  assert.equal(await channel.deleteQueue(queue, { ifEmpty: true, ifUnused: true }), 0)
  await channel.deleteExchange(source)
  await channel.deleteExchange(target, { ifUnused: true })
})

test('get, nack, reject and recover hand messages back', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue } = await channel.declareQueue('', { exclusive: true })
  await channel.confirmSelect()
  channel.publish('', queue, '1')
  channel.publish('', queue, '2')
  await channel.waitForConfirms()
  const first = await channel.get(queue)
  assert.equal(first?.messageCount, 1)
  channel.nack(first!)
  const again = await getOnceThere(() => channel.get(queue))
  assert.equal(again.body.toString(), '1')
  assert.equal(again.redelivered, true)
  channel.reject(again)
  await channel.recover()
  const third = await getOnceThere(() => channel.get(queue))
  const second = await channel.get(queue)
  channel.nack(second!, { multiple: true, requeue: false })
  assert.equal(third.body.toString(), '1')
  assert.equal(await channel.get(queue), undefined)
})

test('a channel that the broker closes rejects all its calls with code, text and method', async (t) => {
  const connection = await connectClient(t, await startTestBroker(t))
  const channel = await connection.channel()
  const closed = once(channel, 'closed')
  const missing = uniqueName('missing')
  const calls = [channel.checkQueue(missing), channel.declareQueue('', { exclusive: true })]
  for (const call of calls) {
    await assert.rejects(call, {
      name: 'ClosedError',
      scope: 'channel',
      code: 404,
      text: `NOT_FOUND - no queue '${missing}' in vhost '/'`,
      method: 'queue.declare',
    })
  }
  assert.equal(((await closed)[0] as ClosedError).code, 404)
  assert.throws(() => channel.publish('', 'q', 'm'), { code: 404 })
  await channel.close()
  const next = await connection.channel()
  assert.equal(next.number, channel.number)
  await next.declareQueue('', { exclusive: true })
})

test('confirms tell refusals to those who wait', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue } = await channel.declareQueue('', {
    exclusive: true,
    arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
  })
  await channel.confirmSelect()
  await channel.publishConfirmed('', queue, 'fits')
  await assert.rejects(channel.publishConfirmed('', queue, 'does not'), { name: 'NackedError', count: 1 })
  channel.publish('', queue, 'does not')
  channel.publish('amq.direct', uniqueName('nowhere'), 'confirmed')
  await assert.rejects(channel.waitForConfirms(), { name: 'NackedError', count: 1 })
  await channel.waitForConfirms()
})

test('publishing while confirm mode is asked for counts from the first message', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue } = await channel.declareQueue('', { exclusive: true })
  const selected = channel.confirmSelect()
  for (let n = 0; n < 100; n++) channel.publish('', queue, `${n}`)
  await selected
  await channel.waitForConfirms()
  assert.equal(channel.unconfirmed, 0)
  assert.equal((await channel.checkQueue(queue)).messageCount, 100)
})

test('returned messages are told before their confirm', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  await channel.confirmSelect()
  const events: string[] = []
  channel.on('returned', ({ replyCode, replyText, body }) => events.push(`${replyCode} ${replyText} ${body}`))
  await channel.publishConfirmed('amq.direct', uniqueName('nowhere'), 'lost', {}, { mandatory: true })
  events.push('confirmed')
  assert.deepEqual(events, ['312 NO_ROUTE lost', 'confirmed'])
})

test('a consumer is told when its queue is deleted', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const queue = uniqueName('doomed')
  await channel.declareQueue(queue)
  let cancelled = 0
  await channel.consume(queue, () => {}, {
    onCancelled: () => {
      cancelled += 1
    },
  })
  await channel.deleteQueue(queue)
  await until(() => cancelled === 1, 'the consumer is cancelled')
})

test('qos limits what is unacknowledged, flow(true) is answered and a transaction commits', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue } = await channel.declareQueue('', { exclusive: true })
  await channel.flow(true)
  await channel.txSelect()
  for (const body of ['1', '2', '3']) channel.publish('', queue, body)
  assert.equal((await channel.checkQueue(queue)).messageCount, 0)
  await channel.txCommit()
  channel.publish('', queue, 'dropped')
  await channel.txRollback()
  await channel.qos(2)
  const deliveries: Delivery[] = []
  await channel.consume(queue, (delivery) => deliveries.push(delivery))
  await until(() => deliveries.length === 2, 'two messages arrive')
  channel.ack(deliveries[1]!, true)
  await channel.txCommit()
  await until(() => deliveries.length === 3, 'the third arrives')
  assert.deepEqual(
    deliveries.map(({ body }) => body.toString()),
    ['1', '2', '3'],
  )
})

test('publish says when to wait, and throws when far too much waits', async (t) => {
  let reading = false
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
    await peer.method(MethodId.ChannelOpen)
    peer.send((writer) => encodeChannelOpenOk(writer, 1))
    peer.socket.pause()
    await until(() => reading, 'the broker reads again')
    peer.socket.resume()
  })
  const connection = await connect(url, { writeBacklogBytes: 100_000, writeBacklogBytesMax: 2_000_000 })
  cleanUp(t, () => connection.destroy())
  const channel = await connection.channel()
  const body = Buffer.alloc(50_000)
  let drains = 0
  channel.on('drain', () => {
    drains += 1
  })
  assert.equal(channel.publish('', 'q', 'small'), true)
  await until(() => !channel.publish('', 'q', body), 'publish says to wait')
  assert.equal(channel.writable, false)
  assert.throws(() => {
    for (let n = 0; n < 1000; n++) channel.publish('', 'q', body)
  }, /bytes wait to be sent, more than the 2000000 that may/)
  assert.equal(drains, 0)
  reading = true
  await within(channel.drained(), 'the backlog to drain')
  assert.equal(channel.writable, true)
  assert.equal(drains, 1)
})

test('a tiny backlog limit drains as well', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t), { writeBacklogBytes: 0 })
  const { queue } = await channel.declareQueue('', { exclusive: true })
  for (let n = 0; n < 10; n++) {
    assert.equal(channel.publish('', queue, 'm'), false)
    await within(channel.drained(), 'room')
  }
})

test('a close that crosses the close of the broker ends the channel once', async (t) => {
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
    await peer.method(MethodId.ChannelOpen)
    peer.send((writer) => encodeChannelOpenOk(writer, 1))
    await peer.method(MethodId.BasicQos)
    await peer.method(MethodId.ChannelClose)
    peer.send((writer) => encodeChannelClose(writer, 1, 406, 'PRECONDITION_FAILED - crossed', 60, 10))
    await peer.method(MethodId.ChannelCloseOk)
    peer.send((writer) => encodeChannelCloseOk(writer, 1))
  })
  const connection = await connect(url)
  cleanUp(t, () => connection.destroy())
  const channel = await connection.channel()
  let ends = 0
  channel.on('closed', () => {
    ends += 1
  })
  const refused = assert.rejects(channel.qos(1), { code: 406, method: 'basic.qos' })
  await channel.close()
  await refused
  assert.equal(ends, 1)
})

test('the loss of the connection rejects everything that waits', async (t) => {
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
    await peer.method(MethodId.ChannelOpen)
    peer.send((writer) => encodeChannelOpenOk(writer, 1))
    await peer.method(MethodId.ConfirmSelect)
    peer.socket.destroy()
  })
  const channel = await (await connect(url)).channel()
  const selected = channel.confirmSelect()
  channel.publish('', 'q', 'm')
  const confirmed = assert.rejects(channel.waitForConfirms(), { name: 'ClosedError', code: 0 })
  await assert.rejects(selected, { name: 'ClosedError', scope: 'connection', code: 0 })
  await confirmed
})

test('a failing consumer callback is thrown outside and leaves the connection alone', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue } = await channel.declareQueue('', { exclusive: true })
  const thrown = new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve)
  })
  cleanUp(t, () => process.setUncaughtExceptionCaptureCallback(null))
  await channel.consume(
    queue,
    () => {
      throw new Error('a mistake of the program')
    },
    { noAck: true },
  )
  channel.publish('', queue, 'm')
  assert.match(String(await within(thrown, 'the failure')), /a mistake of the program/)
  await channel.checkQueue(queue)
})

async function getOnceThere<T>(get: () => Promise<T | undefined>): Promise<T> {
  let got: T | undefined
  await until(async () => {
    got = await get()
    return got !== undefined
  }, 'there is a message')
  return got!
}
