import type { MessageView } from '../../core/message.js'
import { recoverCounts } from '../../core/queue/delivery-counts.js'
import { BlockPool, MessageIndex } from '../../core/queue/message-index.js'
import type { MessageHistory } from '../../core/shard/shard-log.js'
import { POSITION_STEP } from './event-writer.js'
import type { RecoveryOwner } from './recovery.js'

/** What a queue holds. */
export interface QueueContent {
  messages: number
  bodyBytes: number
  redelivered: number
}

/** Stands in for a shard: takes note of every message of every queue, in as little memory as the queues themselves. */
export class Catalogue implements RecoveryOwner {
  /** By queue id, also of queues that were deleted since: the log does not know. */
  readonly content = new Map<number, QueueContent>()
  private readonly pool = new BlockPool()
  /** By queue id, and then by lane. */
  private readonly indexes = new Map<number, (MessageIndex | undefined)[]>()

  /** The index that holds a message, placed on it; undefined when the message is not there (any more). */
  find(queueId: number, position: number): MessageIndex | undefined {
    const index = this.indexes.get(queueId)?.[laneOf(position)]
    return index?.locate(sequenceOf(position)) ? index : undefined
  }

  recover(
    queueId: number,
    position: number,
    ref: number,
    message: MessageView,
    found: MessageHistory,
  ): boolean {
    const index = this.indexFor(queueId, position)
    index.restore(sequenceOf(position), ref, 0, message.bodySizeBytes, Number.POSITIVE_INFINITY)
    const content = this.contentOf(queueId)
    content.messages += 1
    content.bodyBytes += message.bodySizeBytes
    this.recoverHistory(queueId, position, found)
    return true
  }

  recoverSettled(queueId: number, position: number): number | undefined {
    const index = this.find(queueId, position)
    if (index === undefined) return undefined
    const { ref, bodyBytes, isRedelivered } = index
    const content = this.contentOf(queueId)
    content.messages -= 1
    content.bodyBytes -= bodyBytes
    if (isRedelivered) content.redelivered -= 1
    index.remove(sequenceOf(position))
    return ref
  }

  recoverHistory(queueId: number, position: number, history: MessageHistory): void {
    const index = this.find(queueId, position)
    if (index === undefined) return
    if (history.redelivered && !index.isRedelivered) {
      index.markRedelivered()
      this.contentOf(queueId).redelivered += 1
    }
    recoverCounts(index, history)
  }

  refOf(queueId: number, position: number): number | undefined {
    return this.find(queueId, position)?.ref
  }

  private indexFor(queueId: number, position: number): MessageIndex {
    let lanes = this.indexes.get(queueId)
    if (lanes === undefined) {
      lanes = []
      this.indexes.set(queueId, lanes)
    }
    lanes[laneOf(position)] ??= new MessageIndex(this.pool)
    return lanes[laneOf(position)]!
  }

  private contentOf(queueId: number): QueueContent {
    let content = this.content.get(queueId)
    if (content === undefined) {
      content = { messages: 0, bodyBytes: 0, redelivered: 0 }
      this.content.set(queueId, content)
    }
    return content
  }
}

function laneOf(position: number): number {
  return position % POSITION_STEP
}

function sequenceOf(position: number): number {
  return Math.floor(position / POSITION_STEP)
}
