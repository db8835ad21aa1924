import type { MessageHistory, ShardLog } from '../shard/shard-log.js'
import { EntryState, type MessageIndex } from './message-index.js'
import type { ReadyOrder } from './ready-order.js'

/**
 * How often the messages of a quorum queue were handed out, and how often that failed. Before a message goes out the
 * log is told what it has come to if nothing is heard of it any more, as RabbitMQ counts a lost connection: a broker
 * that is killed finds the counts as they are, also those of a message that kills every consumer and the broker too.
 *
 * "The message" is the one that the order is placed on.
 */
export class DeliveryCounts {
  private readonly order: ReadyOrder
  private readonly log: ShardLog
  private readonly queueId: number
  private readonly giveUp: () => void
  /** Found by recovery: messages with failures, which may be more than the queue has patience for. */
  private failed: number[] = []

  /** `giveUp` is called with the order on a ready message that has failed too often. */
  constructor(order: ReadyOrder, log: ShardLog, queueId: number, giveUp: () => void) {
    this.order = order
    this.log = log
    this.queueId = queueId
    this.giveUp = giveUp
  }

  /** The message, which the log keeps, is about to be handed out. */
  delivered(): void {
    const { index, position } = this.order
    const { deliveryCount, acquiredCount, isRedelivered } = index
    // The first delivery costs a bit in the message's own record; it stands for the counts 1 and 1. Of a dead letter
    // that came as redelivered the log has counts already, which a bit does not change.
    if (acquiredCount === 0 && !isRedelivered) this.log.delivered(this.queueId, position, index.ref)
    else this.log.counted(this.queueId, position, index.ref, deliveryCount + 1, acquiredCount + 1)
  }

  /**
   * The message came back, or was rejected: while its dead letter is under way, its counts are those that the log was
   * told with the delivery. Returns its delivery count.
   */
  returned(failed: boolean): number {
    const { index, position } = this.order
    const deliveryCount = index.deliveryCount + (failed ? 1 : 0)
    index.setCounts(deliveryCount, index.acquiredCount + 1)
    // Of a failure the log was told beforehand.
    if (!failed && index.isLogged) {
      this.log.counted(this.queueId, position, index.ref, deliveryCount, index.acquiredCount)
    }
    return index.deliveryCount
  }

  /** What a restart must know of the message. */
  get history(): MessageHistory {
    const { index } = this.order
    const isOut = index.state === EntryState.UNACKED ? 1 : 0
    return {
      redelivered: index.isRedelivered,
      isCounted: index.isRedelivered,
      deliveryCount: index.deliveryCount + isOut,
      acquiredCount: index.acquiredCount + isOut,
      publishedAtMs: 0,
      expirationMs: -1,
    }
  }

  /** Recovery: the message has this history. */
  recover(history: MessageHistory): void {
    const { index, position } = this.order
    recoverCounts(index, history)
    if (index.deliveryCount > 0) this.failed.push(position)
  }

  get foundFailures(): boolean {
    return this.failed.length > 0
  }

  /** What was out when the process ended has failed once more: gives up what has done so more than `limit` times. */
  dropExceeding(limit = Number.POSITIVE_INFINITY): void {
    const { order, failed } = this
    this.failed = []
    for (const position of failed) {
      if (!order.locate(position)) continue
      const { state, deliveryCount } = order.index
      if (state === EntryState.READY && deliveryCount > limit) this.giveUp()
    }
  }
}

/** Gives the message that the index is placed on the counts that a log has found. */
export function recoverCounts(index: MessageIndex, history: MessageHistory): void {
  const { redelivered, isCounted, deliveryCount, acquiredCount } = history
  if (isCounted) index.setCounts(deliveryCount, acquiredCount)
  else if (redelivered && index.acquiredCount === 0) index.setCounts(1, 1)
}
