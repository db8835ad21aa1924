import { randomBytes } from 'node:crypto'
import { BrokerError } from '../core/errors.js'
import type { MessageView } from '../core/message.js'
import { describeResource } from '../core/resource.js'
import {
  type CancelReason,
  type DeliveryFacts,
  type DeliverySink,
  Recording,
  Settlement,
  type Subscription,
} from '../core/shard-port.js'
import {
  type BasicConsume,
  encodeBasicCancel,
  encodeBasicConsumeOk,
  encodeBasicGetEmpty,
} from '../protocol/amqp091/index.js'
import type { ChannelHost } from './channel-host.js'
import { Consumer } from './consumer.js'
import { parseConsumerArguments } from './consumer-arguments.js'
import { writeDelivery, writeGetOk } from './delivery-writer.js'
import { QueueUses } from './queue-use.js'
import { ReplyConsumer } from './reply-consumer.js'
import { REPLY_TO_QUEUE } from './reply-to.js'
import { tracedChannel } from './traced-channel.js'
import { UnackedRing } from './unacked-ring.js'

const CONSUMER_TAG_OCTETS = 16

/** The receiving half of a channel: consumers, gets, and what they hold unacked. */
export class Consuming {
  readonly unacked = new UnackedRing()
  /** What was taken, by queue. */
  readonly uses = new QueueUses()
  /** The consumer of direct reply-to, if there is one. */
  replyConsumer: ReplyConsumer | undefined
  /** Why the channel has to be closed at the end of the turn. */
  failure: BrokerError | undefined

  private readonly host: ChannelHost
  private readonly channelNumber: number
  private readonly wantEndOfTurn: () => void
  private readonly consumers = new Map<string, Consumer>()
  private readonly getSink: DeliverySink
  /** Consumers that said no to a delivery, the first to say so first: they go on in this order. */
  private refused: Consumer[] = []
  private lastDeliveryTag = 0
  /** Most unacked messages of each consumer that comes from now on, 0 for no limit. */
  private consumerPrefetch: number
  /** Most unacked messages of all consumers together, 0 for no limit. */
  private channelPrefetch = 0
  /** Sum of what each consumer may have unacked, and how many there are that have no such limit. */
  private consumerWindows = 0
  private unlimitedConsumers = 0
  /** Messages that all consumers together may have unacked. */
  private window = Number.POSITIVE_INFINITY
  /** For the sink of basic.get, while one runs. */
  private getNoAck = false
  private released = false

  constructor(host: ChannelHost, channelNumber: number, wantEndOfTurn: () => void) {
    this.host = host
    this.channelNumber = channelNumber
    this.wantEndOfTurn = wantEndOfTurn
    this.consumerPrefetch = host.limits.defaultConsumerPrefetch
    this.getSink = {
      subscribed() {},
      canTake: () => !this.released,
      deliver: (_subscriptionId, message, facts) => this.got(message, facts),
      cancelled() {},
    }
  }

  /** Sets the prefetch of consumers to come, or with `global` the one limit that all consumers share. */
  setPrefetch(prefetchCount: number, global: boolean): void {
    if (!global) {
      this.consumerPrefetch = prefetchCount
      return
    }
    this.channelPrefetch = prefetchCount
    this.windowChanged()
    this.resumeRefused()
  }

  /** basic.consume with the queue's name filled in. */
  consume(method: BasicConsume, queueName: string): void {
    const { host } = this
    const tag = method.consumerTag
    const count = this.consumers.size + (this.replyConsumer === undefined ? 0 : 1)
    if (tag !== '' && this.isTagUsed(tag))
      throw new BrokerError('NOT_ALLOWED', `attempt to reuse consumer tag '${tag}'`)
    const max = host.limits.consumerMaxPerChannel
    if (max > 0 && count >= max)
      throw new BrokerError('NOT_ALLOWED', `reached maximum (${max}) of consumers per channel`)
    if (queueName === REPLY_TO_QUEUE) {
      this.consumeReplies(method)
      return
    }
    const queue = host.doors.queueToRead(host.actor, host.vhost, queueName)
    const args = parseConsumerArguments(method.arguments, queue, host.vhost, host.clock.now())
    const port = host.shards.portFor(queue.id)
    const ownTag = tag === '' ? newConsumerTag() : tag
    const subscription: Subscription = {
      consumerTag: ownTag,
      noAck: method.noAck,
      exclusive: method.exclusive,
      // A stream insists on a limit, and the channel's is one.
      prefetchCount:
        this.consumerPrefetch === 0 && queue.type === 'stream' ? this.channelPrefetch : this.consumerPrefetch,
      ...args,
    }
    const facts = { queue, subscription, arguments: method.arguments, use: this.uses.of(queue.id) }
    const consumer = new Consumer(this, this.channelNumber, facts, method.nowait, port)
    // Known before it subscribes: a stream or a queue with a backlog delivers during the call.
    this.consumers.set(ownTag, consumer)
    this.countWindow(consumer, 1)
    try {
      const id = port.subscribe(queue.id, subscription, consumer)
      consumer.subscriptionId = id
      consumer.use.consumers += 1
      host.registry?.observer?.consumerCame(host, this.channelNumber, consumer)
    } catch (error) {
      this.consumers.delete(ownTag)
      this.countWindow(consumer, -1)
      throw error
    }
  }

  /** basic.cancel: the consumer goes, what it holds unacked stays. False when there is no such consumer. */
  cancel(tag: string): boolean {
    if (this.replyConsumer?.tag === tag) {
      this.endReplies()
      return true
    }
    const consumer = this.consumers.get(tag)
    if (consumer === undefined) return false
    this.consumers.delete(tag)
    this.countWindow(consumer, -1)
    consumer.use.consumers -= 1
    // Deliveries that the port makes on its way out still count: they come before cancel-ok.
    consumer.port.unsubscribe(consumer.subscriptionId)
    consumer.ended = true
    this.host.registry?.observer?.consumerWent(this.host, this.channelNumber, consumer)
    return true
  }

  /** basic.get with the queue's name filled in. */
  get(queueName: string, noAck: boolean): void {
    const { host } = this
    const queue = host.doors.queueToRead(host.actor, host.vhost, queueName)
    const resource = describeResource('queue', queue.name, host.vhost)
    if (queue.type === 'stream')
      throw new BrokerError('NOT_IMPLEMENTED', `basic.get not supported by stream queues ${resource}`)
    if (queue.type === 'quorum' && queue.singleActiveConsumer === true)
      throw new BrokerError(
        'RESOURCE_LOCKED',
        `cannot obtain access to locked ${resource}. basic.get operations are not supported by ` +
          'quorum queues with single active consumer',
      )
    this.getNoAck = noAck
    const found = host.shards.portFor(queue.id).get(queue.id, noAck, this.getSink)
    if (found === false) this.getEmpty(queue.id)
    else if (found !== true) this.getLater(queue.id, found)
  }

  /** The message is read from the disk first; what the client sends meanwhile waits. */
  private getLater(queueId: number, found: Promise<boolean>): void {
    const { host } = this
    let isFound = false
    const done = found.then((is) => {
      isFound = is
    })
    host.afterDurable(done, () => {
      if (!isFound && !this.released) this.getEmpty(queueId)
    })
  }

  private getEmpty(queueId: number): void {
    this.uses.of(queueId).getEmpty += 1
    encodeBasicGetEmpty(this.host.output, this.channelNumber)
  }

  get consumerCount(): number {
    return this.consumers.size + (this.replyConsumer === undefined ? 0 : 1)
  }

  /** Consumers of queues. */
  queueConsumers(): Iterable<Consumer> {
    return this.consumers.values()
  }

  /** What basic.qos has set: for each consumer to come, and for all together. */
  get prefetch(): { readonly each: number; readonly all: number } {
    return { each: this.consumerPrefetch, all: this.channelPrefetch }
  }

  /** True when a consumer has room for one more delivery. One that has not is remembered and resumed later. */
  canTake(consumer: Consumer): boolean {
    if (consumer.ended) return false
    if (this.host.canDeliver && (consumer.noAck || this.room() > 0)) return true
    if (!consumer.refused) {
      consumer.refused = true
      this.refused.push(consumer)
    }
    return false
  }

  deliver(consumer: Consumer, subscriptionId: number, message: MessageView, facts: DeliveryFacts): void {
    const tag = ++this.lastDeliveryTag
    const { use } = consumer
    if (facts.redelivered) use.redeliver += 1
    if (consumer.noAck) {
      use.deliverNoAck += 1
    } else {
      use.deliver += 1
      this.unacked.add(tag, facts.queueId, facts.position, subscriptionId)
    }
    if (facts.recording !== Recording.NONE) this.host.output.awaitRecord(facts.recording)
    if (this.host.tracing?.isOn === true) this.trace(message, facts)
    writeDelivery(this.host.output, consumer.prefix, tag, message, facts, this.host.frameMax)
  }

  /** A reply to a request that was published on this channel. */
  deliverReply(prefix: Buffer, message: MessageView, facts: DeliveryFacts): void {
    writeDelivery(this.host.output, prefix, ++this.lastDeliveryTag, message, facts, this.host.frameMax)
  }

  consumeOk(tag: string): void {
    encodeBasicConsumeOk(this.host.output, this.channelNumber, tag)
  }

  /** The queue ended a consumer. */
  cancelled(consumer: Consumer, reason: CancelReason): void {
    if (consumer.ended) return
    consumer.ended = true
    consumer.use.consumers -= 1
    this.consumers.delete(consumer.tag)
    this.countWindow(consumer, -1)
    this.host.registry?.observer?.consumerWent(this.host, this.channelNumber, consumer)
    if (this.host.capabilities.consumerCancelNotify) {
      encodeBasicCancel(this.host.output, this.channelNumber, consumer.tag, true)
    } else if (reason === 'consumer-timeout') {
      // Not from here: the shard is in the middle of its work, and the end of the channel settles things there.
      this.failure ??= acknowledgementTimeout(this.channelNumber)
      this.wantEndOfTurn()
    }
  }

  /** Settles one delivery or all up to a tag. Throws PRECONDITION_FAILED for a tag that is not outstanding. */
  settle(deliveryTag: number, multiple: boolean, outcome: Settlement): void {
    const { unacked } = this
    if (unacked.consumerCount >= this.window) this.host.registry?.windows.wasFull(this.window)
    if (!multiple) {
      if (!unacked.take(deliveryTag)) throw unknownDeliveryTag(deliveryTag)
      this.settleTaken(outcome)
    } else {
      const upTo = this.checkMultiple(deliveryTag)
      while (unacked.takeOldest(upTo)) this.settleTaken(outcome)
    }
    if (this.refused.length !== 0) this.resumeRefused()
  }

  /** The highest tag that `multiple` covers. Throws when the tag is neither 0 nor outstanding. */
  checkMultiple(deliveryTag: number): number {
    // What is delivered while this is being settled is not covered.
    if (deliveryTag === 0) return this.lastDeliveryTag
    if (!this.unacked.has(deliveryTag)) throw unknownDeliveryTag(deliveryTag)
    return deliveryTag
  }

  /**
   * basic.recover: everything unacked goes back to its queues, but for what a transaction has acked. Whoever has
   * room goes on at the end of the turn, after recover-ok.
   */
  recover(ackedInTransaction: ReadonlySet<number> | undefined): void {
    const { unacked } = this
    const upTo = this.lastDeliveryTag
    if (ackedInTransaction === undefined) {
      while (unacked.takeOldest(upTo)) this.settleTaken(Settlement.REQUEUE)
    } else {
      for (const tag of unacked.tagsUpTo(upTo)) {
        if (!ackedInTransaction.has(tag) && unacked.take(tag)) this.settleTaken(Settlement.REQUEUE)
      }
    }
  }

  /** Settles what the ring has taken out last. */
  settleTaken(outcome: Settlement): void {
    const { unacked } = this
    if (outcome === Settlement.ACK) this.uses.of(unacked.queueId).ack += 1
    this.host.shards
      .portFor(unacked.queueId)
      .settle(unacked.queueId, unacked.position, unacked.subscriptionId, outcome)
  }

  /**
   * There is room again: consumers that were refused go on, longest waiting first. Under a channel-wide limit only as
   * many as there is room for, or the first ones would take it all each time; see {@link passRoomOn}.
   */
  resumeRefused(): void {
    const waiting = this.refused
    if (waiting.length === 0 || !this.host.canDeliver) return
    const room = this.room()
    if (room <= 0) return
    this.refused = waiting.slice(room)
    for (let i = 0; i < waiting.length && i < room; i++) {
      const consumer = waiting[i]
      consumer.refused = false
      if (!consumer.ended) consumer.port.resume(consumer.subscriptionId)
    }
  }

  /**
   * Under a channel-wide limit, after the ports were flushed: those that were resumed may have had nothing to
   * deliver, so others get the room that is left. True when somebody was resumed and the ports want a flush again.
   */
  passRoomOn(): boolean {
    if (this.channelPrefetch === 0 || this.refused.length === 0) return false
    if (this.room() <= 0 || !this.host.canDeliver) return false
    this.resumeRefused()
    return true
  }

  private countWindow(consumer: Consumer, change: 1 | -1): void {
    if (consumer.noAck) return
    const { prefetchCount } = consumer.facts.subscription
    if (prefetchCount === 0) this.unlimitedConsumers += change
    else this.consumerWindows += change * prefetchCount
    this.windowChanged()
  }

  private windowChanged(): void {
    const { consumerWindows, channelPrefetch } = this
    const each = this.unlimitedConsumers > 0 ? 0 : consumerWindows
    this.window = Math.min(each || Number.POSITIVE_INFINITY, channelPrefetch || Number.POSITIVE_INFINITY)
  }

  private room(): number {
    if (this.channelPrefetch === 0) return Number.POSITIVE_INFINITY
    return this.channelPrefetch - this.unacked.consumerCount
  }

  outputDrained(): void {
    this.replyConsumer?.outputDrained()
    this.resumeRefused()
  }

  /** The channel ends: nothing is written any more. */
  release(): void {
    this.released = true
    this.endReplies()
    // All end before the first leaves: its place may fall to another of them, which must not take anything.
    for (const consumer of this.consumers.values()) consumer.ended = true
    for (const consumer of this.consumers.values()) {
      consumer.port.unsubscribe(consumer.subscriptionId)
      this.host.registry?.observer?.consumerWent(this.host, this.channelNumber, consumer)
    }
    this.consumers.clear()
    this.refused = []
    while (this.unacked.takeOldest(Number.POSITIVE_INFINITY)) this.settleTaken(Settlement.RETURN)
  }

  private got(message: MessageView, facts: DeliveryFacts): void {
    const tag = ++this.lastDeliveryTag
    const use = this.uses.of(facts.queueId)
    if (facts.redelivered) use.redeliver += 1
    if (this.getNoAck) {
      use.getNoAck += 1
    } else {
      use.get += 1
      this.unacked.add(tag, facts.queueId, facts.position, 0)
    }
    if (facts.recording !== Recording.NONE) this.host.output.awaitRecord(facts.recording)
    if (this.host.tracing?.isOn === true) this.trace(message, facts)
    writeGetOk(this.host.output, this.channelNumber, tag, message, facts, this.host.frameMax)
  }

  private trace(message: MessageView, { queueId, redelivered }: DeliveryFacts): void {
    const { host } = this
    host.tracing?.delivered(tracedChannel(host, this.channelNumber), message, queueId, redelivered)
  }

  private consumeReplies(method: BasicConsume): void {
    if (!method.noAck) throw new BrokerError('PRECONDITION_FAILED', 'reply consumer cannot acknowledge')
    if (this.replyConsumer !== undefined)
      throw new BrokerError('PRECONDITION_FAILED', 'reply consumer already set')
    const tag = method.consumerTag === '' ? newConsumerTag() : method.consumerTag
    this.replyConsumer = new ReplyConsumer(this, this.host, this.channelNumber, tag)
    if (!method.nowait) this.consumeOk(tag)
  }

  private endReplies(): void {
    this.replyConsumer?.release()
    this.replyConsumer = undefined
  }

  private isTagUsed(tag: string): boolean {
    return this.consumers.has(tag) || this.replyConsumer?.tag === tag
  }
}

function newConsumerTag(): string {
  return `amq.ctag-${randomBytes(CONSUMER_TAG_OCTETS).toString('base64url')}`
}

export function unknownDeliveryTag(deliveryTag: number | bigint): BrokerError {
  return new BrokerError('PRECONDITION_FAILED', `unknown delivery tag ${deliveryTag}`)
}

/** RabbitMQ 4.3 shows -1 on this path: the queue knows the limit, the channel does not. */
function acknowledgementTimeout(channelNumber: number): BrokerError {
  return new BrokerError(
    'PRECONDITION_FAILED',
    `delivery acknowledgement on channel ${channelNumber} timed out. Timeout value used: -1 ms. ` +
      'This timeout value can be configured, see consumers doc guide to learn more',
  )
}
