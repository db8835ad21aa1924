import { BrokerError } from '../core/errors.js'
import type { MessageTracing } from '../core/firehose.js'
import { MessageView } from '../core/message.js'
import { PublishOutcome, type ShardPort } from '../core/shard-port.js'
import { ByteReader } from '../protocol/amqp091/index.js'
import type { ChannelHost } from './channel-host.js'
import { Confirms } from './confirms.js'
import type { Consuming } from './consuming.js'
import { writeReturn } from './delivery-writer.js'
import { type ExchangeUse, ExchangeUses } from './exchange-use.js'
import { copyMessage } from './message-copy.js'
import { PortPublisher } from './port-publisher.js'
import { PublishProperties } from './publish-properties.js'
import { REPLY_TO_PREFIX } from './reply-to.js'
import { RememberedRoute, RouteMemory } from './route-memory.js'
import { tracedChannel } from './traced-channel.js'
import type { PublishLedger, Transaction } from './transaction.js'

const MANDATORY = 1
const IMMEDIATE = 2

/** Size at which the limit is no longer one that somebody configured; RabbitMQ words its refusal otherwise there. */
export const MESSAGE_SIZE_CEILING_BYTES = 536_870_912

/** The sending half of a channel: checks a message, finds its queues, stores it and keeps the books on confirms. */
export class Publishing {
  /** Numbers publishes once {@link confirmMode} is on. */
  readonly confirms = new Confirms()
  confirmMode = false
  /** Holds publishes back while the channel is transactional. */
  transaction: Transaction | undefined

  private readonly host: ChannelHost
  private readonly channelNumber: number
  private readonly consuming: Consuming
  private readonly wantEndOfTurn: () => void
  private readonly uses = new ExchangeUses()
  private readonly tracing: MessageTracing | undefined
  private readonly memory = new RouteMemory()
  private readonly view = new MessageView()
  private readonly properties = new PublishProperties()
  private readonly publishers = new Map<ShardPort, PortPublisher>()
  private lastPublisher: PortPublisher | undefined

  constructor(host: ChannelHost, channelNumber: number, consuming: Consuming, wantEndOfTurn: () => void) {
    this.host = host
    this.channelNumber = channelNumber
    this.consuming = consuming
    this.tracing = host.tracing
    this.wantEndOfTurn = wantEndOfTurn
  }

  /**
   * Publishes the message whose parts lie in `buffer`: the arguments of basic.publish after the method's id, the
   * properties from their flags on, the body. Checks in RabbitMQ's order and throws its refusals.
   */
  publish(
    buffer: Buffer,
    argumentsStart: number,
    argumentsEnd: number,
    propertiesStart: number,
    propertiesEnd: number,
    bodyStart: number,
    bodyEnd: number,
  ): void {
    // ticket u16, shortstr exchange, shortstr routing key, bits
    const routingStart = argumentsStart + 2
    const keyAt = routingStart + 1 + buffer[routingStart]
    const routingEnd = keyAt + 1 + buffer[keyAt]
    if (!(routingEnd + 1 === argumentsEnd))
      throw new ByteReader(buffer, argumentsStart, argumentsEnd).failure()
    const bits = buffer[routingEnd]
    if ((bits & IMMEDIATE) !== 0) throw immediateRefused()
    checkMessageSize(bodyEnd - bodyStart, this.host.limits.maxMessageSizeBytes)

    const version = this.host.permissions.version
    const known =
      this.memory.find(buffer, routingStart, routingEnd, version) ??
      this.lookUp(buffer, routingStart, routingEnd, version)
    const { view, properties } = this
    view.buffer = buffer
    view.routingStart = routingStart
    view.routingEnd = routingEnd
    view.propertiesStart = propertiesStart
    view.propertiesEnd = propertiesEnd
    view.bodyStart = bodyStart
    view.bodyEnd = bodyEnd
    properties.read(view)
    if (properties.wantCheck) {
      this.publishChecked(known, view, (bits & MANDATORY) !== 0)
      return
    }
    if (!known.topicChecked) this.checkTopic(known)
    const route = known.route
    this.dispatch(
      route !== undefined && !route.stale ? route.queueIds : this.routeOf(known, view),
      view,
      (bits & MANDATORY) !== 0,
      known,
    )
  }

  /** The road of messages whose properties have a say. */
  private publishChecked(known: RememberedRoute, read: MessageView, mandatory: boolean): void {
    const { host, properties } = this
    properties.check(read, this.consuming.replyConsumer?.name)
    this.checkTopic(known)
    const { extraKeys } = properties
    for (const key of extraKeys) this.checkTopicKey(known, key)
    properties.checkUserId(read, host.actor.principal)
    const changed = properties.changed(read)
    const view = changed === undefined ? read : copyMessage(read, changed)
    if (extraKeys.length === 0) {
      this.dispatch(this.routeOf(known, view), view, mandatory, known)
      return
    }
    const keys = [known.routingKey, ...extraKeys]
    const replies = known.target.name === '' ? keys.filter(isReplyName) : []
    const rest = replies.length === 0 ? keys : keys.filter((key) => !isReplyName(key))
    const queueIds = rest.length === 0 ? NO_QUEUES : known.target.routeAll(rest, view).queueIds
    this.dispatchWithReplies(queueIds, view, mandatory, replies, known.use)
  }

  private trace(view: MessageView, queueIds: readonly number[]): void {
    this.tracing?.published(tracedChannel(this.host, this.channelNumber), view, queueIds)
  }

  private dispatch(
    queueIds: readonly number[],
    view: MessageView,
    mandatory: boolean,
    known: RememberedRoute,
  ): void {
    if (queueIds.length === 0 && known.target.name === '' && isReplyName(known.routingKey)) {
      this.dispatchWithReplies(NO_QUEUES, view, mandatory, [known.routingKey], known.use)
      return
    }
    const { use } = known
    use.count(queueIds.length, view.bodyEnd - view.bodyStart)
    if (this.tracing?.isOn === true) this.trace(view, queueIds)
    if (this.transaction !== undefined) {
      this.transaction.hold(view, queueIds, mandatory, NO_NAMES)
    } else if (queueIds.length === 0) {
      this.unroutable(view, mandatory, use)
    } else {
      this.store(queueIds, view, use)
    }
  }

  /** `replies` are names of direct reply-to; a message to one counts as routed, whether anybody is there or not. */
  private dispatchWithReplies(
    queueIds: readonly number[],
    view: MessageView,
    mandatory: boolean,
    replies: readonly string[],
    use: ExchangeUse,
  ): void {
    use.count(queueIds.length, view.bodyEnd - view.bodyStart)
    if (this.tracing?.isOn === true) this.trace(view, queueIds)
    if (this.transaction !== undefined) {
      this.transaction.hold(view, queueIds, mandatory, replies)
      return
    }
    for (const name of replies) this.host.replyTo.deliver(this.host.vhost, name, view)
    if (queueIds.length > 0) this.store(queueIds, view, use)
    else if (replies.length > 0) this.confirmUnstored()
    else this.unroutable(view, mandatory, use)
  }

  private unroutable(view: MessageView, mandatory: boolean, use: ExchangeUse): void {
    if (mandatory) {
      use.returnUnroutable += 1
      writeReturn(this.host.output, this.channelNumber, view, this.host.frameMax)
    } else {
      use.dropUnroutable += 1
    }
    this.confirmUnstored()
  }

  private confirmUnstored(): void {
    if (this.confirmMode) {
      this.confirms.addConfirmed()
      this.wantEndOfTurn()
    }
  }

  private store(queueIds: readonly number[], view: MessageView, use: ExchangeUse): void {
    this.wantEndOfTurn()
    if (!this.confirmMode) {
      this.storeUnconfirmed(queueIds, view)
      return
    }
    const { confirms } = this
    const all = this.host.shards.all
    if (all.length !== 1) {
      storeOnShards(this, queueIds, view, confirms)
      return
    }
    const publisher = this.publisherFor(all[0])
    const outcome = all[0].publish(queueIds, view, publisher, publisher.nextSeqNo())
    if (outcome === PublishOutcome.PENDING) {
      publisher.pending(confirms.addPending(1))
      return
    }
    publisher.notPending()
    if (outcome === PublishOutcome.CONFIRMED) confirms.addConfirmed()
    else {
      use.rejected += 1
      confirms.addRejected(0)
    }
  }

  private storeUnconfirmed(queueIds: readonly number[], view: MessageView): void {
    const all = this.host.shards.all
    if (all.length === 1) {
      all[0].publish(queueIds, view, this.publisherFor(all[0]), 0)
      return
    }
    for (const [port, ids] of this.byPort(queueIds)) port.publish(ids, view, this.publisherFor(port), 0)
  }

  /** The channel begins to confirm. */
  startConfirms(): void {
    this.confirmMode = true
    this.uses.confirmsFromNow()
  }

  /** What was published, by exchange and in all; exchanges learn of it by this. */
  countPublishes(): ReturnType<ExchangeUses['fold']> {
    return this.uses.fold(this.confirms.pendingCount)
  }

  /** Stores a message that a transaction held, and enters the outcome into the transaction's books. */
  storeHeld(queueIds: readonly number[], view: MessageView, ledger: PublishLedger): void {
    storeOnShards(this, queueIds, view, ledger)
  }

  publisherFor(port: ShardPort): PortPublisher {
    // Mostly there is one: looking it up in a map cost as much as the rest of this.
    if (this.lastPublisher?.port === port) return this.lastPublisher
    let publisher = this.publishers.get(port)
    if (publisher === undefined) {
      publisher = new PortPublisher(port, this.transaction ?? this.confirms, this.wantEndOfTurn)
      this.publishers.set(port, publisher)
    }
    this.lastPublisher = publisher
    return publisher
  }

  /** The channel becomes transactional: from now on the transaction hears what became of publishes. */
  setTransaction(transaction: Transaction): void {
    this.transaction = transaction
    for (const publisher of this.publishers.values()) publisher.setTracker(transaction)
  }

  byPort(queueIds: readonly number[]): ReadonlyMap<ShardPort, number[]> {
    const split = new Map<ShardPort, number[]>()
    for (const id of queueIds) {
      const port = this.host.shards.portFor(id)
      const ids = split.get(port)
      if (ids === undefined) split.set(port, [id])
      else ids.push(id)
    }
    return split
  }

  private lookUp(
    buffer: Buffer,
    routingStart: number,
    routingEnd: number,
    permissionVersion: number,
  ): RememberedRoute {
    const { host } = this
    const reader = new ByteReader(buffer, routingStart, routingEnd)
    const exchange = reader.shortstr()
    const routingKey = reader.shortstr()
    if (reader.position !== routingEnd) throw reader.failure()
    const target = host.doors.exchangeToPublish(host.actor, host.vhost, exchange)
    const routing = Buffer.from(buffer.subarray(routingStart, routingEnd))
    const known = new RememberedRoute(routing, this.uses.of(target), routingKey, permissionVersion)
    this.memory.remember(known)
    return known
  }

  private routeOf(known: RememberedRoute, view: MessageView): readonly number[] {
    if (known.route !== undefined && !known.route.stale) return known.route.queueIds
    const route = known.target.route(known.routingKey, view)
    known.route = route.cacheable ? route : undefined
    return route.queueIds
  }

  private checkTopic(known: RememberedRoute): void {
    if (known.topicChecked) return
    this.checkTopicKey(known, known.routingKey)
    known.topicChecked = true
  }

  private checkTopicKey(known: RememberedRoute, routingKey: string): void {
    if (!known.target.isTopic) return
    const { actor, vhost, permissions } = this.host
    permissions.checkTopic(actor.principal, vhost, known.target.name, routingKey, 'write')
  }
}

/** Stores a message whose queues may lie on several shards; it is settled when each of them has it. */
function storeOnShards(
  publishing: Publishing,
  queueIds: readonly number[],
  view: MessageView,
  ledger: PublishLedger,
): void {
  const tag = ledger.lastTag + 1
  let pending = 0
  let rejected = false
  for (const [port, ids] of publishing.byPort(queueIds)) {
    const publisher = publishing.publisherFor(port)
    const outcome = port.publish(ids, view, publisher, publisher.nextSeqNo())
    if (outcome === PublishOutcome.PENDING) {
      publisher.pending(tag)
      pending++
    } else {
      publisher.notPending()
      if (outcome === PublishOutcome.REJECTED) rejected = true
    }
  }
  if (rejected) ledger.addRejected(pending)
  else if (pending > 0) ledger.addPending(pending)
  else ledger.addConfirmed()
}

const NO_QUEUES: readonly number[] = []
const NO_NAMES: readonly string[] = []

function isReplyName(routingKey: string): boolean {
  return routingKey.startsWith(REPLY_TO_PREFIX)
}

export function immediateRefused(): BrokerError {
  return new BrokerError('NOT_IMPLEMENTED', 'immediate=true')
}

/** Throws PRECONDITION_FAILED when a body is larger than the broker takes. */
export function checkMessageSize(octets: number, max: number): void {
  if (octets <= max) return
  const limit = max >= MESSAGE_SIZE_CEILING_BYTES ? 'max size' : 'configured max size'
  throw new BrokerError('PRECONDITION_FAILED', `message size ${octets} is larger than ${limit} ${max}`)
}
