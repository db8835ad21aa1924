import type { Clock } from '../../util/clock.js'
import type { Timers } from '../../util/timers.js'
import type { MessageView } from '../message.js'
import type { ShardLog } from '../shard/shard-log.js'
import type { DeliveryFacts } from '../shard-port.js'
import type { BlockPool } from './message-index.js'
import type { ShardQueue } from './shard-queue.js'

/** Why a message became a dead letter: the `reason` of x-death. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit'

/** What the queues of one shard share. */
export interface QueueRuntime {
  readonly log: ShardLog
  readonly timers: Timers
  readonly clock: Clock
  readonly blocks: BlockPool
  /** Filled for each delivery; nobody keeps it. */
  readonly view: MessageView
  readonly facts: DeliveryFacts
  /** The message at `position`, which the queue holds back, goes where its queue's settings send dead letters. */
  deadLetter(queue: ShardQueue, position: number, reason: DeathReason): void
  /** A message that its queue refused becomes a dead letter at once. */
  deadLetterRefused(queue: ShardQueue, message: MessageView, reason: DeathReason): void
  /** Calls {@link ShardQueue.settleIn} at the end of the turn, once however often it is asked. */
  settleInLater(queue: ShardQueue): void
  /** The queue has outlived its use. */
  unused(queue: ShardQueue): void
  /** The subscription is over for the shard too. */
  forget(subscriptionId: number): void
}
