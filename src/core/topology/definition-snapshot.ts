import type { DefinitionChange } from '../definition-log.js'
import type { Policy, PolicyDefinition } from '../policy/policy.js'
import { isPredeclared } from './predeclared-exchanges.js'
import type { Topology } from './topology.js'
import type { Vhost } from './vhost.js'

/**
 * Changes that make an empty topology what this one is, but for what does not outlive a restart: what a log can be
 * replaced by. Users are not among them. `withTransient` makes durable what is not, for a copy that need not last.
 */
export function* definitionSnapshot(
  topology: Topology,
  withTransient = false,
): IterableIterator<DefinitionChange> {
  yield { kind: 'queue-id-floor', floor: topology.queueIdFloor }
  for (const [name, value] of topology.globalParameters) yield { kind: 'global-parameter-put', name, value }
  for (const vhost of topology.vhosts.values()) yield* vhostSnapshot(vhost, withTransient)
}

function* vhostSnapshot(vhost: Vhost, withTransient: boolean): IterableIterator<DefinitionChange> {
  const where = { vhost: vhost.name }
  yield { kind: 'vhost-put', ...where, metadata: vhost.metadata, maker: vhost.maker }
  if (Object.keys(vhost.limits).length > 0) yield { kind: 'vhost-limits-put', ...where, limits: vhost.limits }
  for (const parameter of vhost.allParameters()) yield { kind: 'parameter-put', ...where, ...parameter }
  for (const policy of vhost.policies.values()) {
    yield { kind: 'policy-put', ...where, policy: policyDefinition(policy) }
  }
  for (const policy of vhost.operatorPolicies.values()) {
    yield { kind: 'operator-policy-put', ...where, policy: policyDefinition(policy) }
  }
  for (const exchange of vhost.exchanges.values()) {
    if (!(exchange.durable || withTransient) || isPredeclared(exchange)) continue
    const { name, type, autoDelete, internal, arguments: args, maker } = exchange
    yield { kind: 'exchange-put', ...where, name, type, autoDelete, internal, arguments: args, maker }
  }
  for (const queue of vhost.queues.values()) {
    if (!queue.durable && !withTransient) continue
    const { id, name, type, autoDelete, arguments: args, maker } = queue
    yield { kind: 'queue-put', ...where, id, name, type, autoDelete, arguments: args, maker }
  }
  for (const binding of vhost.bindings()) {
    if (!binding.durable && !withTransient) continue
    yield {
      kind: 'binding-put',
      ...where,
      source: binding.source.name,
      destinationKind: binding.destination.kind,
      destination: binding.destination.name,
      routingKey: binding.routingKey,
      arguments: binding.arguments,
    }
  }
}

/** A policy as it is written down: without what was made of it. */
export function policyDefinition(policy: Policy): PolicyDefinition {
  const { name, pattern, definition, priority, applyTo } = policy
  return { name, pattern, definition, priority, applyTo }
}
