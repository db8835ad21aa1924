import { REPLY_CODES, type ReplyName } from '../protocol/amqp091/reply-codes.js'

/**
 * A request that the broker refuses. The edge that took the request turns it into its own kind of reply: AMQP into a
 * close with `<name> - <explanation>`, HTTP into the status of {@link httpStatusOf}.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  /** Reply code constant, which also begins the reply text. */
  readonly reply: ReplyName
  /** The reply text without the constant's name, in RabbitMQ's wording where clients or runbooks match on it. */
  readonly explanation: string

  constructor(reply: ReplyName, explanation: string) {
    super(explanation === '' ? reply : `${reply} - ${explanation}`)
    this.reply = reply
    this.explanation = explanation
  }

  /** Numeric AMQP reply code. */
  get code(): number {
    return REPLY_CODES[this.reply].code
  }

  /** True when an AMQP channel cannot outlive the error's connection. */
  get closesConnection(): boolean {
    return REPLY_CODES[this.reply].scope === 'connection'
  }
}

/** HTTP status with which the management API answers a refusal. */
export function httpStatusOf(reply: ReplyName): number {
  switch (reply) {
    case 'ACCESS_REFUSED':
      return 403
    case 'NOT_FOUND':
      return 404
    case 'INTERNAL_ERROR':
      return 500
    default:
      return 400
  }
}
