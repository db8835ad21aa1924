import assert from 'node:assert/strict'
import test from 'node:test'
import { startBroker } from '../../src/broker.js'
import {
  decodeBasicDeliver,
  decodeQueueDeclareOk,
  encodeBasicAck,
  encodeBasicConsume,
  encodeBasicPublish,
  encodeBody,
  encodeConnectionClose,
  encodeConnectionCloseOk,
  encodeContentHeader,
  encodeQueueDeclare,
  MethodId,
} from '../../src/protocol/amqp091/index.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { type RawSocket, rawChannel, rawSocket } from '../support/raw.js'
import { until, within } from '../support/wait.js'
import { connectionClose, noneLeft, startLocal } from './local-broker.js'

const SHUTDOWN = "320 CONNECTION_FORCED - broker forced connection closure with reason 'shutdown' 0.0"

async function declare(raw: RawSocket, name: string, exclusive: boolean): Promise<number> {
  raw.send((writer) =>
    encodeQueueDeclare(writer, 1, name, false, !exclusive, exclusive, false, false, new Map()),
  )
  return decodeQueueDeclareOk(await raw.method(MethodId.QueueDeclareOk)).messageCount
}

function publish(raw: RawSocket, queue: string): void {
  raw.send((writer) => {
    encodeBasicPublish(writer, 1, '', queue, false, false)
    encodeContentHeader(writer, 1, 1, {})
    encodeBody(writer, 1, Buffer.from('x'), 0)
  })
}

/** Consumes and takes one delivery, which stays unacknowledged. */
async function takeOne(raw: RawSocket, queue: string): Promise<number> {
  raw.send((writer) => encodeBasicConsume(writer, 1, queue, 'c', false, false, false, false, new Map()))
  await raw.method(MethodId.BasicConsumeOk)
  const { deliveryTag } = decodeBasicDeliver(await raw.method(MethodId.BasicDeliver))
  await raw.frame()
  await raw.frame()
  return deliveryTag
}

test('exclusive queues are gone when close-ok arrives', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  await declare(raw, 'mine', true)
  raw.send((writer) => encodeConnectionClose(writer, 0, 200, 'bye', 0, 0))
  await raw.method(MethodId.ConnectionCloseOk)
  const vhost = broker.inner.doors.topology.vhosts.get('/')
  assert.equal(vhost?.queues.has('mine'), false)
  raw.socket.end()
  await noneLeft(broker)
})

test('frames after connection.close are dropped, and our side ends after close-ok', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  raw.send((writer) => {
    encodeConnectionClose(writer, 0, 200, 'bye', 0, 0)
    encodeQueueDeclare(writer, 1, 'late', false, true, false, false, false, new Map())
  })
  await raw.method(MethodId.ConnectionCloseOk)
  await raw.end()
  assert.equal(raw.unreadBytes, 0)
  assert.equal(broker.inner.doors.topology.vhosts.get('/')?.queues.has('late'), false)
})

test('a peer that does not close its side is dropped after its heartbeat or thirty seconds', async (t) => {
  const broker = await startLocal(t)
  for (const [heartbeat, boundMs] of [
    [0, 30_000],
    [7, 7000],
    [60, 30_000],
  ] as const) {
    const raw = await rawChannel(t, broker, { heartbeat })
    raw.socket.allowHalfOpen = true
    raw.send((writer) => encodeConnectionClose(writer, 0, 200, 'bye', 0, 0))
    await raw.method(MethodId.ConnectionCloseOk)
    broker.clock.advanceSync(boundMs - 1)
    await new Promise(setImmediate)
    assert.equal(broker.inner.connections.size, 1)
    broker.clock.advanceSync(1)
    await noneLeft(broker)
  }
})

test('a close that crosses ours is answered, and the end comes with close-ok', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const [connection] = broker.inner.connections.all()
  connection!.forceClose('enough')
  raw.send((writer) => encodeConnectionClose(writer, 0, 200, 'bye', 0, 0))
  assert.equal(await connectionClose(raw), '320 CONNECTION_FORCED - enough 0.0')
  await raw.method(MethodId.ConnectionCloseOk)
  raw.send((writer) => encodeConnectionCloseOk(writer, 0))
  await raw.end()
})

test('a reason that is too long is cut to what a short string holds', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  broker.inner.admin.closeConnection([...broker.inner.connections.all()][0]!.id, 'x'.repeat(500))
  const text = (await connectionClose(raw)).slice('320 '.length, -' 0.0'.length)
  assert.equal(text.length, 255)
  assert.ok(text.startsWith('CONNECTION_FORCED - xxx'))
})

test('a deleted vhost and a deleted user take their connections along', async (t) => {
  const broker = await startLocal(t)
  const { admin } = broker.inner
  await admin.addVhost('gone')
  await admin.putUser('alice', { password: 'a' })
  const all = { configure: '.*', write: '.*', read: '.*' }
  admin.setPermissions('guest', 'gone', all)
  admin.setPermissions('alice', '/', all)
  const inVhost = await rawChannel(t, broker, { vhost: 'gone' })
  const ofAlice = await rawChannel(t, broker, { username: 'alice', password: 'a' })
  await admin.deleteVhost('gone')
  assert.equal(await connectionClose(inVhost), "320 CONNECTION_FORCED - vhost 'gone' is deleted 0.0")
  admin.deleteUser('alice')
  assert.equal(await connectionClose(ofAlice), "320 CONNECTION_FORCED - user 'alice' is deleted 0.0")
})

test('a message that a vanished peer held unacknowledged goes back to its queue', async (t) => {
  const broker = await startLocal(t)
  const keeper = await rawChannel(t, broker)
  await declare(keeper, 'q', false)
  publish(keeper, 'q')
  const raw = await rawChannel(t, broker)
  await takeOne(raw, 'q')
  raw.socket.destroy()
  await until(async () => (await declare(keeper, 'q', false)) === 1, 'the message is ready again')
})

test('the end of the broker closes connections with 320 and waits for close-ok', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const handshaking = await rawSocket(t, broker)
  await until(() => broker.inner.connections.size === 2, 'both are there')
  const stopped = broker.inner.stop()
  assert.equal(await connectionClose(raw), SHUTDOWN)
  await handshaking.end()
  raw.send((writer) => encodeConnectionCloseOk(writer, 0))
  await within(stopped, 'the broker to stop')
  await raw.end()
  await broker.inner.stop()
  assert.equal(broker.inner.connections.size, 0)
  assert.equal(broker.clock.pendingCount, 0)
})

test('acknowledgements that were on their way when the broker stopped still count', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  await declare(raw, 'q', false)
  publish(raw, 'q')
  publish(raw, 'q')
  const deliveryTag = await takeOne(raw, 'q')
  await raw.method(MethodId.BasicDeliver)
  const [record] = broker.inner.doors.topology.allQueues()
  const [connection] = broker.inner.connections.all()
  const [port] = connection!.shards.all
  assert.equal(port!.countsOf(record!.id).unacked, 2)
  connection!.shutDown('test')
  raw.send((writer) => encodeBasicAck(writer, 1, deliveryTag, false))
  await until(() => port!.countsOf(record!.id).unacked === 1, 'the acknowledgement is taken')
  raw.send((writer) => encodeConnectionCloseOk(writer, 0))
  await raw.end()
  assert.deepEqual(
    [port!.countsOf(record!.id).ready, port!.countsOf(record!.id).unacked],
    [1, 0],
    'the other one is ready again',
  )
})

test('a peer that does not answer the end of the broker delays it, but not for long', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const began = performance.now()
  await broker.inner.stop()
  assert.ok(performance.now() - began < 6000)
  await raw.end()
})

test('many brokers live and end in one process without a trace', async () => {
  const handlesBefore = process.getActiveResourcesInfo().length
  const listenersBefore = process.eventNames().length
  const listeners = { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] }
  const brokers = await Promise.all(
    Array.from({ length: 100 }, () => startBroker({ listeners }, { logger: SILENT_LOGGER })),
  )
  const ports = new Set(brokers.map(({ port }) => port))
  assert.equal(ports.size, 100)
  await Promise.all(brokers.map((broker) => broker.stop()))
  await until(() => process.getActiveResourcesInfo().length <= handlesBefore, 'no handle is left over')
  assert.equal(process.eventNames().length, listenersBefore)
})
