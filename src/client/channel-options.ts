import type { Arguments } from './options.js'

export interface ExchangeOptions {
  /** Outlives a restart of the broker. Default true. */
  readonly durable?: boolean
  /** Goes with its last binding. Default false. */
  readonly autoDelete?: boolean
  /** Takes messages from other exchanges only. Default false. */
  readonly internal?: boolean
  readonly arguments?: Arguments
}

export interface QueueOptions {
  /** Outlives a restart of the broker. Default true; false for an exclusive queue. */
  readonly durable?: boolean
  /** For this connection only, and goes with it. Default false. */
  readonly exclusive?: boolean
  /** Goes with its last consumer. Default false. */
  readonly autoDelete?: boolean
  readonly arguments?: Arguments
}

export interface QueueCounts {
  readonly queue: string
  /** Ready messages. */
  readonly messageCount: number
  readonly consumerCount: number
}

export interface ConsumeOptions {
  /** Default: the broker invents one. */
  readonly consumerTag?: string
  /** Messages need no acknowledgement. Default false. */
  readonly noAck?: boolean
  /** Refuses other consumers of the queue. Default false. */
  readonly exclusive?: boolean
  readonly arguments?: Arguments
  /** The broker cancelled the consumer: its queue is gone. */
  readonly onCancelled?: () => void
}

export interface PublishOptions {
  /** The message comes back (`returned`) when no queue takes it. Default false. */
  readonly mandatory?: boolean
}
