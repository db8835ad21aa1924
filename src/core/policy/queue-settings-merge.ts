import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { parseAgeMs } from '../age.js'
import { integerArgument, textArgument } from '../arguments.js'
import type { DelayedRetryType, Overflow, QueueSettings, QueueType } from '../queue/settings.js'
import type { EffectivePolicy } from './policy-matching.js'
import { minOrNegative } from './policy-matching.js'

/** Returns after which a quorum queue gives a message up when nobody says otherwise. */
export const DEFAULT_DELIVERY_LIMIT = 20

const DELAYED_RETRY_TYPES: readonly string[] = ['disabled', 'all', 'failed', 'returned']

/** What applies to queues that say nothing themselves. */
export interface QueueDefaults {
  /** Acknowledgement timeout of quorum queues; `undefined` for none. */
  readonly consumerTimeoutMs: number | undefined
}

/** What arguments and policies together make a queue of this type do: sections 2.2 and 2.3 of the policy rules. */
export function mergeSettings(
  type: QueueType,
  args: ReadonlyFieldTable,
  policy: EffectivePolicy,
  defaults: QueueDefaults,
): QueueSettings {
  const said = new Said(args, policy)
  const deadLetterExchange = said.text('dead-letter-exchange')
  const overflow = overflowOf(type, said)
  const stream = type === 'stream'
  const quorum = type === 'quorum'
  return {
    messageTtlMs: stream ? undefined : said.lower('message-ttl'),
    expiresMs: stream ? undefined : said.lower('expires'),
    maxLength: stream ? undefined : said.lower('max-length'),
    maxLengthBytes: stream ? said.policyFirst('max-length-bytes') : said.lower('max-length-bytes'),
    overflow,
    deadLetterExchange: stream ? undefined : deadLetterExchange,
    deadLetterRoutingKey: stream ? undefined : said.text('dead-letter-routing-key'),
    deadLetterStrategy: strategyOf(type, said, deadLetterExchange, overflow),
    deliveryLimit: quorum ? deliveryLimitOf(said) : undefined,
    consumerTimeoutMs: quorum ? (said.lower('consumer-timeout') ?? defaults.consumerTimeoutMs) : undefined,
    ...(quorum ? delayedRetryOf(said) : NO_DELAYED_RETRY),
    maxAgeMs: stream ? maxAgeOf(said) : undefined,
    segmentBytesMax: stream ? said.policyFirst('stream-max-segment-size-bytes') : undefined,
  }
}

/** What the arguments (under `x-` names) and the policy say of a key. */
class Said {
  private readonly args: ReadonlyFieldTable
  private readonly policy: EffectivePolicy

  constructor(args: ReadonlyFieldTable, policy: EffectivePolicy) {
    this.args = args
    this.policy = policy
  }

  argumentNumber(key: string): number | undefined {
    return integerArgument(this.args, `x-${key}`)
  }

  argumentText(key: string): string | undefined {
    return textArgument(this.args, `x-${key}`)
  }

  policyNumber(key: string): number | undefined {
    const value = this.policy.get(key)
    return typeof value === 'number' ? value : undefined
  }

  policyText(key: string): string | undefined {
    const value = this.policy.get(key)
    return typeof value === 'string' ? value : undefined
  }

  /** The argument wins. */
  text(key: string): string | undefined {
    return this.argumentText(key) ?? this.policyText(key)
  }

  lower(key: string): number | undefined {
    return either(Math.min, this.argumentNumber(key), this.policyNumber(key))
  }

  policyFirst(key: string): number | undefined {
    return this.policyNumber(key) ?? this.argumentNumber(key)
  }
}

function either(
  both: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : both(a, b)
}

/** On classic queues the argument wins, on quorum queues the policy; these cannot reject to a dead letter exchange. */
function overflowOf(type: QueueType, said: Said): Overflow {
  const argument = said.argumentText('overflow')
  const policy = said.policyText('overflow')
  const overflow = type === 'quorum' ? (policy ?? argument) : (argument ?? policy)
  if (overflow === 'reject-publish' && type !== 'stream') return 'reject-publish'
  if (overflow === 'reject-publish-dlx' && type === 'classic') return 'reject-publish-dlx'
  return 'drop-head'
}

/** At least once needs somewhere to go to and a queue that refuses rather than drops; otherwise it is at most once. */
function strategyOf(
  type: QueueType,
  said: Said,
  deadLetterExchange: string | undefined,
  overflow: Overflow,
): QueueSettings['deadLetterStrategy'] {
  const asked = type === 'quorum' && said.text('dead-letter-strategy') === 'at-least-once'
  const possible = deadLetterExchange !== undefined && overflow === 'reject-publish'
  return asked && possible ? 'at-least-once' : 'at-most-once'
}

function deliveryLimitOf(said: Said): number | undefined {
  const key = 'delivery-limit'
  const limit = either(minOrNegative, said.argumentNumber(key), said.policyNumber(key))
  if (limit === undefined) return DEFAULT_DELIVERY_LIMIT
  return limit < 0 ? undefined : limit
}

type DelayedRetry = Pick<QueueSettings, 'delayedRetryType' | 'delayedRetryMinMs' | 'delayedRetryMaxMs'>

const NO_DELAYED_RETRY: DelayedRetry = {
  delayedRetryType: 'disabled',
  delayedRetryMinMs: undefined,
  delayedRetryMaxMs: undefined,
}

/** Without a type and a least delay above 0 there is no delayed retry, and without a most the least is the most. */
function delayedRetryOf(said: Said): DelayedRetry {
  const type = said.policyText('delayed-retry-type') ?? said.argumentText('delayed-retry-type')
  const min = said.lower('delayed-retry-min')
  if (!isDelayedRetryType(type) || type === 'disabled' || min === undefined || min < 1)
    return NO_DELAYED_RETRY
  const max = said.lower('delayed-retry-max') ?? min
  return { delayedRetryType: type, delayedRetryMinMs: min, delayedRetryMaxMs: Math.max(min, max) }
}

function isDelayedRetryType(type: string | undefined): type is DelayedRetryType {
  return type !== undefined && DELAYED_RETRY_TYPES.includes(type)
}

function maxAgeOf(said: Said): number | undefined {
  const age = said.policyText('max-age') ?? said.argumentText('max-age')
  return age === undefined ? undefined : parseAgeMs(age)
}
