import { MessageView } from '../../src/core/message.js'
import { DEFAULT_QUEUE_SETTINGS, type QueueSettings } from '../../src/core/queue/settings.js'
import {
  type CancelReason,
  type DeliveryFacts,
  type DeliverySink,
  type Publisher,
  type PublishOutcome,
  type QueueCounts,
  type QueueDefinition,
  Settlement,
  type ShardHost,
  type ShardPort,
  type Subscription,
} from '../../src/core/shard-port.js'
import {
  type BasicProperties,
  ByteWriter,
  decodeProperties,
  encodeProperties,
} from '../../src/protocol/amqp091/index.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'

/** A shard port to be tested, and what a test must know of what is behind it. */
export interface PortUnderTest {
  readonly port: ShardPort
  /** Octets of messages that the log holds in memory. */
  readonly residentBytes: () => number
  readonly close: () => void
}

export type MakePort = (clock: VirtualClock, host: ShardHost) => PortUnderTest

/** What a test says of a message. */
export interface MessageParts {
  readonly exchange?: string
  readonly routingKey?: string
  readonly properties?: BasicProperties
  readonly hasBcc?: boolean
}

/** A message in memory of its own. */
export function messageOf(body: string | Buffer, parts: MessageParts = {}): MessageView {
  const { exchange = '', routingKey = 'key', properties = {} } = parts
  const writer = new ByteWriter()
  const view = new MessageView()
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  view.routingEnd = writer.position
  view.propertiesStart = writer.position
  encodeProperties(writer, properties)
  view.propertiesEnd = writer.position
  view.buffer = Buffer.concat([writer.buffer.subarray(0, writer.position), Buffer.from(body)])
  view.bodyStart = writer.position
  view.bodyEnd = view.buffer.length
  view.persistent = properties.deliveryMode === 2
  view.priority = properties.priority ?? -1
  view.expirationMs = properties.expiration === undefined ? -1 : Number(properties.expiration)
  view.hasBcc = parts.hasBcc ?? false
  return view
}

/** A delivery as a copy, since views and facts are reused. */
export interface Delivery extends Readonly<DeliveryFacts> {
  readonly subscriptionId: number
  readonly exchange: string
  readonly routingKey: string
  readonly properties: BasicProperties
  readonly bytes: Buffer
  readonly body: string
  readonly persistent: boolean
  readonly hasBcc: boolean
}

/** Takes deliveries as long as it has room. */
export class TestSink implements DeliverySink {
  /** Deliveries that it takes before {@link canTake} says no. */
  room = Number.POSITIVE_INFINITY
  readonly deliveries: Delivery[] = []
  readonly subscriptions: number[] = []
  readonly cancellations: CancelReason[] = []
  /** Called after each delivery was noted. */
  onDelivery: ((delivery: Delivery) => void) | undefined

  subscribed(subscriptionId: number): void {
    this.subscriptions.push(subscriptionId)
  }

  canTake(): boolean {
    return this.room > 0
  }

  deliver(subscriptionId: number, message: MessageView, facts: DeliveryFacts): void {
    this.room -= 1
    const bytes = Buffer.from(message.buffer.subarray(message.bodyStart, message.bodyEnd))
    const delivery = {
      ...facts,
      subscriptionId,
      exchange: message.exchange,
      routingKey: message.routingKey,
      properties: decodeProperties(message.buffer, message.propertiesStart, message.propertiesEnd),
      bytes,
      body: bytes.toString('latin1'),
      persistent: message.persistent,
      hasBcc: message.hasBcc,
    }
    this.deliveries.push(delivery)
    this.onDelivery?.(delivery)
  }

  cancelled(_subscriptionId: number, reason: CancelReason): void {
    this.cancellations.push(reason)
  }

  get bodies(): string[] {
    return this.deliveries.map(({ body }) => body)
  }
}

/** The node behind the shard: dead letter exchanges are maps from routing keys to queues. */
export class TestHost implements ShardHost {
  readonly unused: number[] = []
  readonly exchanges = new Map<string, Map<string, number[]>>()
  readonly routed: { exchange: string; keys: readonly string[] }[] = []

  queueUnused(queueId: number): void {
    this.unused.push(queueId)
  }

  routeDeadLetter(_vhost: string, exchange: string, routingKeys: readonly string[]): readonly number[] {
    this.routed.push({ exchange, keys: [...routingKeys] })
    const bindings = this.exchanges.get(exchange)
    return [...new Set(routingKeys.flatMap((key) => bindings?.get(key) ?? []))]
  }

  /** Binds a queue; the exchange comes into being. */
  bind(exchange: string, routingKey: string, queueId: number): void {
    const bindings = this.exchanges.get(exchange) ?? new Map<string, number[]>()
    this.exchanges.set(exchange, bindings.set(routingKey, [...(bindings.get(routingKey) ?? []), queueId]))
  }
}

export class TestPublisher implements Publisher {
  readonly confirmations: number[] = []
  readonly refusals: number[] = []

  confirmed(publishSeqNo: number): void {
    this.confirmations.push(publishSeqNo)
  }

  refused(publishSeqNo: number): void {
    this.refusals.push(publishSeqNo)
  }
}

export interface QueueOptions extends Partial<Omit<QueueDefinition, 'settings'>>, Partial<QueueSettings> {}

export const SUBSCRIPTION: Subscription = {
  consumerTag: 'tag',
  noAck: false,
  exclusive: false,
  prefetchCount: 0,
  priority: 0,
  consumerTimeoutMs: undefined,
  streamOffset: { kind: 'next' },
  streamFilter: [],
  streamMatchUnfiltered: false,
}

/** A consumer of the fixture: its sink, and ways to settle what it got. */
export class TestConsumer {
  readonly sink = new TestSink()
  readonly id: number
  private readonly port: ShardPort

  constructor(port: ShardPort, queueId: number, subscription: Subscription, room: number) {
    this.port = port
    this.sink.room = room
    this.id = port.subscribe(queueId, subscription, this.sink)
  }

  get bodies(): string[] {
    return this.sink.bodies
  }

  get deliveries(): readonly Delivery[] {
    return this.sink.deliveries
  }

  /** Settles its delivery number `index`, counted from 0. */
  settle(index: number, outcome: Settlement = Settlement.ACK): void {
    const { queueId, position, subscriptionId } = this.deliveries[index]!
    this.port.settle(queueId, position, subscriptionId, outcome)
  }

  unsubscribe(): void {
    this.port.unsubscribe(this.id)
  }

  resume(room = Number.POSITIVE_INFINITY): void {
    this.sink.room = room
    this.port.resume(this.id)
  }
}

/** A shard port with a virtual clock and a node made of maps, and the operations of a test in short words. */
export class ShardFixture {
  readonly clock = new VirtualClock()
  readonly host = new TestHost()
  readonly publisher = new TestPublisher()
  readonly port: ShardPort
  private readonly made: PortUnderTest
  private lastQueueId = 0
  private lastSeqNo = 0

  constructor(make: MakePort) {
    this.made = make(this.clock, this.host)
    this.port = this.made.port
  }

  get residentBytes(): number {
    return this.made.residentBytes()
  }

  close(): void {
    this.made.close()
  }

  /** Makes a queue, a durable classic one unless told otherwise; the default exchange knows it by its name. */
  queue(options: QueueOptions = {}): number {
    const id = ++this.lastQueueId
    const settings: QueueSettings = { ...DEFAULT_QUEUE_SETTINGS, ...options }
    const name = options.name ?? `q${id}`
    this.port.createQueue({
      vhost: '/',
      type: 'classic',
      durable: true,
      autoDelete: false,
      exclusive: false,
      maxPriority: 0,
      singleActiveConsumer: false,
      ...options,
      id,
      name,
      settings,
    })
    this.host.bind('', name, id)
    return id
  }

  publish(
    queues: number | readonly number[],
    body: string | Buffer,
    parts: MessageParts = {},
  ): PublishOutcome {
    const queueIds = typeof queues === 'number' ? [queues] : queues
    return this.port.publish(queueIds, messageOf(body, parts), this.publisher, ++this.lastSeqNo)
  }

  /** Publishes each word of `bodies` to one queue. */
  publishAll(queueId: number, bodies: string, parts: MessageParts = {}): void {
    for (const body of bodies.split(' ')) this.publish(queueId, body, parts)
  }

  consume(queueId: number, options: Partial<Subscription> & { room?: number } = {}): TestConsumer {
    const { room = Number.POSITIVE_INFINITY, ...asked } = options
    return new TestConsumer(this.port, queueId, { ...SUBSCRIPTION, ...asked }, room)
  }

  get(queueId: number, noAck = false): Delivery | undefined {
    const sink = new TestSink()
    return this.port.get(queueId, noAck, sink) ? sink.deliveries[0] : undefined
  }

  /** Takes all ready messages for good; returns their bodies. */
  drain(queueId: number): string[] {
    const bodies: string[] = []
    for (let got = this.get(queueId, true); got !== undefined; got = this.get(queueId, true))
      bodies.push(got.body)
    return bodies
  }

  settle(delivery: Delivery, outcome: Settlement = Settlement.ACK): void {
    this.port.settle(delivery.queueId, delivery.position, delivery.subscriptionId, outcome)
  }

  counts(queueId: number): QueueCounts {
    return this.port.countsOf(queueId)
  }

  delete(queueId: number): number {
    return this.port.deleteQueue(queueId, { ifUnused: false, ifEmpty: false })
  }

  configure(queueId: number, settings: Partial<QueueSettings>): void {
    this.port.configureQueue(queueId, { ...DEFAULT_QUEUE_SETTINGS, ...settings })
  }
}
