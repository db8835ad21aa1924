import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type ByteWriter,
  decodeConnectionStart,
  decodeConnectionTune,
  encodeChannelOpen,
  encodeConnectionOpen,
  encodeConnectionTuneOk,
  encodeConnectionUpdateSecret,
  field,
  MethodId,
  PROTOCOL_HEADER,
} from '../../src/protocol/amqp091/index.js'
import { type RawSocket, rawChannel, rawSocket } from '../support/raw.js'
import { until } from '../support/wait.js'
import { capable, connectionClose, type LocalBroker, logIn, noneLeft, startLocal } from './local-broker.js'

const AMQP_091 = 'AMQP\0\0\x09\x01'

/** Shows that nothing was said and the socket is closed, but only after three seconds. */
async function closedSilently(raw: RawSocket, { clock, inner }: LocalBroker): Promise<void> {
  await until(() => [...inner.connections.all()][0]?.state === 'closed', 'the broker gives the peer up')
  clock.advanceSync(2999)
  await new Promise(setImmediate)
  assert.equal(raw.ended, false)
  clock.advanceSync(1)
  await raw.end()
  assert.equal(raw.unreadBytes, 0)
}

async function untilTune(raw: RawSocket): Promise<void> {
  await logIn(raw)
  await raw.method(MethodId.ConnectionTune)
}

test('protocol headers that are not ours are answered and the socket is closed', async (t) => {
  const broker = await startLocal(t)
  const answers: Array<[string, string]> = [
    ['AMQP\0\0\x09\x05', AMQP_091],
    ['AMQP\0\x01\0\0', AMQP_091],
    ['AMQP\x03\x01\0\0', AMQP_091],
    ['AMQP\x01\x02\x03\x04', 'AMQP\x03\x01\0\0'],
    ['GET / HT', 'AMQP\x03\x01\0\0'],
    ['\x16\x03\x01\x02\0\x01\0\x01', 'AMQP\x03\x01\0\0'],
  ]
  for (const [sent, answer] of answers) {
    const raw = await rawSocket(t, broker)
    raw.write(Buffer.from(sent, 'latin1'))
    assert.equal((await raw.bytes(8)).toString('latin1'), answer)
    raw.socket.end()
    await raw.end()
  }
  await noneLeft(broker)
})

test('the header of AMQP 0-9 is taken for ours', async (t) => {
  const raw = await rawSocket(t, await startLocal(t))
  raw.write(Buffer.from('AMQP\x01\x01\0\x09', 'latin1'))
  await raw.method(MethodId.ConnectionStart)
})

test('connection.start says who we are, what we can do and what was configured', async (t) => {
  const broker = await startLocal(t, { serverProperties: { version: '4.3.6', zone: 'eu' } })
  const raw = await rawSocket(t, broker)
  raw.write(PROTOCOL_HEADER)
  const start = decodeConnectionStart(await raw.method(MethodId.ConnectionStart))
  assert.equal(start.mechanisms.toString(), 'PLAIN AMQPLAIN ANONYMOUS')
  assert.equal(start.locales.toString(), 'en_US')
  const keys = [...start.serverProperties.keys()]
  assert.deepEqual(keys, [
    'capabilities',
    'cluster_name',
    'copyright',
    'information',
    'platform',
    'product',
    'rabbitmq_version',
    'version',
    'zone',
  ])
  assert.deepEqual(start.serverProperties.get('product'), { tag: 'S', value: 'Leveret' })
  assert.deepEqual(start.serverProperties.get('version'), { tag: 'S', value: '4.3.6' })
  const capabilities = start.serverProperties.get('capabilities')
  assert.ok(capabilities?.tag === 'F')
  assert.equal(capabilities.value.size, 9)
})

test('a wrong password is told at once to clients that can take it', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawSocket(t, broker)
  await logIn(raw, '\0guest\0wrong', capable('authentication_failure_close'))
  assert.equal(
    await connectionClose(raw),
    '403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile. 0.0',
  )
  await closedSilently(raw, broker)
  await noneLeft(broker)
})

test('a wrong password is met with silence otherwise, and so is a response without form', async (t) => {
  const broker = await startLocal(t)
  for (const response of ['\0guest\0wrong', '\0nobody\0guest', 'guest', '', '\0guest\0guest\0']) {
    const raw = await rawSocket(t, broker)
    await logIn(raw, response)
    await closedSilently(raw, broker)
    await noneLeft(broker)
  }
})

test('an unknown mechanism is met with silence', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawSocket(t, broker)
  await logIn(raw, '', new Map(), 'SCRAM-SHA-256')
  await closedSilently(raw, broker)
})

test('a mechanism that is not offered is met with silence', async (t) => {
  const broker = await startLocal(t, { authMechanisms: ['PLAIN'] })
  const raw = await rawSocket(t, broker)
  await logIn(raw, '', new Map(), 'ANONYMOUS')
  await closedSilently(raw, broker)
})

test('somebody anonymous is let in as the configured user', async (t) => {
  const raw = await rawSocket(t, await startLocal(t))
  await logIn(raw, 'whoever', new Map(), 'ANONYMOUS')
  await raw.method(MethodId.ConnectionTune)
})

test('tune offers what was configured', async (t) => {
  const broker = await startLocal(t, { channelMax: 7, frameMax: 20_000, heartbeatSeconds: 13 })
  const raw = await rawSocket(t, broker)
  await logIn(raw)
  const tune = decodeConnectionTune(await raw.method(MethodId.ConnectionTune))
  assert.deepEqual(tune, { channelMax: 7, frameMax: 20_000, heartbeat: 13 })
})

test('values out of bounds in tune-ok are met with silence', async (t) => {
  const broker = await startLocal(t)
  const refused: Array<[number, number]> = [
    [2048, 131_072],
    [0, 131_072],
    [2047, 131_073],
    [2047, 8191],
    [2047, 0],
  ]
  for (const [channelMax, frameMax] of refused) {
    const raw = await rawSocket(t, broker)
    await untilTune(raw)
    raw.send((writer) => encodeConnectionTuneOk(writer, 0, channelMax, frameMax, 0))
    await closedSilently(raw, broker)
    await noneLeft(broker)
  }
})

test('a broker without limits takes any values in tune-ok', async (t) => {
  const raw = await rawSocket(t, await startLocal(t, { channelMax: 0, frameMax: 0 }))
  await untilTune(raw)
  raw.send((writer) => {
    encodeConnectionTuneOk(writer, 0, 0, 0, 0)
    encodeConnectionOpen(writer, 0, '/')
    encodeChannelOpen(writer, 65_535)
  })
  await raw.method(MethodId.ConnectionOpenOk)
  await raw.method(MethodId.ChannelOpenOk)
})

test('a method out of its place in the handshake is met with silence', async (t) => {
  const broker = await startLocal(t)
  const wrong: Array<(writer: ByteWriter) => void> = [
    (writer) => encodeConnectionOpen(writer, 0, '/'),
    (writer) => encodeConnectionTuneOk(writer, 0, 10, 8192, 0),
    (writer) => encodeChannelOpen(writer, 1),
    (writer) => encodeConnectionUpdateSecret(writer, 0, 'x', ''),
  ]
  for (const encode of wrong) {
    const raw = await rawSocket(t, broker)
    raw.write(PROTOCOL_HEADER)
    await raw.method(MethodId.ConnectionStart)
    raw.send(encode)
    await closedSilently(raw, broker)
    await noneLeft(broker)
  }
})

test('a frame over initial_frame_max before tune-ok is met with silence', async (t) => {
  const broker = await startLocal(t)
  const raw = await rawSocket(t, broker)
  await logIn(raw, '\0guest\0guest', new Map([['padding', field.string('x'.repeat(8192))]]))
  await closedSilently(raw, broker)
})

test('a heartbeat before tune-ok is ignored', async (t) => {
  const raw = await rawSocket(t, await startLocal(t))
  raw.write(PROTOCOL_HEADER)
  raw.write(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]))
  await raw.method(MethodId.ConnectionStart)
})

test('connection.open is refused in words', async (t) => {
  const broker = await startLocal(t)
  const { admin } = broker.inner
  await admin.addVhost('full')
  await admin.setVhostLimits('full', { maxConnections: 0 })
  await admin.addVhost('closed')
  await admin.putUser('alice', { password: 'a', limits: { maxConnections: 0 } })
  admin.setPermissions('guest', 'full', { configure: '.*', write: '.*', read: '.*' })
  const refusals: Array<[string, string, string]> = [
    ['\0guest\0guest', 'absent', 'vhost absent not found'],
    ['\0guest\0guest', 'closed', "access to vhost 'closed' refused for user 'guest'"],
    [
      '\0guest\0guest',
      'full',
      "access to vhost 'full' refused for user 'guest': connection limit (0) is reached",
    ],
    ['\0alice\0a', '/', "connection refused for user 'alice': user connection limit (0) is reached"],
  ]
  for (const [response, vhost, text] of refusals) {
    const raw = await rawSocket(t, broker)
    await logIn(raw, response)
    await raw.method(MethodId.ConnectionTune)
    raw.send((writer) => {
      encodeConnectionTuneOk(writer, 0, 10, 8192, 0)
      encodeConnectionOpen(writer, 0, vhost)
    })
    assert.equal(await connectionClose(raw), `530 NOT_ALLOWED - ${text} 10.40`)
  }
})

test('connections beyond the limit of the node are refused until one is gone', async (t) => {
  const broker = await startLocal(t, { maxConnections: 1 })
  const first = await rawChannel(t, broker)
  const second = await rawSocket(t, broker)
  await untilTune(second)
  second.send((writer) => {
    encodeConnectionTuneOk(writer, 0, 10, 8192, 0)
    encodeConnectionOpen(writer, 0, '/')
  })
  const text = '530 NOT_ALLOWED - connection refused: node connection limit (1) is reached 10.40'
  assert.equal(await connectionClose(second), text)
  first.socket.destroy()
  second.socket.destroy()
  await noneLeft(broker)
  await rawChannel(t, broker)
})

test('who does not finish the handshake in time is dropped', async (t) => {
  const broker = await startLocal(t, { handshakeTimeoutMs: 5000 })
  const silent = await rawSocket(t, broker)
  const slow = await rawSocket(t, broker)
  await untilTune(slow)
  const quick = await rawChannel(t, broker)
  await until(() => broker.inner.connections.size === 3, 'all three are there')
  broker.clock.advanceSync(4999)
  await new Promise(setImmediate)
  assert.equal(broker.inner.connections.size, 3)
  broker.clock.advanceSync(1)
  await silent.end()
  await slow.end()
  await quick.openChannel(2)
})

test('update-secret is answered', async (t) => {
  const raw = await rawChannel(t, await startLocal(t))
  raw.send((writer) => encodeConnectionUpdateSecret(writer, 0, 'new', 'because'))
  await raw.method(MethodId.ConnectionUpdateSecretOk)
})

test('the answer to open begins at once with what it must begin with, whatever it will be', async (t) => {
  for (const [vhost, method] of [
    ['/', MethodId.ConnectionOpenOk],
    ['nowhere', MethodId.ConnectionClose],
  ] as const) {
    const broker = await startLocal(t)
    const raw = await rawSocket(t, broker)
    await untilTune(raw)
    raw.send((writer) => encodeConnectionTuneOk(writer, 0, 2047, 131_072, 10))
    const [connection] = broker.inner.connections.all()
    await until(
      () => connection!.state === 'opening' && raw.unreadBytes === 3,
      'three octets of the answer are here',
    )
    // A heartbeat would fall into the frame that has begun.
    broker.clock.advanceSync(6_000)
    raw.send((writer) => encodeConnectionOpen(writer, 0, vhost))
    await raw.method(method)
  }
})
