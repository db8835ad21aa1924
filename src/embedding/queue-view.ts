import type { PeekedMessage, ShardPort } from '../core/shard-port.js'
import { QueueStatistics } from '../core/statistics.js'
import type { QueueRecord } from '../core/topology/queue-record.js'
import type { Topology } from '../core/topology/topology.js'
import { SeenMessage } from './seen-message.js'

/** Messages and octets that one look at a queue fetches at a time. */
const PAGE = { messageMax: 1000, octetMax: 16 * 1024 * 1024 } as const

/** A message that lies in a queue. */
export class QueuedMessage extends SeenMessage {
  /** `unacked` is with a consumer; `held` waits for a delayed retry, or for its dead letter to be stored. */
  readonly state: 'ready' | 'unacked' | 'held'
  readonly redelivered: boolean
  /** Counted failures; undefined for queues that keep no count. */
  readonly deliveryCount: number | undefined
  /** Milliseconds of its time to live that are left; undefined when it does not expire. */
  readonly expiresInMs: number | undefined

  constructor(peeked: PeekedMessage) {
    super(peeked.message)
    this.state = peeked.state
    this.redelivered = peeked.redelivered
    this.deliveryCount = peeked.deliveryCount < 0 ? undefined : peeked.deliveryCount
    this.expiresInMs = peeked.expiresInMs
  }
}

/** A queue as a test looks at it: by name, whether or not it exists, and as it is now. Looking changes nothing. */
export class QueueView {
  readonly name: string
  readonly vhost: string
  readonly #topology: Topology
  readonly #port: ShardPort

  constructor(name: string, vhost: string, topology: Topology, port: ShardPort) {
    this.name = name
    this.vhost = vhost
    this.#topology = topology
    this.#port = port
  }

  get exists(): boolean {
    return this.#record !== undefined
  }

  /** Messages of every state; 0 when there is no such queue. */
  get depth(): number {
    const { ready, unacked, held } = this.#statistics
    return ready + unacked + held
  }

  get ready(): number {
    return this.#statistics.ready
  }

  /** With consumers, or got and not acknowledged. */
  get unacked(): number {
    return this.#statistics.unacked
  }

  get consumers(): number {
    return this.#statistics.consumers
  }

  /** All messages, whatever their state: by priority, then in the order of arrival. Empty when there is no such queue. */
  async messages(): Promise<QueuedMessage[]> {
    const messages: QueuedMessage[] = []
    const id = this.#record?.id
    let from: number | undefined
    if (id === undefined) return messages
    do {
      const request = { from, ...PAGE }
      const page = await new Promise<{ messages: readonly PeekedMessage[]; next: number | undefined }>(
        (resolve) => this.#port.peek(id, request, resolve),
      )
      for (const each of page.messages) messages.push(new QueuedMessage(each))
      from = page.next
    } while (from !== undefined)
    return messages
  }

  get #record(): QueueRecord | undefined {
    return this.#topology.vhosts.get(this.vhost)?.queues.get(this.name)
  }

  get #statistics(): QueueStatistics {
    const statistics = new QueueStatistics()
    const record = this.#record
    if (record !== undefined) this.#port.statisticsOf(record.id, statistics)
    return statistics
  }
}
