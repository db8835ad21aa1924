import { addDeliveryCounters, DeliveryCounters } from '../core/statistics.js'

/** Queues of which a channel counts by itself what it took; beyond these only sums are kept of those it has left. */
export const QUEUE_USES_MAX = 256

/** What one channel took from one queue. */
export class QueueUse extends DeliveryCounters {
  readonly queueId: number
  /** Consumers of the channel on this queue. */
  consumers = 0

  constructor(queueId: number) {
    super()
    this.queueId = queueId
  }
}

/** The queues that a channel has taken from. */
export class QueueUses {
  private readonly uses = new Map<number, QueueUse>()
  private last: QueueUse | undefined
  /** Of queues that it has left long ago. */
  private left: DeliveryCounters | undefined

  of(queueId: number): QueueUse {
    if (this.last !== undefined && this.last.queueId === queueId) return this.last
    return this.find(queueId)
  }

  get byQueue(): ReadonlyMap<number, DeliveryCounters> {
    return this.uses
  }

  get sum(): DeliveryCounters {
    const sum = new DeliveryCounters()
    if (this.left !== undefined) addDeliveryCounters(sum, this.left)
    for (const use of this.uses.values()) addDeliveryCounters(sum, use)
    return sum
  }

  private find(queueId: number): QueueUse {
    let use = this.uses.get(queueId)
    if (use === undefined) {
      if (this.uses.size >= QUEUE_USES_MAX) this.forgetOne()
      use = new QueueUse(queueId)
      this.uses.set(queueId, use)
    }
    this.last = use
    return use
  }

  /** The oldest without a consumer goes into the sum. */
  private forgetOne(): void {
    for (const [queueId, use] of this.uses) {
      if (use.consumers > 0) continue
      this.left ??= new DeliveryCounters()
      addDeliveryCounters(this.left, use)
      this.uses.delete(queueId)
      return
    }
  }
}
