import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageView } from '../../src/core/message.js'
import { DEFAULT_QUEUE_SETTINGS, type QueueSettings } from '../../src/core/queue/settings.js'
import {
  type DeliveryFacts,
  type DeliverySink,
  type QueueDefinition,
  Settlement,
  type Subscription,
} from '../../src/core/shard-port.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { localMemoryPort } from '../support/local-memory-port.js'
import { randomFrom } from '../support/random.js'
import { type PortUnderTest, SUBSCRIPTION, TestHost, TestPublisher } from '../support/shard-fixture.js'
import { type ModelConsumer, type ModelDelivery, type ModelMessage, ShardModel } from './queue-model.js'

const SEEDS = 2000
const OPERATIONS = 120
const QUEUES = 3
/** What a memory log may hold when it holds no message: the chunk that it writes to. */
const RESIDENT_MAX = 1 << 20
const HEADER_BYTES = 4
const BODY_BYTES_MAX = 200_000
const OUTCOMES = Object.values(Settlement)

/**
 * `LEVERET_SEED` replays one seed, `LEVERET_FUZZ_SECONDS` goes on with new ones for that long.
 */
test('queues do what a plain model of them does, whatever happens to them', () => {
  const { LEVERET_SEED, LEVERET_FUZZ_SECONDS } = process.env
  if (LEVERET_SEED !== undefined) return runSeed(Number(LEVERET_SEED))
  for (let seed = 1; seed <= SEEDS; seed++) runSeed(seed)
  const end = performance.now() + 1000 * Number(LEVERET_FUZZ_SECONDS ?? 0)
  for (let seed = Date.now() % 2 ** 32; performance.now() < end; seed++) runSeed(seed)
})

function runSeed(seed: number): void {
  const simulation = new Simulation(seed)
  try {
    simulation.run()
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const history = simulation.history.slice(-12).join('\n')
    throw new Error(
      `LEVERET_SEED=${seed} fails at operation ${simulation.history.length}:\n${history}\n${said}`,
      {
        cause: error,
      },
    )
  }
}

/** A delivery that can be settled. */
interface Held {
  readonly queueId: number
  readonly position: number
  readonly subscriptionId: number
  readonly consumer: ModelConsumer | undefined
}

class Simulation {
  /** The operations so far. */
  readonly history: string[] = []
  private readonly random: () => number
  private readonly clock = new VirtualClock()
  private readonly host = new TestHost()
  private readonly made: PortUnderTest
  private readonly model = new ShardModel()
  private readonly publisher = new TestPublisher()
  /** Since the last comparison. */
  private readonly deliveries: ModelDelivery[] = []
  private readonly held: Held[] = []
  private readonly consumers: SimulatedConsumer[] = []
  /** Sources, and behind each the queue of its dead letters. */
  private sources: number[] = []
  private lastQueueId = 0
  private lastMessageId = 0
  private lastConsumer = 0
  /** Delayed retries and late timers together have no order that a model could foretell. */
  private readonly hasRetries: boolean

  constructor(seed: number) {
    this.random = randomFrom(seed)
    this.made = localMemoryPort(this.clock, this.host)
    this.hasRetries = this.chance(0.5)
  }

  run(): void {
    for (let i = 0; i < QUEUES; i++) this.sources.push(this.createQueue())
    for (let i = 0; i < OPERATIONS; i++) {
      this.step()
      this.compare()
    }
    this.settleEverything()
    this.made.close()
    assert.equal(this.clock.pendingCount, 0, 'a timer is left')
  }

  private step(): void {
    const what = this.random()
    if (what < 0.38) this.publish()
    else if (what < 0.63) this.settle()
    else if (what < 0.7) this.subscribe()
    else if (what < 0.74) this.unsubscribe()
    else if (what < 0.79) this.makeRoom()
    else if (what < 0.85) this.get()
    else if (what < 0.86) this.purge()
    else if (what < 0.89) this.configure()
    else if (what < 0.9) this.replaceQueue()
    else if (what < 0.94) this.flush()
    else this.advance()
  }

  // ---- operations

  private createQueue(): number {
    const dead = this.makeQueue({ maxLength: this.maybe(0.2, 3) })
    return this.makeQueue(this.randomSettings(dead), {
      type: this.chance(0.4) ? 'quorum' : 'classic',
      maxPriority: this.chance(0.4) ? 1 + this.below(5) : 0,
      singleActiveConsumer: this.chance(0.2),
    })
  }

  private makeQueue(settings: Partial<QueueSettings>, kind: Partial<QueueDefinition> = {}): number {
    const id = ++this.lastQueueId
    const definition: QueueDefinition = {
      id,
      name: String(id),
      vhost: '/',
      type: 'classic',
      durable: true,
      autoDelete: false,
      exclusive: false,
      maxPriority: 0,
      singleActiveConsumer: false,
      ...kind,
      settings: { ...DEFAULT_QUEUE_SETTINGS, ...settings },
    }
    this.host.bind('', String(id), id)
    this.made.port.createQueue(definition)
    this.model.createQueue(definition)
    return id
  }

  private randomSettings(dead: number): Partial<QueueSettings> {
    return {
      messageTtlMs: this.maybe(0.3, 40),
      maxLength: this.maybe(0.3, 8),
      maxLengthBytes: this.maybe(0.2, 400),
      overflow: this.pick(['drop-head', 'reject-publish', 'reject-publish-dlx'] as const),
      deadLetterExchange: this.chance(0.6) ? '' : undefined,
      deadLetterRoutingKey: String(dead),
      deliveryLimit: this.maybe(0.4, 4),
      delayedRetryType: this.hasRetries
        ? this.pick(['disabled', 'all', 'failed', 'returned'] as const)
        : 'disabled',
      // Quarters of a millisecond, so that no retry falls together with a time to live.
      delayedRetryMinMs: 7.25,
      delayedRetryMaxMs: 20.5,
    }
  }

  private publish(): void {
    const queueIds = this.sources.filter(() => this.chance(0.6))
    const sizeBytes = HEADER_BYTES + (this.chance(0.003) ? this.below(BODY_BYTES_MAX) : this.below(120))
    const message: ModelMessage = {
      id: ++this.lastMessageId,
      sizeBytes,
      priority: this.chance(0.5) ? -1 : this.below(8),
      expirationMs: this.chance(0.7) ? -1 : this.below(30),
    }
    this.note(`publish ${JSON.stringify(message)} to ${queueIds}`)
    const outcome = this.made.port.publish(queueIds, viewOf(message), this.publisher, 0)
    const taken = this.model.publish(queueIds, message)
    this.model.runDeaths()
    assert.equal(outcome === 0, taken, 'the outcome of the publish')
  }

  private settle(): void {
    if (this.held.length === 0) return
    const [held] = this.held.splice(this.below(this.held.length), 1)
    const outcome = this.chance(0.4) ? Settlement.ACK : this.pick(OUTCOMES)
    const { queueId, position, subscriptionId, consumer } = held!
    this.note(`settle ${position} of queue ${queueId} from ${subscriptionId} as ${outcome}`)
    this.made.port.settle(queueId, position, subscriptionId, outcome)
    this.model.queues.get(queueId)?.settle(position, consumer, outcome)
    this.model.runDeaths()
  }

  private subscribe(): void {
    const queueId = this.pick([...this.model.queues.keys()])
    const subscription: Subscription = {
      ...SUBSCRIPTION,
      noAck: this.chance(0.2),
      prefetchCount: this.below(5),
      priority: this.chance(0.6) ? 0 : this.below(3) - 1,
    }
    const room = this.chance(0.7) ? Number.POSITIVE_INFINITY : this.below(4)
    const { noAck, prefetchCount, priority } = subscription
    this.note(`subscribe to ${queueId} ${JSON.stringify({ noAck, prefetchCount, priority, room })}`)
    const queue = this.model.queues.get(queueId)!
    const state: ModelConsumer = {
      key: ++this.lastConsumer,
      queue,
      subscription,
      room,
      unacked: 0,
      stalled: false,
      ended: false,
    }
    const consumer = new SimulatedConsumer(state, (delivery) => this.delivered(state, delivery))
    this.consumers.push(consumer)
    this.made.port.subscribe(queueId, subscription, consumer)
    queue.subscribe(state)
    this.model.runDeaths()
  }

  private unsubscribe(): void {
    const consumer = this.pickConsumer()
    if (consumer === undefined) return
    this.note(`unsubscribe ${consumer.state.key}`)
    this.consumers.splice(this.consumers.indexOf(consumer), 1)
    this.made.port.unsubscribe(consumer.subscriptionId)
    if (!consumer.state.ended) consumer.state.queue.unsubscribe(consumer.state)
    this.model.runDeaths()
  }

  private makeRoom(): void {
    const consumer = this.pickConsumer()
    if (consumer === undefined) return
    const room = this.chance(0.3) ? Number.POSITIVE_INFINITY : this.below(5)
    this.note(`consumer ${consumer.state.key} has room for ${room}`)
    consumer.room = room
    consumer.state.room = room
    this.made.port.resume(consumer.subscriptionId)
    if (!consumer.state.ended) consumer.state.queue.resume(consumer.state)
    this.model.runDeaths()
  }

  private get(): void {
    const queueId = this.pick([...this.model.queues.keys()])
    const queue = this.model.queues.get(queueId)!
    if (queue.isQuorum && queue.definition.singleActiveConsumer) return
    const noAck = this.chance(0.3)
    this.note(`get from ${queueId} noAck ${noAck}`)
    const sink = new SimulatedSink((delivery) => {
      if (noAck) this.deliveries.push(delivery.compared)
      else this.delivered(undefined, delivery)
    })
    const got = this.made.port.get(queueId, noAck, sink)
    assert.equal(got, queue.get(noAck) !== undefined, 'whether get found a message')
    this.model.runDeaths()
  }

  private purge(): void {
    const queueId = this.pick([...this.model.queues.keys()])
    this.note(`purge ${queueId}`)
    assert.equal(this.made.port.purgeQueue(queueId), this.model.queues.get(queueId)!.purge(), 'purged')
  }

  private configure(): void {
    const queueId = this.pick(this.sources)
    const settings = { ...DEFAULT_QUEUE_SETTINGS, ...this.randomSettings(queueId - 1) }
    this.note(`configure ${queueId} ${JSON.stringify(settings)}`)
    this.made.port.configureQueue(queueId, settings)
    const queue = this.model.queues.get(queueId)!
    queue.settings = settings
    queue.settleIn()
    this.model.runDeaths()
  }

  private replaceQueue(): void {
    const place = this.below(this.sources.length)
    const queueId = this.sources[place]!
    this.note(`delete ${queueId}`)
    const queue = this.model.queues.get(queueId)!
    const gone = this.made.port.deleteQueue(queueId, { ifUnused: false, ifEmpty: false })
    assert.equal(gone, queue.counts.ready, 'messages of the deleted queue')
    queue.close()
    this.model.queues.delete(queueId)
    this.sources[place] = this.createQueue()
  }

  private flush(): void {
    this.note('flush')
    this.made.port.flush()
    this.model.flush()
  }

  private advance(): void {
    this.flush()
    const ms = this.below(15)
    if (!this.hasRetries && this.chance(0.3)) {
      this.note(`stall ${ms}`)
      this.clock.stall(ms)
      this.model.now += ms
      return
    }
    this.note(`advance ${ms}`)
    this.clock.advanceSync(ms, () => this.made.port.flush())
    this.model.advance(ms)
  }

  // ---- comparing

  private delivered(consumer: ModelConsumer | undefined, delivery: SimulatedDelivery): void {
    this.deliveries.push(delivery.compared)
    if (consumer?.subscription.noAck) return
    const { queueId, position } = delivery.compared
    this.held.push({ queueId, position, subscriptionId: delivery.subscriptionId, consumer })
  }

  private compare(): void {
    const { deliveries, model } = this
    assert.equal(deliveries.length, model.deliveries.length, 'number of deliveries')
    // What happens to two queues at one moment may happen in any order.
    const byQueue = (a: ModelDelivery, b: ModelDelivery) => a.queueId - b.queueId
    const expected = model.deliveries.sort(byQueue)
    deliveries.sort(byQueue).forEach((delivery, i) => {
      assert.deepEqual(delivery, expected[i], 'a delivery')
    })
    deliveries.length = 0
    expected.length = 0
    for (const [id, queue] of model.queues) {
      const { ready, unacked, consumers, readyBytes } = this.made.port.countsOf(id)
      const expected = queue.counts
      const same =
        ready === expected.ready &&
        unacked === expected.unacked &&
        consumers === expected.consumers &&
        readyBytes === expected.readyBytes
      if (!same) assert.deepEqual(this.made.port.countsOf(id), expected, `counts of queue ${id}`)
    }
  }

  /** Whatever is left is taken and acknowledged; then nothing may be left in the log. */
  private settleEverything(): void {
    this.note('settle everything')
    const { port } = this.made
    for (const consumer of this.consumers) port.unsubscribe(consumer.subscriptionId)
    for (const { queueId, position, subscriptionId } of this.held) {
      port.settle(queueId, position, subscriptionId, Settlement.ACK)
    }
    for (const id of this.model.queues.keys()) {
      port.purgeQueue(id)
      assert.deepEqual(port.countsOf(id), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    }
    assert.ok(
      this.made.residentBytes() <= RESIDENT_MAX,
      `${this.made.residentBytes()} octets are left in the log`,
    )
  }

  // ---- chance

  private note(operation: string): void {
    this.history.push(operation)
  }

  private chance(probability: number): boolean {
    return this.random() < probability
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  private maybe(probability: number, limit: number): number | undefined {
    return this.chance(probability) ? this.below(limit + 1) : undefined
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  private pickConsumer(): SimulatedConsumer | undefined {
    return this.consumers.length === 0 ? undefined : this.pick(this.consumers)
  }
}

interface SimulatedDelivery {
  readonly subscriptionId: number
  readonly compared: ModelDelivery
}

/** Turns deliveries into what is compared, after a look at every octet. */
class SimulatedSink implements DeliverySink {
  room = Number.POSITIVE_INFINITY
  subscriptionId = 0
  private readonly key: number
  private readonly onDelivery: (delivery: SimulatedDelivery) => void

  constructor(onDelivery: (delivery: SimulatedDelivery) => void, key = 0) {
    this.onDelivery = onDelivery
    this.key = key
  }

  subscribed(subscriptionId: number): void {
    this.subscriptionId = subscriptionId
  }

  canTake(): boolean {
    return this.room > 0
  }

  deliver(subscriptionId: number, message: MessageView, facts: DeliveryFacts): void {
    this.room -= 1
    const body = message.buffer.subarray(message.bodyStart, message.bodyEnd)
    const id = body.readUInt32LE(0)
    assert.ok(body.equals(bodyOf(id, body.length)), `octets of message ${id}`)
    const { queueId, position, redelivered, deliveryCount, acquiredCount, readyLeft } = facts
    const compared = { queueId, position, redelivered, deliveryCount, acquiredCount, readyLeft }
    this.onDelivery({ subscriptionId, compared: { consumer: this.key, id, ...compared } })
  }

  cancelled(): void {}
}

class SimulatedConsumer extends SimulatedSink {
  readonly state: ModelConsumer

  constructor(state: ModelConsumer, onDelivery: (delivery: SimulatedDelivery) => void) {
    super(onDelivery, state.key)
    this.state = state
    this.room = state.room
  }
}

const PATTERN = Buffer.from(
  Array.from({ length: BODY_BYTES_MAX + 512 }, (_, i) => (i * 31 + (i >> 8)) & 0xff),
)

function bodyOf(id: number, sizeBytes: number): Buffer {
  const body = Buffer.from(PATTERN.subarray(id % 256, (id % 256) + sizeBytes))
  body.writeUInt32LE(id, 0)
  return body
}

const ROUTING_AND_PROPERTIES = Buffer.from([0, 1, 0x6b, 0, 0])

function viewOf(message: ModelMessage): MessageView {
  const view = new MessageView()
  view.buffer = Buffer.concat([ROUTING_AND_PROPERTIES, bodyOf(message.id, message.sizeBytes)])
  view.routingEnd = 3
  view.propertiesStart = 3
  view.propertiesEnd = ROUTING_AND_PROPERTIES.length
  view.bodyStart = view.propertiesEnd
  view.bodyEnd = view.buffer.length
  view.priority = message.priority
  view.expirationMs = message.expirationMs
  return view
}
