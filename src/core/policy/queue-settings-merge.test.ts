import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentsOf } from '../../../test/support/doors.js'
import { DEFAULT_QUEUE_SETTINGS, type QueueSettings, type QueueType } from '../queue/settings.js'
import type { ParameterObject } from './parameter-value.js'
import type { Policy } from './policy.js'
import { PolicyKeys } from './policy-keys.js'
import { effectivePolicy } from './policy-matching.js'
import { DEFAULT_DELIVERY_LIMIT, mergeSettings } from './queue-settings-merge.js'

const KEYS = new PolicyKeys()

function settings(type: QueueType, args: object, policy: ParameterObject = {}): QueueSettings {
  const merged = new Map(Object.entries(policy))
  return mergeSettings(type, argumentsOf(args), merged, { consumerTimeoutMs: 1_000 })
}

function merged(definition: ParameterObject, operatorDefinition: ParameterObject): object {
  const policyOf = (definition: ParameterObject): Policy => ({
    name: 'p',
    pattern: '',
    definition,
    priority: 0,
    applyTo: 'all',
    matches: () => true,
  })
  const pair = { policy: policyOf(definition), operatorPolicy: policyOf(operatorDefinition) }
  return Object.fromEntries(effectivePolicy(pair, KEYS))
}

test('a queue of which nothing is said has the defaults of its type', () => {
  const plain = DEFAULT_QUEUE_SETTINGS
  assert.deepEqual(settings('classic', {}), plain)
  assert.deepEqual(settings('stream', {}), plain)
  const quorum = { ...plain, deliveryLimit: DEFAULT_DELIVERY_LIMIT, consumerTimeoutMs: 1_000 }
  assert.deepEqual(settings('quorum', {}), quorum)
})

test('of policy and operator policy the lower limit counts, or the greater where that is the stricter', () => {
  for (const key of ['message-ttl', 'expires', 'max-length', 'max-length-bytes', 'delayed-retry-max']) {
    assert.deepEqual(merged({ [key]: 5 }, { [key]: 7 }), { [key]: 5 })
    assert.deepEqual(merged({ [key]: 7 }, { [key]: 5 }), { [key]: 5 })
  }
  for (const key of ['delayed-retry-min', 'target-group-size']) {
    assert.deepEqual(merged({ [key]: 5 }, { [key]: 7 }), { [key]: 7 })
  }
  assert.deepEqual(merged({ 'delivery-limit': -1 }, { 'delivery-limit': 7 }), { 'delivery-limit': 7 })
  assert.deepEqual(merged({ 'delivery-limit': 9 }, { 'delivery-limit': 7 }), { 'delivery-limit': 7 })
  assert.deepEqual(merged({ overflow: 'drop-head' }, { overflow: 'reject-publish' }), {
    overflow: 'reject-publish',
  })
  assert.deepEqual(merged({ 'max-age': '1h' }, { 'max-length': 3 }), { 'max-age': '1h', 'max-length': 3 })
})

test('of argument and policy the lower limit counts', () => {
  const args = { 'x-message-ttl': 5, 'x-expires': 7, 'x-max-length': 5, 'x-max-length-bytes': 7 }
  const policy = { 'message-ttl': 7, expires: 5, 'max-length': 7, 'max-length-bytes': 5 }
  for (const type of ['classic', 'quorum'] as const) {
    const { messageTtlMs, expiresMs, maxLength, maxLengthBytes } = settings(type, args, policy)
    assert.deepEqual([messageTtlMs, expiresMs, maxLength, maxLengthBytes], [5, 5, 5, 5])
  }
  assert.equal(settings('classic', {}, policy).maxLength, 7)
  assert.equal(settings('classic', args).maxLength, 5)
})

test('on streams the policy wins, and what they have not is passed over', () => {
  const args = { 'x-max-age': '1h', 'x-max-length-bytes': 5, 'x-stream-max-segment-size-bytes': 100 }
  const policy = { 'max-age': '2h', 'max-length-bytes': 7, 'stream-max-segment-size-bytes': 200 }
  assert.deepEqual(settings('stream', args, { ...policy, 'message-ttl': 1, 'dead-letter-exchange': 'd' }), {
    ...DEFAULT_QUEUE_SETTINGS,
    maxAgeMs: 7_200_000,
    maxLengthBytes: 7,
    segmentBytesMax: 200,
  })
  assert.equal(settings('stream', args).maxAgeMs, 3_600_000)
})

test('overflow: the argument wins on classic queues, the policy on quorum queues, which know no reject-publish-dlx', () => {
  const args = { 'x-overflow': 'reject-publish-dlx' }
  const policy = { overflow: 'reject-publish' }
  assert.equal(settings('classic', args, policy).overflow, 'reject-publish-dlx')
  assert.equal(settings('quorum', args, policy).overflow, 'reject-publish')
  assert.equal(settings('quorum', args).overflow, 'drop-head')
  assert.equal(settings('classic', {}, policy).overflow, 'reject-publish')
})

test('dead lettering: the argument wins over the policy, each key by itself', () => {
  const policy = { 'dead-letter-exchange': 'p', 'dead-letter-routing-key': 'k' }
  const { deadLetterExchange, deadLetterRoutingKey } = settings(
    'classic',
    { 'x-dead-letter-exchange': '' },
    policy,
  )
  assert.equal(deadLetterExchange, '')
  assert.equal(deadLetterRoutingKey, 'k')
})

test('at-least-once takes a quorum queue that refuses publishes and has a dead letter exchange', () => {
  const args = {
    'x-dead-letter-strategy': 'at-least-once',
    'x-dead-letter-exchange': 'd',
    'x-overflow': 'reject-publish',
  }
  const strategy = (type: QueueType, more: object) => settings(type, { ...args, ...more }).deadLetterStrategy
  assert.equal(strategy('quorum', {}), 'at-least-once')
  assert.equal(strategy('quorum', { 'x-overflow': 'drop-head' }), 'at-most-once')
  assert.equal(strategy('classic', {}), 'at-most-once')
  const { 'x-dead-letter-exchange': _, ...without } = args
  assert.equal(settings('quorum', without).deadLetterStrategy, 'at-most-once')
})

test('the delivery limit is the lower one, and a negative one lifts it', () => {
  const limit = (args: object, policy: ParameterObject = {}) => settings('quorum', args, policy).deliveryLimit
  assert.equal(limit({ 'x-delivery-limit': 5 }, { 'delivery-limit': 3 }), 3)
  assert.equal(limit({ 'x-delivery-limit': -1 }, { 'delivery-limit': 3 }), 3)
  assert.equal(limit({ 'x-delivery-limit': -1 }), undefined)
  assert.equal(limit({ 'x-delivery-limit': 'x' }), DEFAULT_DELIVERY_LIMIT)
  assert.equal(limit({}, { 'delivery-limit': 0 }), 0)
  assert.equal(settings('classic', {}, { 'delivery-limit': 3 }).deliveryLimit, undefined)
})

test('the acknowledgement timeout of quorum queues is the lower of argument and policy, else the node’s', () => {
  const timeout = (args: object, policy: ParameterObject = {}) =>
    settings('quorum', args, policy).consumerTimeoutMs
  assert.equal(timeout({ 'x-consumer-timeout': 50 }, { 'consumer-timeout': 40 }), 40)
  assert.equal(timeout({ 'x-consumer-timeout': 5_000 }), 5_000)
  assert.equal(timeout({}), 1_000)
  assert.equal(settings('classic', {}, { 'consumer-timeout': 40 }).consumerTimeoutMs, undefined)
})

test('delayed retry takes a type and a least delay; values that make no sense turn it off', () => {
  const retry = (args: object, policy: ParameterObject = {}) => {
    const { delayedRetryType, delayedRetryMinMs, delayedRetryMaxMs } = settings('quorum', args, policy)
    return [delayedRetryType, delayedRetryMinMs, delayedRetryMaxMs]
  }
  const off = ['disabled', undefined, undefined]
  const args = { 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 100 }
  assert.deepEqual(retry(args), ['all', 100, 100])
  assert.deepEqual(retry({ ...args, 'x-delayed-retry-max': 500 }), ['all', 100, 500])
  assert.deepEqual(retry(args, { 'delayed-retry-type': 'failed', 'delayed-retry-min': 50 }), [
    'failed',
    50,
    50,
  ])
  assert.deepEqual(retry({ 'x-delayed-retry-type': 'all' }), off)
  assert.deepEqual(retry({ ...args, 'x-delayed-retry-type': 'sometimes' }), off)
  assert.deepEqual(retry({ ...args, 'x-delayed-retry-min': -1 }), off)
  assert.deepEqual(retry({ ...args, 'x-delayed-retry-min': 'x' }), off)
})
