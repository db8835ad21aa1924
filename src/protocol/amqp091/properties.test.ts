import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomTable, SeededRandom, testSeed } from '../../../test/support/codec-samples.js'
import { ByteWriter } from './byte-writer.js'
import { CodecError } from './codec-error.js'
import { field } from './field-table.js'
import {
  type BasicProperties,
  decodeProperties,
  encodeProperties,
  encodePropertiesWith,
  PropertyFlag,
  PropertyScanner,
} from './properties.js'
import { CONTENT_PROPERTIES } from './spec.js'

function encode(properties: BasicProperties): Buffer {
  const writer = new ByteWriter(Buffer.alloc(0))
  encodeProperties(writer, properties)
  return Buffer.from(writer.written())
}

const ALL: BasicProperties = {
  contentType: 'text/plain',
  contentEncoding: 'gzip',
  headers: new Map([['k', field.int(1)]]),
  deliveryMode: 2,
  priority: 9,
  correlationId: 'c1',
  replyTo: 'r',
  expiration: '60000',
  messageId: 'm1',
  timestamp: 1700000000,
  type: 't',
  userId: 'guest',
  appId: 'app',
  clusterId: '',
}

const ALL_OCTETS = `fffc
  0a ${hex('text/plain')} 04 ${hex('gzip')} 00000007 01 6b 49 00000001 02 09 02 ${hex('c1')} 01 ${hex('r')}
  05 ${hex('60000')} 02 ${hex('m1')} 000000006553f100 01 ${hex('t')} 05 ${hex('guest')} 03 ${hex('app')} 00`

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

function randomProperties(random: SeededRandom): BasicProperties {
  const properties: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(CONTENT_PROPERTIES)) {
    if (random.bool()) continue
    if (type === 'shortstr') properties[name] = random.text(255)
    else if (type === 'octet') properties[name] = random.below(256)
    else if (type === 'table') properties[name] = randomTable(random)
    else properties[name] = random.below(2 ** 53)
  }
  return properties
}

/** What a scanner found, in the form decodeProperties gives it. */
function scanned(scanner: PropertyScanner, buffer: Buffer): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const offsets = scanner as unknown as Record<string, number>
  for (const [name, { type }] of Object.entries(CONTENT_PROPERTIES)) {
    if (type !== 'shortstr') continue
    const start = offsets[`${name}Start`]
    assert.equal(start < 0, offsets[`${name}End`] < 0)
    if (start >= 0) found[name] = buffer.toString('utf8', start, offsets[`${name}End`])
  }
  if ((scanner.flags & PropertyFlag.DeliveryMode) !== 0) found.deliveryMode = scanner.deliveryMode
  else assert.equal(scanner.deliveryMode, 0)
  if (scanner.priority >= 0) found.priority = scanner.priority
  if (scanner.timestampStart >= 0) found.timestamp = Number(buffer.readBigUInt64BE(scanner.timestampStart))
  return found
}

test('all properties are written and read octet for octet', () => {
  const octets = ALL_OCTETS.replace(/\s/g, '')
  assert.equal(encode(ALL).toString('hex'), octets)
  const bytes = Buffer.from(octets, 'hex')
  assert.deepEqual(decodeProperties(bytes, 0, bytes.length), ALL)
})

test('an absent property stays absent', () => {
  assert.equal(encode({}).toString('hex'), '0000')
  assert.deepEqual(decodeProperties(Buffer.from('0000', 'hex'), 0, 2), {})
  assert.equal(encode({ deliveryMode: 2 }).toString('hex'), '100002')
  assert.equal(encode({ priority: 0 }).toString('hex'), '080000')
})

test('a timestamp beyond 2^53 is kept', () => {
  const bytes = encode({ timestamp: 2n ** 64n - 1n })
  assert.deepEqual(decodeProperties(bytes, 0, bytes.length), { timestamp: 2n ** 64n - 1n })
})

test('random properties come back, and the scanner finds the same ones', () => {
  const random = new SeededRandom(testSeed())
  console.log(`# seed ${random.seed}`)
  const scanner = new PropertyScanner()
  for (let round = 0; round < 300; round++) {
    const properties =
      random.below(3) === 0 ? (random.bool() ? {} : { deliveryMode: 1 }) : randomProperties(random)
    const bytes = Buffer.concat([Buffer.from([7]), encode(properties), Buffer.from([7])])
    assert.deepEqual(decodeProperties(bytes, 1, bytes.length - 1), properties)

    scanner.scan(bytes, 1, bytes.length - 1)
    const { headers, ...others } = properties
    assert.deepEqual(scanned(scanner, bytes), others)
    assert.equal(scanner.headersStart >= 0, headers !== undefined)
    if (headers !== undefined) {
      const headersBytes = new ByteWriter()
      headersBytes.table(headers)
      assert.equal(
        bytes.toString('hex', scanner.headersStart, scanner.headersEnd),
        headersBytes.written().toString('hex'),
      )
    }
    for (let end = 1; end < bytes.length; end++) {
      if (end === bytes.length - 1) continue
      assert.throws(() => decodeProperties(bytes, 1, end), CodecError)
      assert.throws(() => scanner.scan(bytes, 1, end), CodecError)
    }
    assert.throws(() => scanner.scan(bytes, 1, bytes.length), CodecError)
    assert.throws(() => decodeProperties(bytes, 1, bytes.length), CodecError)
  }
})

test('the two bits that no property has are refused', () => {
  for (const octets of ['0001', '0002', '8003016100']) {
    const bytes = Buffer.from(octets, 'hex')
    assert.throws(() => decodeProperties(bytes, 0, bytes.length), CodecError)
    assert.throws(() => new PropertyScanner().scan(bytes, 0, bytes.length), CodecError)
  }
})

test('malformed headers are refused by the scanner too', () => {
  const bytes = Buffer.from('20000000000401615a00', 'hex')
  assert.throws(() => new PropertyScanner().scan(bytes, 0, bytes.length), CodecError)
})

test('a refused header leaves nothing behind for the next message', () => {
  const scanner = new PropertyScanner()
  const bytes = encode(ALL)
  assert.throws(() => scanner.scan(bytes, 0, bytes.length - 1), CodecError)
  scanner.scan(Buffer.from('0000', 'hex'), 0, 2)
  const fresh = new PropertyScanner()
  fresh.scan(Buffer.from('0000', 'hex'), 0, 2)
  assert.deepEqual({ ...scanner }, { ...fresh })
  assert.throws(() => scanner.scan(Buffer.from('1000', 'hex'), 0, 2), CodecError)
  scanner.scan(Buffer.from('0000', 'hex'), 0, 2)
  assert.deepEqual({ ...scanner }, { ...fresh })
})

test('octets of a text that are not UTF-8 are no reason to refuse a message', () => {
  const bytes = Buffer.from('040002ff61', 'hex')
  new PropertyScanner().scan(bytes, 0, bytes.length)
  assert.deepEqual(decodeProperties(bytes, 0, bytes.length), { correlationId: '\ufffda' })
})

test('headers are replaced and the expiration dropped without touching another octet', () => {
  const random = new SeededRandom(testSeed())
  console.log(`# seed ${random.seed}`)
  const scanner = new PropertyScanner()
  for (let round = 0; round < 200; round++) {
    const properties = randomProperties(random)
    const bytes = Buffer.concat([Buffer.from([7, 7]), encode(properties)])
    scanner.scan(bytes, 2, bytes.length)
    const headers = random.bool() ? randomTable(random) : undefined
    const dropExpiration = random.bool()
    const writer = new ByteWriter()
    encodePropertiesWith(writer, bytes, scanner, headers, dropExpiration)
    const { headers: _headers, expiration, ...wanted } = properties
    const expected: BasicProperties = {
      ...wanted,
      ...(headers === undefined ? {} : { headers }),
      ...(dropExpiration || expiration === undefined ? {} : { expiration }),
    }
    assert.equal(writer.written().toString('hex'), encode(expected).toString('hex'))
  }
})

test('the property table counts its flags down from bit 15', () => {
  const flags = Object.values(CONTENT_PROPERTIES).map((property) => property.flag)
  assert.deepEqual(
    flags,
    flags.map((_, i) => 0x8000 >> i),
  )
  assert.deepEqual(Object.values(PropertyFlag), flags)
})
