import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture, VHOST } from '../../../test/support/doors.js'
import type { PolicyRequest } from '../policy/policy-validation.js'

function policy(
  name: string,
  definition: PolicyRequest['definition'],
  more: Partial<PolicyRequest> = {},
): PolicyRequest {
  return { name, pattern: '.*', definition, ...more }
}

test('policies that are wrong are refused, with RabbitMQ’s reasons', () => {
  const { doors, actor } = new DoorFixture()
  const complaints: readonly (readonly [Partial<PolicyRequest>, string])[] = [
    [{ definition: { 'max-length': 'x' } }, '<<"x">> is not a valid maximum length'],
    [{ definition: { 'no-such-key': 1 } }, '[{<<"no-such-key">>,1}] are not recognised policy settings'],
    [
      { pattern: '*(' },
      'pattern should be regular expression but is invalid: {"quantifier does not follow a repeatable item",\n' +
        `${' '.repeat(54)}`,
    ],
    [{ definition: {} }, 'no policy provided'],
    [{ priority: 'high' }, 'priority should be a number, actually was <<"high">>'],
    [
      { applyTo: 'nothing' },
      "apply-to 'nothing' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', 'streams', 'exchanges', or 'all'",
    ],
    [{ definition: { 'message-ttl': -1 } }, '-1 is not a valid message TTL'],
    [{ definition: { expires: 0 } }, '0 is not a valid queue expiry'],
    [{ definition: { overflow: 'bad' } }, '<<"bad">> is not a valid overflow value'],
    [{ definition: { 'ha-mode': 'all' } }, '[{<<"ha-mode">>,<<"all">>}] are not recognised policy settings'],
  ]
  for (const [wrong, complaint] of complaints) {
    assert.throws(
      () => doors.setPolicy(actor, VHOST, policy('p', { 'max-length': 1 }, wrong)),
      (error: Error) => {
        const expected = `PRECONDITION_FAILED - Validation failed\n\n${complaint}`
        assert.equal(error.message.slice(0, expected.length), expected)
        return error.message.endsWith('\n')
      },
    )
  }
  assert.equal(doors.topology.vhosts.get(VHOST)!.policies.size, 0)
})

test('operator policies take limits only', () => {
  const { doors, actor } = new DoorFixture()
  assertRefused(
    () => doors.setOperatorPolicy(actor, VHOST, policy('p', { 'dead-letter-exchange': 'x' })),
    'PRECONDITION_FAILED - Validation failed\n\n[{<<"dead-letter-exchange">>,<<"x">>}] are not recognised policy settings\n',
  )
  const definition = {
    'max-length': 5,
    'message-ttl': 10,
    expires: 1_000,
    'delivery-limit': 3,
    overflow: 'drop-head',
  }
  assert.equal(doors.setOperatorPolicy(actor, VHOST, policy('p', definition)).created, true)
  assert.equal(doors.setOperatorPolicy(actor, VHOST, policy('p', definition)).created, false)
})

test('a policy reaches queues that exist, and leaves them when it is cleared', () => {
  const fixture = new DoorFixture()
  const { doors, actor, port } = fixture
  fixture.queue('q')
  fixture.queue('other')
  doors.setPolicy(actor, VHOST, policy('p', { 'max-length': 1 }, { pattern: '^q' }))
  assert.equal(port.settingsOf('q').maxLength, 1)
  assert.deepEqual(port.calls.slice(-1), ['configure q'])
  doors.setPolicy(actor, VHOST, policy('p', { 'max-length': 2 }, { pattern: '^q' }))
  assert.equal(port.settingsOf('q').maxLength, 2)
  fixture.takeEvents()
  doors.clearPolicy(actor, VHOST, 'p')
  assert.equal(port.settingsOf('q').maxLength, undefined)
  assert.deepEqual(fixture.takeEvents(), ['policy.cleared', 'queue.policy.cleared'])
  assert.ok(!port.calls.includes('configure other'))
  assert.throws(() => doors.clearPolicy(actor, VHOST, 'p'), /NOT_FOUND/)
})

test('of several policies the one of highest priority counts, alone', () => {
  const fixture = new DoorFixture()
  const { doors, actor, port } = fixture
  doors.setPolicy(actor, VHOST, policy('low', { 'max-length': 1, 'message-ttl': 60_000 }, { priority: 1 }))
  doors.setPolicy(actor, VHOST, policy('high', { 'max-length': 2 }, { priority: 5 }))
  fixture.queue('q')
  assert.equal(port.settingsOf('q').maxLength, 2)
  assert.equal(port.settingsOf('q').messageTtlMs, undefined)
})

test('apply-to chooses kinds, and a key that a type cannot have keeps a policy from it whole', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  for (const [name, type] of [
    ['c', 'classic'],
    ['r', 'quorum'],
    ['s', 'stream'],
  ])
    fixture.queue(name, { 'x-queue-type': type })
  const set = (name: string, definition: PolicyRequest['definition'], applyTo: string, priority: number) =>
    doors.setPolicy(actor, VHOST, policy(name, definition, { applyTo, priority }))
  set('quorum', { 'max-length': 1 }, 'quorum_queues', 5)
  set('streams', { 'max-age': '1h' }, 'streams', 4)
  set('classic', { 'max-length': 3 }, 'classic_queues', 3)
  const applied = () =>
    ['c', 'r', 's'].map((name) => doors.topology.vhosts.get(VHOST)!.queues.get(name)!.policies.policy?.name)
  assert.deepEqual(applied(), ['classic', 'quorum', 'streams'])
  assert.equal(fixture.port.settingsOf('s').maxAgeMs, 3_600_000)
  set('all', { 'max-length-bytes': 5, 'delivery-limit': 2 }, 'all', 9)
  assert.deepEqual(applied(), ['classic', 'all', 'streams'])
  set('exchanges', { 'max-length-bytes': 5 }, 'exchanges', 10)
  assert.deepEqual(applied(), ['classic', 'all', 'streams'])
})

test('policy and operator policy are merged, the lower limit counts', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  doors.setPolicy(actor, VHOST, policy('p', { 'max-length': 3, 'dead-letter-exchange': 'amq.fanout' }))
  doors.setOperatorPolicy(actor, VHOST, policy('op', { 'max-length': 2, expires: 1_800_000 }))
  fixture.queue('q')
  const queue = doors.topology.vhosts.get(VHOST)!.queues.get('q')!
  assert.deepEqual(Object.fromEntries(doors.effectivePolicy(queue)), {
    'max-length': 2,
    'dead-letter-exchange': 'amq.fanout',
    expires: 1_800_000,
  })
  doors.clearOperatorPolicy(actor, VHOST, 'op')
  assert.equal(fixture.port.settingsOf('q').maxLength, 3)
})

test('an alternate exchange comes by policy, gives way to the argument, and goes with the policy', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  fixture.exchange('ae', 'fanout')
  fixture.exchange('x', 'direct')
  fixture.bind('ae', fixture.queue('q'))
  assert.deepEqual(fixture.route('x', 'none'), [])
  doors.setPolicy(
    actor,
    VHOST,
    policy('p', { 'alternate-exchange': 'ae' }, { applyTo: 'exchanges', pattern: '^x' }),
  )
  assert.deepEqual(fixture.route('x', 'none'), ['q'])
  fixture.exchange('x2', 'direct')
  assert.deepEqual(fixture.route('x2', 'none'), ['q'])
  doors.clearPolicy(actor, VHOST, 'p')
  assert.deepEqual(fixture.route('x', 'none'), [])
})
