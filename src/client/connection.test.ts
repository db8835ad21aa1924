import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect as tcpConnect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { createServer } from 'node:tls'
import { startTestBroker } from '../../test/support/broker.js'
import { cleanUp } from '../../test/support/cleanup.js'
import { connectClient } from '../../test/support/client.js'
import { greet, scriptedBroker } from '../../test/support/scripted-broker.js'
import { requireTool } from '../../test/support/tools.js'
import { until, within } from '../../test/support/wait.js'
import {
  decodeConnectionStartOk,
  decodeConnectionTuneOk,
  encodeConnectionBlocked,
  encodeConnectionClose,
  encodeConnectionOpenOk,
  encodeConnectionStart,
  encodeConnectionTune,
  encodeConnectionUnblocked,
  FRAME_HEARTBEAT,
  MethodId,
  tableToPlain,
} from '../protocol/amqp091/index.js'
import { connect } from './connection.js'
import { ClosedError } from './errors.js'

test('a connection opens channels with the lowest free number and closes without an error', async (t) => {
  const connection = await connectClient(t, await startTestBroker(t))
  assert.equal(typeof connection.serverProperties.product, 'string')
  const closed = once(connection, 'closed')
  const [first, second] = [await connection.channel(), await connection.channel()]
  assert.deepEqual([first.number, second.number], [1, 2])
  await first.close()
  assert.equal((await connection.channel()).number, 1)
  await Promise.all([connection.close(), connection.close()])
  assert.deepEqual(await closed, [undefined])
  assert(connection.closed)
  await assert.rejects(connection.channel(), { name: 'ClosedError', code: 200 })
})

test("the broker's refusal of a wrong password is told with code and text", async (t) => {
  const { host, port } = await startTestBroker(t)
  await assert.rejects(connect({ host, port, password: 'wrong' }), (error) => {
    assert(error instanceof ClosedError)
    assert.equal(error.code, 403)
    assert.match(error.text, /^ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN/)
    return true
  })
})

test('an unknown vhost is told with code, text and method', async (t) => {
  const { host, port } = await startTestBroker(t)
  await assert.rejects(connect({ host, port, vhost: 'nowhere' }), {
    name: 'ClosedError',
    scope: 'connection',
    code: 530,
    text: 'NOT_ALLOWED - vhost nowhere not found',
    method: 'connection.open',
  })
})

test('nobody listening is told as the error of the socket', async () => {
  const missing = join(tmpdir(), `no-such-socket-${process.pid}`)
  await assert.rejects(connect({ socketPath: missing }), (error) => {
    assert(error instanceof ClosedError)
    assert.equal(error.code, 0)
    assert.match(error.text, /ENOENT/)
    return true
  })
})

test('a broker that closes the socket during the handshake is told as that', async (t) => {
  const { url } = await scriptedBroker(t, async (peer) => {
    await peer.bytes(8)
    peer.socket.destroy()
  })
  await assert.rejects(connect(url), { name: 'ClosedError', code: 0 })
})

test('a broker that says nothing is given up after the connect timeout', async (t) => {
  const { url } = await scriptedBroker(t, async () => {})
  await assert.rejects(connect(url, { connectTimeoutMs: 30 }), /not open after 30 ms/)
})

test('client properties and limits are told to the broker', async (t) => {
  let properties: unknown
  let tuned: unknown
  const { url } = await scriptedBroker(t, async (peer) => {
    await peer.bytes(8)
    peer.send((writer) => encodeConnectionStart(writer, 0, 0, 9, new Map(), 'PLAIN', 'en_US'))
    const startOk = decodeConnectionStartOk(await peer.method(MethodId.ConnectionStartOk))
    properties = tableToPlain(startOk.clientProperties)
    assert.equal(startOk.response.toString(), '\0guest\0guest')
    peer.send((writer) => encodeConnectionTune(writer, 0, 100, 131_072, 60))
    tuned = decodeConnectionTuneOk(await peer.method(MethodId.ConnectionTuneOk))
    await peer.method(MethodId.ConnectionOpen)
    peer.send((writer) => encodeConnectionOpenOk(writer, 0))
  })
  const connection = await connect(url, {
    connectionName: 'tests',
    clientProperties: { extra: 1 },
    frameMax: 8192,
    channelMax: 200,
    heartbeat: 7,
  })
  cleanUp(t, () => connection.destroy())
  const { connection_name, extra, capabilities } = properties as Record<string, unknown>
  assert.equal(connection_name, 'tests')
  assert.equal(extra, 1)
  assert.equal((capabilities as Record<string, unknown>).authentication_failure_close, true)
  assert.deepEqual(tuned, { channelMax: 100, frameMax: 8192, heartbeat: 7 })
})

test('blocked and unblocked are told with their reason', async (t) => {
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
    peer.send((writer) => {
      encodeConnectionBlocked(writer, 0, 'low on memory')
      encodeConnectionUnblocked(writer, 0)
    })
  })
  const connection = await connect(url)
  cleanUp(t, () => connection.destroy())
  const seen: unknown[] = []
  connection.on('blocked', (reason) => seen.push(reason, connection.blockedBy))
  connection.on('unblocked', () => seen.push(connection.blockedBy))
  await until(() => seen.length === 3, 'both were told')
  assert.deepEqual(seen, ['low on memory', 'low on memory', undefined])
})

test('the close of the connection by the broker is answered and ends its channels with the reason', async (t) => {
  let answered = false
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
    await peer.method(MethodId.ChannelOpen)
    peer.send((writer) => encodeConnectionClose(writer, 0, 320, 'CONNECTION_FORCED - shutdown', 0, 0))
    await peer.method(MethodId.ConnectionCloseOk)
    answered = true
  })
  const connection = await connect(url)
  const closed = once(connection, 'closed')
  await assert.rejects(connection.channel(), {
    code: 320,
    text: 'CONNECTION_FORCED - shutdown',
    method: undefined,
  })
  const [reason] = await within(closed, 'the end of the connection')
  assert.equal((reason as ClosedError).code, 320)
  await until(() => answered, 'the broker has the answer')
})

test('heartbeats go out while nothing else does, and their absence ends the connection', async (t) => {
  let beats = 0
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer, { heartbeat: 1 })
    while (!peer.ended) {
      await until(() => peer.unreadBytes > 0 || peer.ended, 'a heartbeat or the end')
      if (peer.unreadBytes > 0 && (await peer.frame()).type === FRAME_HEARTBEAT) beats += 1
    }
  })
  const connection = await connect(url)
  const [reason] = await once(connection, 'closed')
  assert.match((reason as ClosedError).text, /nothing was received for 2 seconds/)
  assert(beats >= 2, `${beats} heartbeats`)
})

test('a close that the broker does not answer ends after its timeout', async (t) => {
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
  })
  const connection = await connect(url, { closeTimeoutMs: 20 })
  await within(connection.close(), 'the end of the connection')
})

test('bytes that are no frames end the connection and say so', async (t) => {
  const { url } = await scriptedBroker(t, async (peer) => {
    await greet(peer)
    peer.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))
  })
  const connection = await connect(url)
  const [reason] = await once(connection, 'closed')
  assert.equal((reason as ClosedError).code, 0)
  assert.match((reason as ClosedError).text, /received a frame/)
})

test('amqps speaks TLS and checks the certificate', async (t) => {
  if (!requireTool(t, 'openssl')) return
  const broker = await startTestBroker(t)
  const { ca, port } = await tlsFront(t, broker)
  const connection = await connect(`amqps://guest:guest@localhost:${port}`, { tls: { ca } })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  const { queue } = await channel.declareQueue('', { exclusive: true })
  await channel.confirmSelect()
  await channel.publishConfirmed('', queue, Buffer.alloc(300_000, 1))
  assert.equal((await channel.get(queue, { noAck: true }))?.body.length, 300_000)
  await assert.rejects(connect(`amqps://guest:guest@localhost:${port}`), /certificate/)
})

/** A TLS listener in front of a broker, with a certificate made for the test. */
async function tlsFront(t: TestContext, broker: { host: string; port: number }) {
  const directory = mkdtempSync(join(tmpdir(), 'leveret-tls-'))
  cleanUp(t, () => rmSync(directory, { recursive: true }))
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', keyFile, '-out', certFile],
  ])
  assert.equal(made.status, 0, made.stderr?.toString())
  const cert = readFileSync(certFile)
  const server = createServer({ key: readFileSync(keyFile), cert }, (secure) => {
    const plain = tcpConnect(broker.port, broker.host)
    secure.pipe(plain).pipe(secure)
    for (const [one, other] of [
      [secure, plain],
      [plain, secure],
    ]) {
      one?.on('error', () => other?.destroy())
      one?.on('close', () => other?.destroy())
    }
  })
  server.on('tlsClientError', () => {})
  server.listen(0, 'localhost')
  await once(server, 'listening')
  cleanUp(t, () => {
    server.close()
  })
  return { ca: cert, port: (server.address() as AddressInfo).port }
}
