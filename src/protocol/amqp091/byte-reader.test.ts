import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader } from './byte-reader.js'
import { CodecError } from './codec-error.js'

test('numbers are read big-endian and unsigned', () => {
  const reader = new ByteReader(Buffer.from('fffffefffffffdfffffffffffffffcfffffffffffffffb', 'hex'))
  assert.equal(reader.u8(), 0xff)
  assert.equal(reader.u16(), 0xfffe)
  assert.equal(reader.u32(), 0xfffffffd)
  assert.equal(reader.u64(), 2 ** 64)
  assert.equal(reader.u64big(), 0xffffffff_fffffffbn)
  assert.equal(reader.remaining, 0)
})

test('a u64 is exact as a number up to 2^53 - 1', () => {
  const reader = new ByteReader(Buffer.from('001fffffffffffff', 'hex'))
  assert.equal(reader.u64(), Number.MAX_SAFE_INTEGER)
})

test('every read stops at the end that was given, though the buffer goes on', () => {
  const buffer = Buffer.alloc(300, 0x05)
  const reads: [name: string, octets: number, read: (reader: ByteReader) => unknown][] = [
    ['u8', 1, (reader) => reader.u8()],
    ['u16', 2, (reader) => reader.u16()],
    ['u32', 4, (reader) => reader.u32()],
    ['u64', 8, (reader) => reader.u64()],
    ['u64big', 8, (reader) => reader.u64big()],
    ['skip', 9, (reader) => reader.skip(9)],
    ['shortstr', 6, (reader) => reader.shortstr()],
    ['skipShortstr', 6, (reader) => reader.skipShortstr()],
  ]
  for (const [name, octets, read] of reads) {
    for (let end = 10; end < 10 + octets; end++) {
      assert.throws(() => read(new ByteReader(buffer, 10, end)), CodecError, `${name} of ${end - 10} octets`)
    }
    const reader = new ByteReader(buffer, 10, 10 + octets)
    read(reader)
    assert.equal(reader.remaining, 0, name)
  }
})

test('a long string that claims more than there is costs no memory', () => {
  const reader = new ByteReader(Buffer.from('ffffffff61', 'hex'))
  assert.throws(() => reader.longstr(), CodecError)
  assert.throws(() => reader.skipLongstr(), CodecError)
  assert.throws(() => reader.table(), CodecError)
})

test('a long string is a copy that outlives the input', () => {
  const input = Buffer.from('00000003616263', 'hex')
  const text = new ByteReader(input).longstr()
  input.fill(0)
  assert.equal(text.toString(), 'abc')
})

test('a short string is UTF-8', () => {
  const octets = Buffer.from('häse 🐇')
  const reader = new ByteReader(Buffer.concat([Buffer.from([octets.length]), octets]))
  assert.equal(reader.shortstr(), 'häse 🐇')
})

test('a short string that is not UTF-8 is refused with the text RabbitMQ uses', () => {
  for (const octets of ['80', 'c3', 'c328', 'eda080', 'f8888080', 'c0af']) {
    const buffer = Buffer.from(octets, 'hex')
    const reader = new ByteReader(Buffer.concat([Buffer.from([buffer.length]), buffer]))
    assert.throws(() => reader.shortstr(), {
      name: 'CodecError',
      reply: 'FRAME_ERROR',
      explanation: 'Malformed UTF-8 in shortstr',
      message: 'FRAME_ERROR - Malformed UTF-8 in shortstr',
    })
  }
})

test('an error shows the arguments without the method id', () => {
  const reader = new ByteReader(Buffer.from('0032000a000003ff', 'hex'))
  assert.equal(reader.methodId(), 0x0032000a)
  reader.skip(2)
  assert.throws(() => reader.shortstr(), { explanation: 'cannot decode <<0,0,3,255>>' })
})

test('an error shows a bounded number of octets', () => {
  const reader = new ByteReader(Buffer.alloc(1000))
  const { explanation } = reader.failure()
  assert.ok(explanation.startsWith('cannot decode <<0,0,'))
  assert.ok(explanation.endsWith(',...>>'))
  assert.ok(explanation.length < 300)
})

test('octets left over are an error', () => {
  const reader = new ByteReader(Buffer.from([1, 2]))
  reader.u8()
  assert.throws(() => reader.finish(), { explanation: 'cannot decode <<1,2>>' })
  reader.u8()
  reader.finish()
})

test('a reader can be pointed at other bytes', () => {
  const reader = new ByteReader(Buffer.from([1]))
  reader.u8()
  reader.reset(Buffer.from([7, 8, 9]), 1, 2)
  assert.equal(reader.u8(), 8)
  assert.throws(() => reader.u8(), CodecError)
})
