import { propertiesOf } from '../client/message.js'
import {
  ByteWriter,
  encodeBasicPublish,
  encodeBody,
  encodeContentHeader,
  FRAME_HEADER_SIZE,
} from '../protocol/amqp091/index.js'
import type { PublisherSpec } from './roles.js'
import { CHANNEL } from './wire-connection.js'

/** Octets of copies that are written at once. */
const BATCH_BYTES = 65_536
/** Octets of the time of publishing at the beginning of a body. */
export const STAMP_BYTES = 8

/** The frames of a publisher's message, as many copies one after another as are written at once. */
export class MessageTemplate {
  /** Octets of one copy: all of its frames. */
  readonly copyBytes: number
  /** Copies. */
  readonly count: number
  private readonly copies: Buffer
  /** Offset in a copy of the time of publishing; -1 when the body is too short for one. */
  private readonly stampAt: number

  constructor(spec: PublisherSpec, frameMax: number) {
    const writer = new ByteWriter()
    encodeBasicPublish(writer, CHANNEL, spec.exchange, spec.routingKey, spec.mandatory, false)
    encodeContentHeader(writer, CHANNEL, spec.sizeBytes, propertiesOf(spec.properties))
    this.stampAt = spec.sizeBytes < STAMP_BYTES ? -1 : writer.position + FRAME_HEADER_SIZE
    encodeBody(writer, CHANNEL, Buffer.alloc(spec.sizeBytes, 'x'), frameMax)
    this.copyBytes = writer.position
    this.count = Math.max(1, Math.floor(BATCH_BYTES / this.copyBytes))
    this.copies = Buffer.allocUnsafeSlow(this.copyBytes * this.count)
    for (let i = 0; i < this.count; i++) writer.written().copy(this.copies, i * this.copyBytes)
  }

  /** The frames of `count` messages that are published at `micros`. The bytes are overwritten by the next call. */
  take(count: number, micros: number): Buffer {
    const { copies, copyBytes, stampAt } = this
    if (stampAt >= 0) {
      const high = Math.floor(micros / 2 ** 32)
      const low = micros >>> 0
      for (let i = 0, at = stampAt; i < count; i++, at += copyBytes) {
        writeU32(copies, at, high)
        writeU32(copies, at + 4, low)
      }
    }
    return count === this.count ? copies : copies.subarray(0, count * copyBytes)
  }
}

/** The time of publishing, in microseconds, from a body of at least {@link STAMP_BYTES}. */
export function readStamp(buffer: Buffer, at: number): number {
  return readU32(buffer, at) * 2 ** 32 + readU32(buffer, at + 4)
}

function writeU32(buffer: Buffer, at: number, value: number): void {
  buffer[at] = value >>> 24
  buffer[at + 1] = value >>> 16
  buffer[at + 2] = value >>> 8
  buffer[at + 3] = value
}

function readU32(buffer: Buffer, at: number): number {
  return ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0
}
