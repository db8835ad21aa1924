import { ByteWriter } from '../protocol/amqp091/byte-writer.js'
import { type BasicProperties, decodeProperties, encodeProperties } from '../protocol/amqp091/properties.js'
import { MessageView } from './message.js'

export type { BasicProperties } from '../protocol/amqp091/properties.js'

/** A message made here rather than read from a socket. Its bytes are its own. `expirationMs` as in the view. */
export function makeMessage(
  exchange: string,
  routingKey: string,
  properties: BasicProperties,
  body: Buffer,
  expirationMs: number,
): MessageView {
  const writer = new ByteWriter()
  const view = new MessageView()
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  view.routingEnd = writer.position
  view.propertiesStart = writer.position
  encodeProperties(writer, properties)
  view.propertiesEnd = writer.position
  view.bodyStart = writer.position
  writer.reserve(body.length)
  body.copy(writer.buffer, writer.position)
  view.bodyEnd = writer.position + body.length
  view.buffer = writer.buffer
  view.persistent = properties.deliveryMode === 2
  view.priority = properties.priority ?? -1
  view.expirationMs = expirationMs
  view.hasBcc = properties.headers?.has('BCC') ?? false
  return view
}

/** The properties of a message, decoded; none when they do not decode. */
export function propertiesOf(message: MessageView): BasicProperties {
  const { buffer, propertiesStart, propertiesEnd } = message
  if (propertiesEnd - propertiesStart < 2) return {}
  try {
    return decodeProperties(buffer, propertiesStart, propertiesEnd)
  } catch {
    // RabbitMQ takes any octets for headers it need not read; whoever only looks on is shown none.
    return {}
  }
}

/** A copy of the body. */
export function bodyOf(message: MessageView): Buffer {
  return Buffer.from(message.buffer.subarray(message.bodyStart, message.bodyEnd))
}
