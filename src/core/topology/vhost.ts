import type { ExchangeTypes } from '../exchange/exchange-types.js'
import type { Router } from '../exchange/router.js'
import type { ParameterValue } from '../policy/parameter-value.js'
import type { Policy, PolicyPair } from '../policy/policy.js'
import type { QueueType } from '../queue/settings.js'
import { PublishCounters } from '../statistics.js'
import { Binding } from './binding.js'
import { DefaultExchange } from './default-exchange.js'
import { Exchange, type ExchangeDefinition } from './exchange.js'
import { QueueRecord, type QueueRecordDefinition } from './queue-record.js'

/** What operators say of a vhost. */
export interface VhostMetadata {
  readonly description: string
  readonly tags: readonly string[]
  /** The type of queues that are declared without one; `undefined` leaves it to the node. */
  readonly defaultQueueType: QueueType | undefined
  readonly protectedFromDeletion: boolean
}

export const NO_METADATA: VhostMetadata = {
  description: '',
  tags: [],
  defaultQueueType: undefined,
  protectedFromDeletion: false,
}

/** Bounds that operators set; negative and absent are no bound, 0 allows none. */
export interface VhostLimits {
  readonly maxConnections?: number
  readonly maxQueues?: number
}

/** A runtime parameter. */
export interface Parameter {
  readonly component: string
  readonly name: string
  readonly value: ParameterValue
}

/** A virtual host: exchanges, queues and what lies between them. Changes only through its own methods. */
export class Vhost {
  readonly name: string
  metadata: VhostMetadata
  /** The user whose doing it is; undefined for the broker's own. */
  readonly maker: string | undefined
  limits: VhostLimits = {}
  /** Messages are copied to `amq.rabbitmq.trace`; see Topology.setTracing. */
  tracing = false
  readonly exchanges = new Map<string, Exchange>()
  readonly queues = new Map<string, QueueRecord>()
  readonly policies = new Map<string, Policy>()
  readonly operatorPolicies = new Map<string, Policy>()
  /** By component, then name. */
  readonly parameters = new Map<string, Map<string, Parameter>>()
  readonly defaultExchange: Exchange
  /** Of all its exchanges, deleted ones included. */
  readonly counters: PublishCounters
  /** Exchanges by the name of their alternate exchange, which need not exist. */
  private readonly alternateUsers = new Map<string, Set<Exchange>>()
  private readonly router: Router
  private readonly types: ExchangeTypes

  constructor(
    name: string,
    metadata: VhostMetadata,
    types: ExchangeTypes,
    router: Router,
    nodeCounters: PublishCounters,
    maker: string | undefined,
  ) {
    this.name = name
    this.metadata = metadata
    this.maker = maker
    this.types = types
    this.router = router
    this.counters = new PublishCounters(nodeCounters)
    this.defaultExchange = new DefaultExchange(this, this.router)
    this.exchanges.set('', this.defaultExchange)
  }

  /** Adds an exchange under a name that is free. Its type must be known. */
  addExchange(definition: ExchangeDefinition): Exchange {
    const matcher = this.types.createMatcher(definition.type, definition.arguments)
    const exchange = new Exchange(this, definition, matcher, this.router)
    this.exchanges.set(exchange.name, exchange)
    this.setAlternate(exchange, exchange.alternateArgument)
    this.dropRoutesFrom(exchange)
    return exchange
  }

  /** Takes an exchange out with all its bindings. Returns those that led to it, for their sources may follow it. */
  removeExchange(exchange: Exchange): readonly Binding[] {
    this.dropRoutesFrom(exchange)
    exchange.stale = true
    for (const binding of exchange.outgoing.values()) this.unlink(binding)
    const incoming = [...exchange.incoming]
    for (const binding of incoming) this.unlink(binding)
    this.setAlternate(exchange, undefined)
    this.exchanges.delete(exchange.name)
    return incoming
  }

  /** Adds a queue under a name that is free. */
  addQueue(definition: QueueRecordDefinition): QueueRecord {
    const queue = new QueueRecord(this, definition)
    this.queues.set(queue.name, queue)
    this.dropRoutesToQueueNames()
    return queue
  }

  /** Takes a queue out with the bindings that lead to it. Returns these. */
  removeQueue(queue: QueueRecord): readonly Binding[] {
    queue.route.stale = true
    const incoming = [...queue.incoming]
    for (const source of new Set(incoming.map((binding) => binding.source))) this.dropRoutesFrom(source)
    for (const binding of incoming) this.unlink(binding)
    this.queues.delete(queue.name)
    this.dropRoutesToQueueNames()
    return incoming
  }

  /** Adds a binding that is not there yet. */
  addBinding(binding: Binding): void {
    binding.source.outgoing.set(binding.identity, binding)
    binding.destination.incoming.add(binding)
    binding.source.matcher.add(binding)
    this.dropRoutesFrom(binding.source)
  }

  removeBinding(binding: Binding): void {
    this.dropRoutesFrom(binding.source)
    this.unlink(binding)
  }

  /** Makes or replaces a parameter. */
  setParameter({ component, name, value }: Parameter): void {
    const ofComponent = this.parameters.get(component) ?? new Map<string, Parameter>()
    this.parameters.set(component, ofComponent)
    ofComponent.set(name, { component, name, value })
  }

  /** False when there was none. */
  removeParameter(component: string, name: string): boolean {
    const ofComponent = this.parameters.get(component)
    const removed = ofComponent?.delete(name) ?? false
    if (ofComponent?.size === 0) this.parameters.delete(component)
    return removed
  }

  *allParameters(): IterableIterator<Parameter> {
    for (const ofComponent of this.parameters.values()) yield* ofComponent.values()
  }

  setExchangePolicies(exchange: Exchange, policies: PolicyPair, alternateByPolicy: string | undefined): void {
    exchange.policies = policies
    this.setAlternate(exchange, exchange.alternateArgument ?? alternateByPolicy)
  }

  /** Every binding that was made; those of the default exchange are made by no one. */
  *bindings(): IterableIterator<Binding> {
    for (const exchange of this.exchanges.values()) yield* exchange.outgoing.values()
  }

  /** The bindings of the default exchange, one to each queue. */
  *defaultBindings(): IterableIterator<Binding> {
    for (const queue of this.queues.values()) {
      yield new Binding(this.defaultExchange, queue, queue.name, new Map())
    }
  }

  private unlink(binding: Binding): void {
    binding.source.outgoing.delete(binding.identity)
    binding.destination.incoming.delete(binding)
    binding.source.matcher.remove(binding)
  }

  private setAlternate(exchange: Exchange, name: string | undefined): void {
    const before = exchange.alternateName
    if (before === name) return
    if (before !== undefined) {
      const users = this.alternateUsers.get(before)
      users?.delete(exchange)
      if (users?.size === 0) this.alternateUsers.delete(before)
    }
    exchange.alternateName = name
    if (name !== undefined) {
      const users = this.alternateUsers.get(name)
      if (users === undefined) this.alternateUsers.set(name, new Set([exchange]))
      else users.add(exchange)
    }
    this.dropRoutesFrom(exchange)
  }

  /** The default exchange holds no routes, but those who have it for an alternate do. */
  private dropRoutesToQueueNames(): void {
    if (this.alternateUsers.has('')) this.dropRoutesFrom(this.defaultExchange)
  }

  /** Drops the routes of an exchange and of all that lead to it, by bindings or as their alternate. */
  private dropRoutesFrom(changed: Exchange): void {
    const reached = new Set([changed])
    for (const exchange of reached) {
      exchange.dropRoutes()
      for (const binding of exchange.incoming) reached.add(binding.source)
      for (const user of this.alternateUsers.get(exchange.name) ?? []) reached.add(user)
    }
  }
}
