import type { MessageView } from './message.js'
import type { Publisher, ShardPort } from './shard-port.js'
import type { Exchange } from './topology/exchange.js'

const NOBODY: Publisher = { confirmed() {}, refused() {} }

/** Messages that wait; beyond these the newest are dropped. They wait no longer than the work that caused them lasts. */
export const OWN_MESSAGES_MAX = 65_536

interface Waiting {
  readonly exchange: Exchange
  readonly message: MessageView
}

/**
 * Publishes what the broker itself has to say: events, copies of traced messages. After the work that caused them, since
 * a shard in the middle of a delivery takes nothing in.
 */
export class OwnPublisher {
  readonly #portFor: (queueId: number) => ShardPort
  #waiting: Waiting[] = []

  constructor(portFor: (queueId: number) => ShardPort) {
    this.#portFor = portFor
  }

  /** `message` has bytes of its own. */
  send(exchange: Exchange, message: MessageView): void {
    if (this.#waiting.length >= OWN_MESSAGES_MAX) return
    this.#waiting.push({ exchange, message })
    if (this.#waiting.length === 1) queueMicrotask(() => this.#publish())
  }

  #publish(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const ports = new Set<ShardPort>()
    for (const { exchange, message } of waiting) {
      if (exchange.stale) continue
      for (const [port, ids] of this.#byPort(exchange.route(message.routingKey, message).queueIds)) {
        port.publish(ids, message, NOBODY, 0)
        ports.add(port)
      }
    }
    for (const port of ports) port.flush()
  }

  #byPort(queueIds: readonly number[]): Map<ShardPort, number[]> {
    const split = new Map<ShardPort, number[]>()
    for (const id of queueIds) {
      const port = this.#portFor(id)
      const ids = split.get(port)
      if (ids === undefined) split.set(port, [id])
      else ids.push(id)
    }
    return split
  }
}
