import assert from 'node:assert/strict'
import test from 'node:test'
import { MemoryMonitor } from '../../src/memory-monitor.js'
import {
  decodeConnectionBlocked,
  decodeQueueDeclareOk,
  encodeBasicPublish,
  encodeBody,
  encodeChannelOpen,
  encodeContentHeader,
  encodeQueueDeclare,
  MethodId,
} from '../../src/protocol/amqp091/index.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { Timers } from '../../src/util/timers.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { type RawSocket, rawChannel } from '../support/raw.js'
import { until } from '../support/wait.js'
import { capable, type LocalBroker, noneLeft, startLocal } from './local-broker.js'

const BLOCKABLE = { clientProperties: capable('connection.blocked') }

function publish(raw: RawSocket, body = 'x'): void {
  raw.send((writer) => {
    encodeBasicPublish(writer, 1, '', 'q', false, false)
    encodeContentHeader(writer, 1, body.length, {})
    encodeBody(writer, 1, Buffer.from(body), 0)
  })
}

async function declare(raw: RawSocket, channel = 1): Promise<number> {
  raw.send((writer) => encodeQueueDeclare(writer, channel, 'q', false, true, false, false, false, new Map()))
  return decodeQueueDeclareOk(await raw.method(MethodId.QueueDeclareOk)).messageCount
}

function theConnection({ inner }: LocalBroker) {
  return [...inner.connections.all()][0]!
}

test('a connection that publishes under an alarm is told and not read until the alarm is over', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, BLOCKABLE)
  await declare(raw)
  broker.inner.admin.setAlarm('memory')
  // Who does not publish is not blocked.
  assert.equal(await declare(raw), 0)
  publish(raw)
  assert.equal(decodeConnectionBlocked(await raw.method(MethodId.ConnectionBlocked)).reason, 'low on memory')
  publish(raw)
  raw.send((writer) => encodeChannelOpen(writer, 2))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(raw.unreadBytes, 0)
  broker.inner.admin.clearAlarm('memory')
  await raw.method(MethodId.ConnectionUnblocked)
  await raw.method(MethodId.ChannelOpenOk)
  assert.equal(await declare(raw), 2)
})

test('frames that came in one piece with the publish wait as well', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, BLOCKABLE)
  await declare(raw)
  broker.inner.admin.setAlarm('disk')
  raw.send((writer) => {
    for (let i = 0; i < 2; i++) {
      encodeBasicPublish(writer, 1, '', 'q', false, false)
      encodeContentHeader(writer, 1, 0, {})
    }
    encodeChannelOpen(writer, 2)
  })
  assert.equal(decodeConnectionBlocked(await raw.method(MethodId.ConnectionBlocked)).reason, 'low on disk')
  assert.equal(theConnection(broker).channelCount, 1)
  broker.inner.admin.setAlarm('memory')
  broker.inner.admin.clearAlarm('disk')
  await new Promise(setImmediate)
  assert.equal(theConnection(broker).channelCount, 1)
  broker.inner.admin.clearAlarm('memory')
  await raw.method(MethodId.ConnectionUnblocked)
  await raw.method(MethodId.ChannelOpenOk)
})

test('a client that cannot be told is blocked without a word', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  await declare(raw)
  broker.inner.admin.setAlarm('memory')
  publish(raw)
  await until(() => theConnection(broker).isBlocked, 'the connection is blocked')
  broker.inner.admin.clearAlarm('memory')
  assert.equal(await declare(raw), 1)
})

test('heartbeats of a blocked peer are not missed, and ours go on', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, { ...BLOCKABLE, heartbeat: 10 })
  await declare(raw)
  broker.inner.admin.setAlarm('memory')
  publish(raw)
  await raw.method(MethodId.ConnectionBlocked)
  broker.clock.advanceSync(120_000)
  await raw.frame()
  assert.equal(broker.inner.connections.size, 1)
  broker.inner.admin.clearAlarm('memory')
  broker.clock.advanceSync(30_000)
  await raw.end()
  await noneLeft(broker)
})

test('a blocked connection can be closed by an operator and by the end of the broker', async (t) => {
  const broker = await startLocal(t)
  for (const close of [
    () => broker.inner.admin.closeConnection(theConnection(broker).id, 'enough'),
    () => broker.inner.stop(),
  ]) {
    const raw = await rawChannel(t, broker, BLOCKABLE)
    await declare(raw)
    broker.inner.admin.setAlarm('memory')
    publish(raw)
    await raw.method(MethodId.ConnectionBlocked)
    void close()
    await raw.method(MethodId.ConnectionClose)
    raw.socket.end()
    await noneLeft(broker)
    broker.inner.admin.clearAlarm('memory')
  }
})

test('a connection that opens under an alarm is blocked by its first message', async (t) => {
  const broker = await startLocal(t)
  broker.inner.admin.setAlarm('memory')
  const raw = await rawChannel(t, broker, BLOCKABLE)
  await declare(raw)
  publish(raw)
  await raw.method(MethodId.ConnectionBlocked)
})

test('memory use above the watermark sets the alarm, below it clears it', () => {
  const clock = new VirtualClock()
  const said: string[] = []
  const alarms = { set: (source: string) => said.push(`set ${source}`), clear: () => said.push('clear') }
  let usedBytes = 600
  const monitor = new MemoryMonitor(
    new Timers(clock),
    alarms as unknown as ConstructorParameters<typeof MemoryMonitor>[1],
    SILENT_LOGGER,
    { watermark: { relative: 0.6 }, totalMemoryBytes: 1000, intervalMs: 1000, usedBytes: () => usedBytes },
  )
  monitor.start()
  assert.deepEqual(said, [])
  usedBytes = 601
  clock.advanceSync(1000)
  clock.advanceSync(1000)
  assert.deepEqual(said, ['set memory'])
  usedBytes = 600
  clock.advanceSync(1000)
  assert.deepEqual(said, ['set memory', 'clear'])
  monitor.stop()
  assert.equal(clock.pendingCount, 1)
})
