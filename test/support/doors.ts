import assert from 'node:assert/strict'
import { PatternMatcher } from '../../src/auth/pattern/pattern-matcher.js'
import type { DefinitionChange, DefinitionLog } from '../../src/core/definition-log.js'
import { BrokerDoors } from '../../src/core/doors/broker-doors.js'
import type { DoorOptions } from '../../src/core/doors/door-context.js'
import type {
  Actor,
  BindRequest,
  Durable,
  ExchangeDeclareRequest,
  QueueDeclareRequest,
} from '../../src/core/doors.js'
import { BrokerError } from '../../src/core/errors.js'
import { type BrokerEvents, EventBus, type EventName } from '../../src/core/events.js'
import { MessageView } from '../../src/core/message.js'
import type { PermissionCheck } from '../../src/core/permission.js'
import type { PatternCompiler } from '../../src/core/policy/policy.js'
import type { QueueSettings } from '../../src/core/queue/settings.js'
import { describeResource } from '../../src/core/resource.js'
import type { QueueCounts, QueueDefinition, ShardPort } from '../../src/core/shard-port.js'
import { QueueCounters } from '../../src/core/statistics.js'
import { ByteWriter } from '../../src/protocol/amqp091/byte-writer.js'
import { type FieldTable, tableFromPlain } from '../../src/protocol/amqp091/field-table.js'
import { type BasicProperties, encodeProperties } from '../../src/protocol/amqp091/properties.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { randomBytesOf, randomFrom } from './random.js'

export const VHOST = '/'

/** Understands patterns as the broker does. */
export const compilePattern: PatternCompiler = (pattern) => {
  const matcher = new PatternMatcher(pattern)
  return { matches: (name) => matcher.isIn(name) }
}

const NO_COUNTS: QueueCounts = { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 }

/** A shard that keeps no messages: it remembers what it was told, and gives the counts that a test sets. */
export class RecordingShardPort implements ShardPort {
  readonly queues = new Map<number, QueueDefinition>()
  readonly settings = new Map<number, QueueSettings>()
  readonly counts = new Map<number, QueueCounts>()
  readonly calls: string[] = []
  /** Called in the middle of a deletion, as the end of the last consumer would. */
  onDelete: (queueId: number) => void = () => {}

  createQueue(definition: QueueDefinition): void {
    assert(!this.queues.has(definition.id), `queue id ${definition.id} was used before`)
    this.queues.set(definition.id, definition)
    this.settings.set(definition.id, definition.settings)
    this.calls.push(`create ${definition.name}`)
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

  configureQueue(queueId: number, settings: QueueSettings): void {
    this.settings.set(queueId, settings)
    this.calls.push(`configure ${this.known(queueId).name}`)
  }

  deleteQueue(queueId: number, conditions: { ifUnused: boolean; ifEmpty: boolean }): number {
    const { name, vhost } = this.known(queueId)
    const counts = this.countsOf(queueId)
    const resource = describeResource('queue', name, vhost)
    if (conditions.ifUnused && counts.consumers > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${resource} in use`)
    }
    if (conditions.ifEmpty && counts.ready > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${resource} not empty`)
    }
    this.onDelete(queueId)
    this.queues.delete(queueId)
    this.calls.push(`delete ${name}`)
    return counts.ready
  }

  purgeQueue(queueId: number): number {
    const { ready } = this.countsOf(queueId)
    this.counts.delete(queueId)
    return ready
  }

  countsOf(queueId: number): QueueCounts {
    this.known(queueId)
    return this.counts.get(queueId) ?? NO_COUNTS
  }

  touchQueue(queueId: number): void {
    this.calls.push(`touch ${this.known(queueId).name}`)
  }

  publish(): never {
    throw new Error('keeps no messages')
  }

  peek(): never {
    throw new Error('keeps no messages')
  }

  subscribe(): never {
    throw new Error('has no consumers')
  }

  get(): never {
    throw new Error('keeps no messages')
  }

  unsubscribe(): void {}
  resume(): void {}
  settle(): void {}
  flush(): void {}

  /** Settings of the queue of that name. */
  settingsOf(name: string): QueueSettings {
    for (const { id, name: known } of this.queues.values()) if (known === name) return this.settings.get(id)!
    throw new Error(`there is no queue '${name}'`)
  }

  private known(queueId: number): QueueDefinition {
    const definition = this.queues.get(queueId)
    assert(definition, `the shard has no queue ${queueId}`)
    return definition
  }
}

/** Remembers what was appended. */
export class RecordingLog implements DefinitionLog {
  atomically(work: () => void): void {
    work()
  }

  readonly changes: DefinitionChange[] = []
  /** What is not on disk yet, as far as the doors are told. */
  pending: Durable

  append(change: DefinitionChange): Durable {
    this.changes.push(change)
    return this.pending
  }

  barrier(): Durable {
    return this.pending
  }
}

/** Allows everything but what a test puts into `denied`, as `access kind name`. Remembers what it was asked. */
export class ScriptedPermissions implements PermissionCheck {
  version = 1
  readonly denied = new Set<string>()
  readonly asked: string[] = []

  check(...[{ name: user }, vhost, kind, name, access]: Parameters<PermissionCheck['check']>): void {
    const shown = name === '' && kind === 'exchange' ? 'amq.default' : name
    this.ask(
      `${access} ${kind} ${shown}`,
      `${access} access to ${describeResource(kind, shown, vhost)} refused for user '${user}'`,
    )
  }

  checkAny(...[principal, vhost, kind, name]: Parameters<PermissionCheck['checkAny']>): void {
    this.check(principal, vhost, kind, name, 'configure')
  }

  checkTopic(
    ...[{ name: user }, vhost, exchange, key, access]: Parameters<PermissionCheck['checkTopic']>
  ): void {
    this.ask(
      `${access} topic ${key}`,
      `${access} access to topic '${key}' in exchange '${exchange}' in vhost '${vhost}' refused for user '${user}'`,
    )
  }

  private ask(question: string, refusal: string): void {
    this.asked.push(question)
    if (this.denied.has(question)) throw new BrokerError('ACCESS_REFUSED', refusal)
  }
}

/** The doors of a node without connections and messages, and short ways through them. */
export class DoorFixture {
  readonly port = new RecordingShardPort()
  readonly log = new RecordingLog()
  readonly permissions = new ScriptedPermissions()
  readonly events: { readonly name: EventName; readonly event: BrokerEvents[EventName] }[] = []
  readonly doors: BrokerDoors
  readonly actor: Actor = { principal: { name: 'guest', tags: [] }, connectionId: 1 }
  readonly stranger: Actor = { principal: { name: 'guest', tags: [] }, connectionId: 2 }

  /** `changes` are restored; without them there is the vhost `/`. */
  constructor(options: Partial<DoorOptions> = {}, changes?: Iterable<DefinitionChange>) {
    const events = new EventBus(SILENT_LOGGER)
    events.onAny((name, event) => this.events.push({ name, event }))
    this.doors = new BrokerDoors({
      permissions: this.permissions,
      shards: { portFor: () => this.port, portForNew: () => this.port },
      log: this.log,
      events,
      logger: SILENT_LOGGER,
      options: {
        defaultQueueType: 'classic',
        consumerTimeoutMs: 1_800_000,
        vhostMax: Number.POSITIVE_INFINITY,
        exchangeMax: Number.POSITIVE_INFINITY,
        queueMax: Number.POSITIVE_INFINITY,
        ...options,
      },
      randomOctets: octetsFrom(7),
      random: randomFrom(7),
      compilePattern,
    })
    if (changes === undefined) this.doors.createVhost(undefined, VHOST)
    else this.doors.restore(changes)
  }

  exchange(
    name: string,
    type = 'direct',
    more: Partial<ExchangeDeclareRequest> = {},
    actor = this.actor,
  ): void {
    const request = { durable: true, autoDelete: false, internal: false, arguments: new Map(), ...more }
    this.doors.declareExchange(actor, VHOST, { name, type, ...request })
  }

  queue(
    name: string,
    args: object = {},
    more: Partial<QueueDeclareRequest> = {},
    actor = this.actor,
  ): string {
    const request = { durable: true, exclusive: false, autoDelete: false, ...more }
    return this.doors.declareQueue(actor, VHOST, { name, arguments: argumentsOf(args), ...request }).name
  }

  bind(
    source: string,
    destination: string,
    routingKey = '',
    more: Partial<BindRequest> = {},
    actor = this.actor,
  ): void {
    this.doors.bind(actor, VHOST, bindRequest(source, destination, routingKey, more))
  }

  unbind(
    source: string,
    destination: string,
    routingKey = '',
    more: Partial<BindRequest> = {},
    actor = this.actor,
  ): void {
    this.doors.unbind(actor, VHOST, bindRequest(source, destination, routingKey, more))
  }

  deleteQueue(
    name: string,
    conditions: { ifUnused?: boolean; ifEmpty?: boolean } = {},
    actor = this.actor,
  ): number {
    const all = { ifUnused: false, ifEmpty: false, ...conditions }
    return this.doors.deleteQueue(actor, VHOST, name, all).messageCount
  }

  deleteExchange(name: string, ifUnused = false): void {
    this.doors.deleteExchange(this.actor, VHOST, name, ifUnused)
  }

  /** Names of the queues that a message goes to, sorted. */
  route(exchange: string, routingKey: string, properties: BasicProperties = {}): string[] {
    const target = this.doors.exchangeToPublish(this.actor, VHOST, exchange)
    return this.namesOf(target.route(routingKey, messageWith(properties)).queueIds)
  }

  namesOf(queueIds: readonly number[]): string[] {
    return queueIds.map((id) => this.doors.topology.queue(id)!.name).sort()
  }

  idOf(queue: string): number {
    return this.doors.topology.vhosts.get(VHOST)!.queues.get(queue)!.id
  }

  has(kind: 'queues' | 'exchanges', name: string): boolean {
    return this.doors.topology.vhosts.get(VHOST)![kind].has(name)
  }

  /** Names of the events since the last call. */
  takeEvents(): string[] {
    return this.events.splice(0).map(({ name }) => name)
  }
}

function bindRequest(
  source: string,
  destination: string,
  routingKey: string,
  more: Partial<BindRequest>,
): BindRequest {
  return { source, destination, routingKey, destinationKind: 'queue', arguments: new Map(), ...more }
}

/** Arguments from plain values, with integers as 32-bit ones, which is what most clients send. */
export function argumentsOf(plain: object): FieldTable {
  const table = plain instanceof Map ? (plain as FieldTable) : tableFromPlain(plain)
  for (const [name, field] of table) {
    if (field.tag !== 'l' || plain instanceof Map) continue
    if (BigInt.asIntN(32, field.value) === field.value)
      table.set(name, { tag: 'I', value: Number(field.value) })
  }
  return table
}

/** A message of which only the properties matter. */
export function messageWith(properties: BasicProperties): MessageView {
  const writer = new ByteWriter()
  encodeProperties(writer, properties)
  const view = new MessageView()
  view.buffer = Buffer.from(writer.written())
  view.propertiesEnd = view.buffer.length
  return view
}

/** Asserts that `request` is refused, with exactly this reply. */
export function assertRefused(request: () => unknown, reply: string): void {
  assert.throws(request, (error: unknown) => {
    assert.ok(error instanceof BrokerError, `${error}`)
    assert.equal(error.message, reply)
    return true
  })
}

function octetsFrom(seed: number): (count: number) => Buffer {
  let next = seed
  return (count) => randomBytesOf(next++, count)
}
