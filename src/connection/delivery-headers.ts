import type { MessageView } from '../core/message.js'
import type { DeliveryFacts } from '../core/shard-port.js'
import {
  ByteReader,
  ByteWriter,
  findTableEntry,
  PropertyFlag,
  PropertyScanner,
} from '../protocol/amqp091/index.js'

/** Headers that queues add, and what of the facts they show when it is at least `from`. */
const ADDED = [
  { name: 'x-delivery-count', octets: Buffer.from('x-delivery-count'), fact: 'deliveryCount', from: 1 },
  { name: 'x-acquired-count', octets: Buffer.from('x-acquired-count'), fact: 'acquiredCount', from: 1 },
  { name: 'x-stream-offset', octets: Buffer.from('x-stream-offset'), fact: 'streamOffset', from: 0 },
] as const

/** A stream tells 0-9-1 consumers of every message whether it was persistent, as RabbitMQ does. */
const TRANSIENT = 1
const TAG_SIGNED_LONG = 0x6c
/** The u32 before the entries of a table. */
const LENGTH_OCTETS = 4

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
  const isStream = facts !== undefined && facts.streamOffset >= 0
  const addsMode = isStream && (scanner.flags & PropertyFlag.DeliveryMode) === 0
  let flags = scanner.flags | PropertyFlag.Headers
  if (addsMode) flags |= PropertyFlag.DeliveryMode
  writer.clear()
  writer.u16(flags)
  writer.bytes(buffer, propertiesStart + 2, scanner.headersAt)
  const tableAt = writer.position
  writer.u32(0)
  if (scanner.headersStart >= 0) writeKept(message, facts)
  if (facts !== undefined) writeAdded(facts)
  writer.patchU32(tableAt, writer.position - tableAt - LENGTH_OCTETS)
  if (addsMode) writer.u8(TRANSIENT)
  writer.bytes(buffer, scanner.headersEnd < 0 ? scanner.headersAt : scanner.headersEnd, propertiesEnd)
  return writer.written()
}

/** Writes the message's own headers without their length: as they lie there, unless one of them has to go. */
function writeKept(message: MessageView, facts: DeliveryFacts | undefined): void {
  const { headersStart, headersEnd } = scanner
  if (!message.hasBcc && !holdsAdded(message.buffer, facts)) {
    writer.bytes(message.buffer, headersStart + LENGTH_OCTETS, headersEnd)
    return
  }
  const headers = new ByteReader(message.buffer, headersStart, headersEnd).table()
  if (message.hasBcc) headers.delete('BCC')
  for (const { name, fact, from } of ADDED) {
    if (facts !== undefined && facts[fact] >= from) headers.delete(name)
  }
  const scratch = new ByteWriter()
  scratch.table(headers)
  writer.bytes(scratch.buffer, LENGTH_OCTETS, scratch.position)
}

/** True when the message, delivered before and published again, brings a header along that is added now. */
function holdsAdded(buffer: Buffer, facts: DeliveryFacts | undefined): boolean {
  if (facts === undefined) return false
  for (const { octets, fact, from } of ADDED) {
    if (facts[fact] < from) continue
    if (findTableEntry(buffer, scanner.headersStart, scanner.headersEnd, octets) >= 0) return true
  }
  return false
}

function writeAdded(facts: DeliveryFacts): void {
  for (const { name, fact, from } of ADDED) {
    if (facts[fact] < from) continue
    writer.shortstr(name)
    writer.u8(TAG_SIGNED_LONG)
    writer.u64(facts[fact])
  }
}

const scanner = new PropertyScanner()
const writer = new ByteWriter()
