import type { Actor, Durable } from '../doors.js'
import { BrokerError } from '../errors.js'
import { addPredeclaredExchanges } from '../topology/predeclared-exchanges.js'
import { NO_METADATA, type VhostMetadata } from '../topology/vhost.js'
import { type DoorContext, vhostNamed } from './door-context.js'
import type { PolicyApplication } from './policy-application.js'
import type { Put } from './policy-doors.js'
import type { QueueDoors } from './queue-doors.js'

/** Making, changing and deleting vhosts. Who may is the caller's to ask: vhosts have no permissions of this kind. */
export class VhostDoors {
  private readonly context: DoorContext
  private readonly queues: QueueDoors
  private readonly policies: PolicyApplication

  constructor(context: DoorContext, queues: QueueDoors, policies: PolicyApplication) {
    this.context = context
    this.queues = queues
    this.policies = policies
  }

  /** Makes a vhost with the exchanges that every vhost has. One that exists stays as it is. */
  create(actor: Actor | undefined, name: string, metadata: Partial<VhostMetadata>): Put {
    const { topology, log, events, options } = this.context
    if (topology.vhosts.has(name)) return { created: false, durable: log.barrier() }
    if (topology.vhosts.size >= options.vhostMax) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `cannot create vhost '${name}': vhost limit of ${options.vhostMax} is reached`,
      )
    }
    const user = actor?.principal.name
    const complete = { ...NO_METADATA, ...metadata }
    const vhost = topology.addVhost(name, complete, user)
    const durable = log.append({ kind: 'vhost-put', vhost: name, metadata: complete, maker: user })
    events.emit('vhost.created', { ...complete, name, user })
    for (const exchange of addPredeclaredExchanges(vhost)) {
      this.policies.applyTo(exchange)
      const { type, durable, autoDelete, internal, arguments: args } = exchange
      const facts = { vhost: name, name: exchange.name, type, durable, autoDelete, internal }
      events.emit('exchange.created', { ...facts, arguments: args, user })
    }
    return { created: true, durable }
  }

  /** Changes what is said of a vhost; what is not given stays. */
  setMetadata(_actor: Actor, name: string, metadata: Partial<VhostMetadata>): Durable {
    const vhost = vhostNamed(this.context.topology, name)
    vhost.metadata = { ...vhost.metadata, ...metadata }
    const { metadata: complete, maker } = vhost
    return this.context.log.append({ kind: 'vhost-put', vhost: name, metadata: complete, maker })
  }

  /** Deletes a vhost with everything in it. Whoever holds connections to it hears `vhost.deleted` and closes them. */
  delete(actor: Actor, name: string): Durable {
    const { topology, log, events } = this.context
    const vhost = vhostNamed(topology, name)
    if (vhost.metadata.protectedFromDeletion) {
      throw new BrokerError('PRECONDITION_FAILED', `vhost '${name}' is protected from deletion`)
    }
    const user = actor.principal.name
    const durable = log.append({ kind: 'vhost-delete', vhost: name })
    this.queues.discardAll(vhost, user)
    topology.removeVhost(vhost)
    events.emit('vhost.deleted', { name, user })
    return durable
  }

  /** Turns the firehose on or off; it does not outlive a restart. */
  setTracing(name: string, tracing: boolean): void {
    const { topology } = this.context
    topology.setTracing(vhostNamed(topology, name), tracing)
  }
}
