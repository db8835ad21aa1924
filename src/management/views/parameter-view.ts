import { limitsObject } from '../../core/doors/parameter-doors.js'
import type { Vhost } from '../../core/topology/vhost.js'
import type { JsonObject } from '../json.js'
import { policyFields } from './policy-view.js'

/** A runtime parameter, whatever keeps it. */
export interface ParameterRecord {
  readonly vhost: string
  readonly component: string
  readonly name: string
  readonly value: JsonObject[string]
}

/** All parameters of a vhost, with those that have doors of their own: operator policies and limits. */
export function* parametersOf(vhost: Vhost): IterableIterator<ParameterRecord> {
  const where = { vhost: vhost.name }
  for (const { component, name, value } of vhost.allParameters()) yield { ...where, component, name, value }
  for (const policy of vhost.operatorPolicies.values()) {
    yield { ...where, component: 'operator_policy', name: policy.name, value: policyFields(policy) }
  }
  const limits = limitsObject(vhost.limits)
  if (Object.keys(limits).length > 0) {
    yield { ...where, component: 'vhost-limits', name: 'limits', value: limits }
  }
}

export function parameterView({ component, name, value, vhost }: ParameterRecord): JsonObject {
  return { component, name, value, vhost }
}
