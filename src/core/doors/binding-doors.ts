import type { Actor, BindRequest, Durable } from '../doors.js'
import { Binding, bindingIdentity, type Destination } from '../topology/binding.js'
import type { Vhost } from '../topology/vhost.js'
import { checkNotLocked, type DoorContext, exchangeNamed, queueNamed, vhostNamed } from './door-context.js'
import { checkNotDefaultExchange, checkNotReplyTo, withoutLineEnds } from './names.js'
import { bindingChange, bindingFacts, type Removal } from './removal.js'

/** Binding queues and exchanges to exchanges, and the opposite. */
export class BindingDoors {
  private readonly context: DoorContext
  private readonly removal: Removal

  constructor(context: DoorContext, removal: Removal) {
    this.context = context
    this.removal = removal
  }

  bind(actor: Actor, vhostName: string, requested: BindRequest): Durable {
    const request = this.permitted(actor, vhostName, requested)
    const { topology, log, events } = this.context
    const vhost = vhostNamed(topology, vhostName)
    const source = exchangeNamed(vhost, request.source)
    const destination = this.destinationOf(vhost, request)
    const type = topology.types.get(source.type)
    type.checkBinding?.(destination, request.routingKey, request.arguments)
    if (destination.kind === 'queue') checkNotLocked(destination, actor.connectionId)
    const binding = new Binding(source, destination, request.routingKey, request.arguments)
    if (source.outgoing.has(binding.identity)) return binding.durable ? log.barrier() : undefined
    vhost.addBinding(binding)
    const written = binding.durable ? log.append(bindingChange('binding-put', binding)) : undefined
    if (events.hears('binding.created')) {
      events.emit('binding.created', { ...bindingFacts(binding), user: actor.principal.name })
    }
    return written
  }

  /** A binding that is not there, or whose ends are not, is as good as taken away. */
  unbind(actor: Actor, vhostName: string, requested: BindRequest): Durable {
    const request = this.permitted(actor, vhostName, requested)
    const vhost = vhostNamed(this.context.topology, vhostName)
    const { destinationKind, destination, routingKey } = request
    const identity = bindingIdentity(destinationKind, destination, routingKey, request.arguments)
    const binding = vhost.exchanges.get(request.source)?.outgoing.get(identity)
    if (binding === undefined) return this.context.log.barrier()
    if (binding.destination.kind === 'queue') checkNotLocked(binding.destination, actor.connectionId)
    return this.removal.binding(binding, actor.principal.name)
  }

  /** The request with its names as they count, once the actor was found to be allowed it. */
  private permitted(actor: Actor, vhost: string, requested: BindRequest): BindRequest {
    const source = withoutLineEnds(requested.source)
    const destination = withoutLineEnds(requested.destination)
    const { permissions, topology } = this.context
    const { destinationKind, routingKey } = requested
    permissions.check(actor.principal, vhost, destinationKind, destination, 'write')
    if (destinationKind === 'exchange') checkNotDefaultExchange(destination)
    checkNotDefaultExchange(source)
    permissions.check(actor.principal, vhost, 'exchange', source, 'read')
    if (topology.vhosts.get(vhost)?.exchanges.get(source)?.isTopic) {
      permissions.checkTopic(actor.principal, vhost, source, routingKey, 'read')
    }
    if (destinationKind === 'queue') checkNotReplyTo(destination)
    return { ...requested, source, destination }
  }

  private destinationOf(vhost: Vhost, request: BindRequest): Destination {
    const { destinationKind, destination } = request
    return destinationKind === 'queue' ? queueNamed(vhost, destination) : exchangeNamed(vhost, destination)
  }
}
