import { BrokerError } from '../core/errors.js'
import { CodecError } from '../protocol/amqp091/codec-error.js'
import { REPLY_CODES } from '../protocol/amqp091/reply-codes.js'

/** A close as it goes to the peer. */
export interface Refusal {
  readonly code: number
  /** With the code's name; may be longer than a short string, whose writer cuts it. */
  readonly text: string
  readonly closesConnection: boolean
}

/** What to tell the peer about a thrown error; undefined when the error is our own and none of its business. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof BrokerError) {
    return { code: error.code, text: error.message, closesConnection: error.closesConnection }
  }
  if (error instanceof CodecError) {
    return { code: REPLY_CODES[error.reply].code, text: error.message, closesConnection: true }
  }
  return undefined
}
