import { assert } from '../../util/assert.js'
import type {
  BindingChange,
  DefinitionChange,
  ExchangeChange,
  ParameterChange,
  PolicyChange,
  QueueChange,
  VhostChange,
} from '../definition-log.js'
import type { Policy, PolicyDefinition } from '../policy/policy.js'
import { Binding, bindingIdentity } from './binding.js'
import { addPredeclaredExchanges } from './predeclared-exchanges.js'
import type { Topology } from './topology.js'
import type { Vhost, VhostMetadata } from './vhost.js'

/**
 * Brings changes that were written down back to a topology, in their order. The same changes give the same topology:
 * nothing is checked (doors did), nobody is told, no clock is asked. Changes of users are passed over.
 */
export class DefinitionReplay {
  private readonly topology: Topology
  private readonly compiled: (definition: PolicyDefinition) => Policy

  constructor(topology: Topology, compiled: (definition: PolicyDefinition) => Policy) {
    this.topology = topology
    this.compiled = compiled
  }

  apply(change: DefinitionChange): void {
    switch (change.kind) {
      case 'vhost-put':
      case 'vhost-delete':
      case 'vhost-limits-put':
        this.applyVhost(change)
        break
      case 'exchange-put':
      case 'exchange-delete':
        this.applyExchange(change)
        break
      case 'queue-put':
      case 'queue-delete':
      case 'queue-id-floor':
        this.applyQueue(change)
        break
      case 'binding-put':
      case 'binding-delete':
        this.applyBinding(change)
        break
      case 'policy-put':
      case 'policy-delete':
      case 'operator-policy-put':
      case 'operator-policy-delete':
        this.applyPolicy(change)
        break
      case 'parameter-put':
      case 'parameter-delete':
      case 'global-parameter-put':
      case 'global-parameter-delete':
        this.applyParameter(change)
    }
  }

  private applyVhost(change: VhostChange): void {
    if (change.kind === 'vhost-put') this.putVhost(change.vhost, change.metadata, change.maker)
    else if (change.kind === 'vhost-limits-put') this.vhost(change.vhost).limits = change.limits
    else this.topology.removeVhost(this.vhost(change.vhost))
  }

  private putVhost(name: string, metadata: VhostMetadata, maker: string | undefined): void {
    const existing = this.topology.vhosts.get(name)
    if (existing === undefined) addPredeclaredExchanges(this.topology.addVhost(name, metadata, maker))
    else existing.metadata = metadata
  }

  private applyExchange(change: ExchangeChange): void {
    const vhost = this.vhost(change.vhost)
    if (change.kind === 'exchange-put') vhost.addExchange({ ...change, durable: true })
    else vhost.removeExchange(known(vhost.exchanges.get(change.name), change))
  }

  private applyQueue(change: QueueChange): void {
    const { topology } = this
    if (change.kind === 'queue-id-floor') {
      topology.raiseQueueIdFloor(change.floor)
    } else if (change.kind === 'queue-put') {
      const alive = { durable: true, exclusive: false, ownerConnectionId: 0 }
      topology.addQueue(this.vhost(change.vhost), { ...change, ...alive })
    } else {
      topology.removeQueue(known(topology.queue(change.id), change))
    }
  }

  private applyBinding(change: BindingChange): void {
    const { kind, destinationKind, destination, routingKey, arguments: args } = change
    const vhost = this.vhost(change.vhost)
    const source = known(vhost.exchanges.get(change.source), change)
    if (kind === 'binding-put') {
      const destinations = destinationKind === 'queue' ? vhost.queues : vhost.exchanges
      vhost.addBinding(new Binding(source, known(destinations.get(destination), change), routingKey, args))
    } else {
      const identity = bindingIdentity(destinationKind, destination, routingKey, args)
      vhost.removeBinding(known(source.outgoing.get(identity), change))
    }
  }

  private applyPolicy(change: PolicyChange): void {
    const vhost = this.vhost(change.vhost)
    const operator = change.kind === 'operator-policy-put' || change.kind === 'operator-policy-delete'
    const policies = operator ? vhost.operatorPolicies : vhost.policies
    if ('policy' in change) policies.set(change.policy.name, this.compiled(change.policy))
    else policies.delete(change.name)
  }

  private applyParameter(change: ParameterChange): void {
    const { globalParameters } = this.topology
    if (change.kind === 'parameter-put') this.vhost(change.vhost).setParameter(change)
    else if (change.kind === 'parameter-delete') {
      this.vhost(change.vhost).removeParameter(change.component, change.name)
    } else if (change.kind === 'global-parameter-put') globalParameters.set(change.name, change.value)
    else globalParameters.delete(change.name)
  }

  private vhost(name: string): Vhost {
    const vhost = this.topology.vhosts.get(name)
    assert(vhost !== undefined, `a definition speaks of vhost '${name}', which does not exist`)
    return vhost
  }
}

function known<T>(found: T | undefined, change: DefinitionChange): T {
  assert(found !== undefined, `a definition of kind ${change.kind} speaks of something that does not exist`)
  return found
}
