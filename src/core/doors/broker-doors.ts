import { type DefinitionChange, MemoryDefinitionLog } from '../definition-log.js'
import type {
  Actor,
  BindRequest,
  Doors,
  Durable,
  ExchangeDeclareRequest,
  PublishTarget,
  QueueDeclared,
  QueueDeclareRequest,
  ReadableQueue,
} from '../doors.js'
import { EventBus } from '../events.js'
import type { RandomSource } from '../exchange/exchange-matcher.js'
import { ExchangeTypes } from '../exchange/exchange-types.js'
import type { MessageView } from '../message.js'
import { ParameterComponents } from '../policy/parameter-components.js'
import type { ParameterValue } from '../policy/parameter-value.js'
import type { PatternCompiler } from '../policy/policy.js'
import { PolicyKeys } from '../policy/policy-keys.js'
import type { EffectivePolicy } from '../policy/policy-matching.js'
import { type PolicyRequest, PolicyValidator } from '../policy/policy-validation.js'
import type { PeekPage, PeekRequest, Settlement, ShardHost } from '../shard-port.js'
import { DefinitionReplay } from '../topology/definition-replay.js'
import { definitionSnapshot } from '../topology/definition-snapshot.js'
import type { Exchange, ExchangeDefinition } from '../topology/exchange.js'
import type { QueueRecord } from '../topology/queue-record.js'
import { Topology } from '../topology/topology.js'
import type { VhostLimits, VhostMetadata } from '../topology/vhost.js'
import { BindingDoors } from './binding-doors.js'
import { type DoorContext, vhostNamed } from './door-context.js'
import { ExchangeDoors } from './exchange-doors.js'
import { type GotMessage, MessageDoors, type PublishRequest } from './message-doors.js'
import { NO_SHARD } from './no-shard.js'
import { ParameterDoors, type VhostLimitName } from './parameter-doors.js'
import { PolicyApplication } from './policy-application.js'
import { PolicyDoors, type Put } from './policy-doors.js'
import { QueueDoors } from './queue-doors.js'
import { QueueIds } from './queue-ids.js'
import { Removal } from './removal.js'
import { VhostDoors } from './vhost-doors.js'

/** What the doors of a node are made from. */
export interface DoorParts extends Omit<DoorContext, 'topology'> {
  /** For exchanges that choose by chance. */
  readonly random: RandomSource
  /** For the patterns of policies. */
  readonly compilePattern: PatternCompiler
}

/**
 * All doors of a node, over its topology. Requests come in by the methods of {@link Doors} and by those for operators
 * below them; shards come in by {@link ShardHost}. Listings read {@link topology}, and change nothing there.
 */
export class BrokerDoors implements Doors, ShardHost {
  readonly topology: Topology
  /** Open for plugins. */
  readonly policyKeys: PolicyKeys
  /** Open for plugins. */
  readonly parameterComponents: ParameterComponents
  private readonly parts: DoorParts
  private readonly context: DoorContext
  private readonly exchanges: ExchangeDoors
  private readonly queues: QueueDoors
  private readonly bindings: BindingDoors
  private readonly policies: PolicyDoors
  private readonly parameters: ParameterDoors
  private readonly vhosts: VhostDoors
  private readonly validator: PolicyValidator
  private readonly application: PolicyApplication
  private readonly messages: MessageDoors

  /** `model` lends its kinds of exchanges, policy keys and parameters, which plugins may have added to. */
  constructor(parts: DoorParts, model?: BrokerDoors) {
    this.parts = parts
    this.policyKeys = model?.policyKeys ?? new PolicyKeys()
    this.parameterComponents = model?.parameterComponents ?? new ParameterComponents()
    this.topology = new Topology(model?.topology.types ?? new ExchangeTypes(parts.random))
    this.context = { ...parts, topology: this.topology }
    const removal = new Removal(this.context)
    this.validator = new PolicyValidator(this.policyKeys, parts.compilePattern)
    this.application = new PolicyApplication(this.context, this.policyKeys)
    this.exchanges = new ExchangeDoors(this.context, removal, this.application)
    this.queues = new QueueDoors(this.context, removal, this.application, new QueueIds(this.context))
    this.bindings = new BindingDoors(this.context, removal)
    this.policies = new PolicyDoors(this.context, this.validator, this.application)
    this.parameters = new ParameterDoors(this.context, this.parameterComponents)
    this.vhosts = new VhostDoors(this.context, this.queues, this.application)
    this.messages = new MessageDoors(this.context, this.exchanges, this.queues)
  }

  declareExchange(actor: Actor, vhost: string, request: ExchangeDeclareRequest): Durable {
    return this.exchanges.declare(actor, vhost, request)
  }

  checkExchange(actor: Actor, vhost: string, name: string): void {
    this.exchanges.check(actor, vhost, name)
  }

  deleteExchange(actor: Actor, vhost: string, name: string, ifUnused: boolean): Durable {
    return this.exchanges.delete(actor, vhost, name, ifUnused)
  }

  bind(actor: Actor, vhost: string, request: BindRequest): Durable {
    return this.bindings.bind(actor, vhost, request)
  }

  unbind(actor: Actor, vhost: string, request: BindRequest): Durable {
    return this.bindings.unbind(actor, vhost, request)
  }

  declareQueue(actor: Actor, vhost: string, request: QueueDeclareRequest): QueueDeclared {
    return this.queues.declare(actor, vhost, request)
  }

  checkQueue(actor: Actor, vhost: string, name: string): QueueDeclared {
    return this.queues.check(actor, vhost, name)
  }

  deleteQueue(
    actor: Actor,
    vhost: string,
    name: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): { readonly messageCount: number; readonly durable: Durable } {
    return this.queues.delete(actor, vhost, name, conditions)
  }

  purgeQueue(actor: Actor, vhost: string, name: string): number {
    return this.queues.purge(actor, vhost, name)
  }

  queueToRead(actor: Actor, vhost: string, name: string): ReadableQueue {
    return this.queues.readable(actor, vhost, name)
  }

  exchangeToPublish(actor: Actor, vhost: string, name: string): PublishTarget {
    return this.exchanges.toPublish(actor, vhost, name)
  }

  /** See {@link MessageDoors.publish}. */
  publishMessage(actor: Actor, vhost: string, request: PublishRequest): Promise<boolean> {
    return this.messages.publish(actor, vhost, request)
  }

  /** See {@link MessageDoors.get}. */
  getMessages(
    actor: Actor,
    vhost: string,
    queue: string,
    count: number,
    outcome: Settlement,
  ): readonly GotMessage[] {
    return this.messages.get(actor, vhost, queue, count, outcome)
  }

  /** See {@link MessageDoors.peek}. */
  peekMessages(actor: Actor, vhost: string, queue: string, request: PeekRequest): Promise<PeekPage> {
    return this.messages.peek(actor, vhost, queue, request)
  }

  releaseConnection(connectionId: number): void {
    this.queues.releaseConnection(connectionId)
  }

  queueUnused(queueId: number): void {
    this.queues.unused(queueId)
  }

  routeDeadLetter(
    vhost: string,
    exchange: string,
    routingKeys: readonly string[],
    message: MessageView,
  ): readonly number[] {
    const target = this.topology.vhosts.get(vhost)?.exchanges.get(exchange)
    if (target === undefined || routingKeys.length === 0) return []
    const route =
      routingKeys.length === 1 ? target.route(routingKeys[0], message) : target.routeAll(routingKeys, message)
    return route.queueIds
  }

  /** Makes a vhost unless it exists. `actor` is undefined for the vhost of a node's first start. */
  createVhost(actor: Actor | undefined, name: string, metadata: Partial<VhostMetadata> = {}): Put {
    return this.vhosts.create(actor, name, metadata)
  }

  setVhostMetadata(actor: Actor, name: string, metadata: Partial<VhostMetadata>): Durable {
    return this.vhosts.setMetadata(actor, name, metadata)
  }

  deleteVhost(actor: Actor, name: string): Durable {
    return this.vhosts.delete(actor, name)
  }

  /** Makes an exchange that the broker itself wants, also under a reserved name, unless it is there. */
  ensureExchange(vhost: string, definition: ExchangeDefinition): Durable {
    const found = vhostNamed(this.topology, vhost)
    if (found.exchanges.has(definition.name)) return undefined
    return this.exchanges.create(found, definition, undefined)
  }

  setVhostTracing(name: string, tracing: boolean): void {
    this.vhosts.setTracing(name, tracing)
  }

  /** Throws PRECONDITION_FAILED with the HTTP API's reason when the policy will not do. */
  setPolicy(actor: Actor, vhost: string, request: PolicyRequest): Put {
    return this.policies.set(actor, vhost, request)
  }

  setOperatorPolicy(actor: Actor, vhost: string, request: PolicyRequest): Put {
    return this.policies.setOperator(actor, vhost, request)
  }

  /** Throws NOT_FOUND. */
  clearPolicy(actor: Actor, vhost: string, name: string): Durable {
    return this.policies.clear(actor, vhost, name)
  }

  /** Throws NOT_FOUND. */
  clearOperatorPolicy(actor: Actor, vhost: string, name: string): Durable {
    return this.policies.clearOperator(actor, vhost, name)
  }

  setParameter(actor: Actor, vhost: string, component: string, name: string, value: ParameterValue): Put {
    return this.parameters.set(actor, vhost, component, name, value)
  }

  /** Throws NOT_FOUND. */
  clearParameter(actor: Actor, vhost: string, component: string, name: string): Durable {
    return this.parameters.clear(actor, vhost, component, name)
  }

  setGlobalParameter(actor: Actor, name: string, value: ParameterValue): Put {
    return this.parameters.setGlobal(actor, name, value)
  }

  /** Throws NOT_FOUND. */
  clearGlobalParameter(actor: Actor, name: string): Durable {
    return this.parameters.clearGlobal(actor, name)
  }

  setVhostLimits(actor: Actor, vhost: string, limits: VhostLimits): Put {
    return this.parameters.setLimits(actor, vhost, limits)
  }

  setVhostLimit(actor: Actor, vhost: string, name: VhostLimitName, value: ParameterValue): Put {
    return this.parameters.setLimit(actor, vhost, name, value)
  }

  clearVhostLimit(actor: Actor, vhost: string, name: VhostLimitName): Durable {
    return this.parameters.clearLimit(actor, vhost, name)
  }

  clearVhostLimits(actor: Actor, vhost: string): Durable {
    return this.parameters.clearLimits(actor, vhost)
  }

  /** What policy and operator policy together say to an exchange or queue, for listings. */
  effectivePolicy(entity: Exchange | QueueRecord): EffectivePolicy {
    return this.application.effective(entity)
  }

  /**
   * Brings back what was written down, to a topology that is still empty, and makes the queues on their shards, under
   * the ids that they had, with the settings that they have now.
   */
  restore(changes: Iterable<DefinitionChange>): void {
    const replay = new DefinitionReplay(this.topology, (policy) => this.validator.compiled(policy))
    for (const change of changes) replay.apply(change)
    for (const vhost of this.topology.vhosts.values()) {
      for (const exchange of vhost.exchanges.values()) {
        if (exchange !== vhost.defaultExchange) this.application.applyTo(exchange)
      }
    }
    for (const queue of this.topology.allQueues()) {
      this.application.applyTo(queue)
      const definition = queue.shardDefinition
      this.context.shards.portFor(definition.id).createQueue(definition)
    }
  }

  /** What `work` changes, through these doors or those of users, survives a crash whole, or not at all. */
  atomically(work: () => void): void {
    this.parts.log.atomically(work)
  }

  /**
   * Doors over a copy of what is declared, transient things included, where requests can be tried: nothing is written
   * down, told or made on a shard. Costs time in proportion to the topology.
   */
  rehearsal(): BrokerDoors {
    const doors = new BrokerDoors(
      {
        ...this.parts,
        shards: { portFor: () => NO_SHARD, portForNew: () => NO_SHARD },
        log: new MemoryDefinitionLog(),
        events: new EventBus(this.parts.logger),
      },
      this,
    )
    doors.restore(definitionSnapshot(this.topology, true))
    return doors
  }

  /** Changes from which {@link restore} makes what there is now, for a log that is written anew. */
  snapshot(): Iterable<DefinitionChange> {
    return definitionSnapshot(this.topology)
  }
}
