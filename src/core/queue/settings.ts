/** Kinds of queue that a client can declare (`x-queue-type`). */
export const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const
export type QueueType = (typeof QUEUE_TYPES)[number]

/** What happens to a queue over its length limit (`x-overflow`). */
export type Overflow = 'drop-head' | 'reject-publish' | 'reject-publish-dlx'

/** Which returned messages wait before they are ready again (`x-delayed-retry-type`, quorum queues). */
export type DelayedRetryType = 'disabled' | 'all' | 'failed' | 'returned'

/**
 * What arguments and policies together make a queue do. Worked out by the topology whenever the queue is declared or a
 * policy changes, and handed to the queue's shard; the queue itself knows neither arguments nor policies.
 * Times are milliseconds; `undefined` means no limit, or that the feature is off.
 */
export interface QueueSettings {
  readonly messageTtlMs: number | undefined
  /** Idle time after which the queue is deleted. */
  readonly expiresMs: number | undefined
  /** Most ready messages. */
  readonly maxLength: number | undefined
  /** Most octets in the bodies of ready messages. */
  readonly maxLengthBytes: number | undefined
  readonly overflow: Overflow
  readonly deadLetterExchange: string | undefined
  /** Routing key of dead letters; `undefined` keeps the message's own keys. */
  readonly deadLetterRoutingKey: string | undefined
  readonly deadLetterStrategy: 'at-most-once' | 'at-least-once'
  /** Returns after which a quorum queue gives a message up; `undefined` is no limit. */
  readonly deliveryLimit: number | undefined
  /** Acknowledgement timeout of quorum queues. */
  readonly consumerTimeoutMs: number | undefined
  readonly delayedRetryType: DelayedRetryType
  readonly delayedRetryMinMs: number | undefined
  readonly delayedRetryMaxMs: number | undefined
  /** Oldest age of a stream's messages. */
  readonly maxAgeMs: number | undefined
  /** Size of a stream's segments in octets. */
  readonly segmentBytesMax: number | undefined
}

/** A queue without any argument or policy. */
export const DEFAULT_QUEUE_SETTINGS: QueueSettings = {
  messageTtlMs: undefined,
  expiresMs: undefined,
  maxLength: undefined,
  maxLengthBytes: undefined,
  overflow: 'drop-head',
  deadLetterExchange: undefined,
  deadLetterRoutingKey: undefined,
  deadLetterStrategy: 'at-most-once',
  deliveryLimit: undefined,
  consumerTimeoutMs: undefined,
  delayedRetryType: 'disabled',
  delayedRetryMinMs: undefined,
  delayedRetryMaxMs: undefined,
  maxAgeMs: undefined,
  segmentBytesMax: undefined,
}
