/**
 * What the broker counts of itself: plain fields, bumped where things happen and read by whoever samples them. Nothing
 * here is computed per message beyond an addition; sums, rates and histories are made off the message path.
 */

/** What consumers and gets took from a queue, or from several, since the counting began. */
export class DeliveryCounters {
  /** Deliveries to consumers that acknowledge, and to those that do not. */
  deliver = 0
  deliverNoAck = 0
  get = 0
  getNoAck = 0
  /** basic.get that found nothing. */
  getEmpty = 0
  /** How many of all these were flagged as redelivered. */
  redeliver = 0
  ack = 0
}

/** What went through one queue, or several. */
export class QueueCounters extends DeliveryCounters {
  publish = 0
  /** Messages that left as dead letters, by reason; of queues without a dead-letter exchange: that were dropped. */
  deadMaxlen = 0
  deadExpired = 0
  deadRejected = 0
  deadDeliveryLimit = 0

  died(reason: 'rejected' | 'expired' | 'maxlen' | 'delivery_limit'): void {
    if (reason === 'maxlen') this.deadMaxlen += 1
    else if (reason === 'expired') this.deadExpired += 1
    else if (reason === 'rejected') this.deadRejected += 1
    else this.deadDeliveryLimit += 1
  }
}

const QUEUE_COUNTER_NAMES = Object.keys(new QueueCounters()) as readonly Exclude<
  keyof QueueCounters,
  'died'
>[]

/** Adds what `counters` have counted beyond `counted` to each of `sums`, and brings `counted` up to date. */
export function foldQueueCounters(
  counters: QueueCounters,
  counted: QueueCounters,
  sums: readonly QueueCounters[],
): void {
  for (const name of QUEUE_COUNTER_NAMES) {
    const more = counters[name] - counted[name]
    if (more === 0) continue
    counted[name] = counters[name]
    for (const sum of sums) sum[name] += more
  }
}

export function copyQueueCounters(from: QueueCounters, to: QueueCounters): void {
  to.publish = from.publish
  to.deliver = from.deliver
  to.deliverNoAck = from.deliverNoAck
  to.get = from.get
  to.getNoAck = from.getNoAck
  to.getEmpty = from.getEmpty
  to.redeliver = from.redeliver
  to.ack = from.ack
  to.deadMaxlen = from.deadMaxlen
  to.deadExpired = from.deadExpired
  to.deadRejected = from.deadRejected
  to.deadDeliveryLimit = from.deadDeliveryLimit
}

/** Adds `from` to `to`. */
export function addDeliveryCounters(to: DeliveryCounters, from: DeliveryCounters): void {
  to.deliver += from.deliver
  to.deliverNoAck += from.deliverNoAck
  to.get += from.get
  to.getNoAck += from.getNoAck
  to.getEmpty += from.getEmpty
  to.redeliver += from.redeliver
  to.ack += from.ack
}

/**
 * One queue at a moment. Whoever asks hands the object in, so that ten thousand queues are sampled without an
 * allocation. Sizes are octets of bodies.
 */
export class QueueStatistics extends QueueCounters {
  ready = 0
  unacked = 0
  /** Neither ready nor unacked: waiting for a delayed retry, or for a dead letter to be stored. */
  held = 0
  consumers = 0
  /** Some consumer could take a message now. */
  hasRoom = false
  readyBytes = 0
  unackedBytes = 0
  /** Messages that outlive a crash, and their sizes. */
  persistent = 0
  persistentBytes = 0
  /** Estimate of the memory taken, bodies included. */
  memoryBytes = 0
}

/** What is worth looking up for one queue at a time only. */
export interface QueueDetails {
  /** The `timestamp` property of the first ready message, in seconds; undefined when it has none. */
  readonly headTimestampSeconds: number | undefined
  /** The consumer that an exclusive consume or `x-single-active-consumer` has chosen; undefined when there is none. */
  readonly exclusiveConsumerTag: string | undefined
  readonly singleActiveConsumerTag: string | undefined
  /** Its subscription, 0 when there is none. */
  readonly activeSubscriptionId: number
  /** Streams: segments, and when the oldest message was published (ms since the epoch). */
  readonly segments: number | undefined
  readonly firstTimestampMs: number | undefined
}

/** What was published to an exchange, in a vhost or on the node. Adding to one adds to those above it. */
export class PublishCounters {
  publish = 0
  /** Copies that went to queues from here. */
  routed = 0
  /** Publishes that asked for a confirm. */
  publishConfirm = 0
  confirm = 0
  returnUnroutable = 0
  dropUnroutable = 0
  /** Sizes of bodies, shared by the whole node. */
  readonly sizes: MessageSizes
  private readonly parent: PublishCounters | undefined

  constructor(parent?: PublishCounters) {
    this.parent = parent
    this.sizes = parent?.sizes ?? new Float64Array(MESSAGE_SIZE_SUM + 1)
  }

  add(more: PublishCounts): void {
    this.publish += more.publish
    this.routed += more.routed
    this.publishConfirm += more.publishConfirm
    this.confirm += more.confirm
    this.returnUnroutable += more.returnUnroutable
    this.dropUnroutable += more.dropUnroutable
    this.parent?.add(more)
  }
}

export interface PublishCounts {
  readonly publish: number
  readonly routed: number
  readonly publishConfirm: number
  readonly confirm: number
  readonly returnUnroutable: number
  readonly dropUnroutable: number
}

/** Upper bounds of the buckets of {@link MessageSizes}, in octets; one more bucket has none. */
export const MESSAGE_SIZE_BOUNDS = [
  100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000,
] as const

/**
 * A histogram of the sizes of published bodies:
 *
 *     messages of each bucket, not cumulated | octets of all bodies
 */
export type MessageSizes = Float64Array
/** The place of the octets. */
export const MESSAGE_SIZE_SUM = MESSAGE_SIZE_BOUNDS.length + 1

/** Counts some messages of the same size. */
export function countSizes(sizes: MessageSizes, octets: number, messages: number): void {
  let bucket = 0
  while (bucket < MESSAGE_SIZE_BOUNDS.length && octets > MESSAGE_SIZE_BOUNDS[bucket]!) bucket++
  sizes[bucket] += messages
  sizes[MESSAGE_SIZE_SUM] += octets * messages
}

/** How often things came and went on a node. */
export interface Churn {
  connectionsCreated: number
  connectionsClosed: number
  channelsCreated: number
  channelsClosed: number
  queuesDeclared: number
  queuesCreated: number
  queuesDeleted: number
}
