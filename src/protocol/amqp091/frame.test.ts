import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter } from './byte-writer.js'
import {
  describeBinary,
  describeOctets,
  encodeBody,
  encodeContentHeader,
  HEARTBEAT_FRAME,
  PROTOCOL_HEADER,
} from './frame.js'

function octets(input: string | number[]): Buffer {
  return typeof input === 'string' ? Buffer.from(input) : Buffer.from(input)
}

function binary(input: string | number[]): string {
  const bytes = octets(input)
  return describeBinary(bytes, 0, bytes.length)
}

test('the fixed octets are those of the specification', () => {
  assert.equal(PROTOCOL_HEADER.toString('latin1'), 'AMQP\0\0\x09\x01')
  assert.equal(HEARTBEAT_FRAME.toString('hex'), '08000000000000ce')
})

test('a content header frame holds class, weight, body size and properties', () => {
  const writer = new ByteWriter()
  encodeContentHeader(writer, 3, 0x100000005, { deliveryMode: 2 })
  assert.equal(writer.written().toString('hex'), '0200030000000f003c00000000000100000005100002ce')
})

test('a body is cut into frames of frame_max octets with their overhead', () => {
  const writer = new ByteWriter()
  encodeBody(writer, 1, Buffer.from('abcdefg'), 11)
  assert.equal(
    writer.written().toString('hex'),
    ['03000100000003616263ce', '03000100000003646566ce', '0300010000000167ce'].join(''),
  )
  writer.clear()
  encodeBody(writer, 1, Buffer.from('abcdefg'), 0)
  assert.equal(writer.written().toString('hex'), '0300010000000761626364656667ce')
  writer.clear()
  encodeBody(writer, 1, Buffer.alloc(0), 11)
  assert.equal(writer.position, 0)
})

test('octets are shown the way Erlang prints binaries', () => {
  assert.equal(binary([]), '<<>>')
  assert.equal(binary([1, 2, 3]), '<<1,2,3>>')
  assert.equal(binary('abc'), '<<"abc">>')
  assert.equal(binary('a\0'), '<<97,0>>')
  assert.equal(binary('a"b\\c\n'), '<<"a\\"b\\\\c\\n">>')
  assert.equal(binary([0x1b, 8, 9, 11, 12, 13]), '<<"\\e\\b\\t\\v\\f\\r">>')
  assert.equal(binary([0x7f]), '<<127>>')
  assert.equal(binary('é'), '<<"é"/utf8>>')
  assert.equal(binary([0xe9, 0x61]), '<<"éa">>')
  assert.equal(binary([0x80, 0x61]), '<<128,97>>')
  assert.equal(binary('€'), '<<226,130,172>>')
})

test('at most 16 octets of a payload are shown', () => {
  const payload = Buffer.from(Array.from({ length: 20 }, (_, i) => i))
  assert.equal(describeOctets(payload, 0, 16), 'all octets = <<0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15>>')
  assert.equal(
    describeOctets(payload, 2, 20),
    'first 16 octets = <<2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17>>',
  )
  assert.equal(describeOctets(payload, 5, 5), 'all octets = <<>>')
})
