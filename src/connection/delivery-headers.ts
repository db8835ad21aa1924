import type { MessageView } from '../core/message.js'
import type { DeliveryFacts } from '../core/shard-port.js'
import {
  ByteReader,
  ByteWriter,
  type FieldTable,
  field,
  PropertyFlag,
  PropertyScanner,
} from '../protocol/amqp091/index.js'

/** A stream tells 0-9-1 consumers of every message whether it was persistent, as RabbitMQ does. */
const TRANSIENT = 1

/** True when the headers of a delivery are not simply those of the message. */
export function needsDeliveryProperties(facts: DeliveryFacts): boolean {
  return facts.deliveryCount > 0 || facts.acquiredCount > 0 || facts.streamOffset >= 0
}

/**
 * The properties of a message as a consumer gets them: without BCC, and with the headers that its queue adds.
 * The octets returned are overwritten by the next call.
 */
export function deliveryProperties(message: MessageView, facts: DeliveryFacts | undefined): Buffer {
  const { buffer, propertiesStart, propertiesEnd } = message
  scanner.scan(buffer, propertiesStart, propertiesEnd)
  const headers: FieldTable =
    scanner.headersStart < 0
      ? new Map()
      : new ByteReader(buffer, scanner.headersStart, scanner.headersEnd).table()
  if (message.hasBcc) headers.delete('BCC')
  if (facts !== undefined) addCounts(headers, facts)
  const isStream = facts !== undefined && facts.streamOffset >= 0
  const addsMode = isStream && (scanner.flags & PropertyFlag.DeliveryMode) === 0
  let flags = scanner.flags | PropertyFlag.Headers
  if (addsMode) flags |= PropertyFlag.DeliveryMode
  writer.clear()
  writer.u16(flags)
  writer.bytes(buffer, scanner.start + 2, scanner.headersAt)
  writer.table(headers)
  if (addsMode) writer.u8(TRANSIENT)
  writer.bytes(buffer, scanner.headersEnd < 0 ? scanner.headersAt : scanner.headersEnd, scanner.end)
  return writer.written()
}

function addCounts(headers: FieldTable, facts: DeliveryFacts): void {
  if (facts.deliveryCount > 0) headers.set('x-delivery-count', field.long(facts.deliveryCount))
  if (facts.acquiredCount > 0) headers.set('x-acquired-count', field.long(facts.acquiredCount))
  if (facts.streamOffset >= 0) headers.set('x-stream-offset', field.long(facts.streamOffset))
}

const scanner = new PropertyScanner()
const writer = new ByteWriter()
