import type { QueueType } from '../queue/settings.js'
import type { ShardQueue } from '../queue/shard-queue.js'
import { foldQueueCounters, QueueCounters } from '../statistics.js'

/**
 * Sums over the queues of a shard, by type and by vhost, in which deleted queues stay. A queue is added up when
 * somebody looks at it and at its end.
 */
export class QueueTotals {
  private readonly byType = new Map<QueueType, QueueCounters>()
  private readonly byVhost = new Map<string, Map<QueueType, QueueCounters>>()
  /** What of each queue is in the sums. */
  private readonly counted = new WeakMap<ShardQueue, QueueCounters>()

  /** Brings the sums up to what the queue has counted. */
  fold(queue: ShardQueue): void {
    const { counters, definition } = queue
    let counted = this.counted.get(queue)
    if (counted === undefined) {
      // Most queues of a large node are idle.
      if (
        counters.publish + counters.deliver + counters.deliverNoAck + counters.get + counters.getNoAck ===
        0
      )
        if (counters.getEmpty === 0) return
      counted = new QueueCounters()
      this.counted.set(queue, counted)
    }
    const sums = [this.of(definition.type, undefined), this.of(definition.type, definition.vhost)]
    foldQueueCounters(counters, counted, sums)
  }

  /** The sums of a type of queue in a vhost, or on the whole shard. */
  of(type: QueueType, vhost: string | undefined): QueueCounters {
    const sums = vhost === undefined ? this.byType : this.ofVhost(vhost)
    let found = sums.get(type)
    if (found === undefined) {
      found = new QueueCounters()
      sums.set(type, found)
    }
    return found
  }

  forgetVhost(vhost: string): void {
    this.byVhost.delete(vhost)
  }

  private ofVhost(vhost: string): Map<QueueType, QueueCounters> {
    let found = this.byVhost.get(vhost)
    if (found === undefined) {
      found = new Map()
      this.byVhost.set(vhost, found)
    }
    return found
  }
}
