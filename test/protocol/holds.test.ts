import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeChannelOpen, encodeQueueDeclare, MethodId } from '../../src/protocol/amqp091/index.js'
import { rawChannel } from '../support/raw.js'
import { until } from '../support/wait.js'
import { connectionClose, startLocal } from './local-broker.js'

test('what follows a change waits until the change is durable', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const [connection] = broker.inner.connections.all()
  let makeDurable = (): void => assert.fail('not yet')
  const durable = new Promise<void>((resolve) => {
    makeDurable = resolve
  })
  const order: string[] = []
  connection!.afterDurable(durable, () => order.push('reply'))
  raw.send((writer) => {
    encodeChannelOpen(writer, 2)
    encodeChannelOpen(writer, 3)
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(connection!.channelCount, 1)
  makeDurable()
  await raw.method(MethodId.ChannelOpenOk)
  await raw.method(MethodId.ChannelOpenOk)
  assert.deepEqual(order, ['reply'])
})

test('frames of one read behind a change wait, too', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const { doors } = broker.inner
  const declareQueue = doors.declareQueue.bind(doors)
  let makeDurable = (): void => {}
  doors.declareQueue = (...args) => {
    const durable = new Promise<void>((resolve) => {
      makeDurable = resolve
    })
    return { ...declareQueue(...args), durable }
  }
  raw.send((writer) => {
    encodeQueueDeclare(writer, 1, 'q', false, true, false, false, false, new Map())
    encodeChannelOpen(writer, 2)
  })
  const [connection] = broker.inner.connections.all()
  await until(() => connection!.held, 'the change is made')
  assert.equal(connection!.channelCount, 1)
  assert.equal(raw.unreadBytes, 0)
  makeDurable()
  await raw.method(MethodId.QueueDeclareOk)
  await raw.method(MethodId.ChannelOpenOk)
})

test('a change that cannot be made durable ends the connection with 541 and no details', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const [connection] = broker.inner.connections.all()
  connection!.afterDurable(Promise.reject(new Error('disk full')), () => assert.fail('it is not durable'))
  assert.equal(await connectionClose(raw), '541 INTERNAL_ERROR 0.0')
})

test('a fault of ours ends the connection that met it and no other', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const other = await rawChannel(t, broker)
  broker.inner.doors.declareQueue = () => {
    throw new TypeError('a bug')
  }
  raw.send((writer) => encodeQueueDeclare(writer, 1, 'q', false, true, false, false, false, new Map()))
  assert.equal(await connectionClose(raw), '541 INTERNAL_ERROR 50.10')
  await other.openChannel(2)
})
