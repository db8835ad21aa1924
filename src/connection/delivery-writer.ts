import type { MessageView } from '../core/message.js'
import type { DeliveryFacts } from '../core/shard-port.js'
import {
  BASIC_CLASS_ID,
  type ByteWriter,
  CONTENT_HEADER_SIZE,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEADER_SIZE,
  FRAME_METHOD,
  FRAME_OVERHEAD,
  MethodId,
} from '../protocol/amqp091/index.js'
import { copyBytes } from '../util/bytes.js'
import { deliveryProperties, needsDeliveryProperties } from './delivery-headers.js'

/** Delivery tag u64 and the redelivered bit. */
const TAG_AND_BIT = 9
/** Content up to this is written with one look at the room; a larger body fills buffers piece by piece. */
const ONE_PIECE_OCTETS_MAX = 16 * 1024
const PIECE_OCTETS = 32 * 1024

/**
 * The part of a consumer's basic.deliver frames that is always the same, frame header included:
 *
 *     1, channel u16, size u32 (filled in later), class and method u32, shortstr consumer tag
 */
export function deliverPrefix(channel: number, consumerTag: string): Buffer {
  const tag = Buffer.from(consumerTag, 'utf8')
  const prefix = Buffer.alloc(FRAME_HEADER_SIZE + 5)
  prefix[0] = FRAME_METHOD
  prefix.writeUInt16BE(channel, 1)
  prefix.writeUInt32BE(MethodId.BasicDeliver, FRAME_HEADER_SIZE)
  prefix[FRAME_HEADER_SIZE + 4] = tag.length
  return Buffer.concat([prefix, tag])
}

/**
 * Writes a whole delivery: method, header and body frames. Small ones, which are nearly all, are written out here
 * store by store: calls that the compiler does not inline cost a quarter of the time.
 */
export function writeDelivery(
  out: ByteWriter,
  prefix: Buffer,
  deliveryTag: number,
  message: MessageView,
  facts: DeliveryFacts,
  frameMax: number,
): void {
  const bodyOctets = message.bodyEnd - message.bodyStart
  if (
    bodyOctets > ONE_PIECE_OCTETS_MAX ||
    (bodyOctets > frameMax - FRAME_OVERHEAD && frameMax !== 0) ||
    message.hasBcc ||
    needsDeliveryProperties(facts) ||
    deliveryTag >= 0x100000000
  ) {
    writeAnyDelivery(out, prefix, deliveryTag, message, facts, frameMax)
    return
  }
  const methodOctets = prefix.length + TAG_AND_BIT + message.routingEnd - message.routingStart + 1
  const headerPayload = CONTENT_HEADER_SIZE + message.propertiesEnd - message.propertiesStart
  const total = methodOctets + headerPayload + bodyOctets + 2 * FRAME_OVERHEAD
  if (out.position + total > out.limit) out.reserve(total)
  const buffer = out.buffer
  const source = message.buffer
  const start = out.position
  // All of a buffer needs no view: for its some 40 octets this is faster than a loop.
  buffer.set(prefix, start)
  let at = start + prefix.length
  const payload = methodOctets - FRAME_OVERHEAD
  // A method's payload is some 800 octets at most.
  buffer[start + 5] = payload >>> 8
  buffer[start + 6] = payload
  buffer[at] = 0
  buffer[at + 1] = 0
  buffer[at + 2] = 0
  buffer[at + 3] = 0
  buffer[at + 4] = deliveryTag >>> 24
  buffer[at + 5] = deliveryTag >>> 16
  buffer[at + 6] = deliveryTag >>> 8
  buffer[at + 7] = deliveryTag
  buffer[at + 8] = facts.redelivered ? 1 : 0
  at = copyBytes(source, message.routingStart, message.routingEnd, buffer, at + TAG_AND_BIT)
  const channelHigh = prefix[1]
  const channelLow = prefix[2]
  buffer[at] = FRAME_END
  buffer[at + 1] = FRAME_HEADER
  buffer[at + 2] = channelHigh
  buffer[at + 3] = channelLow
  buffer[at + 4] = headerPayload >>> 24
  buffer[at + 5] = headerPayload >>> 16
  buffer[at + 6] = headerPayload >>> 8
  buffer[at + 7] = headerPayload
  buffer[at + 8] = 0
  buffer[at + 9] = BASIC_CLASS_ID
  buffer[at + 10] = 0
  buffer[at + 11] = 0
  buffer[at + 12] = 0
  buffer[at + 13] = 0
  buffer[at + 14] = 0
  buffer[at + 15] = 0
  buffer[at + 16] = 0
  buffer[at + 17] = 0
  buffer[at + 18] = bodyOctets >>> 8
  buffer[at + 19] = bodyOctets
  at = copyBytes(source, message.propertiesStart, message.propertiesEnd, buffer, at + 20)
  buffer[at++] = FRAME_END
  if (bodyOctets !== 0) {
    buffer[at] = FRAME_BODY
    buffer[at + 1] = channelHigh
    buffer[at + 2] = channelLow
    buffer[at + 3] = 0
    buffer[at + 4] = 0
    buffer[at + 5] = bodyOctets >>> 8
    buffer[at + 6] = bodyOctets
    at = copyBytes(source, message.bodyStart, message.bodyEnd, buffer, at + FRAME_HEADER_SIZE)
    buffer[at++] = FRAME_END
  }
  out.position = at
}

/** {@link writeDelivery} for large messages and those whose headers change. */
function writeAnyDelivery(
  out: ByteWriter,
  prefix: Buffer,
  deliveryTag: number,
  message: MessageView,
  facts: DeliveryFacts,
  frameMax: number,
): void {
  const frameOctets = prefix.length + TAG_AND_BIT + message.routingEnd - message.routingStart + 1
  reserveWithContent(out, frameOctets, message)
  const buffer = out.buffer
  const start = out.position
  let at = copyBytes(prefix, 0, prefix.length, buffer, start)
  putU32(buffer, start + 3, frameOctets - FRAME_OVERHEAD)
  at = putTagAndBit(buffer, at, deliveryTag, facts.redelivered)
  at = copyBytes(message.buffer, message.routingStart, message.routingEnd, buffer, at)
  buffer[at++] = FRAME_END
  out.position = at
  writeChangedContent(out, (prefix[1] << 8) | prefix[2], message, facts, frameMax)
}

/** Writes basic.get-ok with its content. */
export function writeGetOk(
  out: ByteWriter,
  channel: number,
  deliveryTag: number,
  message: MessageView,
  facts: DeliveryFacts,
  frameMax: number,
): void {
  const payload = 4 + TAG_AND_BIT + message.routingEnd - message.routingStart + 4
  reserveWithContent(out, payload + FRAME_OVERHEAD, message)
  const buffer = out.buffer
  let at = putFrameHeader(buffer, out.position, FRAME_METHOD, channel, payload)
  at = putU32(buffer, at, MethodId.BasicGetOk)
  at = putTagAndBit(buffer, at, deliveryTag, facts.redelivered)
  at = copyBytes(message.buffer, message.routingStart, message.routingEnd, buffer, at)
  at = putU32(buffer, at, facts.readyLeft)
  buffer[at++] = FRAME_END
  out.position = at
  writeChangedContent(out, channel, message, facts, frameMax)
}

/** Writes basic.return 312 NO_ROUTE with its content. */
export function writeReturn(out: ByteWriter, channel: number, message: MessageView, frameMax: number): void {
  const payload = 4 + 2 + 1 + NO_ROUTE_TEXT.length + message.routingEnd - message.routingStart
  reserveWithContent(out, payload + FRAME_OVERHEAD, message)
  const buffer = out.buffer
  let at = putFrameHeader(buffer, out.position, FRAME_METHOD, channel, payload)
  at = putU32(buffer, at, MethodId.BasicReturn)
  buffer[at++] = NO_ROUTE_CODE >>> 8
  buffer[at++] = NO_ROUTE_CODE & 0xff
  buffer[at++] = NO_ROUTE_TEXT.length
  at = copyBytes(NO_ROUTE_TEXT, 0, NO_ROUTE_TEXT.length, buffer, at)
  at = copyBytes(message.buffer, message.routingStart, message.routingEnd, buffer, at)
  buffer[at++] = FRAME_END
  out.position = at
  writeChangedContent(out, channel, message, undefined, frameMax)
}

const NO_ROUTE_CODE = 312
const NO_ROUTE_TEXT = Buffer.from('NO_ROUTE')

function writeChangedContent(
  out: ByteWriter,
  channel: number,
  message: MessageView,
  facts: DeliveryFacts | undefined,
  frameMax: number,
): void {
  if (!message.hasBcc && (facts === undefined || !needsDeliveryProperties(facts))) {
    writeContent(
      out,
      channel,
      message.buffer,
      message.propertiesStart,
      message.propertiesEnd,
      message,
      frameMax,
    )
    return
  }
  const properties = deliveryProperties(message, facts)
  writeContent(out, channel, properties, 0, properties.length, message, frameMax)
}

function writeContent(
  out: ByteWriter,
  channel: number,
  properties: Buffer,
  propertiesStart: number,
  propertiesEnd: number,
  message: MessageView,
  frameMax: number,
): void {
  const bodyOctets = message.bodyEnd - message.bodyStart
  const chunkMax = frameMax === 0 ? bodyOctets : frameMax - FRAME_OVERHEAD
  const payload = CONTENT_HEADER_SIZE + propertiesEnd - propertiesStart
  // Mostly there already: a method frame was reserved together with its content.
  const whole = bodyOctets <= chunkMax && bodyOctets <= ONE_PIECE_OCTETS_MAX
  out.reserve(payload + FRAME_OVERHEAD + (whole ? bodyOctets + FRAME_OVERHEAD : 0))
  const buffer = out.buffer
  let at = putFrameHeader(buffer, out.position, FRAME_HEADER, channel, payload)
  buffer[at] = 0
  buffer[at + 1] = BASIC_CLASS_ID
  buffer[at + 2] = 0
  buffer[at + 3] = 0
  at = putU32(buffer, at + 4, 0)
  at = putU32(buffer, at, bodyOctets)
  at = copyBytes(properties, propertiesStart, propertiesEnd, buffer, at)
  buffer[at++] = FRAME_END
  if (!whole) {
    out.position = at
    writeBody(out, channel, message.buffer, message.bodyStart, message.bodyEnd, chunkMax)
    return
  }
  if (bodyOctets !== 0) {
    at = putFrameHeader(buffer, at, FRAME_BODY, channel, bodyOctets)
    at = copyBytes(message.buffer, message.bodyStart, message.bodyEnd, buffer, at)
    buffer[at++] = FRAME_END
  }
  out.position = at
}

/**
 * Writes a large body. A frame may go over several buffers of the output, since its size is known before: nothing is
 * allocated that is larger than the output's own buffers.
 */
function writeBody(
  out: ByteWriter,
  channel: number,
  source: Buffer,
  start: number,
  end: number,
  chunkMax: number,
): void {
  for (let from = start; from < end; ) {
    const frameEnd = Math.min(from + chunkMax, end)
    out.reserve(FRAME_OVERHEAD)
    out.position = putFrameHeader(out.buffer, out.position, FRAME_BODY, channel, frameEnd - from)
    while (from < frameEnd) {
      if (out.position === out.limit) out.reserve(Math.min(frameEnd - from, PIECE_OCTETS))
      const pieceEnd = Math.min(frameEnd, from + out.limit - out.position)
      out.position = copyBytes(source, from, pieceEnd, out.buffer, out.position)
      from = pieceEnd
    }
    out.reserve(1)
    out.buffer[out.position++] = FRAME_END
  }
}

/** Room for a method frame of `frameOctets` and, if it is small, for the content after it. */
function reserveWithContent(out: ByteWriter, frameOctets: number, message: MessageView): void {
  const properties = message.propertiesEnd - message.propertiesStart
  const body = message.bodyEnd - message.bodyStart
  const content =
    body <= ONE_PIECE_OCTETS_MAX ? CONTENT_HEADER_SIZE + properties + body + 2 * FRAME_OVERHEAD : 0
  const needed = frameOctets + content
  if (out.position + needed > out.limit) out.reserve(needed)
}

function putFrameHeader(buffer: Buffer, at: number, type: number, channel: number, payload: number): number {
  buffer[at] = type
  buffer[at + 1] = channel >>> 8
  buffer[at + 2] = channel
  return putU32(buffer, at + 3, payload)
}

function putTagAndBit(buffer: Buffer, at: number, deliveryTag: number, redelivered: boolean): number {
  // Tags below 2^32 take no division.
  const upper = deliveryTag < 0x100000000 ? 0 : Math.floor(deliveryTag / 0x100000000)
  putU32(buffer, at, upper)
  putU32(buffer, at + 4, deliveryTag)
  buffer[at + 8] = redelivered ? 1 : 0
  return at + TAG_AND_BIT
}

function putU32(buffer: Buffer, at: number, value: number): number {
  buffer[at] = value >>> 24
  buffer[at + 1] = value >>> 16
  buffer[at + 2] = value >>> 8
  buffer[at + 3] = value
  return at + 4
}
