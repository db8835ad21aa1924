import assert from 'node:assert/strict'
import test from 'node:test'
import {
  decodeBasicDeliver,
  decodeConnectionClose,
  decodeQueueDeclareOk,
  encodeBasicConsume,
  encodeBasicPublish,
  encodeBody,
  encodeChannelOpen,
  encodeConfirmSelect,
  encodeConnectionClose,
  encodeConnectionOpen,
  encodeConnectionStartOk,
  encodeConnectionTuneOk,
  encodeContentHeader,
  encodeQueueDeclare,
  FRAME_BODY,
  FRAME_HEADER,
  FRAME_HEARTBEAT,
  MethodId,
  PROTOCOL_HEADER,
} from '../../src/protocol/amqp091/index.js'
import { startTestBroker } from '../support/broker.js'
import { rawChannel, rawSocket } from '../support/raw.js'

test('a client may send its whole handshake and more without waiting for answers', async (t) => {
  const raw = await rawSocket(t, await startTestBroker(t))
  raw.write(PROTOCOL_HEADER)
  await raw.method(MethodId.ConnectionStart)
  raw.send((writer) => encodeConnectionStartOk(writer, 0, new Map(), 'PLAIN', '\0guest\0guest', 'en_US'))
  await raw.method(MethodId.ConnectionTune)
  raw.send((writer) => {
    encodeConnectionTuneOk(writer, 0, 10, 8192, 0)
    encodeConnectionOpen(writer, 0, '/')
    encodeChannelOpen(writer, 1)
    encodeQueueDeclare(writer, 1, '', false, false, true, false, false, new Map())
    encodeConfirmSelect(writer, 1, false)
    encodeConnectionClose(writer, 0, 200, 'bye', 0, 0)
  })
  await raw.method(MethodId.ConnectionOpenOk)
  await raw.method(MethodId.ChannelOpenOk)
  await raw.method(MethodId.QueueDeclareOk)
  await raw.method(MethodId.ConfirmSelectOk)
  await raw.method(MethodId.ConnectionCloseOk)
})

test('messages of two channels whose frames alternate arrive whole', async (t) => {
  const raw = await rawChannel(t, await startTestBroker(t))
  await raw.openChannel(2)
  raw.send((writer) => encodeQueueDeclare(writer, 1, '', false, false, true, false, false, new Map()))
  const { queue } = decodeQueueDeclareOk(await raw.method(MethodId.QueueDeclareOk))
  raw.send((writer) => {
    for (const channel of [1, 2]) encodeBasicPublish(writer, channel, '', queue, false, false)
    for (const channel of [1, 2]) encodeContentHeader(writer, channel, 4, {})
    for (const channel of [2, 1]) encodeBody(writer, channel, Buffer.from(`${channel}a`), 0)
    for (const channel of [1, 2]) encodeBody(writer, channel, Buffer.from(`${channel}b`), 0)
    encodeBasicConsume(writer, 1, queue, 'c', false, true, false, false, new Map())
  })
  await raw.method(MethodId.BasicConsumeOk)
  const bodies: string[] = []
  for (let n = 1; n <= 2; n++) {
    const delivered = decodeBasicDeliver(await raw.method(MethodId.BasicDeliver))
    assert.equal(delivered.deliveryTag, n)
    assert.equal((await raw.frame()).type, FRAME_HEADER)
    const body = await raw.frame()
    assert.equal(body.type, FRAME_BODY)
    bodies.push(body.payload.toString())
  }
  assert.deepEqual(bodies.sort(), ['1a1b', '2a2b'])
})

test('a handshake that arrives byte by byte is understood', async (t) => {
  const raw = await rawSocket(t, await startTestBroker(t))
  for (const byte of PROTOCOL_HEADER) {
    raw.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  await raw.method(MethodId.ConnectionStart)
})

test('a wrong frame end is told with 501 and ends the connection', async (t) => {
  const raw = await rawChannel(t, await startTestBroker(t))
  raw.write(Buffer.from([FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, 0xcd]))
  const { replyCode } = decodeConnectionClose(await raw.method(MethodId.ConnectionClose))
  assert.equal(replyCode, 501)
})

test('a stranger who speaks HTTP is shown a protocol header and the door', async (t) => {
  const raw = await rawSocket(t, await startTestBroker(t))
  raw.write(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
  assert.equal((await raw.bytes(8)).toString('latin1', 0, 4), 'AMQP')
  await raw.end()
})
