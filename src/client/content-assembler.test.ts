import assert from 'node:assert/strict'
import test from 'node:test'
import { ByteWriter, encodeBody, encodeContentHeader } from '../protocol/amqp091/index.js'
import { ContentAssembler } from './content-assembler.js'
import { FrameSplitter } from './frame-splitter.js'

function content(encode: (writer: ByteWriter) => void): string[] {
  const writer = new ByteWriter()
  encode(writer)
  const assembler = new ContentAssembler()
  const seen: string[] = []
  assembler.begin((properties, body) => seen.push(`${properties.messageId} ${body}`))
  new FrameSplitter().push(writer.written(), (frame) => assembler.take(frame))
  return seen
}

test('header and body frames become one message, an empty body needs no frame', () => {
  assert.deepEqual(
    content((writer) => {
      encodeContentHeader(writer, 1, 10, { messageId: 'm' })
      encodeBody(writer, 1, Buffer.from('0123456789'), 11)
    }),
    ['m 0123456789'],
  )
  assert.deepEqual(
    content((writer) => encodeContentHeader(writer, 1, 0, { messageId: 'm' })),
    ['m '],
  )
})

test('frames out of place and bodies beyond their announced size are refused', () => {
  assert.throws(
    () => content((writer) => encodeBody(writer, 1, Buffer.from('x'), 0)),
    /a content header was due/,
  )
  assert.throws(
    () =>
      content((writer) => {
        encodeContentHeader(writer, 1, 1, {})
        encodeBody(writer, 1, Buffer.from('xy'), 0)
      }),
    /more body than announced/,
  )
  assert.throws(() => content((writer) => encodeContentHeader(writer, 1, 2 ** 40, {})), /536870912 are taken/)
})
