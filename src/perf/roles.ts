import type { PublishProperties } from '../client/index.js'

/** One publisher, as a thread is told to run it. */
export interface PublisherSpec {
  readonly kind: 'publisher'
  readonly name: string
  readonly uri: string
  readonly exchange: string
  readonly routingKey: string
  /** Octets of a body. From 8 on they begin with the time of publishing. */
  readonly sizeBytes: number
  readonly mandatory: boolean
  readonly properties: PublishProperties
  /** Publishes that may wait for their confirm; 0 publishes without confirms. */
  readonly confirmWindow: number
  /** Messages per second; 0 is as fast as it goes. */
  readonly rate: number
  /** Messages to publish; 0 is no limit. */
  readonly limit: number
}

/** One consumer, as a thread is told to run it. */
export interface ConsumerSpec {
  readonly kind: 'consumer'
  readonly name: string
  readonly uri: string
  readonly queue: string
  readonly autoAck: boolean
  /** Acknowledges every so many messages, with one frame. */
  readonly ackEvery: number
  /** 0 is no limit. */
  readonly prefetch: number
  /** Messages to receive; 0 is no limit. */
  readonly limit: number
  readonly arguments: Readonly<Record<string, unknown>>
}

export type RoleSpec = PublisherSpec | ConsumerSpec
