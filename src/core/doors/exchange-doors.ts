import type { FieldValue } from '../../protocol/amqp091/field-table.js'
import type { Actor, Durable, ExchangeDeclareRequest, PublishTarget } from '../doors.js'
import { fieldTypeName } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import { describeResource } from '../resource.js'
import type { Exchange, ExchangeDefinition } from '../topology/exchange.js'
import type { Vhost } from '../topology/vhost.js'
import { type DoorContext, exchangeNamed, vhostNamed } from './door-context.js'
import { checkSame, checkSameArguments } from './equivalence.js'
import { checkNotDefaultExchange, checkNotReserved, isReserved, withoutLineEnds } from './names.js'
import type { PolicyApplication } from './policy-application.js'
import type { Removal } from './removal.js'

const ALTERNATE_EXCHANGE = 'alternate-exchange'

/** Declaring, deleting and publishing to exchanges. */
export class ExchangeDoors {
  private readonly context: DoorContext
  private readonly removal: Removal
  private readonly policies: PolicyApplication

  constructor(context: DoorContext, removal: Removal, policies: PolicyApplication) {
    this.context = context
    this.removal = removal
    this.policies = policies
  }

  declare(actor: Actor, vhostName: string, request: ExchangeDeclareRequest): Durable {
    const { topology, permissions } = this.context
    const type = topology.types.get(request.type)
    const name = withoutLineEnds(request.name)
    checkNotDefaultExchange(name)
    permissions.check(actor.principal, vhostName, 'exchange', name, 'configure')
    const vhost = vhostNamed(topology, vhostName)
    const existing = vhost.exchanges.get(name)
    if (existing !== undefined) {
      checkEquivalent(existing, request)
      return existing.durable ? this.context.log.barrier() : undefined
    }
    checkNotReserved('exchange', name)
    this.checkAlternate(actor, vhost, name, request.arguments.get(ALTERNATE_EXCHANGE))
    type.checkDeclare?.(request.arguments)
    this.checkLimit(vhost, name)
    return this.create(vhost, { ...request, name }, actor.principal.name)
  }

  check(actor: Actor, vhostName: string, requestedName: string): void {
    const name = withoutLineEnds(requestedName)
    checkNotDefaultExchange(name)
    this.context.permissions.checkAny(actor.principal, vhostName, 'exchange', name)
    exchangeNamed(vhostNamed(this.context.topology, vhostName), name)
  }

  delete(actor: Actor, vhostName: string, requestedName: string, ifUnused: boolean): Durable {
    const name = withoutLineEnds(requestedName)
    checkNotDefaultExchange(name)
    if (isReserved(name)) {
      const exchange = describeResource('exchange', name, vhostName)
      throw new BrokerError('ACCESS_REFUSED', `deletion of system ${exchange} not allowed`)
    }
    this.context.permissions.check(actor.principal, vhostName, 'exchange', name, 'configure')
    const exchange = vhostNamed(this.context.topology, vhostName).exchanges.get(name)
    if (exchange === undefined) return this.context.log.barrier()
    if (ifUnused && exchange.outgoing.size > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${describeResource('exchange', name, vhostName)} in use`)
    }
    return this.removal.exchange(exchange, actor.principal.name)
  }

  toPublish(actor: Actor, vhostName: string, name: string): PublishTarget {
    const { topology, permissions } = this.context
    permissions.check(actor.principal, vhostName, 'exchange', name, 'write')
    const exchange = exchangeNamed(vhostNamed(topology, vhostName), name)
    if (exchange.internal) {
      const shown = describeResource('exchange', name, vhostName)
      throw new BrokerError('ACCESS_REFUSED', `cannot publish to internal ${shown}`)
    }
    return exchange
  }

  /** Makes an exchange that was checked, or that the broker itself wants. */
  create(vhost: Vhost, definition: ExchangeDefinition, user: string | undefined): Durable {
    const exchange = vhost.addExchange({ ...definition, maker: user })
    this.policies.applyTo(exchange)
    const { name, type, durable, autoDelete, internal, arguments: args } = definition
    const facts = { vhost: vhost.name, name, type, autoDelete, internal, arguments: args }
    const written = durable
      ? this.context.log.append({ kind: 'exchange-put', ...facts, maker: user })
      : undefined
    this.context.events.emit('exchange.created', { ...facts, durable, user })
    return written
  }

  private checkAlternate(actor: Actor, vhost: Vhost, name: string, field: FieldValue | undefined): void {
    if (field === undefined) return
    if (field.tag !== 'S') {
      const type = fieldTypeName(field)
      const exchange = describeResource('exchange', name, vhost.name)
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `invalid type '${type}' for arg '${ALTERNATE_EXCHANGE}' in ${exchange}`,
      )
    }
    const { permissions } = this.context
    permissions.check(actor.principal, vhost.name, 'exchange', name, 'read')
    permissions.check(actor.principal, vhost.name, 'exchange', field.value.toString(), 'write')
  }

  private checkLimit(vhost: Vhost, name: string): void {
    const { exchangeMax } = this.context.options
    if (exchangeMax === Number.POSITIVE_INFINITY || this.context.topology.exchangeCount < exchangeMax) return
    const exchange = describeResource('exchange', name, vhost.name)
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `cannot declare ${exchange}: exchange limit of ${exchangeMax} is reached`,
    )
  }
}

function checkEquivalent(exchange: Exchange, request: ExchangeDeclareRequest): void {
  const resource = describeResource('exchange', exchange.name, exchange.vhost.name)
  checkSame(resource, 'type', exchange.type, request.type)
  checkSame(resource, 'durable', exchange.durable, request.durable)
  checkSame(resource, 'auto_delete', exchange.autoDelete, request.autoDelete)
  checkSame(resource, 'internal', exchange.internal, request.internal)
  checkSameArguments(resource, [ALTERNATE_EXCHANGE], exchange.arguments, request.arguments)
}
