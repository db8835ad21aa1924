import type { Actor, PublishTarget } from '../doors.js'
import { fieldTypeName } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import { parseExpiration } from '../expiration.js'
import type { MessageView } from '../message.js'
import { type BasicProperties, bodyOf, makeMessage, propertiesOf } from '../message-content.js'
import {
  type PeekPage,
  type PeekRequest,
  type Publisher,
  PublishOutcome,
  type Settlement,
  type ShardPort,
} from '../shard-port.js'
import { type DoorContext, queueNamed, vhostNamed } from './door-context.js'
import type { ExchangeDoors } from './exchange-doors.js'
import type { QueueDoors } from './queue-doors.js'

/** Lets a user set other users' names on messages. */
const IMPERSONATOR = 'impersonator'
/** Octets of bodies after which a get takes no more messages. */
const GET_OCTETS_MAX = 64 * 1024 * 1024

/** A message that somebody without a channel publishes. */
export interface PublishRequest {
  readonly exchange: string
  readonly routingKey: string
  readonly properties: BasicProperties
  readonly body: Buffer
}

/** A message that {@link MessageDoors.get} took. */
export interface GotMessage {
  readonly exchange: string
  readonly routingKey: string
  readonly redelivered: boolean
  /** Ready messages that were left after it. */
  readonly readyLeft: number
  readonly properties: BasicProperties
  readonly body: Buffer
}

/** Publishing to exchanges and looking into queues for those who have no channel: the HTTP API. */
export class MessageDoors {
  private readonly context: DoorContext
  private readonly exchanges: ExchangeDoors
  private readonly queues: QueueDoors
  private readonly publishers = new Map<ShardPort, AwaitedPublisher>()

  constructor(context: DoorContext, exchanges: ExchangeDoors, queues: QueueDoors) {
    this.context = context
    this.exchanges = exchanges
    this.queues = queues
  }

  /**
   * Publishes as a mandatory message on a channel with confirms. Resolves with whether it reached a queue once it is
   * safe there; rejects with a BrokerError when the request is refused, or a queue or the store refused the message.
   */
  async publish(actor: Actor, vhost: string, request: PublishRequest): Promise<boolean> {
    const { exchange, routingKey, properties } = request
    const target = this.exchanges.toPublish(actor, vhost, exchange)
    const expirationMs = properties.expiration === undefined ? -1 : parseExpiration(properties.expiration)
    const keys = [routingKey, ...extraKeys(properties, 'CC'), ...extraKeys(properties, 'BCC')]
    this.checkTopic(actor, vhost, target, keys)
    checkUserId(actor, properties)
    const message = makeMessage(exchange, routingKey, properties, request.body, expirationMs)
    const route = keys.length === 1 ? target.route(routingKey, message) : target.routeAll(keys, message)
    if (route.queueIds.length === 0) return false
    await Promise.all(
      [...this.byPort(route.queueIds)].map(([port, ids]) => this.publisherFor(port).publish(ids, message)),
    )
    return true
  }

  /**
   * Takes up to `count` messages from a queue, then settles them all with `outcome`. Fewer come when the queue has no
   * more in memory, or their bodies are very large.
   */
  get(actor: Actor, vhost: string, name: string, count: number, outcome: Settlement): readonly GotMessage[] {
    const queue = this.queues.readable(actor, vhost, name)
    const port = this.context.shards.portFor(queue.id)
    const taken: GotMessage[] = []
    const positions: number[] = []
    let octets = 0
    const sink = {
      subscribed() {},
      canTake: () => true,
      cancelled() {},
      deliver: (_id: number, message: MessageView, facts: { position: number } & Facts) => {
        positions.push(facts.position)
        octets += message.bodySizeBytes
        taken.push(gotMessage(message, facts))
      },
    }
    try {
      while (taken.length < count && octets < GET_OCTETS_MAX && port.get(queue.id, false, sink));
    } finally {
      for (const position of positions) port.settle(queue.id, position, 0, outcome)
      port.flush()
    }
    return taken
  }

  /** Shows messages of a queue, which needs the permission to read it, and leaves them there. */
  peek(actor: Actor, vhost: string, name: string, request: PeekRequest): Promise<PeekPage> {
    this.context.permissions.check(actor.principal, vhost, 'queue', name, 'read')
    const queue = queueNamed(vhostNamed(this.context.topology, vhost), name)
    const port = this.context.shards.portFor(queue.id)
    return new Promise((resolve) => port.peek(queue.id, request, resolve))
  }

  private checkTopic(actor: Actor, vhost: string, target: PublishTarget, keys: readonly string[]): void {
    if (!target.isTopic) return
    const { permissions } = this.context
    for (const key of keys) permissions.checkTopic(actor.principal, vhost, target.name, key, 'write')
  }

  private byPort(queueIds: readonly number[]): ReadonlyMap<ShardPort, number[]> {
    const split = new Map<ShardPort, number[]>()
    for (const id of queueIds) {
      const port = this.context.shards.portFor(id)
      const ids = split.get(port)
      if (ids === undefined) split.set(port, [id])
      else ids.push(id)
    }
    return split
  }

  private publisherFor(port: ShardPort): AwaitedPublisher {
    let publisher = this.publishers.get(port)
    if (publisher === undefined) {
      publisher = new AwaitedPublisher(port)
      this.publishers.set(port, publisher)
    }
    return publisher
  }
}

type Facts = { readonly redelivered: boolean; readonly readyLeft: number } & CountFacts
interface CountFacts {
  readonly deliveryCount: number
  readonly acquiredCount: number
}

function gotMessage(message: MessageView, facts: Facts): GotMessage {
  const properties = propertiesOf(message)
  return {
    exchange: message.exchange,
    routingKey: message.routingKey,
    redelivered: facts.redelivered,
    readyLeft: facts.readyLeft,
    properties: asDelivered(properties, facts, message.hasBcc),
    body: bodyOf(message),
  }
}

/** What a queue shows of a message to those who get it: its counts, and no BCC. */
function asDelivered(properties: BasicProperties, facts: CountFacts, hasBcc: boolean): BasicProperties {
  const { deliveryCount, acquiredCount } = facts
  if (!hasBcc && deliveryCount <= 0 && acquiredCount <= 0) return properties
  const headers = new Map(properties.headers)
  if (hasBcc) headers.delete('BCC')
  if (deliveryCount > 0) headers.set('x-delivery-count', { tag: 'l', value: BigInt(deliveryCount) })
  if (acquiredCount > 0) headers.set('x-acquired-count', { tag: 'l', value: BigInt(acquiredCount) })
  return { ...properties, headers }
}

/** Members of other types than text are passed over. */
function extraKeys(properties: BasicProperties, name: 'CC' | 'BCC'): string[] {
  const header = properties.headers?.get(name)
  if (header === undefined) return []
  if (header.tag !== 'A') {
    const reason = `{unacceptable_type_in_header,"${name}",${fieldTypeName(header)}}`
    throw new BrokerError('PRECONDITION_FAILED', `invalid message: ${reason}`)
  }
  return header.value.flatMap((each) => (each.tag === 'S' ? [each.value.toString()] : []))
}

function checkUserId(actor: Actor, { userId }: BasicProperties): void {
  const { name, tags } = actor.principal
  if (userId === undefined || userId === name || tags.includes(IMPERSONATOR)) return
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `user_id property set to '${userId}' but authenticated user was '${name}'`,
  )
}

/** A publisher on one shard whose every publish is a promise. Not for the message path. */
class AwaitedPublisher implements Publisher {
  private readonly port: ShardPort
  private readonly waiting = new Map<number, { resolve(): void; reject(error: Error): void }>()
  private lastSeqNo = 0

  constructor(port: ShardPort) {
    this.port = port
  }

  publish(queueIds: readonly number[], message: MessageView): Promise<void> {
    const seqNo = ++this.lastSeqNo
    return new Promise((resolve, reject) => {
      this.waiting.set(seqNo, { resolve, reject })
      const outcome = this.port.publish(queueIds, message, this, seqNo)
      this.port.flush()
      if (outcome === PublishOutcome.PENDING) return
      this.waiting.delete(seqNo)
      if (outcome === PublishOutcome.CONFIRMED) resolve()
      else reject(refused())
    })
  }

  confirmed(publishSeqNo: number): void {
    for (const waiter of this.takeUpTo(publishSeqNo)) waiter.resolve()
  }

  refused(publishSeqNo: number): void {
    for (const waiter of this.takeUpTo(publishSeqNo)) waiter.reject(refused())
  }

  private takeUpTo(publishSeqNo: number) {
    const taken = []
    for (const [seqNo, waiter] of this.waiting) {
      if (seqNo > publishSeqNo) break
      this.waiting.delete(seqNo)
      taken.push(waiter)
    }
    return taken
  }
}

function refused(): BrokerError {
  return new BrokerError('PRECONDITION_FAILED', 'message was not accepted (basic.nack)')
}
