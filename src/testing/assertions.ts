import { AssertionError } from 'node:assert'
import type { EmbeddedBroker, IdleOptions } from '../embedding/embedded-broker.js'
import type { QueueView } from '../embedding/queue-view.js'
import {
  type Checked,
  checkDepth,
  checkIdle,
  checkMessages,
  checkPublished,
  type MessageMatch,
} from './checks.js'

/** Throws an AssertionError unless such a message was published. */
export function assertPublished(broker: EmbeddedBroker, match?: MessageMatch): void {
  hold(checkPublished(broker, match))
}

/** Throws an AssertionError when such a message was published. */
export function assertUnpublished(broker: EmbeddedBroker, match?: MessageMatch): void {
  hold(checkPublished(broker, { ...match, times: 0 }))
}

/** Throws an AssertionError unless the queue has so many messages, of every state. */
export function assertDepth(queue: QueueView, depth: number): void {
  hold(checkDepth(queue, depth))
}

/** Rejects with an AssertionError unless the queue holds these bodies in this order. */
export async function assertMessages(queue: QueueView, bodies: readonly unknown[]): Promise<void> {
  hold(await checkMessages(queue, bodies))
}

/** Rejects with an AssertionError unless the broker becomes idle within `timeoutMs` (default 1000). */
export async function assertIdle(broker: EmbeddedBroker, options?: IdleOptions): Promise<void> {
  hold(await checkIdle(broker, options))
}

function hold({ pass, message }: Checked): void {
  if (!pass) throw new AssertionError({ message: message() })
}
