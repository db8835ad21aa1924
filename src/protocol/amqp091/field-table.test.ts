import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomTable, SeededRandom, testSeed } from '../../../test/support/codec-samples.js'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { CodecError } from './codec-error.js'
import {
  decodeFieldValue,
  decodeTable,
  encodeTable,
  FIELD_DEPTH_MAX,
  type FieldTable,
  type FieldValue,
  field,
  fieldEquals,
  findTableEntry,
  fromPlain,
  integerValue,
  isIntegerField,
  skipTable,
  tableEquals,
  tableFromPlain,
  tableToPlain,
  toPlain,
} from './field-table.js'

/** A table `k: value` by hand: value octets in hex, tag included. */
function tableOf(valueHex: string): Buffer {
  const entry = Buffer.from(`016b${valueHex}`, 'hex')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(entry.length)
  return Buffer.concat([length, entry])
}

function encode(table: FieldTable): Buffer {
  const writer = new ByteWriter()
  encodeTable(writer, table)
  return Buffer.from(writer.written())
}

function decode(bytes: Buffer): FieldTable {
  const reader = new ByteReader(bytes)
  const table = decodeTable(reader)
  reader.finish()
  return table
}

const EVERY_TAG: [octets: string, value: FieldValue][] = [
  ['7401', { tag: 't', value: true }],
  ['7400', { tag: 't', value: false }],
  ['6280', { tag: 'b', value: -128 }],
  ['42ff', { tag: 'B', value: 255 }],
  ['73fffe', { tag: 's', value: -2 }],
  ['75fffe', { tag: 'u', value: 65534 }],
  ['49fffffffe', { tag: 'I', value: -2 }],
  ['69fffffffe', { tag: 'i', value: 4294967294 }],
  ['6cfffffffffffffffe', { tag: 'l', value: -2n }],
  ['6c7fffffffffffffff', { tag: 'l', value: 9223372036854775807n }],
  ['663fc00000', { tag: 'f', value: 1.5 }],
  ['643ff8000000000000', { tag: 'd', value: 1.5 }],
  ['440200000139', { tag: 'D', value: { scale: 2, value: 313 } }],
  ['5300000003c3a961', { tag: 'S', value: 'éa' }],
  ['5300000002ff61', { tag: 'S', value: Buffer.from([0xff, 0x61]) }],
  ['78000000020041', { tag: 'x', value: Buffer.from([0, 0x41]) }],
  ['410000000474015656', { tag: 'A', value: [field.bool(true), field.void(), field.void()] }],
  ['54ffffffffffffffff', { tag: 'T', value: 18446744073709551615n }],
  ['460000000401617401', { tag: 'F', value: new Map([['a', field.bool(true)]]) }],
  ['56', { tag: 'V', value: null }],
]

test('every tag is read and written octet for octet', () => {
  for (const [octets, value] of EVERY_TAG) {
    const bytes = tableOf(octets)
    assert.deepEqual(decode(bytes), new Map([['k', value]]), octets)
    assert.equal(encode(new Map([['k', value]])).toString('hex'), bytes.toString('hex'))
    assert.equal(skipTable(bytes, 0, bytes.length), bytes.length, octets)
  }
})

test('L is read as a signed number and written as l', () => {
  const table = decode(tableOf('4cfffffffffffffffe'))
  assert.deepEqual(table.get('k'), { tag: 'L', value: -2n })
  assert.equal(encode(table).toString('hex'), tableOf('6cfffffffffffffffe').toString('hex'))
})

test('any octet but zero is true', () => {
  assert.deepEqual(decode(tableOf('7402')).get('k'), { tag: 't', value: true })
})

test('random tables come back as they were, and every prefix is refused', () => {
  const random = new SeededRandom(testSeed())
  console.log(`# seed ${random.seed}`)
  for (let round = 0; round < 200; round++) {
    const table = randomTable(random)
    const bytes = encode(table)
    assert.deepEqual(decode(bytes), table)
    assert.ok(tableEquals(decode(bytes), table))
    assert.equal(skipTable(bytes, 0, bytes.length), bytes.length)
    for (let end = 0; end < bytes.length; end += 1 + random.below(7)) {
      assert.throws(() => decode(bytes.subarray(0, end)), CodecError)
      assert.throws(() => skipTable(bytes, 0, end), CodecError)
      assert.throws(() => findTableEntry(bytes, 0, end, Buffer.from('k')), CodecError)
    }
  }
})

test('a value may not reach beyond its table, though the buffer goes on', () => {
  for (const [octets] of EVERY_TAG) {
    const bytes = Buffer.concat([tableOf(octets), Buffer.alloc(64)])
    const whole = bytes.readUInt32BE(0)
    for (let length = 1; length < whole; length++) {
      bytes.writeUInt32BE(length, 0)
      assert.throws(() => decodeTable(new ByteReader(bytes)), CodecError, `${octets} cut to ${length}`)
      assert.throws(() => skipTable(bytes, 0, bytes.length), CodecError, `${octets} cut to ${length}`)
    }
  }
})

test('an unknown tag and a name that is not UTF-8 are refused', () => {
  const unknown = tableOf('5a00')
  assert.throws(() => decode(unknown), CodecError)
  assert.throws(() => skipTable(unknown, 0, unknown.length), CodecError)
  const misnamed = Buffer.from('0000000401ff7401', 'hex')
  assert.throws(() => decode(misnamed), { explanation: 'Malformed UTF-8 in shortstr' })
  assert.throws(() => skipTable(misnamed, 0, misnamed.length), { explanation: 'Malformed UTF-8 in shortstr' })
})

test('an error inside a nested table shows all of the input', () => {
  assert.throws(() => decode(tableOf('46000000035a')), {
    explanation: 'cannot decode <<0,0,0,8,1,107,70,0,0,0,3,90>>',
  })
  assert.throws(() => decode(tableOf('460000000301615a')), {
    explanation: 'cannot decode <<0,0,0,10,1,107,70,0,0,0,3,1,97,90>>',
  })
})

test('the last of equal names stands', () => {
  const bytes = Buffer.from('0000000c016b4201016142ff016b4202', 'hex')
  assert.deepEqual(
    decode(bytes),
    new Map([
      ['k', { tag: 'B', value: 2 }],
      ['a', { tag: 'B', value: 255 }],
    ]),
  )
  const found = findTableEntry(bytes, 0, bytes.length, Buffer.from('k'))
  assert.deepEqual(decodeFieldValue(new ByteReader(bytes, found, bytes.length)), { tag: 'B', value: 2 })
})

test('tables and arrays nest 128 deep and no deeper', () => {
  for (const wrap of [
    (inner: FieldValue): FieldValue => field.array([inner]),
    (inner: FieldValue): FieldValue => field.table(new Map([['k', inner]])),
  ]) {
    let value = field.void()
    for (let depth = 2; depth <= FIELD_DEPTH_MAX; depth++) value = wrap(value)
    const deepest = encode(new Map([['k', value]]))
    assert.equal(encode(decode(deepest)).toString('hex'), deepest.toString('hex'))
    assert.equal(skipTable(deepest, 0, deepest.length), deepest.length)
    assert.throws(() => encode(new Map([['k', wrap(value)]])), CodecError)
  }
})

test('nesting as deep as a frame allows is refused, not followed', () => {
  for (const level of ['41', '46']) {
    const levels = 20000
    const named = level === '46' ? '016b' : ''
    const step = 5 + named.length / 2
    const bytes = Buffer.alloc(6 + levels * step)
    bytes.writeUInt32BE(bytes.length - 4, 0)
    Buffer.from('016b', 'hex').copy(bytes, 4)
    for (let i = 0, at = 6; i < levels; i++, at += step) {
      bytes[at] = Number.parseInt(level, 16)
      bytes.writeUInt32BE(bytes.length - at - 5, at + 1)
      if (i < levels - 1) Buffer.from(named, 'hex').copy(bytes, at + 5)
    }
    const expected = { name: 'CodecError', explanation: 'field table is nested deeper than 128 levels' }
    assert.throws(() => decodeTable(new ByteReader(bytes)), expected)
    assert.throws(() => skipTable(bytes, 0, bytes.length), expected)
  }
})

test('an entry is found by its name without decoding the rest', () => {
  const table: FieldTable = new Map([
    ['first', field.string('1')],
    ['x-match', field.string('any')],
    ['nested', field.table(new Map([['inner', field.int(1)]]))],
    ['list', field.array([field.int(1)])],
    ['x', field.bool(false)],
  ])
  const bytes = Buffer.concat([Buffer.from([9, 9, 9]), encode(table), Buffer.from([9])])
  for (const [name, value] of table) {
    const at = findTableEntry(bytes, 3, bytes.length - 1, Buffer.from(name))
    assert.deepEqual(decodeFieldValue(new ByteReader(bytes, at, bytes.length - 1)), value)
  }
  for (const absent of ['inner', '', 'y', 'x-matc', 'x-match2']) {
    assert.equal(findTableEntry(bytes, 3, bytes.length - 1, Buffer.from(absent)), -1)
  }
})

test('a value that does not fit its tag is refused', () => {
  for (const value of [
    { tag: 'b', value: 128 },
    { tag: 'B', value: -1 },
    { tag: 'u', value: 65536 },
    { tag: 'I', value: 2 ** 31 },
    { tag: 'i', value: -1 },
    { tag: 'l', value: 2n ** 63n },
    { tag: 'T', value: -1n },
  ] as const) {
    assert.throws(() => encode(new Map([['k', value]])), RangeError, value.tag)
  }
})

test('integer tags are told from the others', () => {
  for (const [, value] of EVERY_TAG) {
    const integer = 'bBsuIil'.includes(value.tag)
    assert.equal(isIntegerField(value), integer, value.tag)
    assert.equal(integerValue(value), integer ? value.value : undefined)
  }
  assert.equal(integerValue({ tag: 'L', value: 7n }), 7n)
})

test('fields are equal when tag and value agree', () => {
  for (const [, a] of EVERY_TAG) {
    for (const [, b] of EVERY_TAG) assert.equal(fieldEquals(a, b), a === b, `${a.tag} ${b.tag}`)
  }
  for (const [octets, value] of EVERY_TAG) {
    const again = decode(tableOf(octets)).get('k')
    assert.ok(again !== undefined && fieldEquals(value, again), value.tag)
  }
  assert.ok(!fieldEquals(field.int(5), field.long(5)))
  assert.ok(!fieldEquals(field.string('a'), field.bytes(Buffer.from('a'))))
  assert.ok(fieldEquals(field.longstr(Buffer.from('a')), field.string('a')))
  assert.ok(fieldEquals({ tag: 'L', value: 5n }, field.long(5)))
  assert.ok(fieldEquals(field.double(Number.NaN), field.double(Number.NaN)))
  assert.ok(!fieldEquals(field.array([field.int(1)]), field.array([field.int(1), field.int(2)])))
  assert.ok(
    !fieldEquals(field.table(new Map([['a', field.int(1)]])), field.table(new Map([['b', field.int(1)]]))),
  )
})

test('plain values are fit for JSON and keep hostile names harmless', () => {
  const table: FieldTable = new Map([
    ['__proto__', field.table(new Map([['polluted', field.bool(true)]]))],
    ['small', field.long(5)],
    ['large', field.long(2n ** 60n + 1n)],
    ['decimal', { tag: 'D', value: { scale: 2, value: 313 } }],
    ['octets', field.bytes(Buffer.from([0xff]))],
    ['broken', field.longstr(Buffer.from([0xff]))],
    ['list', field.array([field.int(1), field.void(), field.string('é')])],
    ['when', field.timestamp(1700000000)],
  ])
  const plain = tableToPlain(table)
  assert.equal(
    JSON.stringify(plain),
    '{"__proto__":{"polluted":true},"small":5,"large":"1152921504606846977","decimal":3.13,' +
      '"octets":"/w==","broken":"/w==","list":[1,null,"é"],"when":1700000000}',
  )
  assert.equal(Object.getPrototypeOf(plain), null)
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('JSON becomes fields with the tags RabbitMQ gives it', () => {
  const json = '{"n":5,"big":1e300,"f":1.5,"s":"é","b":true,"z":null,"a":[1,{"x":-1}],"__proto__":{"y":1}}'
  const table = tableFromPlain(JSON.parse(json))
  assert.deepEqual(
    table,
    new Map<string, FieldValue>([
      ['n', field.long(5)],
      ['big', field.double(1e300)],
      ['f', field.double(1.5)],
      ['s', field.string('é')],
      ['b', field.bool(true)],
      ['z', field.void()],
      ['a', field.array([field.long(1), field.table(new Map([['x', field.long(-1)]]))])],
      ['__proto__', field.table(new Map([['y', field.long(1)]]))],
    ]),
  )
  assert.equal(JSON.stringify(tableToPlain(table)), JSON.stringify(JSON.parse(json)))
  assert.deepEqual(toPlain(fromPlain(3n)), 3)
  assert.deepEqual(fromPlain(Buffer.from([1])), field.bytes(Buffer.from([1])))
  assert.deepEqual(fromPlain({ a: undefined }), field.table(new Map()))
})

test('what has no place in a table is refused', () => {
  assert.throws(() => fromPlain(() => 1), TypeError)
  assert.throws(() => fromPlain(undefined), TypeError)
  assert.throws(() => fromPlain(2n ** 63n), TypeError)
  let deep: unknown = null
  for (let i = 0; i < 100_000; i++) deep = [deep]
  assert.throws(() => fromPlain(deep), CodecError)
})
