import type { MessageView } from './message.js'
import type { QueueSettings, QueueType } from './queue/settings.js'
import type { QueueCounters, QueueDetails, QueueStatistics } from './statistics.js'

/**
 * The way to the queues of one shard. Connections and doors reach queues through it alone and as if the shard were on
 * another machine: they hand in numbers and views, never objects of theirs beyond the two callback interfaces below,
 * and get numbers back. The local port is plain method calls; ports to threads and nodes collect calls into batches.
 *
 * A view is read during the call. Calls take effect in the order in which they are made.
 */
export interface ShardPort {
  /** Makes a queue. `definition.id` is new on this node and never used again. */
  createQueue(definition: QueueDefinition): void
  /** Applies new settings (a policy changed). */
  configureQueue(queueId: number, settings: QueueSettings): void
  /**
   * Deletes a queue with its messages and cancels its consumers.
   * Throws BrokerError PRECONDITION_FAILED `queue 'q' in vhost '/' in use` or `... not empty` when a condition fails.
   * Returns how many ready messages went.
   */
  deleteQueue(queueId: number, conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean }): number
  /** Drops the ready messages; returns how many. Throws NOT_IMPLEMENTED for streams. */
  purgeQueue(queueId: number): number
  /** Counts of a queue, for declare-ok and listings. */
  countsOf(queueId: number): QueueCounts
  /** Fills `into` with what is known of a queue; false when there is none of that id. Cheap enough for every queue. */
  statisticsOf(queueId: number, into: QueueStatistics): boolean
  /** What is worth a look for one queue at a time; undefined when there is none of that id. */
  detailsOf(queueId: number): QueueDetails | undefined
  /**
   * What went through all queues of a type, deleted ones included, in a vhost or on the whole shard. As of the last
   * {@link statisticsOf} of each. The object is the shard's own.
   */
  totalsOf(type: QueueType, vhost: string | undefined): Readonly<QueueCounters>
  /** The vhost is deleted: its totals are over. */
  forgetVhost(vhost: string): void
  /** A declare of an existing queue: renews the lease of `x-expires` on classic queues. */
  touchQueue(queueId: number): void
  /**
   * Shows messages, whatever their state, without touching them: by priority, then in the order of arrival. `done`
   * gets one page, at once when everything is in memory. An unknown queue has no messages.
   */
  peek(queueId: number, request: PeekRequest, done: (page: PeekPage) => void): void

  /**
   * Stores a message once and puts it into each queue. `publishSeqNo` is the publisher's number of the message
   * (0: it wants no confirm), counted up by one for each message that it wants confirmed on this port.
   */
  publish(
    queueIds: readonly number[],
    message: MessageView,
    publisher: Publisher,
    publishSeqNo: number,
  ): PublishOutcome

  /**
   * Registers a consumer and returns its subscription id. Deliveries may start before this returns; a sink that must
   * write consume-ok first does so in {@link DeliverySink.subscribed}, which comes before the first of them.
   * Throws BrokerError when the queue refuses (exclusive use, stream without prefetch, ...).
   */
  subscribe(queueId: number, subscription: Subscription, sink: DeliverySink): number
  /** Ends a subscription. What it holds unacked stays unacked until it is settled. */
  unsubscribe(subscriptionId: number): void
  /** The sink can take deliveries again after {@link DeliverySink.canTake} said no. */
  resume(subscriptionId: number): void
  /**
   * Takes one message: calls `sink.deliver` with the subscription 0 and gives true, or gives false when the queue is
   * empty. A promise of that when the message has to be read from the disk first; the sink is asked then whether it
   * can still take it.
   */
  get(queueId: number, noAck: boolean, sink: DeliverySink): boolean | Promise<boolean>
  /** Settles one delivery. `subscriptionId` is 0 for a basic.get. Unknown queues are ignored: they were deleted. */
  settle(queueId: number, position: number, subscriptionId: number, outcome: Settlement): void
  /** True while more waits to be written than should: whoever publishes durable messages waits for {@link whenDurable}. */
  readonly isCongested: boolean
  /** When deliveries of this port may leave. */
  readonly deliveryRecord: DeliveryRecord
  /** What `work` does to durable queues through this port survives a crash whole, or not at all. */
  atomically(work: () => void): void
  /** Calls back, perhaps before it returns, once everything done through this port so far would survive a crash. */
  whenDurable(done: (error: Error | undefined) => void): void
  /**
   * The end of a turn's work for this port: the caller has no more calls for now, so deliveries that were put off to
   * the end of a batch go out.
   */
  flush(): void
}

/** What a queue is made from. */
export interface QueueDefinition {
  readonly id: number
  readonly vhost: string
  readonly name: string
  readonly type: QueueType
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly exclusive: boolean
  /** Levels above 0 of a classic priority queue (`x-max-priority`), 0 for a plain queue. */
  readonly maxPriority: number
  readonly singleActiveConsumer: boolean
  readonly settings: QueueSettings
}

export interface QueueCounts {
  readonly ready: number
  readonly unacked: number
  readonly consumers: number
  /** Octets in the bodies of ready messages. */
  readonly readyBytes: number
}

/** Which messages {@link ShardPort.peek} shows. */
export interface PeekRequest {
  /** The `next` of the page before; undefined begins at the first message. */
  readonly from: number | undefined
  /** Most messages of the page, at least 1. */
  readonly messageMax: number
  /** Octets of bodies after which the page ends early; the first message is shown whatever its size. */
  readonly octetMax: number
}

export interface PeekPage {
  readonly messages: readonly PeekedMessage[]
  /** Where the next page begins; undefined after the last message. */
  readonly next: number | undefined
}

/** A message of a queue, looked at and left there. */
export interface PeekedMessage {
  /** Names the message in its queue for as long as it is there. */
  readonly position: number
  /** `held`: waits for a delayed retry, or for its dead letter to be stored. */
  readonly state: 'ready' | 'unacked' | 'held'
  readonly redelivered: boolean
  /** As in {@link DeliveryFacts}, as are the next two. */
  readonly deliveryCount: number
  readonly acquiredCount: number
  readonly streamOffset: number
  /** Time to live that is left in ms; undefined for a message that does not expire. */
  readonly expiresInMs: number | undefined
  /** When it was published, in ms since the epoch; 0 when nobody noted it. */
  readonly publishedAtMs: number
  /** Its bytes are its own. */
  readonly message: MessageView
}

/**
 * The record that a message was handed out. It must be safe before the peer can have the message: else a broker that
 * starts again would hand it out as if it were new. Writes are numbered; a delivery made now is recorded by the write
 * `deliveryTicket`, and safe once the ticket that {@link Recording} names is as high.
 */
export interface DeliveryRecord {
  readonly deliveryTicket: number
  /** The newest write that is with the operating system: the end of the process does not undo it. */
  readonly writtenTicket: number
  /** The newest write that is as durable as what is confirmed: under `sync = always` a power cut does not undo it. */
  readonly syncedTicket: number
  /** Writes now, if no other write is on its way. */
  writeDeliveries(): void
  /** Called when `writtenTicket` or `syncedTicket` has grown. */
  onAdvance: (() => void) | undefined
}

/** How safe the record of a delivery must be before the peer may have the message. */
export const Recording = {
  /** There is none. */
  NONE: 0,
  WRITTEN: 1,
  /** The queue counts deliveries, and a count must never be too low. */
  SYNCED: 2,
} as const
export type Recording = (typeof Recording)[keyof typeof Recording]

/** What became of a publish. */
export const PublishOutcome = {
  /** As safe as it gets already: confirm it with the turn. */
  CONFIRMED: 0,
  /** Some queue refused it (overflow): nack it, or drop it when it wants no confirm. */
  REJECTED: 1,
  /** {@link Publisher.confirmed} will tell. */
  PENDING: 2,
} as const
export type PublishOutcome = (typeof PublishOutcome)[keyof typeof PublishOutcome]

/** The publishing side of a channel. */
export interface Publisher {
  /**
   * Every publish of this publisher on this port that was {@link PublishOutcome.PENDING}, up to and including
   * `publishSeqNo`, is safe now. Comes in batches, in order.
   */
  confirmed(publishSeqNo: number): void
  /** Pending publishes up to and including `publishSeqNo` failed (the store took no more writes). */
  refused(publishSeqNo: number): void
}

/** What a consumer asks of a queue. */
export interface Subscription {
  readonly consumerTag: string
  readonly noAck: boolean
  readonly exclusive: boolean
  /** Most unacked messages, 0 for no limit. Means nothing with noAck. */
  readonly prefetchCount: number
  /** `x-priority`; higher is served first. */
  readonly priority: number
  /** `x-consumer-timeout` in ms, `undefined` leaves it to the queue. */
  readonly consumerTimeoutMs: number | undefined
  /** Where a stream consumer starts (`x-stream-offset`). */
  readonly streamOffset: StreamOffset
  /** `x-stream-filter` values, empty for no filter, and `x-stream-match-unfiltered`. */
  readonly streamFilter: readonly string[]
  readonly streamMatchUnfiltered: boolean
}

/** Where to begin in a stream. */
export type StreamOffset =
  | { readonly kind: 'next' | 'first' | 'last' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'timestamp'; readonly timestampMs: number }

/** The receiving side of a consumer or of a basic.get. */
export interface DeliverySink {
  /** The consumer exists now and deliveries will follow. */
  subscribed(subscriptionId: number): void
  /** Asked before each delivery: false while the connection's output is full or a channel-wide prefetch is used up. */
  canTake(): boolean
  /** A delivery. The view is valid during the call only. `facts` is reused by the next call. */
  deliver(subscriptionId: number, message: MessageView, facts: DeliveryFacts): void
  /** The queue ended the subscription (it was deleted, or the consumer timed out). */
  cancelled(subscriptionId: number, reason: CancelReason): void
}

export type CancelReason = 'queue-deleted' | 'consumer-timeout'

/** What a queue knows of a delivery beyond the message itself. One object per shard, reused. */
export interface DeliveryFacts {
  /** What the shard's record of the delivery waits for before the peer may see it: {@link DeliveryRecord}. */
  recording: Recording
  queueId: number
  /** Place of the message in its queue: with the queue's id, what {@link ShardPort.settle} takes. */
  position: number
  redelivered: boolean
  /** Counted failures so far (`x-delivery-count` of quorum queues), -1 when the queue keeps no count. */
  deliveryCount: number
  /** Earlier acquisitions (`x-acquired-count` of quorum queues), -1 when the queue keeps no count. */
  acquiredCount: number
  /** `x-stream-offset`, -1 on other queues. */
  streamOffset: number
  /** Ready messages left after this one, for basic.get-ok. */
  readyLeft: number
}

/** How a delivery ends. */
export const Settlement = {
  ACK: 0,
  /** basic.nack with requeue, basic.recover: back to its place; counts as acquired, not as failed. */
  REQUEUE: 1,
  /** basic.reject with requeue: back to its place, and a counted failure on quorum queues. */
  REQUEUE_FAILED: 2,
  /** Rejected without requeue: dead-lettered or dropped. */
  DEAD_LETTER: 3,
  /** The channel or connection went away: back to its place, and a counted failure on quorum queues. */
  RETURN: 4,
} as const
export type Settlement = (typeof Settlement)[keyof typeof Settlement]

/** What a shard asks of its node. */
export interface ShardHost {
  /** The queue has outlived its use: its lease ran out, or the last consumer of an auto-delete queue went. */
  queueUnused(queueId: number): void
  /**
   * Queues that a dead letter goes to, by id, under the rules of the exchange; empty when the exchange is gone or
   * nothing is bound. `routingKeys` are the keys to route by; `message` is for headers exchanges.
   */
  routeDeadLetter(
    vhost: string,
    exchange: string,
    routingKeys: readonly string[],
    message: MessageView,
  ): readonly number[]
}
