import type { Actor, Durable } from '../doors.js'
import { parameterTerm } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import type { ParameterComponents } from '../policy/parameter-components.js'
import type { ParameterObject, ParameterValue } from '../policy/parameter-value.js'
import { isParameterObject } from '../policy/parameter-value.js'
import { validationFailed } from '../policy/policy-validation.js'
import type { VhostLimits } from '../topology/vhost.js'
import { type DoorContext, vhostNamed } from './door-context.js'
import type { Put } from './policy-doors.js'

/** The limits of a vhost as operators name them. */
export const VHOST_LIMIT_NAMES = ['max-connections', 'max-queues'] as const
export type VhostLimitName = (typeof VHOST_LIMIT_NAMES)[number]

const LIMIT_FIELDS = { 'max-connections': 'maxConnections', 'max-queues': 'maxQueues' } as const
/** Kinds of parameter that have doors of their own. */
const POLICY_COMPONENTS: readonly string[] = ['policy', 'operator_policy']

/** Runtime parameters, global parameters and the limits of vhosts. */
export class ParameterDoors {
  private readonly context: DoorContext
  private readonly components: ParameterComponents

  constructor(context: DoorContext, components: ParameterComponents) {
    this.context = context
    this.components = components
  }

  set(actor: Actor, vhostName: string, component: string, name: string, value: ParameterValue): Put {
    const vhost = vhostNamed(this.context.topology, vhostName)
    if (component === 'vhost-limits') return this.setLimits(actor, vhostName, limitsFrom(value))
    const complaint = POLICY_COMPONENTS.includes(component)
      ? 'policies may not be set using this method'
      : this.components.complaint(component, vhostName, name, value)
    if (complaint !== undefined) throw validationFailed(complaint)
    const created = !vhost.parameters.get(component)?.has(name)
    const parameter = { component, name, value }
    vhost.setParameter(parameter)
    const durable = this.context.log.append({ kind: 'parameter-put', vhost: vhostName, ...parameter })
    this.context.events.emit('parameter.set', { ...parameter, vhost: vhostName, user: actor.principal.name })
    return { created, durable }
  }

  clear(actor: Actor, vhostName: string, component: string, name: string): Durable {
    if (component === 'vhost-limits') return this.clearLimits(actor, vhostName)
    const vhost = vhostNamed(this.context.topology, vhostName)
    if (!vhost.removeParameter(component, name)) {
      throw new BrokerError('NOT_FOUND', `no parameter '${name}' of ${component} in vhost '${vhostName}'`)
    }
    const durable = this.context.log.append({ kind: 'parameter-delete', vhost: vhostName, component, name })
    const user = actor.principal.name
    this.context.events.emit('parameter.cleared', { component, name, vhost: vhostName, user })
    return durable
  }

  setGlobal(actor: Actor, name: string, value: ParameterValue): Put {
    const { globalParameters } = this.context.topology
    const created = !globalParameters.has(name)
    globalParameters.set(name, value)
    const durable = this.context.log.append({ kind: 'global-parameter-put', name, value })
    this.context.events.emit('parameter.set', { ...global(actor, name), value })
    return { created, durable }
  }

  clearGlobal(actor: Actor, name: string): Durable {
    if (!this.context.topology.globalParameters.delete(name)) {
      throw new BrokerError('NOT_FOUND', `no global parameter '${name}'`)
    }
    const durable = this.context.log.append({ kind: 'global-parameter-delete', name })
    this.context.events.emit('parameter.cleared', global(actor, name))
    return durable
  }

  /** Replaces all limits of a vhost. */
  setLimits(actor: Actor, vhostName: string, limits: VhostLimits): Put {
    const vhost = vhostNamed(this.context.topology, vhostName)
    const created = Object.keys(vhost.limits).length === 0
    vhost.limits = limits
    const durable = this.context.log.append({ kind: 'vhost-limits-put', vhost: vhostName, limits })
    const user = actor.principal.name
    this.context.events.emit('vhost.limits.set', { vhost: vhostName, limits: limitsObject(limits), user })
    return { created, durable }
  }

  /** Sets one limit and leaves the other. `value` as it came from outside. */
  setLimit(actor: Actor, vhostName: string, name: VhostLimitName, value: ParameterValue): Put {
    const vhost = vhostNamed(this.context.topology, vhostName)
    const limits = limitsFrom({ [name]: value })
    return this.setLimits(actor, vhostName, { ...vhost.limits, ...limits })
  }

  clearLimit(actor: Actor, vhostName: string, name: VhostLimitName): Durable {
    const vhost = vhostNamed(this.context.topology, vhostName)
    const { [LIMIT_FIELDS[name]]: _, ...rest } = vhost.limits
    if (Object.keys(rest).length === 0) return this.clearLimits(actor, vhostName)
    return this.setLimits(actor, vhostName, rest).durable
  }

  clearLimits(actor: Actor, vhostName: string): Durable {
    const vhost = vhostNamed(this.context.topology, vhostName)
    vhost.limits = {}
    const durable = this.context.log.append({ kind: 'vhost-limits-put', vhost: vhostName, limits: {} })
    this.context.events.emit('vhost.limits.cleared', { vhost: vhostName, user: actor.principal.name })
    return durable
  }
}

/** Limits under their operators' names. */
export function limitsObject(limits: VhostLimits): ParameterObject {
  const named: Record<string, number> = {}
  for (const name of VHOST_LIMIT_NAMES) {
    const value = limits[LIMIT_FIELDS[name]]
    if (value !== undefined) named[name] = value
  }
  return named
}

function limitsFrom(value: ParameterValue): VhostLimits {
  if (!isParameterObject(value)) {
    throw validationFailed(`limits should be an object, actually was ${parameterTerm(value)}`)
  }
  const limits: { maxConnections?: number; maxQueues?: number } = {}
  for (const [name, limit] of Object.entries(value)) {
    if (!isLimitName(name)) throw validationFailed(`Unrecognised terms [${name}] in limits`)
    if (!isInteger(limit)) {
      throw validationFailed(`${name} should be a number, actually was ${parameterTerm(limit)}`)
    }
    limits[LIMIT_FIELDS[name]] = limit
  }
  return limits
}

function isLimitName(name: string): name is VhostLimitName {
  return (VHOST_LIMIT_NAMES as readonly string[]).includes(name)
}

function isInteger(value: ParameterValue): value is number {
  return Number.isInteger(value)
}

function global(actor: Actor, name: string) {
  return { component: 'global', name, vhost: undefined, user: actor.principal.name }
}
