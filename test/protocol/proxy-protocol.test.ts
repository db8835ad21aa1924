import assert from 'node:assert/strict'
import test from 'node:test'
import { MethodId } from '../../src/protocol/amqp091/index.js'
import { rawSocket } from '../support/raw.js'
import { logIn, noneLeft, startLocal } from './local-broker.js'

function version2(host: readonly number[]): Buffer {
  const header = Buffer.from('\r\n\r\n\0\r\nQUIT\n____', 'latin1')
  header[12] = 0x21
  header[13] = 0x11
  header.writeUInt16BE(12, 14)
  return Buffer.concat([header, Buffer.from([...host, 127, 0, 0, 1, 0x30, 0x39, 0x16, 0x28])])
}

test('the address in a PROXY header is the one that is shown, and checked for loopback users', async (t) => {
  const broker = await startLocal(t, { proxyProtocol: true })
  const headers = [Buffer.from('PROXY TCP4 127.0.0.9 127.0.0.1 12345 5672\r\n'), version2([127, 0, 0, 9])]
  for (const header of headers) {
    const raw = await rawSocket(t, broker)
    raw.write(header)
    await logIn(raw)
    await raw.method(MethodId.ConnectionTune)
    const [connection] = broker.inner.connections.all()
    assert.equal(connection!.name, '127.0.0.9:12345 -> 127.0.0.1:5672')
    raw.socket.destroy()
    await noneLeft(broker)
  }
  for (const header of [Buffer.from('PROXY TCP4 8.8.8.8 127.0.0.1 1 2\r\n'), version2([8, 8, 8, 8])]) {
    const raw = await rawSocket(t, broker)
    raw.write(header)
    await logIn(raw)
    while ([...broker.inner.connections.all()][0]?.state !== 'closed') await new Promise(setImmediate)
    broker.clock.advanceSync(3000)
    await raw.end()
    assert.equal(raw.unreadBytes, 0)
    await noneLeft(broker)
  }
})

test('a PROXY header may come octet by octet, or in one piece with what follows', async (t) => {
  const broker = await startLocal(t, { proxyProtocol: true })
  const bytes = Buffer.from('PROXY TCP4 127.0.0.9 127.0.0.1 12345 5672\r\nAMQP\0\0\x09\x01', 'latin1')
  const whole = await rawSocket(t, broker)
  whole.write(bytes)
  await whole.method(MethodId.ConnectionStart)
  const cut = await rawSocket(t, broker)
  for (const octet of bytes) {
    cut.write(Buffer.of(octet))
    await new Promise(setImmediate)
  }
  await cut.method(MethodId.ConnectionStart)
})

test('a peer without a PROXY header is dropped where one is due, and one with it where none is', async (t) => {
  const strict = await startLocal(t, { proxyProtocol: true })
  const bare = await rawSocket(t, strict)
  bare.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'))
  await bare.end()
  assert.equal(bare.unreadBytes, 0)
  const plain = await startLocal(t)
  const proxied = await rawSocket(t, plain)
  proxied.write(Buffer.from('PROXY TCP4 127.0.0.9 127.0.0.1 12345 5672\r\n'))
  assert.equal((await proxied.bytes(8)).toString('latin1'), 'AMQP\x03\x01\0\0')
})
