import type { ReadonlyFieldTable } from '../protocol/amqp091/field-table.js'
import type { Logger } from '../util/logger.js'
import type { ParameterObject, ParameterValue } from './policy/parameter-value.js'
import type { ApplyTo } from './policy/policy.js'
import type { QueueType } from './queue/settings.js'
import type { VhostMetadata } from './topology/vhost.js'

/** What every event of a vhost says: where, and whose doing it was (`undefined`: the broker's own). */
interface InVhost {
  readonly vhost: string
  readonly user: string | undefined
}

interface NamedInVhost extends InVhost {
  readonly name: string
}

interface QueuePolicyEvent extends NamedInVhost {
  readonly type: QueueType
}

interface BindingEvent extends InVhost {
  readonly source: string
  readonly destination: string
  readonly destinationKind: 'queue' | 'exchange'
  readonly routingKey: string
  readonly arguments: ReadonlyFieldTable
}

interface PolicySetEvent extends NamedInVhost {
  readonly pattern: string
  readonly applyTo: ApplyTo
  readonly priority: number
  readonly definition: ParameterObject
}

interface ParameterEvent {
  readonly component: string
  readonly name: string
  /** `undefined` for global parameters. */
  readonly vhost: string | undefined
  readonly user: string | undefined
}

/**
 * What happens in the broker, under RabbitMQ's names. Other parts that have something to tell add their events by
 * declaring this interface once more.
 */
export interface BrokerEvents {
  'queue.created': NamedInVhost & {
    readonly type: QueueType
    readonly durable: boolean
    readonly autoDelete: boolean
    readonly exclusive: boolean
    readonly arguments: ReadonlyFieldTable
  }
  'queue.deleted': NamedInVhost & { readonly type: QueueType }
  'queue.policy.updated': QueuePolicyEvent
  'queue.policy.cleared': QueuePolicyEvent
  'exchange.created': NamedInVhost & {
    readonly type: string
    readonly durable: boolean
    readonly autoDelete: boolean
    readonly internal: boolean
    readonly arguments: ReadonlyFieldTable
  }
  'exchange.deleted': NamedInVhost
  'binding.created': BindingEvent
  'binding.deleted': BindingEvent
  'policy.set': PolicySetEvent
  'policy.cleared': NamedInVhost
  'operator.policy.cleared': NamedInVhost
  'parameter.set': ParameterEvent & { readonly value: ParameterValue }
  'parameter.cleared': ParameterEvent
  'vhost.created': { readonly name: string; readonly user: string | undefined } & VhostMetadata
  'vhost.deleted': { readonly name: string; readonly user: string | undefined }
  'vhost.limits.set': InVhost & { readonly limits: ParameterObject }
  'vhost.limits.cleared': InVhost
  'alarm.set': { readonly source: 'memory' | 'disk' }
  'alarm.cleared': { readonly source: 'memory' | 'disk' }
}

export type EventName = keyof BrokerEvents
export type EventListener<N extends EventName> = (event: BrokerEvents[N]) => void
/** Hears everything. */
export type AnyEventListener = (name: EventName, event: BrokerEvents[EventName]) => void

/**
 * Tells listeners what has happened, at once and in the order in which they came. A listener that throws is logged and
 * disturbs neither the others nor what happened.
 */
export class EventBus {
  readonly #logger: Logger
  readonly #listeners = new Map<EventName, Set<(event: never) => void>>()
  readonly #anyListeners = new Set<AnyEventListener>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Returns the way to stop listening. */
  on<N extends EventName>(name: N, listener: EventListener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Listens to every event. Returns the way to stop. */
  onAny(listener: AnyEventListener): () => void {
    this.#anyListeners.add(listener)
    return () => this.#anyListeners.delete(listener)
  }

  /** True when somebody would hear; lets a caller spare the making of an event. */
  hears(name: EventName): boolean {
    return this.#anyListeners.size > 0 || (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<N extends EventName>(name: N, event: BrokerEvents[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      this.#tell(name, () => listener(event as never))
    }
    for (const listener of this.#anyListeners) this.#tell(name, () => listener(name, event))
  }

  #tell(name: EventName, call: () => void): void {
    try {
      call()
    } catch (error) {
      // The event has happened; that one of its listeners failed changes nothing for anyone else.
      this.#logger.error(`a listener of ${name} failed`, error)
    }
  }
}
