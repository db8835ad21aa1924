import { BrokerError } from '../core/errors.js'
import { CodecError } from '../protocol/amqp091/codec-error.js'
import { REPLY_CODES } from '../protocol/amqp091/reply-codes.js'

/** A close as it goes to the peer. */
export interface Refusal {
  readonly code: number
  /** With the code's name; at most 255 octets. */
  readonly text: string
  readonly closesConnection: boolean
}

/** What to tell the peer about a thrown error; undefined when the error is our own and none of its business. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof BrokerError) {
    return { code: error.code, text: replyText(error.message), closesConnection: error.closesConnection }
  }
  if (error instanceof CodecError) {
    return { code: REPLY_CODES[error.reply].code, text: replyText(error.message), closesConnection: true }
  }
  return undefined
}

/** Cuts a text that does not fit into a short string as RabbitMQ does: 252 octets and three dots. */
function replyText(text: string): string {
  const octets = Buffer.byteLength(text)
  if (octets <= SHORTSTR_OCTETS_MAX) return text
  let end = SHORTSTR_OCTETS_MAX - ELLIPSIS.length
  const encoded = Buffer.from(text)
  // Not inside a character: its later octets begin with the bits 10.
  while ((encoded[end]! & 0xc0) === 0x80) end -= 1
  return encoded.toString('utf8', 0, end) + ELLIPSIS
}

const SHORTSTR_OCTETS_MAX = 255
const ELLIPSIS = '...'
