import assert from 'node:assert/strict'
import test from 'node:test'
import { FRAME_HEARTBEAT, HEARTBEAT_FRAME } from '../../src/protocol/amqp091/index.js'
import { rawChannel } from '../support/raw.js'
import { until } from '../support/wait.js'
import { noneLeft, startLocal } from './local-broker.js'

test('heartbeats come every half interval and stop with the connection', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, { heartbeat: 10 })
  broker.clock.advanceSync(5000)
  assert.equal((await raw.frame()).type, FRAME_HEARTBEAT)
  broker.clock.advanceSync(5000)
  assert.equal((await raw.frame()).type, FRAME_HEARTBEAT)
  raw.socket.destroy()
  await noneLeft(broker)
})

test('a silent peer is dropped without a word after two to three intervals', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, { heartbeat: 10 })
  // The receiver's first look comes after traffic, the next two find none.
  broker.clock.advanceSync(29_999)
  await new Promise(setImmediate)
  assert.equal(broker.inner.connections.size, 1)
  broker.clock.advanceSync(1)
  await raw.end()
  await noneLeft(broker)
})

test("a peer's heartbeats keep the connection", async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, { heartbeat: 10 })
  const [connection] = broker.inner.connections.all()
  for (let i = 0; i < 10; i++) {
    const { reads } = connection!
    raw.write(HEARTBEAT_FRAME)
    await until(() => connection!.reads > reads, 'the heartbeat is read')
    broker.clock.advanceSync(10_000)
  }
  await raw.openChannel(2).catch(() => undefined)
  assert.equal(broker.inner.connections.size, 1)
})

test('without a heartbeat a silent peer stays', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, { heartbeat: 0 })
  broker.clock.advanceSync(86_400_000)
  await raw.openChannel(2)
})
