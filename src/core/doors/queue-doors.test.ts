import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture, messageWith, VHOST } from '../../../test/support/doors.js'
import { type FieldValue, field } from '../../protocol/amqp091/field-table.js'
import type { QueueType } from '../queue/settings.js'

const LOCKED =
  "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration."
const refused = (explanation: string) => `PRECONDITION_FAILED - ${explanation}`
const invalid = (name: string, reason: string) =>
  refused(`invalid arg '${name}' for queue 'q' in vhost '/': ${reason}`)

/** Values and the reason for which each is refused, undefined when it is taken; by argument. */
const CLASSIC_VALUES: Readonly<Record<string, readonly (readonly [FieldValue, string | undefined])[]>> = {
  'x-expires': [
    [field.int(60_000), undefined],
    [field.int(0), '{value_zero,0}'],
    [field.int(-5), '{value_negative,-5}'],
    [field.string('60000'), '"expected integer, got longstr"'],
    [field.double(1.5), '"expected integer, got double"'],
    [field.bool(true), '"expected integer, got bool"'],
    [field.void(), '"expected integer, got void"'],
    [field.long(4_294_967_296), undefined],
    [field.long(315_360_000_001), '{value_too_large,315360000001}'],
  ],
  'x-message-ttl': [
    [field.int(0), undefined],
    [{ tag: 's', value: 5 }, undefined],
    [{ tag: 'B', value: 7 }, undefined],
    [field.int(-1), '{value_negative,-1}'],
    [field.string('100'), '"expected integer, got longstr"'],
  ],
  'x-max-length': [
    [field.int(0), undefined],
    [field.int(-1), '{value_negative,-1}'],
    [field.string('ten'), '"expected integer, got longstr"'],
  ],
  'x-max-length-bytes': [[field.int(-1), '{value_negative,-1}']],
  'x-max-priority': [
    [field.int(255), undefined],
    [field.int(256), '{max_value_exceeded,256}'],
    [field.int(-1), '{value_negative,-1}'],
    [field.bool(true), '"expected integer, got bool"'],
  ],
  'x-overflow': [
    [field.string('reject-publish-dlx'), undefined],
    [field.string('drop-tail'), 'invalid_overflow'],
    [field.int(5), '{unacceptable_type,signedint}'],
  ],
  'x-queue-mode': [
    [field.string('other'), undefined],
    [field.int(5), undefined],
  ],
  'x-queue-version': [
    [field.int(2), undefined],
    [field.int(1), '"unsupported queue version \'1\'"'],
    [field.string('two'), '"expected integer, got longstr"'],
  ],
  'x-single-active-consumer': [
    [field.bool(true), undefined],
    [field.int(1), '{unacceptable_type,signedint}'],
    [field.string('true'), '{unacceptable_type,longstr}'],
  ],
  'x-dead-letter-exchange': [
    [field.string('no-such'), undefined],
    [field.string(''), undefined],
  ],
  'x-dead-letter-routing-key': [[field.string('k'), 'routing_key_but_no_dlx_defined']],
  'x-queue-type': [
    [field.string('classic'), undefined],
    [field.string(''), undefined],
    [field.string('other'), '"unsupported queue type \'other\'"'],
    [field.int(5), '{unacceptable_type,signedint}'],
  ],
  'x-queue-leader-locator': [
    [field.string('balanced'), undefined],
    [field.string('elsewhere'), 'invalid_queue_locator_arg'],
  ],
  'x-foo': [[field.int(1), undefined]],
}

test('the values of arguments are checked, with the reason', () => {
  for (const [name, values] of Object.entries(CLASSIC_VALUES)) {
    for (const [value, reason] of values) {
      const declare = () => new DoorFixture().queue('q', new Map([[name, value]]))
      if (reason === undefined) declare()
      else assertRefused(declare, invalid(name, reason))
    }
  }
})

test('quorum queues and streams check theirs', () => {
  const declare = (type: QueueType, args: object) => () =>
    new DoorFixture().queue('q', { 'x-queue-type': type, ...args })
  declare('quorum', {
    'x-delivery-limit': 'x',
    'x-delayed-retry-min': 'x',
    'x-overflow': 'reject-publish-dlx',
  })()
  assertRefused(
    declare('quorum', { 'x-quorum-initial-group-size': 0 }),
    invalid('x-quorum-initial-group-size', '{value_zero,0}'),
  )
  assertRefused(
    declare('quorum', { 'x-dead-letter-strategy': 'other' }),
    invalid('x-dead-letter-strategy', 'invalid_dlx_strategy'),
  )
  declare('stream', { 'x-max-age': '1Y', 'x-max-length-bytes': 1_000_000 })()
  assertRefused(declare('stream', { 'x-max-age': '10' }), invalid('x-max-age', 'invalid_max_age'))
  assertRefused(declare('stream', { 'x-max-age': '5x' }), invalid('x-max-age', 'invalid_max_age'))
  assertRefused(
    declare('stream', { 'x-stream-max-segment-size-bytes': -1 }),
    invalid('x-stream-max-segment-size-bytes', '{value_negative,-1}'),
  )
})

test('arguments of other types are refused, unknown ones kept', () => {
  const wrong: Readonly<Record<QueueType, object>> = {
    classic: {
      'x-delivery-limit': 5,
      'x-max-age': '1h',
      'x-stream-max-segment-size-bytes': 1_000,
      'x-quorum-initial-group-size': 3,
      'x-dead-letter-strategy': 'at-least-once',
      'x-consumer-timeout': 60_000,
      'x-delayed-retry-type': 'all',
    },
    quorum: { 'x-max-priority': 5, 'x-queue-mode': 'lazy', 'x-queue-version': 2, 'x-max-age': '1h' },
    stream: {
      'x-message-ttl': 1_000,
      'x-expires': 10_000,
      'x-max-length': 5,
      'x-dead-letter-exchange': 'd',
      'x-max-priority': 2,
      'x-overflow': 'drop-head',
      'x-single-active-consumer': true,
    },
  }
  for (const [type, args] of Object.entries(wrong)) {
    for (const [name, value] of Object.entries(args)) {
      assertRefused(
        () => new DoorFixture().queue('q', { 'x-queue-type': type, [name]: value }),
        refused(`invalid arg '${name}' for queue 'q' in vhost '/' of queue type rabbit_${type}_queue`),
      )
    }
  }
})

test('x-queue-master-locator is refused as RabbitMQ refuses it', () => {
  assert.throws(
    () => new DoorFixture().queue('q', { 'x-queue-master-locator': 'min-masters' }),
    /^BrokerError: INTERNAL_ERROR - Feature `queue_master_locator` is deprecated\.\nBy default, this feature is not permitted anymore\.\n/,
  )
})

test('quorum queues and streams have to be durable, shared, permanent and named', () => {
  for (const type of ['quorum', 'stream']) {
    const fixture = new DoorFixture()
    const args = { 'x-queue-type': type }
    const property = (name: string) => refused(`invalid property '${name}' for queue 'q' in vhost '/'`)
    assertRefused(() => fixture.queue('q', args, { durable: false }), property('non-durable'))
    assertRefused(() => fixture.queue('q', args, { exclusive: true }), property('exclusive-owner'))
    assertRefused(() => fixture.queue('q', args, { autoDelete: true }), property('auto-delete'))
    assertRefused(
      () => fixture.queue('', args),
      refused(`Cannot declare a server-named queue for type rabbit_${type}_queue`),
    )
    assert.equal(fixture.doors.topology.queueCount, 0)
  }
})

test('a queue declared again has to be the same', () => {
  const fixture = new DoorFixture()
  const args = { 'x-max-length': 10, 'x-message-ttl': 60_000 }
  fixture.queue('q', args)
  fixture.queue('q', { ...args, 'x-unknown': 'a' })
  fixture.queue(
    'q',
    new Map<string, FieldValue>([
      ['x-max-length', { tag: 's', value: 10 }],
      ['x-message-ttl', field.long(60_000)],
    ]),
  )
  const inequivalent = (name: string, received: string, current: string) =>
    refused(
      `inequivalent arg '${name}' for queue 'q' in vhost '/': received ${received} but current is ${current}`,
    )
  assertRefused(
    () => fixture.queue('q', args, { durable: false }),
    inequivalent('durable', "'false'", "'true'"),
  )
  assertRefused(
    () => fixture.queue('q', args, { autoDelete: true }),
    inequivalent('auto_delete', "'true'", "'false'"),
  )
  assertRefused(() => fixture.queue('q', args, { exclusive: true }), LOCKED)
  assertRefused(
    () => fixture.queue('q', { ...args, 'x-message-ttl': 60_001 }),
    inequivalent('x-message-ttl', "'60001'", "'60000'"),
  )
  assertRefused(
    () => fixture.queue('q', { 'x-max-length': 10 }),
    inequivalent('x-message-ttl', 'none', "the value '60000' of type 'signedint'"),
  )
  assertRefused(
    () => fixture.queue('q', { ...args, 'x-expires': 1_000_000 }),
    inequivalent('x-expires', "the value '1000000' of type 'signedint'", 'none'),
  )
  assertRefused(
    () => fixture.queue('q', { ...args, 'x-queue-type': 'quorum' }),
    inequivalent('x-queue-type', "'quorum'", "'classic'"),
  )
  fixture.queue('r', { 'x-queue-type': 'quorum' })
  assert.throws(() => fixture.queue('r'), /received 'classic' but current is 'quorum'/)
})

test('a declaration of a queue that exists renews its lease and tells its counts', () => {
  const fixture = new DoorFixture()
  fixture.queue('q')
  fixture.port.counts.set(fixture.idOf('q'), { ready: 3, unacked: 1, consumers: 2, readyBytes: 9 })
  const request = { name: 'q', durable: true, exclusive: false, autoDelete: false, arguments: new Map() }
  const declared = fixture.doors.declareQueue(fixture.actor, VHOST, request)
  assert.deepEqual(declared, { name: 'q', messageCount: 3, consumerCount: 2, durable: undefined })
  assert.deepEqual(fixture.doors.checkQueue(fixture.actor, VHOST, 'q'), declared)
  assert.deepEqual(
    fixture.port.calls.filter((call) => call.startsWith('touch')),
    ['touch q'],
  )
})

test('the type comes from the client, the vhost or the node, gives way to the flags, and is kept as an argument', () => {
  const fixture = new DoorFixture({ defaultQueueType: 'stream' })
  const typeOf = (name: string) => {
    const { type, arguments: args } = fixture.doors.topology.vhosts.get(VHOST)!.queues.get(name)!
    assert.deepEqual(args.get('x-queue-type'), field.string(type))
    return type
  }
  assert.equal(typeOf(fixture.queue('node')), 'stream')
  fixture.doors.setVhostMetadata(fixture.actor, VHOST, { defaultQueueType: 'quorum' })
  assert.equal(typeOf(fixture.queue('vhost')), 'quorum')
  assert.equal(typeOf(fixture.queue('vhost')), 'quorum')
  assert.equal(typeOf(fixture.queue('said', { 'x-queue-type': 'classic' })), 'classic')
  assert.equal(typeOf(fixture.queue('transient', {}, { durable: false })), 'classic')
  assert.equal(typeOf(fixture.queue('exclusive', {}, { exclusive: true })), 'classic')
  assert.equal(typeOf(fixture.queue('auto', {}, { autoDelete: true })), 'classic')
  assert.equal(typeOf(fixture.queue('', {}, { exclusive: true })), 'classic')
  assert.throws(
    () => fixture.queue('vhost', { 'x-queue-type': 'classic' }),
    /received 'classic' but current is 'quorum'/,
  )
})

test('a server-named queue has 22 characters that nobody can guess, and the permission is asked for its name', () => {
  const fixture = new DoorFixture()
  const name = fixture.queue('', {}, { exclusive: true })
  assert.match(name, /^amq\.gen-[A-Za-z0-9_-]{22}$/)
  assert.notEqual(fixture.queue(''), name)
  assert.ok(fixture.permissions.asked.includes(`configure queue ${name}`))
  fixture.queue(name, {}, { exclusive: true })
  assert.match(fixture.queue('\r\n'), /^amq\.gen-/)
})

test('reserved names are refused for new queues only', () => {
  const fixture = new DoorFixture()
  assertRefused(
    () => fixture.queue('amq.mine'),
    "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'",
  )
  assertRefused(
    () => fixture.doors.checkQueue(fixture.actor, VHOST, 'amq.mine'),
    "NOT_FOUND - no queue 'amq.mine' in vhost '/'",
  )
})

test('a dead letter exchange has to be text, and takes read on the queue and write on the exchange', () => {
  const fixture = new DoorFixture()
  fixture.permissions.denied.add('write exchange other').add('write exchange amq.default')
  assertRefused(
    () => fixture.queue('q', { 'x-dead-letter-exchange': 5 }),
    refused("invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'"),
  )
  assertRefused(
    () => fixture.queue('q', { 'x-dead-letter-exchange': 'other' }),
    "ACCESS_REFUSED - write access to exchange 'other' in vhost '/' refused for user 'guest'",
  )
  assertRefused(
    () => fixture.queue('q', { 'x-dead-letter-exchange': '' }),
    "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost '/' refused for user 'guest'",
  )
  fixture.queue('q', { 'x-dead-letter-exchange': 'mine', 'x-dead-letter-routing-key': 'k' })
  assertRefused(
    () => fixture.queue('r', { 'x-dead-letter-exchange': 'mine', 'x-dead-letter-routing-key': 5 }),
    refused(
      "invalid arg 'x-dead-letter-routing-key' for queue 'r' in vhost '/': {unacceptable_type,signedint}",
    ),
  )
})

test('an exclusive queue is locked for other connections, whatever the method, and goes with its own', () => {
  const fixture = new DoorFixture()
  const { doors, actor, stranger } = fixture
  fixture.queue('q', {}, { exclusive: true })
  fixture.queue('q', {}, { exclusive: true, durable: false })
  assertRefused(() => fixture.queue('q'), LOCKED)
  assertRefused(() => fixture.queue('q', {}, { exclusive: true }, stranger), LOCKED)
  assertRefused(() => doors.checkQueue(stranger, VHOST, 'q'), LOCKED)
  assertRefused(() => doors.purgeQueue(stranger, VHOST, 'q'), LOCKED)
  assertRefused(() => fixture.deleteQueue('q', {}, stranger), LOCKED)
  assertRefused(() => doors.queueToRead(stranger, VHOST, 'q'), LOCKED)
  assert.equal(doors.queueToRead(actor, VHOST, 'q').name, 'q')
  fixture.bind('amq.fanout', 'q')
  fixture.queue('shared')
  doors.releaseConnection(stranger.connectionId)
  assert.ok(fixture.has('queues', 'q'))
  doors.releaseConnection(actor.connectionId)
  doors.releaseConnection(actor.connectionId)
  assert.ok(!fixture.has('queues', 'q'))
  assert.ok(fixture.has('queues', 'shared'))
  assert.deepEqual(
    [...fixture.port.queues.values()].map(({ name }) => name),
    ['shared'],
  )
  assert.deepEqual(fixture.route('amq.fanout', ''), [])
})

test('deleting tells the count, holds to the conditions, and succeeds for what is not there', () => {
  const fixture = new DoorFixture()
  fixture.queue('q')
  fixture.port.counts.set(fixture.idOf('q'), { ready: 2, unacked: 1, consumers: 1, readyBytes: 0 })
  assertRefused(() => fixture.deleteQueue('q', { ifUnused: true }), refused("queue 'q' in vhost '/' in use"))
  assertRefused(
    () => fixture.deleteQueue('q', { ifEmpty: true }),
    refused("queue 'q' in vhost '/' not empty"),
  )
  assert.ok(fixture.has('queues', 'q'))
  assert.equal(fixture.deleteQueue('q'), 2)
  assert.equal(fixture.deleteQueue('q', { ifUnused: true, ifEmpty: true }), 0)
})

test('a queue that its last consumer leaves in the middle of its deletion is deleted once', () => {
  const fixture = new DoorFixture()
  fixture.queue('q', {}, { autoDelete: true })
  fixture.port.onDelete = (id) => fixture.doors.queueUnused(id)
  fixture.takeEvents()
  fixture.deleteQueue('q')
  assert.deepEqual(fixture.takeEvents(), ['queue.deleted'])
  fixture.doors.queueUnused(1)
})

test('a queue that its shard finds unused goes, with its bindings', () => {
  const fixture = new DoorFixture()
  fixture.bind('amq.fanout', fixture.queue('q', {}, { autoDelete: true }))
  fixture.takeEvents()
  fixture.doors.queueUnused(fixture.idOf('q'))
  assert.deepEqual(fixture.takeEvents(), ['binding.deleted', 'queue.deleted'])
  assert.deepEqual(fixture.route('amq.fanout', ''), [])
})

test('reading and purging: the permission, then existence, then the type', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  fixture.queue('s', { 'x-queue-type': 'stream' })
  assertRefused(
    () => doors.purgeQueue(actor, VHOST, 's'),
    "NOT_IMPLEMENTED - queue.purge not supported by stream queues queue 's' in vhost '/'",
  )
  assertRefused(
    () => doors.purgeQueue(actor, VHOST, 'missing'),
    "NOT_FOUND - no queue 'missing' in vhost '/'",
  )
  fixture.permissions.denied.add('read queue missing')
  const refusal = "ACCESS_REFUSED - read access to queue 'missing' in vhost '/' refused for user 'guest'"
  assertRefused(() => doors.purgeQueue(actor, VHOST, 'missing'), refusal)
  assertRefused(() => doors.queueToRead(actor, VHOST, 'missing'), refusal)
})

test('there may be no more queues than the vhost and the node allow; those that exist stay', () => {
  const fixture = new DoorFixture({ queueMax: 3 })
  fixture.queue('q1')
  fixture.doors.setVhostLimit(fixture.actor, VHOST, 'max-queues', 2)
  fixture.queue('q2')
  fixture.queue('q2')
  assertRefused(
    () => fixture.queue('q3'),
    refused("cannot declare queue 'q3': queue limit in vhost '/' (2) is reached"),
  )
  fixture.doors.setVhostLimit(fixture.actor, VHOST, 'max-queues', -1)
  fixture.queue('q3')
  assertRefused(
    () => fixture.queue('q4'),
    refused("cannot declare queue 'q4': queue limit in cluster (3) is reached"),
  )
  fixture.doors.setVhostLimit(fixture.actor, VHOST, 'max-queues', 0)
  assertRefused(
    () => fixture.queue('q4'),
    refused("cannot declare queue 'q4': queue limit in vhost '/' (0) is reached"),
  )
})

test('what the shard makes the queue from', () => {
  const fixture = new DoorFixture()
  fixture.queue('q', { 'x-max-priority': 0, 'x-single-active-consumer': true, 'x-message-ttl': 5 })
  const definition = fixture.port.queues.get(fixture.idOf('q'))!
  assert.equal(definition.maxPriority, 1)
  assert.equal(definition.singleActiveConsumer, true)
  assert.equal(definition.settings.messageTtlMs, 5)
  fixture.queue('plain')
  assert.equal(fixture.port.queues.get(fixture.idOf('plain'))!.maxPriority, 0)
})

test('dead letters go where the exchange sends them, and nowhere when it is gone', () => {
  const fixture = new DoorFixture()
  for (const name of ['a', 'b']) fixture.bind('amq.direct', fixture.queue(name), name)
  const dead = (exchange: string, keys: readonly string[]) =>
    fixture.namesOf(fixture.doors.routeDeadLetter(VHOST, exchange, keys, messageWith({})))
  assert.deepEqual(dead('amq.direct', ['a']), ['a'])
  assert.deepEqual(dead('amq.direct', ['a', 'b', 'c']), ['a', 'b'])
  assert.deepEqual(dead('', ['b']), ['b'])
  assert.deepEqual(dead('missing', ['a']), [])
  assert.deepEqual(fixture.doors.routeDeadLetter('gone', '', ['a'], messageWith({})), [])
})
