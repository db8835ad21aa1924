import type { ExchangeTypes } from '../exchange/exchange-types.js'
import { Router } from '../exchange/router.js'
import type { ParameterValue } from '../policy/parameter-value.js'
import { PublishCounters } from '../statistics.js'
import type { QueueRecord, QueueRecordDefinition } from './queue-record.js'
import { NO_METADATA, Vhost, type VhostMetadata } from './vhost.js'

/**
 * All that is declared on a node, in memory. It changes through its own methods, which check nothing: doors do. The
 * same changes in the same order give the same topology.
 */
export class Topology {
  readonly types: ExchangeTypes
  readonly vhosts = new Map<string, Vhost>()
  readonly globalParameters = new Map<string, ParameterValue>()
  /** Of the whole node, deleted exchanges included. */
  readonly counters = new PublishCounters()
  /** Vhosts whose messages are copied to `amq.rabbitmq.trace`. */
  tracedVhosts = 0
  /** Declares of queues since the start, also of queues that were there. */
  queueDeclares = 0
  private readonly queues = new Map<number, QueueRecord>()
  private readonly router = new Router()
  private nextQueueId = 1

  constructor(types: ExchangeTypes) {
    this.types = types
  }

  get queueCount(): number {
    return this.queues.size
  }

  get exchangeCount(): number {
    let count = 0
    for (const vhost of this.vhosts.values()) count += vhost.exchanges.size
    return count
  }

  /** The id that the next queue will have. */
  get queueIdFloor(): number {
    return this.nextQueueId
  }

  /** No id below `floor` is given out any more: it may have belonged to a queue that is forgotten. */
  raiseQueueIdFloor(floor: number): void {
    this.nextQueueId = Math.max(this.nextQueueId, floor)
  }

  takeQueueId(): number {
    return this.nextQueueId++
  }

  queue(id: number): QueueRecord | undefined {
    return this.queues.get(id)
  }

  allQueues(): IterableIterator<QueueRecord> {
    return this.queues.values()
  }

  addVhost(name: string, metadata: VhostMetadata = NO_METADATA, maker?: string): Vhost {
    const vhost = new Vhost(name, metadata, this.types, this.router, this.counters, maker)
    this.vhosts.set(name, vhost)
    return vhost
  }

  /** Takes a vhost out with everything in it. */
  removeVhost(vhost: Vhost): void {
    for (const queue of [...vhost.queues.values()]) this.removeQueue(queue)
    for (const exchange of [...vhost.exchanges.values()]) vhost.removeExchange(exchange)
    this.setTracing(vhost, false)
    this.vhosts.delete(vhost.name)
  }

  setTracing(vhost: Vhost, tracing: boolean): void {
    if (vhost.tracing === tracing) return
    vhost.tracing = tracing
    this.tracedVhosts += tracing ? 1 : -1
  }

  addQueue(vhost: Vhost, definition: QueueRecordDefinition): QueueRecord {
    const queue = vhost.addQueue(definition)
    this.queues.set(queue.id, queue)
    this.raiseQueueIdFloor(queue.id + 1)
    return queue
  }

  /** Takes a queue out; see {@link Vhost.removeQueue}. */
  removeQueue(queue: QueueRecord): ReturnType<Vhost['removeQueue']> {
    this.queues.delete(queue.id)
    return queue.vhost.removeQueue(queue)
  }
}
