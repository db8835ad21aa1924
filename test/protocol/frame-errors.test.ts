import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type ByteWriter,
  encodeBasicPublish,
  encodeChannelClose,
  encodeChannelCloseOk,
  encodeChannelOpen,
  encodeConnectionCloseOk,
  encodeContentHeader,
  encodeQueueDeclare,
  MethodId,
} from '../../src/protocol/amqp091/index.js'
import { type RawSocket, rawChannel } from '../support/raw.js'
import { channelClose, connectionClose, noneLeft, startLocal } from './local-broker.js'

function frame(type: number, channel: number, payload: readonly number[] | Buffer, end = 0xce): Buffer {
  const head = Buffer.alloc(7)
  head[0] = type
  head.writeUInt16BE(channel, 1)
  head.writeUInt32BE(payload.length, 3)
  return Buffer.concat([head, Buffer.from(payload), Buffer.of(end)])
}

/** What is sent on a fresh connection with channel 1 open, and the close that it earns. */
interface Fault {
  readonly name: string
  readonly close: string
  readonly bytes?: Buffer
  readonly encode?: (writer: ByteWriter) => void
}

function publish(writer: ByteWriter, bodySize: number): void {
  encodeBasicPublish(writer, 1, '', 'q', false, false)
  encodeContentHeader(writer, 1, bodySize, {})
}

const FAULTS: readonly Fault[] = [
  {
    name: 'an unknown frame type',
    bytes: frame(5, 1, Buffer.from('abc')),
    close: '501 FRAME_ERROR - type 5, all octets = <<"abc">>: unknown_frame 0.0',
  },
  {
    name: 'a method frame without a method',
    bytes: frame(1, 1, [0, 20, 0]),
    close: '501 FRAME_ERROR - type 1, all octets = <<0,20,0>>: unknown_frame 0.0',
  },
  {
    name: 'a wrong frame end after a long payload',
    bytes: frame(3, 1, Buffer.alloc(17, 65), 0),
    close:
      '501 FRAME_ERROR - type 3, first 16 octets = <<"AAAAAAAAAAAAAAAA">>: {invalid_frame_end_marker,0} 0.0',
  },
  {
    name: 'a heartbeat on a channel',
    bytes: frame(8, 1, []),
    close: '505 UNEXPECTED_FRAME - type 8, all octets = <<>> 0.0',
  },
  {
    name: 'a heartbeat with a payload',
    bytes: frame(8, 0, [1]),
    close: '501 FRAME_ERROR - type 8, all octets = <<1>>: unknown_frame 0.0',
  },
  {
    name: 'content on channel 0',
    bytes: frame(3, 0, [1, 2]),
    close: '505 UNEXPECTED_FRAME - type 3, all octets = <<1,2>> 0.0',
  },
  {
    name: 'a body out of nowhere',
    bytes: frame(3, 1, [1, 2]),
    close: '505 UNEXPECTED_FRAME - expected method frame, got non method frame instead 0.0',
  },
  {
    name: 'a body on a channel that was never opened',
    bytes: frame(3, 9, [1, 2]),
    close: '505 UNEXPECTED_FRAME - expected method frame, got non method frame instead 0.0',
  },
  {
    name: 'a method inside a message',
    encode: (writer) => {
      publish(writer, 5)
      encodeChannelClose(writer, 1, 200, '', 0, 0)
    },
    close: '505 UNEXPECTED_FRAME - expected content body, got non content body frame instead 60.40',
  },
  {
    name: 'arguments that end too soon',
    bytes: frame(1, 1, [0, 50, 0, 10, 0, 0, 9, 97]),
    close: '501 FRAME_ERROR - cannot decode <<0,0,9,97>> 50.10',
  },
  {
    name: 'arguments that go on too long',
    bytes: frame(1, 1, [0, 85, 0, 10, 0, 7]),
    close: '501 FRAME_ERROR - cannot decode <<0,7>> 85.10',
  },
  {
    name: 'a name that is no UTF-8',
    bytes: frame(1, 1, [0, 60, 0, 30, 1, 0xff, 0]),
    close: '501 FRAME_ERROR - Malformed UTF-8 in shortstr 60.30',
  },
  {
    name: 'a second channel.open',
    encode: (writer) => encodeChannelOpen(writer, 1),
    close: "504 CHANNEL_ERROR - second 'channel.open' seen 20.10",
  },
  {
    name: 'a method on a channel that was never opened',
    encode: (writer) => encodeQueueDeclare(writer, 3, 'q', false, false, false, false, false, new Map()),
    close: "504 CHANNEL_ERROR - expected 'channel.open' 50.10",
  },
  {
    name: 'a method that only servers send',
    bytes: frame(1, 1, [0, 20, 0, 11, 0, 0, 0, 0]),
    close: '503 COMMAND_INVALID - unimplemented method 20.11',
  },
  {
    name: 'a channel method on channel 0',
    encode: (writer) => encodeChannelOpen(writer, 0),
    close: '504 CHANNEL_ERROR - unexpected method in connection state running 20.10',
  },
]

for (const { name, bytes, encode, close } of FAULTS) {
  test(`${name} ends the connection in RabbitMQ's words`, async (t) => {
    const broker = await startLocal(t)
    const raw = await rawChannel(t, broker)
    if (bytes !== undefined) raw.write(bytes)
    if (encode !== undefined) raw.send(encode)
    assert.equal(await connectionClose(raw), close)
    raw.send((writer) => encodeConnectionCloseOk(writer, 0))
    raw.socket.end()
    await raw.end()
    await noneLeft(broker)
  })
}

test('a frame over frame_max is told, nothing more is read and the socket goes after three seconds', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker, { frameMax: 8192 })
  const header = Buffer.from([3, 0, 1, 0, 0, 0x20, 0x01])
  raw.write(header)
  assert.equal(
    await connectionClose(raw),
    '501 FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,8193,8184} 0.0',
  )
  raw.write(Buffer.alloc(8194))
  broker.clock.advanceSync(3000)
  await raw.end()
  await noneLeft(broker)
})

test('an unknown method ends the socket without a word', async (t) => {
  const broker = await startLocal(t)
  for (const ids of [
    [0, 99, 0, 10],
    [0, 50, 0, 99],
  ]) {
    const raw = await rawChannel(t, broker)
    raw.write(frame(1, 1, ids))
    await raw.end()
    assert.equal(raw.unreadBytes, 0)
  }
})

test('more channels than agreed on end the connection, whatever their numbers', async (t) => {
  const broker = await startLocal(t, { channelMax: 2 })
  const raw = await rawChannel(t, broker)
  await raw.openChannel(500)
  raw.send((writer) => encodeChannelOpen(writer, 2))
  assert.equal(
    await connectionClose(raw),
    '530 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2) 0.0',
  )
})

test('channels beyond the limit of the node or the user end the connection', async (t) => {
  const ofNode = await startLocal(t, { channelMaxPerNode: 2, nodeName: 'n@h' })
  const first = await rawChannel(t, ofNode)
  const second = await rawChannel(t, ofNode)
  second.send((writer) => encodeChannelOpen(writer, 2))
  assert.equal(
    await connectionClose(second),
    "530 NOT_ALLOWED - number of channels opened on node 'n@h' has reached the maximum allowed limit of 2 0.0",
  )
  // Its channels went with it, so there is room again.
  await first.openChannel(2)

  const ofUser = await startLocal(t)
  await ofUser.inner.admin.putUser('alice', { password: 'a', limits: { maxChannels: 1 } })
  ofUser.inner.admin.setPermissions('alice', '/', { configure: '', write: '', read: '' })
  const raw = await rawChannel(t, ofUser, { username: 'alice', password: 'a' })
  raw.send((writer) => encodeChannelOpen(writer, 2))
  assert.equal(
    await connectionClose(raw),
    "530 NOT_ALLOWED - number of channels opened for user 'alice' has reached the maximum allowed user limit of 1 0.0",
  )
})

async function missingQueue(raw: RawSocket): Promise<void> {
  raw.send((writer) => encodeQueueDeclare(writer, 1, 'absent', true, false, false, false, false, new Map()))
  assert.equal(await channelClose(raw), "404 NOT_FOUND - no queue 'absent' in vhost '/' 50.10")
}

test('a closed channel drops everything up to close-ok, then its number is free again', async (t) => {
  const raw = await rawChannel(t, await startLocal(t))
  await missingQueue(raw)
  raw.send((writer) => {
    encodeQueueDeclare(writer, 1, 'other', false, false, true, false, false, new Map())
    publish(writer, 0)
    encodeChannelCloseOk(writer, 1)
  })
  await raw.openChannel(1)
  raw.send((writer) => encodeQueueDeclare(writer, 1, 'other', true, false, false, false, false, new Map()))
  assert.match(await channelClose(raw), /no queue 'other'/)
})

test('closes of a channel that cross are both answered and the number can be used again', async (t) => {
  const raw = await rawChannel(t, await startLocal(t))
  await missingQueue(raw)
  raw.send((writer) => encodeChannelClose(writer, 1, 200, 'bye', 0, 0))
  await raw.method(MethodId.ChannelCloseOk)
  // Clients that see the answer to their own close may forget about ours.
  await raw.openChannel(1)
  raw.send((writer) => encodeChannelCloseOk(writer, 1))
  await raw.openChannel(2)
})

test('a connection cut at every octet gives the same answers', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawChannel(t, broker)
  const collected: Buffer[] = []
  const write = raw.socket.write.bind(raw.socket)
  raw.socket.write = ((bytes: Uint8Array) => {
    collected.push(Buffer.from(bytes))
    return true
  }) as typeof raw.socket.write
  raw.send((writer) => {
    encodeQueueDeclare(writer, 1, '', false, false, true, false, false, new Map())
    encodeChannelOpen(writer, 2)
    encodeQueueDeclare(writer, 2, 'absent', true, false, false, false, false, new Map())
  })
  for (const octet of Buffer.concat(collected)) {
    write(Buffer.of(octet))
    await new Promise(setImmediate)
  }
  await raw.method(MethodId.QueueDeclareOk)
  await raw.method(MethodId.ChannelOpenOk)
  assert.match(await channelClose(raw), /^404/)
})
