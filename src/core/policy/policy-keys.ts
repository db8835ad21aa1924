import { parseAgeMs } from '../age.js'
import type { ParameterValue } from './parameter-value.js'
import type { PolicyTarget } from './policy.js'

/** How the values of a policy and an operator policy become one. */
export type Merge = 'min' | 'max' | 'operator' | 'min-or-negative'

/** What a policy may say. */
export interface PolicyKey {
  readonly name: string
  /** What is wrong with a value, after the value's text: `is not a valid maximum length`. */
  readonly complaint: string
  isValid(value: ParameterValue): boolean
  /** Set for keys that operator policies may have. */
  readonly merge?: Merge
}

const LEADER_LOCATORS = ['client-local', 'balanced', 'random', 'least-leaders']
const DELAYED_RETRY_TYPES = ['disabled', 'all', 'failed', 'returned']
const SEGMENT_BYTES_MAX = 3_000_000_000
const FILTER_BYTES_MIN = 16
const FILTER_BYTES_MAX = 255

const isText = (value: ParameterValue): boolean => typeof value === 'string'
const isInteger = (value: ParameterValue): boolean => Number.isInteger(value)
const oneOf =
  (...allowed: readonly ParameterValue[]) =>
  (value: ParameterValue): boolean =>
    allowed.includes(value)
const between =
  (least: number, most = Number.POSITIVE_INFINITY) =>
  (value: ParameterValue): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most

function key(
  name: string,
  complaint: string,
  isValid: (value: ParameterValue) => boolean,
  merge?: Merge,
): PolicyKey {
  const common = { name, complaint: `is not a valid ${complaint}`, isValid }
  return merge === undefined ? common : { ...common, merge }
}

/** Every key that a policy may have, but for those that plugins add. */
const BUILT_IN: readonly PolicyKey[] = [
  key('alternate-exchange', 'alternate exchange name', isText),
  key('message-ttl', 'message TTL', between(0), 'min'),
  key('expires', 'queue expiry', between(1), 'min'),
  key('max-length', 'maximum length', between(0), 'min'),
  key('max-length-bytes', 'maximum length in bytes', between(0), 'min'),
  key('overflow', 'overflow value', oneOf('drop-head', 'reject-publish', 'reject-publish-dlx'), 'operator'),
  key('dead-letter-exchange', 'dead letter exchange name', isText),
  key('dead-letter-routing-key', 'dead letter routing key', isText),
  key('dead-letter-strategy', 'dead letter strategy', oneOf('at-most-once', 'at-least-once')),
  key('delivery-limit', 'delivery limit', isInteger, 'min-or-negative'),
  key('consumer-timeout', 'consumer timeout', between(0)),
  key('consumer-disconnected-timeout', 'consumer disconnected timeout', between(0)),
  key('delayed-retry-type', 'delayed retry type', oneOf(...DELAYED_RETRY_TYPES), 'operator'),
  key('delayed-retry-min', 'delayed retry minimum', between(1), 'max'),
  key('delayed-retry-max', 'delayed retry maximum', between(1), 'min'),
  key('target-group-size', 'target group size', between(1), 'max'),
  key('queue-leader-locator', 'queue leader locator value', oneOf(...LEADER_LOCATORS)),
  key('queue-version', 'queue version', oneOf(1, 2), 'operator'),
  key('queue-mode', 'queue-mode value', oneOf('default', 'lazy')),
  key('max-in-memory-length', 'maximum memory in bytes', between(0), 'min'),
  key('max-in-memory-bytes', 'maximum memory in bytes', between(0), 'min'),
  key('max-age', 'max age', (value) => typeof value === 'string' && parseAgeMs(value) !== undefined),
  key('stream-max-segment-size-bytes', 'segment size', between(0, SEGMENT_BYTES_MAX)),
  key('stream-filter-size-bytes', 'filter size', between(FILTER_BYTES_MIN, FILTER_BYTES_MAX)),
  key('initial-cluster-size', 'cluster size', between(0)),
  key('queue-master-locator', 'queue master location', isText, 'operator'),
  key('federation-upstream', 'federation upstream name', isText),
  key('federation-upstream-set', 'federation upstream set name', isText),
  key('federation-upstream-pattern', 'federation upstream pattern', isText),
  key('shards-per-node', 'number of shards', between(0)),
  key('routing-key', 'routing key', isText),
]

/** The keys that policies may have. Plugins add to them. */
export class PolicyKeys {
  private readonly keys = new Map<string, PolicyKey>(BUILT_IN.map((key) => [key.name, key]))

  get(name: string): PolicyKey | undefined {
    return this.keys.get(name)
  }

  /** Adds a key. Throws when there is one of that name. */
  register(key: PolicyKey): void {
    if (this.keys.has(key.name)) throw new Error(`policy key '${key.name}' exists already`)
    this.keys.set(key.name, key)
  }
}

const IN_MEMORY = ['max-in-memory-length', 'max-in-memory-bytes']

/**
 * Keys that keep a policy from applying to a kind at all. Other keys that mean nothing to it are passed over.
 */
const UNSUPPORTED: Readonly<Record<PolicyTarget, ReadonlySet<string>>> = {
  exchange: new Set(),
  classic: new Set([
    'max-age',
    'stream-max-segment-size-bytes',
    'initial-cluster-size',
    'delivery-limit',
    'dead-letter-strategy',
    ...IN_MEMORY,
    'target-group-size',
  ]),
  quorum: new Set([
    'max-priority',
    'queue-mode',
    'queue-master-locator',
    'max-age',
    'stream-max-segment-size-bytes',
    'initial-cluster-size',
  ]),
  stream: new Set([
    'expires',
    'message-ttl',
    'dead-letter-exchange',
    'dead-letter-routing-key',
    'max-length',
    ...IN_MEMORY,
    'max-priority',
    'overflow',
    'queue-mode',
    'delivery-limit',
    'queue-master-locator',
    'dead-letter-strategy',
    'target-group-size',
  ]),
}

export function isSupported(target: PolicyTarget, key: string): boolean {
  return !UNSUPPORTED[target].has(key)
}
