import type { MessageView } from '../message.js'
import type { MessageHistory } from '../shard/shard-log.js'
import type {
  DeliverySink,
  PeekPage,
  PeekRequest,
  QueueCounts,
  QueueDefinition,
  Settlement,
} from '../shard-port.js'
import type { QueueCounters, QueueDetails, QueueStatistics } from '../statistics.js'
import type { QueueConsumer } from './queue-consumer.js'
import type { QueueSettings } from './settings.js'

/** What a shard asks of each of its queues, whatever their type. */
export interface ShardQueue {
  readonly definition: QueueDefinition
  readonly counts: QueueCounts
  readonly settings: QueueSettings
  /** What went through it since it was made. */
  readonly counters: QueueCounters

  /** Fills in all but the {@link counters}. */
  measure(into: QueueStatistics): void
  readonly details: QueueDetails

  /** True when the queue takes another message; false when its overflow rule makes it refuse. */
  admits(message: MessageView): boolean
  /** Hands a message over without storing it, if the queue is empty and somebody waits who will not acknowledge. */
  deliverDirect(message: MessageView): boolean
  /** True when the message must survive a crash. */
  keeps(message: MessageView): boolean
  /** True when the queue needs to know when a message was published. */
  readonly wantsTime: boolean
  /** Adds a message that the log has stored; returns its position. {@link settleIn} must follow. */
  put(ref: number, message: MessageView, logged: boolean, redelivered: boolean): number
  /** Serves consumers and applies limits after messages came in or back. */
  settleIn(): void

  /** Throws BrokerError when the queue refuses such a consumer. */
  checkSubscription(consumer: QueueConsumer): void
  subscribe(consumer: QueueConsumer): void
  unsubscribe(consumer: QueueConsumer): void
  /** The consumer's sink has room again. */
  resume(consumer: QueueConsumer): void
  get(noAck: boolean, sink: DeliverySink): boolean | Promise<boolean>
  settle(position: number, consumer: QueueConsumer | undefined, outcome: Settlement): void

  configure(settings: QueueSettings): void
  /** Renews the lease of `x-expires`. */
  touch(): void
  purge(): number
  /** See ShardPort. */
  peek(request: PeekRequest, done: (page: PeekPage) => void): void
  /** Ends consumers and timers. The messages stay with the log. */
  close(): void
  /** The queue, which is closed, was deleted: takes a message out of it and of the log each time it is advanced. */
  giveUp(): Generator<void>

  /** True while the message waits for its dead letter to be stored; it may have gone with its queue, or in a purge. */
  isHeld(position: number): boolean
  /** Fills the view with a message that waits for its dead letter to be stored; false when it is not in memory. */
  openHeld(position: number, view: MessageView): boolean
  /** The message that waited is dealt with: it leaves the queue. */
  finishHeld(position: number): void
  /** True when the message that waits was delivered before. */
  isRedelivered(position: number): boolean

  // What the log asks and finds: see ShardLogOwner.
  holds(position: number, ref: number): boolean
  /** The log's ref of a message, undefined when the queue does not have it. */
  refOf(position: number): number | undefined
  lost(isLost: (ref: number) => boolean): number
  moved(position: number, ref: number): void
  historyOf(position: number): MessageHistory
  recover(position: number, ref: number, message: MessageView, found: MessageHistory): void
  recoverSettled(position: number): number | undefined
  recoverHistory(position: number, history: MessageHistory): void
}
