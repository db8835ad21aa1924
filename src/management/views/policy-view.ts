import type { Policy } from '../../core/policy/policy.js'
import type { JsonObject } from '../json.js'

export function policyView(vhost: string, policy: Policy): JsonObject {
  return { vhost, ...policyFields(policy), name: policy.name }
}

/** What a policy says, as a runtime parameter has it. */
export function policyFields({ applyTo, definition, pattern, priority }: Policy): JsonObject {
  return { 'apply-to': applyTo, definition, pattern, priority }
}
