import type { FieldValue, ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { integerValue } from '../../protocol/amqp091/field-table.js'
import { parseAgeMs } from '../age.js'
import { fieldTypeName } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import { QUEUE_TYPES, type QueueType } from '../queue/settings.js'
import { describeResource } from '../resource.js'

/** Ten years: the longest TTL and queue lease. */
export const EXPIRY_MAX_MS = 315_360_000_000
const PRIORITY_MAX = 255
const SEGMENT_BYTES_MAX = 3_000_000_000
const FILTER_BYTES_MIN = 16
const FILTER_BYTES_MAX = 255
const OVERFLOWS = ['drop-head', 'reject-publish', 'reject-publish-dlx']
const STRATEGIES = ['at-most-once', 'at-least-once']
const LEADER_LOCATORS = ['client-local', 'balanced', 'random', 'least-leaders', 'min-masters']

/** What RabbitMQ calls the types where it means the part that implements them. */
export const QUEUE_TYPE_MODULES: Readonly<Record<QueueType, string>> = {
  classic: 'rabbit_classic_queue',
  quorum: 'rabbit_quorum_queue',
  stream: 'rabbit_stream_queue',
}

/** The arguments that each type knows, in the order in which a second declaration is compared with the first. */
export const QUEUE_TYPE_ARGUMENTS: Readonly<Record<QueueType, readonly string[]>> = {
  classic: [
    'x-expires',
    'x-message-ttl',
    'x-dead-letter-exchange',
    'x-dead-letter-routing-key',
    'x-max-length',
    'x-max-length-bytes',
    'x-max-priority',
    'x-overflow',
    'x-queue-mode',
    'x-queue-version',
    'x-single-active-consumer',
    'x-queue-type',
    'x-queue-master-locator',
    'x-queue-leader-locator',
  ],
  quorum: [
    'x-dead-letter-exchange',
    'x-dead-letter-routing-key',
    'x-dead-letter-strategy',
    'x-expires',
    'x-max-length',
    'x-max-length-bytes',
    'x-max-in-memory-length',
    'x-max-in-memory-bytes',
    'x-overflow',
    'x-single-active-consumer',
    'x-queue-type',
    'x-quorum-initial-group-size',
    'x-delivery-limit',
    'x-message-ttl',
    'x-queue-leader-locator',
    'x-consumer-timeout',
    'x-consumer-disconnected-timeout',
    'x-delayed-retry-type',
    'x-delayed-retry-min',
    'x-delayed-retry-max',
  ],
  stream: [
    'x-max-length-bytes',
    'x-queue-type',
    'x-max-age',
    'x-stream-max-segment-size-bytes',
    'x-stream-filter-size-bytes',
    'x-initial-cluster-size',
    'x-queue-leader-locator',
  ],
}

const KNOWN_ARGUMENTS: ReadonlySet<string> = new Set(Object.values(QUEUE_TYPE_ARGUMENTS).flat())

/** The reason why a value is refused, as RabbitMQ prints it, or undefined. */
type Check = (field: FieldValue, args: ReadonlyFieldTable) => string | undefined

/** Checks of values, in the order in which they are made. Arguments that are not here may be anything. */
const VALUE_CHECKS: readonly (readonly [string, Check])[] = [
  ['x-expires', (field) => checkInteger(field, checkPositive, checkExpiry)],
  ['x-message-ttl', (field) => checkInteger(field, checkExpiry)],
  ['x-dead-letter-exchange', checkText],
  ['x-dead-letter-routing-key', checkDeadLetterRoutingKey],
  ['x-dead-letter-strategy', oneOf(STRATEGIES, 'invalid_dlx_strategy')],
  ['x-max-length', (field) => checkInteger(field, checkNotNegative)],
  ['x-max-length-bytes', (field) => checkInteger(field, checkNotNegative)],
  ['x-max-in-memory-length', (field) => checkInteger(field, checkNotNegative)],
  ['x-max-in-memory-bytes', (field) => checkInteger(field, checkNotNegative)],
  ['x-max-priority', (field) => checkInteger(field, checkNotNegative, checkAtMost(PRIORITY_MAX))],
  ['x-overflow', oneOf(OVERFLOWS, 'invalid_overflow')],
  ['x-queue-version', (field) => checkInteger(field, checkQueueVersion)],
  ['x-single-active-consumer', (field) => (field.tag === 't' ? undefined : unacceptable(field))],
  ['x-quorum-initial-group-size', (field) => checkInteger(field, checkNotNegative, checkNotZero)],
  ['x-max-age', checkMaxAge],
  [
    'x-stream-max-segment-size-bytes',
    (field) => checkInteger(field, checkNotNegative, checkAtMost(SEGMENT_BYTES_MAX)),
  ],
  ['x-stream-filter-size-bytes', (field) => checkInteger(field, checkNotNegative, checkFilterSize)],
  ['x-initial-cluster-size', (field) => checkInteger(field, checkNotNegative, checkNotZero)],
  ['x-queue-leader-locator', oneOf(LEADER_LOCATORS, 'invalid_queue_locator_arg')],
]

/**
 * The type that a declaration asks for, undefined when it leaves that open (so do `''` and `'undefined'`).
 * Throws PRECONDITION_FAILED when it asks for none that there is.
 */
export function askedQueueType(args: ReadonlyFieldTable, vhost: string, name: string): QueueType | undefined {
  const field = args.get('x-queue-type')
  if (field === undefined) return undefined
  if (field.tag !== 'S') throw invalidArgument('x-queue-type', vhost, name, unacceptable(field))
  const asked = field.value.toString()
  if (asked === '' || asked === 'undefined') return undefined
  const type = QUEUE_TYPES.find((known) => known === asked)
  if (type === undefined) {
    throw invalidArgument('x-queue-type', vhost, name, `"unsupported queue type '${asked}'"`)
  }
  return type
}

/** Throws PRECONDITION_FAILED for the first value that will not do, then for the first argument of other types. */
export function checkQueueArguments(
  type: QueueType,
  args: ReadonlyFieldTable,
  vhost: string,
  name: string,
): void {
  for (const [key, check] of VALUE_CHECKS) {
    const field = args.get(key)
    const reason = field === undefined ? undefined : check(field, args)
    if (reason !== undefined) throw invalidArgument(key, vhost, name, reason)
  }
  for (const key of args.keys()) {
    if (!KNOWN_ARGUMENTS.has(key) || QUEUE_TYPE_ARGUMENTS[type].includes(key)) continue
    const queue = describeResource('queue', name, vhost)
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `invalid arg '${key}' for ${queue} of queue type ${QUEUE_TYPE_MODULES[type]}`,
    )
  }
  if (args.has('x-queue-master-locator')) throw masterLocatorDenied()
}

function invalidArgument(key: string, vhost: string, name: string, reason: string): BrokerError {
  const queue = describeResource('queue', name, vhost)
  return new BrokerError('PRECONDITION_FAILED', `invalid arg '${key}' for ${queue}: ${reason}`)
}

function masterLocatorDenied(): BrokerError {
  return new BrokerError(
    'INTERNAL_ERROR',
    'Feature `queue_master_locator` is deprecated.\n' +
      'By default, this feature is not permitted anymore.\n' +
      'The feature will be removed from a future major RabbitMQ version, regardless of the configuration; ' +
      'actual version to be determined.\n' +
      'To continue using this feature when it is not permitted by default, set the following parameter in your ' +
      'configuration:\n    "deprecated_features.permit.queue_master_locator = true"',
  )
}

type IntegerCheck = (value: number | bigint) => string | undefined

function checkInteger(field: FieldValue, ...checks: readonly IntegerCheck[]): string | undefined {
  const value = integerValue(field)
  if (value === undefined) return `"expected integer, got ${fieldTypeName(field)}"`
  for (const check of checks) {
    const reason = check(value)
    if (reason !== undefined) return reason
  }
  return undefined
}

function checkNotNegative(value: number | bigint): string | undefined {
  return value < 0 ? `{value_negative,${value}}` : undefined
}

function checkNotZero(value: number | bigint): string | undefined {
  return Number(value) === 0 ? `{value_zero,${value}}` : undefined
}

function checkPositive(value: number | bigint): string | undefined {
  return checkNotZero(value) ?? checkNotNegative(value)
}

function checkExpiry(value: number | bigint): string | undefined {
  if (value > EXPIRY_MAX_MS) return `{value_too_large,${value}}`
  return checkNotNegative(value)
}

function checkAtMost(max: number): IntegerCheck {
  return (value) => (value > max ? `{max_value_exceeded,${value}}` : undefined)
}

function checkQueueVersion(value: number | bigint): string | undefined {
  return Number(value) === 2 ? undefined : `"unsupported queue version '${value}'"`
}

function checkFilterSize(value: number | bigint): string | undefined {
  if (value >= FILTER_BYTES_MIN && value <= FILTER_BYTES_MAX) return undefined
  return `"value must be between ${FILTER_BYTES_MIN} and ${FILTER_BYTES_MAX}, got ${value}"`
}

function checkText(field: FieldValue): string | undefined {
  return field.tag === 'S' ? undefined : unacceptable(field)
}

function checkDeadLetterRoutingKey(field: FieldValue, args: ReadonlyFieldTable): string | undefined {
  if (field.tag !== 'S') return unacceptable(field)
  return args.has('x-dead-letter-exchange') ? undefined : 'routing_key_but_no_dlx_defined'
}

function checkMaxAge(field: FieldValue): string | undefined {
  if (field.tag !== 'S') return unacceptable(field)
  return parseAgeMs(field.value.toString()) === undefined ? 'invalid_max_age' : undefined
}

function oneOf(allowed: readonly string[], reason: string): Check {
  return (field) => {
    if (field.tag !== 'S') return unacceptable(field)
    return allowed.includes(field.value.toString()) ? undefined : reason
  }
}

function unacceptable(field: FieldValue): string {
  return `{unacceptable_type,${fieldTypeName(field)}}`
}
