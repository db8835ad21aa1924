import assert from 'node:assert/strict'
import test from 'node:test'
import { ByteWriter, encodeBasicAck, encodeBody, HEARTBEAT_FRAME } from '../protocol/amqp091/index.js'
import { FrameSplitter } from './frame-splitter.js'

function threeFrames(): Buffer {
  const writer = new ByteWriter()
  encodeBasicAck(writer, 7, 1, false)
  writer.bytes(HEARTBEAT_FRAME)
  encodeBody(writer, 300, Buffer.from('body'), 0)
  return writer.written()
}

function split(pieces: Iterable<Buffer>, frameMax = 0): string[] {
  const splitter = new FrameSplitter()
  splitter.frameMax = frameMax
  const seen: string[] = []
  for (const piece of pieces) {
    splitter.push(piece, ({ type, channel, payload }) => seen.push(`${type} ${channel} ${payload.length}`))
  }
  return seen
}

test('frames are found however their bytes are cut into pieces', () => {
  const bytes = threeFrames()
  const expected = ['1 7 13', '8 0 0', '3 300 4']
  assert.deepEqual(split([bytes]), expected)
  for (let size = 1; size < bytes.length; size++) {
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
    assert.deepEqual(split(pieces), expected, `pieces of ${size}`)
  }
})

test('a frame of exactly the agreed size is taken and a larger one refused', () => {
  assert.equal(split([threeFrames()], 21).length, 3)
  assert.throws(() => split([threeFrames()], 20), /frame of 21 bytes, agreed were 20/)
})

test('a wrong end octet is refused', () => {
  const bytes = Buffer.from(HEARTBEAT_FRAME)
  bytes[7] = 0
  assert.throws(() => split([bytes]), /ends with 0/)
})
