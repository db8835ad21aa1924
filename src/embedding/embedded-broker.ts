import type { Broker } from '../broker.js'
import type { BrokerAdmin } from '../broker-admin.js'
import type { Connection as ClientConnection } from '../client/connection.js'
import type { PublishProperties } from '../client/message.js'
import type { ConnectOptions } from '../client/options.js'
import type { AlarmSource } from '../core/alarm.js'
import type { Actor } from '../core/doors.js'
import { makeMessage } from '../core/message-content.js'
import { UnrestrictedPrincipal } from '../core/permission.js'
import type { JsonObject } from '../management/json.js'
import type { Clock } from '../util/clock.js'
import { BrokerClock } from './broker-clock.js'
import type { Faults } from './faults.js'
import { InProcessLink } from './in-process-link.js'
import type { PublishedMessage, PublishFilter, PublishLog } from './publish-log.js'
import { QueueView } from './queue-view.js'
import type { SeededRandom } from './seeded-random.js'
import { Settling } from './settling.js'
import { type BrokerState, restoreState, type StateParts, takeState } from './state-snapshot.js'

/** How long {@link EmbeddedBroker.idle} and {@link EmbeddedBroker.waitFor} wait, in milliseconds of real time. */
const WAIT_MS = 5_000
const ACTOR: Actor = { principal: new UnrestrictedPrincipal('rmq-internal'), connectionId: 0 }

/** What an embedded broker is put together from. */
export interface EmbeddedParts {
  readonly node: Broker
  readonly clock: Clock
  readonly random: SeededRandom
  /** Undefined when nothing is recorded. */
  readonly published: PublishLog | undefined
  readonly faults: Faults
}

/** Limits of a wait. */
export interface WaitOptions {
  /** Milliseconds of real time after which the wait is given up. Default 5000. */
  readonly timeoutMs?: number
}

/** Which queues are waited for. */
export interface IdleOptions extends WaitOptions {
  /** Queues of the default vhost that are to be empty. Default: all queues of all vhosts, but for streams. */
  readonly queues?: readonly string[]
}

/** A message to publish without a client. */
export interface MessageToPublish {
  /** Default: the default exchange, whose routing keys are names of queues. */
  readonly exchange?: string
  readonly routingKey?: string
  /** Text and octets as they are; anything else as JSON. Default: empty. */
  readonly body?: unknown
  readonly properties?: PublishProperties
  /** Default: the broker's default vhost. */
  readonly vhost?: string
}

/** A broker inside this process, made by `startBroker`. It shares nothing with other brokers here. */
export class EmbeddedBroker {
  /** Turns when the broker was started with `clock: 'virtual'`. */
  readonly clock: BrokerClock
  /** Things that go wrong on demand. */
  readonly faults: Faults
  /** The broker itself, for what is not offered here. */
  readonly node: Broker
  readonly #settling: Settling
  readonly #random: SeededRandom
  readonly #published: PublishLog | undefined
  readonly #state: StateParts
  #start: BrokerState | undefined

  /** Use `startBroker`. */
  constructor({ node, clock, random, published, faults }: EmbeddedParts) {
    this.node = node
    this.faults = faults
    this.#random = random
    this.#published = published
    this.#settling = new Settling(node)
    this.clock = new BrokerClock(clock, this.#settling)
    this.#state = { doors: node.doors, users: node.userDoors, port: node.shardPort }
    // A data directory may hold any number of messages, and most of them on disk.
    this.#start = this.#holdsMessages ? undefined : this.snapshot()
  }

  /** `amqp://user:password@host:port` with the default user, and the default vhost when it is not '/'. '' without a TCP port. */
  get url(): string {
    const { options, url } = this.node
    if (url === '') return ''
    const { defaultUser, defaultPass, defaultVhost } = options
    const credentials = `${encodeURIComponent(defaultUser)}:${encodeURIComponent(defaultPass)}`
    const vhost = defaultVhost === '/' ? '' : `/${encodeURIComponent(defaultVhost)}`
    return `amqp://${credentials}@${url.slice('amqp://'.length)}${vhost}`
  }

  /** The TCP port; 0 when there is none. */
  get port(): number {
    return this.node.port
  }

  /** What chance is drawn from: start with this seed to see the same again. */
  get seed(): number {
    return this.#random.seed
  }

  /** Vhosts, users, permissions and policies. */
  get admin(): BrokerAdmin {
    return this.node.admin
  }

  /** Closes every connection and lets go of everything. May be called twice. */
  stop(): Promise<void> {
    return this.node.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** A connection of Leveret's own client, without a socket. As the default user unless `options` say otherwise. */
  async connect(options: ConnectOptions = {}): Promise<ClientConnection> {
    const { connect } = await import('../client/connection.js')
    const { defaultUser, defaultPass, defaultVhost } = this.node.options
    const link = new InProcessLink()
    return connect({
      username: defaultUser,
      password: defaultPass,
      vhost: defaultVhost,
      ...options,
      socket: () => {
        this.node.accept(link.server, false)
        return link.client
      },
    })
  }

  /** Publishes a message; resolves with whether a queue took it. */
  async publish(message: MessageToPublish): Promise<boolean> {
    const { tableOf } = await import('../client/message.js')
    const { exchange = '', routingKey = '', properties = {}, vhost = this.#vhost } = message
    const { headers, ...rest } = properties
    const octets = octetsOf(message.body)
    const decoded = headers === undefined ? rest : { ...rest, headers: tableOf(headers) }
    const request = { exchange, routingKey, body: octets, properties: decoded }
    const isRouted = await this.node.doors.publishMessage(ACTOR, vhost, request)
    // What goes to no queue does not come by where the others are recorded.
    if (!isRouted) this.#published?.add(vhost, makeMessage(exchange, routingKey, decoded, octets, -1), [])
    return isRouted
  }

  /** A look at a queue, which need not exist. */
  queue(name: string, vhost: string = this.#vhost): QueueView {
    return new QueueView(name, vhost, this.node.doors.topology, this.node.shardPort)
  }

  /**
   * What clients published, in order: all that is remembered, or what matches. Messages that no queue took are there
   * too, dead letters are not. Throws a TypeError when the broker was started not to record.
   */
  published(filter: PublishFilter = {}): PublishedMessage[] {
    if (this.#published === undefined)
      throw new TypeError('nothing is recorded: startBroker({ record: true })')
    return this.#published.find(filter)
  }

  /**
   * Resolves once nothing is left to do: no message is ready or unacknowledged, and nothing is on its way in a socket.
   * Streams keep their messages and do not count. Rejects with what is still there after `timeoutMs`.
   */
  async idle({ queues, timeoutMs = WAIT_MS }: IdleOptions = {}): Promise<void> {
    const isIdle = async (): Promise<boolean> => {
      if (this.#busyQueues(queues).length > 0) return false
      await this.#settling.settled()
      return this.#busyQueues(queues).length === 0
    }
    await this.#settling.until(isIdle, timeoutMs, () => `the broker is not idle: ${this.#describe(queues)}`)
  }

  /** Resolves once frames have reached the clients, and what those in this process answer at once has been taken. */
  settled(): Promise<void> {
    return this.#settling.settled()
  }

  /** Resolves with what `predicate` returns once that is truthy; rejects after `timeoutMs`. */
  waitFor<T>(
    predicate: (broker: this) => T | Promise<T>,
    { timeoutMs = WAIT_MS }: WaitOptions = {},
  ): Promise<T> {
    const explain = (): string =>
      `this still does not hold: ${String(predicate)}; ${this.#describe(undefined)}`
    return this.#settling.until(() => predicate(this), timeoutMs, explain)
  }

  /** Definitions as RabbitMQ exports them: vhosts, users, permissions, policies, exchanges, queues, bindings. */
  async definitions(): Promise<Record<string, unknown>> {
    const { exportAll } = await import('../management/definitions/export.js')
    return { ...exportAll(this.node.managementServices) }
  }

  /** Takes in definitions as RabbitMQ exports them. What is there already stays. Rejects when they will not do. */
  async importDefinitions(definitions: object): Promise<void> {
    const { importDefinitions } = await import('../management/definitions/import.js')
    // A copy of its own, of what JSON can say.
    const copy = JSON.parse(JSON.stringify(definitions)) as JsonObject
    await importDefinitions(this.node.managementServices, ACTOR.principal.name, copy)
  }

  /**
   * Remembers definitions and messages for {@link reset}. Unacked messages count as ready, exclusive queues are left
   * out. Throws an Error when messages are on disk.
   */
  snapshot(): BrokerState {
    return takeState(this.#state)
  }

  /**
   * Makes the broker what it was: at a snapshot, or at its start. Ends faults, forgets what was published and begins the
   * seed anew. Connections stay, and so do consumers of queues that are as they were then; others are cancelled. The
   * clock stays where it is. Throws a TypeError without a snapshot when the data directory held messages at the start.
   */
  reset(state: BrokerState | undefined = this.#start): void {
    if (state === undefined)
      throw new TypeError(
        'the data directory held messages at the start: reset() needs a snapshot to go back to',
      )
    this.faults.clear()
    restoreState(this.#state, state)
    this.#published?.clear()
    this.#random.restart()
  }

  /** @internal What is there now is what {@link reset} goes back to. */
  rememberStart(): void {
    if (this.#start !== undefined) this.#start = this.snapshot()
  }

  setAlarm(source: AlarmSource): void {
    this.node.alarms.set(source)
  }

  clearAlarm(source: AlarmSource): void {
    this.node.alarms.clear(source)
  }

  get #vhost(): string {
    return this.node.options.defaultVhost
  }

  get #holdsMessages(): boolean {
    const { topology } = this.node.doors
    return [...topology.allQueues()].some(({ name, vhost }) => this.queue(name, vhost.name).depth > 0)
  }

  /** Queues with messages. */
  #busyQueues(names: readonly string[] | undefined): QueueView[] {
    const views =
      names === undefined
        ? [...this.node.doors.topology.allQueues()]
            .filter(({ type }) => type !== 'stream')
            .map(({ name, vhost }) => this.queue(name, vhost.name))
        : names.map((name) => this.queue(name))
    return views.filter(({ depth }) => depth > 0)
  }

  #describe(names: readonly string[] | undefined): string {
    const busy = this.#busyQueues(names).map(
      ({ name, ready, unacked, consumers }) =>
        `${name} has ${ready} ready and ${unacked} unacked for ${consumers} consumers`,
    )
    return busy.length === 0 ? 'every queue is empty' : busy.join(', ')
  }
}

function octetsOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  return Buffer.from(JSON.stringify(body))
}
