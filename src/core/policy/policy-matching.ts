import type { ParameterValue } from './parameter-value.js'
import type { ApplyTo, Policy, PolicyPair, PolicyTarget } from './policy.js'
import type { PolicyKeys } from './policy-keys.js'
import { isSupported } from './policy-keys.js'

/** What a policy and an operator policy say together. */
export type EffectivePolicy = ReadonlyMap<string, ParameterValue>

const APPLIES: Readonly<Record<ApplyTo, readonly PolicyTarget[]>> = {
  all: ['exchange', 'classic', 'quorum', 'stream'],
  exchanges: ['exchange'],
  queues: ['classic', 'quorum', 'stream'],
  classic_queues: ['classic'],
  quorum_queues: ['quorum'],
  streams: ['stream'],
}

/**
 * Of the policies that are for this kind, fit it whole and match the name, the one of highest priority. Between equal
 * ones the name decides, so that every start gives the same answer.
 */
export function matchingPolicy(
  policies: Iterable<Policy>,
  target: PolicyTarget,
  name: string,
): Policy | undefined {
  let best: Policy | undefined
  for (const policy of policies) {
    if (best !== undefined && !isBefore(policy, best)) continue
    if (appliesTo(policy, target) && policy.matches(name)) best = policy
  }
  return best
}

function isBefore(a: Policy, b: Policy): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.name < b.name)
}

function appliesTo(policy: Policy, target: PolicyTarget): boolean {
  if (!APPLIES[policy.applyTo].includes(target)) return false
  return Object.keys(policy.definition).every((key) => isSupported(target, key))
}

/** Both definitions as one; where both set a key, its merge rule decides. */
export function effectivePolicy(pair: PolicyPair, keys: PolicyKeys): EffectivePolicy {
  const merged = new Map<string, ParameterValue>(Object.entries(pair.policy?.definition ?? {}))
  for (const [name, operatorValue] of Object.entries(pair.operatorPolicy?.definition ?? {})) {
    const value = merged.get(name)
    merged.set(name, value === undefined ? operatorValue : mergeValues(name, value, operatorValue, keys))
  }
  return merged
}

function mergeValues(
  name: string,
  value: ParameterValue,
  operatorValue: ParameterValue,
  keys: PolicyKeys,
): ParameterValue {
  if (typeof value !== 'number' || typeof operatorValue !== 'number') return operatorValue
  switch (keys.get(name)?.merge) {
    case 'min':
      return Math.min(value, operatorValue)
    case 'max':
      return Math.max(value, operatorValue)
    case 'min-or-negative':
      return minOrNegative(value, operatorValue)
    default:
      return operatorValue
  }
}

/** The stricter of two limits; a negative one is no limit, and lifts the other. */
export function minOrNegative(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b)
}
