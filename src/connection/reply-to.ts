import { randomBytes } from 'node:crypto'
import type { MessageView } from '../core/message.js'

/** The queue name that a client consumes from and writes into `reply-to` to use direct reply-to. */
export const REPLY_TO_QUEUE = 'amq.rabbitmq.reply-to'

/** How the names begin that the broker makes of it. */
export const REPLY_TO_PREFIX = `${REPLY_TO_QUEUE}.`

const NAME_OCTETS = 16

/** A channel that waits for replies. */
export interface ReplyReceiver {
  /** Takes one reply. The view is good during the call only. */
  receiveReply(message: MessageView): void
}

/**
 * Who gets the messages that are published to `amq.rabbitmq.reply-to.<opaque>`: one for all connections of a node.
 * Replies go straight to the requester's channel and are stored nowhere. A name says nothing but that whoever knows
 * it was told; it is good in its own vhost only.
 */
export class ReplyToDirectory {
  readonly #receivers = new Map<string, ReplyReceiver>()
  readonly #random: (octets: number) => Buffer

  constructor(random: (octets: number) => Buffer = randomBytes) {
    this.#random = random
  }

  /** Makes a name for a receiver; good until {@link unregister}. */
  register(vhost: string, receiver: ReplyReceiver): string {
    const name = REPLY_TO_PREFIX + this.#random(NAME_OCTETS).toString('base64url')
    this.#receivers.set(keyOf(vhost, name), receiver)
    return name
  }

  unregister(vhost: string, name: string): void {
    this.#receivers.delete(keyOf(vhost, name))
  }

  /** True while the requester lives. */
  has(vhost: string, name: string): boolean {
    return this.#receivers.has(keyOf(vhost, name))
  }

  /** Hands a reply over; one whose requester is gone is dropped. */
  deliver(vhost: string, name: string, message: MessageView): void {
    this.#receivers.get(keyOf(vhost, name))?.receiveReply(message)
  }
}

/** A vhost's name cannot end where a reply-to name begins: neither holds a NUL. */
function keyOf(vhost: string, name: string): string {
  return `${vhost}\0${name}`
}
