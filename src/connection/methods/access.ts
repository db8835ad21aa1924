import { type ByteReader, decodeAccessRequest, encodeAccessRequestOk } from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'

/** The ticket that everybody gets and nobody looks at. */
const TICKET = 1

/** access.request: a relic of AMQP 0-8 that old clients still send. */
export function request(channel: Channel, reader: ByteReader): void {
  decodeAccessRequest(reader)
  encodeAccessRequestOk(channel.host.output, channel.number, TICKET)
}
