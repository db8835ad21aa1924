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

/**
 * What `expect` can do after `expect.extend(brokerMatchers)`. For types, in vitest:
 * `declare module 'vitest' { interface Assertion<T> extends BrokerMatchers<void> {} }`.
 */
export interface BrokerMatchers<R> {
  /** `expect(broker).toHavePublished({ exchange: 'orders', body: { id: 1 } })` */
  toHavePublished(match?: MessageMatch): R
  /** `expect(broker.queue('orders')).toHaveDepth(2)`, messages of every state. */
  toHaveDepth(depth: number): R
  /** `await expect(broker.queue('orders')).toHoldMessages(['first', { id: 2 }])`, in this order. */
  toHoldMessages(bodies: readonly unknown[]): Promise<R>
  /** `await expect(broker).toBecomeIdle()` within `timeoutMs`, default 1000. */
  toBecomeIdle(options?: IdleOptions): Promise<R>
}

/** Matchers for the `expect` of vitest and jest. */
export const brokerMatchers = {
  toHavePublished: (broker: EmbeddedBroker, match?: MessageMatch): Checked => checkPublished(broker, match),
  toHaveDepth: (queue: QueueView, depth: number): Checked => checkDepth(queue, depth),
  toHoldMessages: (queue: QueueView, bodies: readonly unknown[]): Promise<Checked> =>
    checkMessages(queue, bodies),
  toBecomeIdle: (broker: EmbeddedBroker, options?: IdleOptions): Promise<Checked> =>
    checkIdle(broker, options),
}
