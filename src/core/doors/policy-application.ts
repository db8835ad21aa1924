import type { PolicyPair, PolicyTarget } from '../policy/policy.js'
import type { PolicyKeys } from '../policy/policy-keys.js'
import { type EffectivePolicy, effectivePolicy, matchingPolicy } from '../policy/policy-matching.js'
import { mergeSettings } from '../policy/queue-settings-merge.js'
import type { Exchange } from '../topology/exchange.js'
import type { QueueRecord } from '../topology/queue-record.js'
import type { Vhost } from '../topology/vhost.js'
import type { DoorContext } from './door-context.js'

/** Brings policies to the exchanges and queues that they apply to, at their declaration and at every change. */
export class PolicyApplication {
  private readonly context: DoorContext
  private readonly keys: PolicyKeys

  constructor(context: DoorContext, keys: PolicyKeys) {
    this.context = context
    this.keys = keys
  }

  /** What policy and operator policy say to an exchange or queue. */
  effective(entity: Exchange | QueueRecord): EffectivePolicy {
    return effectivePolicy(entity.policies, this.keys)
  }

  /** Works out what applies to a new entity. A queue's settings follow; its shard is not told. */
  applyTo(entity: Exchange | QueueRecord): void {
    this.set(entity, policiesFor(entity))
  }

  /**
   * Some policy of the vhost is new, different or gone: works everything out anew and tells the shards of the queues
   * whose policies changed.
   */
  reapply(vhost: Vhost, cleared: boolean, user: string | undefined): void {
    for (const exchange of vhost.exchanges.values()) {
      if (exchange.name !== '') this.refresh(exchange)
    }
    for (const queue of vhost.queues.values()) {
      if (!this.refresh(queue)) continue
      this.context.shards.portFor(queue.id).configureQueue(queue.id, queue.settings)
      const { name, type } = queue
      const event = cleared ? 'queue.policy.cleared' : 'queue.policy.updated'
      this.context.events.emit(event, { vhost: vhost.name, name, type, user })
    }
  }

  private refresh(entity: Exchange | QueueRecord): boolean {
    const policies = policiesFor(entity)
    if (
      policies.policy === entity.policies.policy &&
      policies.operatorPolicy === entity.policies.operatorPolicy
    ) {
      return false
    }
    this.set(entity, policies)
    return true
  }

  private set(entity: Exchange | QueueRecord, policies: PolicyPair): void {
    const effective = effectivePolicy(policies, this.keys)
    if (entity.kind === 'queue') {
      entity.policies = policies
      entity.settings = mergeSettings(entity.type, entity.arguments, effective, this.context.options)
    } else {
      const alternate = effective.get('alternate-exchange')
      entity.vhost.setExchangePolicies(
        entity,
        policies,
        typeof alternate === 'string' ? alternate : undefined,
      )
    }
  }
}

function policiesFor(entity: Exchange | QueueRecord): PolicyPair {
  const target: PolicyTarget = entity.kind === 'queue' ? entity.type : 'exchange'
  return {
    policy: matchingPolicy(entity.vhost.policies.values(), target, entity.name),
    operatorPolicy: matchingPolicy(entity.vhost.operatorPolicies.values(), target, entity.name),
  }
}
