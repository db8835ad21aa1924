import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyHeaderError, parseProxyHeader } from './proxy-protocol.js'

const V2_SIGNATURE = '\r\n\r\n\0\r\nQUIT\n'

function v2(command: number, family: number, rest: Buffer): Buffer {
  const head = Buffer.from(`${V2_SIGNATURE}____`, 'latin1')
  head[12] = 0x20 | command
  head[13] = family
  head.writeUInt16BE(rest.length, 14)
  return Buffer.concat([head, rest])
}

test('a version 1 header names both ends', () => {
  const line = 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 5672\r\n'
  assert.deepEqual(parseProxyHeader(Buffer.from(`${line}AMQP`)), {
    end: line.length,
    addresses: { host: '203.0.113.7', port: 56324, localHost: '192.0.2.1', localPort: 5672 },
  })
})

test('a version 1 header for IPv6 is read and UNKNOWN keeps the address of the proxy', () => {
  const line = 'PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n'
  assert.equal(parseProxyHeader(Buffer.from(line))?.addresses?.host, '2001:db8::1')
  assert.equal(parseProxyHeader(Buffer.from('PROXY UNKNOWN ffff::1 x 1 2\r\n'))?.addresses, undefined)
})

test('a version 2 header names both ends and may carry extensions', () => {
  const rest = Buffer.from([203, 0, 113, 7, 192, 0, 2, 1, 0xdc, 4, 0x16, 0x28, 4, 0, 1, 9])
  const header = parseProxyHeader(v2(1, 0x11, rest))
  assert.deepEqual(header, {
    end: 32,
    addresses: { host: '203.0.113.7', port: 56324, localHost: '192.0.2.1', localPort: 5672 },
  })
})

test('a version 2 header for IPv6 prints addresses in their short form', () => {
  const rest = Buffer.alloc(36)
  rest[0] = 0x20
  rest[1] = 0x01
  rest[15] = 1
  rest[31] = 1
  rest.writeUInt16BE(7, 32)
  rest.writeUInt16BE(8, 34)
  const addresses = parseProxyHeader(v2(1, 0x21, rest))?.addresses
  assert.deepEqual(addresses, { host: '2001::1', port: 7, localHost: '::1', localPort: 8 })
})

test('a version 2 LOCAL header is the proxy itself', () => {
  assert.deepEqual(parseProxyHeader(v2(0, 0, Buffer.alloc(0))), { end: 16, addresses: undefined })
})

test('every beginning of a good header is incomplete, not wrong', () => {
  const rest = Buffer.from([203, 0, 113, 7, 192, 0, 2, 1, 0xdc, 4, 0x16, 0x28])
  for (const whole of [Buffer.from('PROXY TCP4 203.0.113.7 192.0.2.1 56324 5672\r\n'), v2(1, 0x11, rest)]) {
    for (let length = 0; length < whole.length; length++) {
      assert.equal(parseProxyHeader(whole.subarray(0, length)), undefined)
    }
  }
})

test('what is no header is refused as soon as that is clear', () => {
  const bad = [
    'A',
    'AMQP\0\0\x09\x01',
    'PROXX',
    'PROXY TCP4 1.2.3.4 1.2.3.4 99999 1\r\n',
    'PROXY TCP4 one two 1 2\r\n',
    'PROXY TCP4 1.2.3.4\r\n',
    `PROXY TCP4 ${'1'.repeat(120)}`,
    '\r\n\r\nX',
  ]
  for (const text of bad) {
    assert.throws(() => parseProxyHeader(Buffer.from(text, 'latin1')), ProxyHeaderError, JSON.stringify(text))
  }
  assert.throws(() => parseProxyHeader(v2(5, 0x11, Buffer.alloc(12))), ProxyHeaderError)
  assert.throws(() => parseProxyHeader(v2(1, 0x11, Buffer.alloc(4))), ProxyHeaderError)
  assert.throws(() => parseProxyHeader(v2(1, 0x11, Buffer.alloc(60_000))), ProxyHeaderError)
})
