import { BrokerError } from '../errors.js'
import type { ResourceKind } from '../resource.js'

/** Where the broker hands replies straight to a channel: queues of that name are none. */
const REPLY_TO_PREFIX = 'amq.rabbitmq.reply-to'
const RESERVED_PREFIX = 'amq.'

/** Names of queues and exchanges as the methods give them lose their line ends. */
export function withoutLineEnds(name: string): string {
  return name.replace(/[\r\n]/g, '')
}

export function isReserved(name: string): boolean {
  return name.startsWith(RESERVED_PREFIX)
}

/** Throws ACCESS_REFUSED for a name that only the broker gives. Asked when something new would be made. */
export function checkNotReserved(kind: ResourceKind, name: string): void {
  if (!isReserved(name)) return
  throw new BrokerError(
    'ACCESS_REFUSED',
    `${kind} name '${name}' contains reserved prefix '${RESERVED_PREFIX}*'`,
  )
}

/** Throws ACCESS_REFUSED for the exchange without a name, which can be neither changed nor bound. */
export function checkNotDefaultExchange(name: string): void {
  if (name === '') {
    throw new BrokerError('ACCESS_REFUSED', 'operation not permitted on the default exchange')
  }
}

/** Throws ACCESS_REFUSED for the names of direct reply-to, which cannot be bound. */
export function checkNotReplyTo(queue: string): void {
  if (!queue.startsWith(REPLY_TO_PREFIX)) return
  throw new BrokerError('ACCESS_REFUSED', 'cannot bind or unbind to a volatile (direct reply-to) queue')
}
