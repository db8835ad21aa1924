import type { BindingChange } from '../definition-log.js'
import type { Durable } from '../doors.js'
import type { Binding } from '../topology/binding.js'
import type { Exchange } from '../topology/exchange.js'
import type { QueueRecord } from '../topology/queue-record.js'
import type { DoorContext } from './door-context.js'

/**
 * The end of exchanges, queues and bindings, with all that follows from it: their bindings go, and auto-delete
 * exchanges that lost their last one go too. Used by doors and by what happens without one: a closed connection, a
 * lease that ran out. `user` is whose doing it is.
 */
export class Removal {
  private readonly context: DoorContext

  constructor(context: DoorContext) {
    this.context = context
  }

  /** Takes the queue out of the topology. Its messages are the shard's and gone already. */
  queue(queue: QueueRecord, user: string | undefined): Durable {
    const { topology, log, events } = this.context
    const bindings = topology.removeQueue(queue)
    const vhost = queue.vhost.name
    let durable: Durable
    if (queue.durable) durable = log.append({ kind: 'queue-delete', vhost, name: queue.name, id: queue.id })
    for (const binding of bindings) this.tellUnbound(binding, user)
    events.emit('queue.deleted', { vhost, name: queue.name, type: queue.type, user })
    return this.autoDeleteSources(bindings, user) ?? durable
  }

  exchange(exchange: Exchange, user: string | undefined): Durable {
    const { log, events } = this.context
    const outgoing = [...exchange.outgoing.values()]
    const incoming = exchange.vhost.removeExchange(exchange)
    const vhost = exchange.vhost.name
    let durable: Durable
    if (exchange.durable) durable = log.append({ kind: 'exchange-delete', vhost, name: exchange.name })
    for (const binding of outgoing) this.tellUnbound(binding, user)
    for (const binding of incoming) {
      if (binding.source !== exchange) this.tellUnbound(binding, user)
    }
    events.emit('exchange.deleted', { vhost, name: exchange.name, user })
    return this.autoDeleteSources(incoming, user) ?? durable
  }

  binding(binding: Binding, user: string | undefined): Durable {
    binding.source.vhost.removeBinding(binding)
    let durable: Durable
    if (binding.durable) durable = this.context.log.append(bindingChange('binding-delete', binding))
    this.tellUnbound(binding, user)
    return this.autoDeleteSources([binding], user) ?? durable
  }

  /** The last change that was written covers those before it. */
  private autoDeleteSources(bindings: readonly Binding[], user: string | undefined): Durable {
    let durable: Durable
    for (const { source } of bindings) {
      const gone = source.vhost.exchanges.get(source.name) !== source
      if (gone || !source.autoDelete || source.outgoing.size > 0) continue
      durable = this.exchange(source, user) ?? durable
    }
    return durable
  }

  private tellUnbound(binding: Binding, user: string | undefined): void {
    if (this.context.events.hears('binding.deleted')) {
      this.context.events.emit('binding.deleted', { ...bindingFacts(binding), user })
    }
  }
}

export function bindingChange(kind: BindingChange['kind'], binding: Binding): BindingChange {
  return { kind, ...bindingFacts(binding) }
}

export function bindingFacts(binding: Binding): Omit<BindingChange, 'kind'> {
  return {
    vhost: binding.source.vhost.name,
    source: binding.source.name,
    destinationKind: binding.destination.kind,
    destination: binding.destination.name,
    routingKey: binding.routingKey,
    arguments: binding.arguments,
  }
}
