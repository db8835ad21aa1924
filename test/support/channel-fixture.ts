import assert from 'node:assert/strict'
import { Channel } from '../../src/connection/channel.js'
import type { ChannelHost } from '../../src/connection/channel-host.js'
import { ConnectionRegistry } from '../../src/connection/connection-registry.js'
import { HeldBytes } from '../../src/connection/held-bytes.js'
import type { ConnectionOutput } from '../../src/connection/output.js'
import { ReplyToDirectory } from '../../src/connection/reply-to.js'
import type { Doors, ReadableQueue } from '../../src/core/doors.js'
import { BrokerError } from '../../src/core/errors.js'
import { MessageView } from '../../src/core/message.js'
import { Route } from '../../src/core/route.js'
import {
  type DeliveryFacts,
  type DeliverySink,
  type Publisher,
  PublishOutcome,
  Recording,
  type Settlement,
  type ShardPort,
  type Subscription,
} from '../../src/core/shard-port.js'
import { PublishCounters, QueueCounters } from '../../src/core/statistics.js'
import {
  type BasicProperties,
  ByteReader,
  ByteWriter,
  decodeProperties,
  encodeBasicConsume,
  encodeBasicPublish,
  encodeBody,
  encodeContentHeader,
  encodeProperties,
  type FieldTable,
  METHOD_NAMES,
} from '../../src/protocol/amqp091/index.js'
import { SystemClock } from '../../src/util/clock.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'

const FRAME_MAX = 8192
export const NO_ARGUMENTS: FieldTable = new Map()

/** A frame as text: `basic.ack 1 multiple`, `body 8184`. */
interface Frame {
  readonly text: string
  readonly payload: Buffer
}

class FakePort implements ShardPort {
  outcome: PublishOutcome = PublishOutcome.CONFIRMED
  readonly log: string[] = []
  readonly published: { body: string; properties: BasicProperties; routing: string; view: MessageView }[] = []
  readonly sinks = new Map<number, DeliverySink>()
  readonly subscriptions: Subscription[] = []
  publisher: Publisher | undefined
  ready: Buffer[] = []
  private lastSubscription = 0

  createQueue(): void {}
  configureQueue(): void {}
  deleteQueue(): number {
    return 0
  }
  purgeQueue(): number {
    return 0
  }
  countsOf(): never {
    throw new Error('not here')
  }
  statisticsOf(): boolean {
    return false
  }
  detailsOf(): undefined {}
  totalsOf(): QueueCounters {
    return new QueueCounters()
  }
  forgetVhost(): void {}
  readonly isCongested = false
  readonly deliveryRecord = {
    deliveryTicket: 0,
    writtenTicket: 0,
    syncedTicket: 0,
    onAdvance: undefined,
    writeDeliveries() {},
  }
  atomically(work: () => void): void {
    work()
  }
  whenDurable(done: (error: Error | undefined) => void): void {
    done(undefined)
  }
  touchQueue(): void {}
  peek(): void {}

  publish(ids: readonly number[], view: MessageView, publisher: Publisher, seqNo: number): PublishOutcome {
    this.publisher = publisher
    this.log.push(`publish ${ids.join('+')} #${seqNo}`)
    this.published.push({
      body: view.buffer.toString('latin1', view.bodyStart, view.bodyEnd),
      properties: decodeProperties(view.buffer, view.propertiesStart, view.propertiesEnd),
      routing: `${view.exchange}/${view.routingKey}`,
      view: Object.assign(new MessageView(), view),
    })
    return this.outcome
  }

  subscribe(_queueId: number, subscription: Subscription, sink: DeliverySink): number {
    const id = ++this.lastSubscription
    this.subscriptions.push(subscription)
    this.sinks.set(id, sink)
    sink.subscribed(id)
    return id
  }

  unsubscribe(id: number): void {
    this.log.push(`unsubscribe ${id}`)
  }

  resume(id: number): void {
    this.log.push(`resume ${id}`)
    this.onResume(id)
  }

  onResume: (id: number) => void = () => {}

  get(_queueId: number, _noAck: boolean, sink: DeliverySink): boolean {
    const body = this.ready.shift()
    if (body === undefined) return false
    sink.deliver(0, message('q', body), { ...FACTS, position: 77, readyLeft: this.ready.length })
    return true
  }

  settle(queueId: number, position: number, subscriptionId: number, outcome: Settlement): void {
    this.log.push(`settle ${queueId}:${position} of ${subscriptionId} ${outcome}`)
    this.onSettle()
  }

  onSettle: () => void = () => {}

  flush(): void {}
}

export const FACTS: DeliveryFacts = {
  recording: Recording.NONE,
  queueId: 1,
  position: 0,
  redelivered: false,
  deliveryCount: -1,
  acquiredCount: -1,
  streamOffset: -1,
  readyLeft: 0,
}

export function message(routingKey: string, body: Buffer, properties: BasicProperties = {}): MessageView {
  const writer = new ByteWriter()
  const view = new MessageView()
  writer.shortstr('')
  writer.shortstr(routingKey)
  view.propertiesStart = writer.position
  view.routingEnd = writer.position
  encodeProperties(writer, properties)
  view.propertiesEnd = writer.position
  view.bodyStart = writer.position
  writer.bytes(body)
  view.bodyEnd = writer.position
  view.buffer = writer.written()
  return view
}

/** A channel between a fake connection and a fake shard. */
export class ChannelFixture {
  readonly ports: FakePort[]
  readonly port: FakePort
  readonly out = new ByteWriter()
  readonly failures: string[] = []
  readonly routes = new Map<string, Route>()
  lookUps = 0
  /** Calls of an exchange's `route`. */
  routings = 0
  canDeliver = true
  permissionVersion = 1
  userTags: string[] = []
  queueType: ReadableQueue['type'] = 'classic'
  readonly replyTo: ReplyToDirectory
  readonly registry = new ConnectionRegistry()
  readonly channel: Channel
  private turnWanted = false

  /** Of every exchange. */
  readonly counters = new PublishCounters()

  constructor(
    options: {
      shards?: number
      replyTo?: ReplyToDirectory
      cancelNotify?: boolean
      heldBytes?: HeldBytes
    } = {},
  ) {
    this.ports = Array.from({ length: options.shards ?? 1 }, () => new FakePort())
    this.port = this.ports[0]
    this.replyTo = options.replyTo ?? new ReplyToDirectory()
    this.routes.set('q', new Route([1], true))
    this.routes.set('both', new Route([1, 2], true))
    const fixture = this
    const doors: Partial<Doors> = {
      queueToRead: (_actor, _vhost, name) => ({ id: 1, name, type: fixture.queueType }),
      exchangeToPublish: (_actor, vhost, name) => {
        fixture.lookUps++
        if (name === 'missing')
          throw new BrokerError('NOT_FOUND', `no exchange '${name}' in vhost '${vhost}'`)
        return {
          name,
          isTopic: false,
          stale: false,
          counters: fixture.counters,
          route: (key) => {
            fixture.routings++
            return fixture.routes.get(key) ?? new Route([], true)
          },
          routeAll: (keys) =>
            new Route([...new Set(keys.flatMap((k) => fixture.routes.get(k)?.queueIds ?? []))], false),
        }
      },
    }
    const host: ChannelHost = {
      actor: {
        principal: {
          name: 'guest',
          get tags() {
            return fixture.userTags
          },
        },
        connectionId: 1,
      },
      vhost: '/',
      doors: doors as Doors,
      permissions: {
        get version() {
          return fixture.permissionVersion
        },
        check() {},
        checkAny() {},
        checkTopic() {},
      },
      shards: { portFor: (id) => fixture.ports[(id - 1) % fixture.ports.length], all: this.ports },
      clock: new SystemClock(),
      logger: SILENT_LOGGER,
      replyTo: this.replyTo,
      registry: this.registry,
      limits: {
        maxMessageSizeBytes: 600_000,
        heldBytes: options.heldBytes ?? new HeldBytes(Number.POSITIVE_INFINITY),
        consumerMaxPerChannel: 0,
        defaultConsumerPrefetch: 0,
      },
      capabilities: { consumerCancelNotify: options.cancelNotify ?? true },
      frameMax: FRAME_MAX,
      output: this.out as unknown as ConnectionOutput,
      get canDeliver() {
        return fixture.canDeliver
      },
      afterDurable: (_durable, reply) => reply(),
      wantEndOfTurn: () => {
        assert.equal(fixture.turnWanted, false, 'asked for the end of a turn twice')
        fixture.turnWanted = true
      },
      fail: (_channel, error, classId, methodId) =>
        fixture.failures.push(`${classId}.${methodId} ${error.message}`),
    }
    this.channel = new Channel(host, 3)
  }

  send(encode: (writer: ByteWriter) => void): this {
    const writer = new ByteWriter()
    encode(writer)
    const reader = new ByteReader(writer.buffer, 7, writer.position - 1)
    this.channel.handleMethod(reader.methodId(), reader)
    return this
  }

  /** Publishes frame by frame. */
  publish(
    exchange: string,
    key: string,
    body: string | Buffer,
    properties: BasicProperties = {},
    mandatory = false,
  ): this {
    const writer = new ByteWriter()
    encodeBasicPublish(writer, 3, exchange, key, mandatory, false)
    encodeContentHeader(writer, 3, body.length, properties)
    encodeBody(writer, 3, Buffer.from(body), FRAME_MAX)
    for (let at = 0; at < writer.position; ) {
      const end = at + 7 + writer.buffer.readUInt32BE(at + 3)
      const type = writer.buffer[at]
      if (type === 1) {
        const reader = new ByteReader(writer.buffer, at + 7, end)
        this.channel.handleMethod(reader.methodId(), reader)
      } else if (type === 2) this.channel.handleContentHeader(writer.buffer, at + 7, end)
      else this.channel.handleContentBody(writer.buffer, at + 7, end)
      at = end + 1
    }
    return this
  }

  /** Publishes the short way, then overwrites the bytes, as a reused read buffer would be. */
  publishInPlace(
    exchange: string,
    key: string,
    body: string,
    properties: BasicProperties = {},
    mandatory = false,
    damage: (octets: Buffer) => void = () => {},
  ): this {
    const writer = new ByteWriter()
    encodeBasicPublish(writer, 3, exchange, key, mandatory, false)
    const argumentsEnd = writer.position - 1
    encodeContentHeader(writer, 3, body.length, properties)
    const headerEnd = writer.position - 1
    writer.bytes(Buffer.from(body))
    damage(writer.buffer.subarray(11, headerEnd))
    this.channel.publishInPlace(
      writer.buffer,
      11,
      argumentsEnd,
      argumentsEnd + 8,
      headerEnd,
      headerEnd + 1,
      writer.position,
    )
    writer.buffer.fill(0xee)
    return this
  }

  turn(): this {
    this.turnWanted = false
    this.channel.endOfTurn()
    return this
  }

  /** Takes the frames written so far. */
  frames(): Frame[] {
    const frames: Frame[] = []
    const bytes = this.out.written()
    for (let at = 0; at < bytes.length; ) {
      assert.equal(bytes.readUInt16BE(at + 1), 3)
      const end = at + 7 + bytes.readUInt32BE(at + 3)
      assert.equal(bytes[end], 0xce)
      const payload = Buffer.from(bytes.subarray(at + 7, end))
      frames.push({ text: describe(bytes[at], payload), payload })
      at = end + 1
    }
    this.out.clear()
    return frames
  }

  texts(): string[] {
    return this.frames().map((frame) => frame.text)
  }
}

function describe(type: number, payload: Buffer): string {
  if (type === 3) return `body ${payload.length <= 20 ? payload.toString() : payload.length}`
  const reader = new ByteReader(payload)
  if (type === 2) {
    reader.skip(4)
    const size = reader.u64()
    const properties = decodeProperties(payload, reader.position, payload.length)
    const shown = Object.entries(properties).map(([name, value]) =>
      value instanceof Map
        ? `${name}(${[...value].map(([k, v]) => `${k}=${v.tag}:${String(v.value)}`)})`
        : `${name}=${value}`,
    )
    return ['header', size, ...shown].join(' ')
  }
  const name = METHOD_NAMES.get(reader.methodId())
  switch (name) {
    case 'basic.deliver':
      return `deliver ${reader.shortstr()} #${reader.u64()} ${reader.u8() ? 'again ' : ''}${reader.shortstr()}/${reader.shortstr()}`
    case 'basic.get-ok':
      return `get-ok #${reader.u64()} ${reader.u8()} ${reader.shortstr()}/${reader.shortstr()} left ${reader.u32()}`
    case 'basic.return':
      return `return ${reader.u16()} ${reader.shortstr()} ${reader.shortstr()}/${reader.shortstr()}`
    case 'basic.ack':
    case 'basic.nack':
      return `${name} ${reader.u64()}${reader.u8() & 1 ? ' multiple' : ''}`
    case 'basic.consume-ok':
    case 'basic.cancel':
    case 'basic.cancel-ok':
      return `${name} ${reader.shortstr()}`
    default:
      return name ?? 'unknown'
  }
}

export function consume(
  fixture: ChannelFixture,
  tag: string,
  noAck = false,
  queue = 'q',
  args = NO_ARGUMENTS,
): void {
  fixture.send((w) => encodeBasicConsume(w, 3, queue, tag, false, noAck, false, false, args))
}

export function refusal(reply: string, explanation: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Error && 'reply' in error && 'explanation' in error, String(error))
    assert.equal(`${error.reply} - ${error.explanation}`, `${reply} - ${explanation}`)
    return true
  }
}
