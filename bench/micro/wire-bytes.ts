import {
  ByteWriter,
  encodeBasicPublish,
  encodeBody,
  encodeContentHeader,
} from '../../src/protocol/amqp091/index.js'

/** The channel that the test support's channel fixture has. */
export const CHANNEL = 3
const FRAME_MAX = 131_072

/** The bytes of `count` publishes to the queue `q`, one after another. */
export function publishes(count: number, bodyBytes: number): Buffer {
  const writer = new ByteWriter()
  const body = Buffer.alloc(bodyBytes, 'x')
  for (let i = 0; i < count; i++) {
    encodeBasicPublish(writer, CHANNEL, '', 'q', false, false)
    encodeContentHeader(writer, CHANNEL, bodyBytes, {})
    encodeBody(writer, CHANNEL, body, FRAME_MAX)
  }
  return Buffer.from(writer.written())
}
