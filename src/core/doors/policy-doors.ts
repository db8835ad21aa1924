import type { Actor, Durable } from '../doors.js'
import { BrokerError } from '../errors.js'
import type { Policy } from '../policy/policy.js'
import type { PolicyRequest, PolicyValidator } from '../policy/policy-validation.js'
import { policyDefinition } from '../topology/definition-snapshot.js'
import type { Vhost } from '../topology/vhost.js'
import { type DoorContext, vhostNamed } from './door-context.js'
import type { PolicyApplication } from './policy-application.js'

/** What became of a request to set something. */
export interface Put {
  /** False when something of that name was replaced. */
  readonly created: boolean
  readonly durable: Durable
}

/**
 * Setting and clearing policies and operator policies. What they change is changed when a method returns. Who may is the
 * caller's to ask, by tags.
 */
export class PolicyDoors {
  private readonly context: DoorContext
  private readonly validator: PolicyValidator
  private readonly application: PolicyApplication

  constructor(context: DoorContext, validator: PolicyValidator, application: PolicyApplication) {
    this.context = context
    this.validator = validator
    this.application = application
  }

  set(actor: Actor, vhostName: string, request: PolicyRequest): Put {
    const vhost = vhostNamed(this.context.topology, vhostName)
    const policy = this.validator.check(request, false)
    return this.put(actor, vhost, 'policy-put', vhost.policies, policy)
  }

  setOperator(actor: Actor, vhostName: string, request: PolicyRequest): Put {
    const vhost = vhostNamed(this.context.topology, vhostName)
    const policy = this.validator.check(request, true)
    return this.put(actor, vhost, 'operator-policy-put', vhost.operatorPolicies, policy)
  }

  clear(actor: Actor, vhostName: string, name: string): Durable {
    const vhost = vhostNamed(this.context.topology, vhostName)
    if (!vhost.policies.delete(name)) {
      throw new BrokerError('NOT_FOUND', `no policy '${name}' in vhost '${vhostName}'`)
    }
    const user = actor.principal.name
    const durable = this.context.log.append({ kind: 'policy-delete', vhost: vhostName, name })
    this.context.events.emit('policy.cleared', { vhost: vhostName, name, user })
    this.application.reapply(vhost, true, user)
    return durable
  }

  clearOperator(actor: Actor, vhostName: string, name: string): Durable {
    const vhost = vhostNamed(this.context.topology, vhostName)
    if (!vhost.operatorPolicies.delete(name)) {
      throw new BrokerError('NOT_FOUND', `no operator policy '${name}' in vhost '${vhostName}'`)
    }
    const user = actor.principal.name
    const durable = this.context.log.append({ kind: 'operator-policy-delete', vhost: vhostName, name })
    this.context.events.emit('operator.policy.cleared', { vhost: vhostName, name, user })
    this.application.reapply(vhost, true, user)
    return durable
  }

  private put(
    actor: Actor,
    vhost: Vhost,
    kind: 'policy-put' | 'operator-policy-put',
    policies: Map<string, Policy>,
    policy: Policy,
  ): Put {
    const created = !policies.has(policy.name)
    policies.set(policy.name, policy)
    const definition = policyDefinition(policy)
    const durable = this.context.log.append({ kind, vhost: vhost.name, policy: definition })
    const user = actor.principal.name
    this.context.events.emit('policy.set', { ...definition, vhost: vhost.name, user })
    this.application.reapply(vhost, false, user)
    return { created, durable }
  }
}
