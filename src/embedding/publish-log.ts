import type { MessageView } from '../core/message.js'
import { keptCopy, SeenMessage } from './seen-message.js'

/** Octets of recorded messages above which the oldest are forgotten. */
const RECORDED_OCTETS_MAX = 64 * 1024 * 1024

/** Which publishes are asked for. What is left out matches all. */
export interface PublishFilter {
  readonly vhost?: string
  readonly exchange?: string
  readonly routingKey?: string
}

/** A message that a client published, whether or not a queue took it. */
export class PublishedMessage extends SeenMessage {
  readonly vhost: string
  /** The queues that it was routed to; none when it was unroutable. */
  readonly queues: readonly string[]

  constructor(message: MessageView, vhost: string, queues: readonly string[]) {
    super(message)
    this.vhost = vhost
    this.queues = queues
  }
}

interface Entry {
  readonly vhost: string
  readonly message: MessageView
  readonly queues: readonly string[]
}

/** The latest publishes of a broker, for tests that ask what was sent. Messages are decoded when asked for. */
export class PublishLog {
  readonly #countMax: number
  #entries: Entry[] = []
  #octets = 0

  /** `countMax` messages are kept. */
  constructor(countMax: number) {
    this.#countMax = countMax
  }

  add(vhost: string, message: MessageView, queues: readonly string[]): void {
    const copy = keptCopy(message)
    this.#entries.push({ vhost, message: copy, queues })
    this.#octets += copy.buffer.length
    if (this.#entries.length > 2 * this.#countMax || this.#octets > RECORDED_OCTETS_MAX) this.#forget()
  }

  /** In the order in which the broker took them. */
  find({ vhost, exchange, routingKey }: PublishFilter): PublishedMessage[] {
    return this.#entries
      .slice(-this.#countMax)
      .filter(
        (entry) =>
          (vhost === undefined || entry.vhost === vhost) &&
          (exchange === undefined || entry.message.exchange === exchange) &&
          (routingKey === undefined || entry.message.routingKey === routingKey),
      )
      .map(({ vhost, message, queues }) => new PublishedMessage(message, vhost, queues))
  }

  clear(): void {
    this.#entries = []
    this.#octets = 0
  }

  /** Drops the older ones, many at a time: taking them off one by one would cost more than keeping them. */
  #forget(): void {
    let first = Math.max(0, this.#entries.length - this.#countMax)
    let octets = 0
    for (let i = this.#entries.length - 1; i >= first; i--) {
      octets += this.#entries[i]!.message.buffer.length
      if (octets > RECORDED_OCTETS_MAX / 2) first = i + 1
    }
    this.#entries = this.#entries.slice(Math.min(first, this.#entries.length))
    this.#octets = this.#entries.reduce((sum, { message }) => sum + message.buffer.length, 0)
  }
}
