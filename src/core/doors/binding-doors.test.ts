import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentsOf, assertRefused, DoorFixture, VHOST } from '../../../test/support/doors.js'

const toExchange = { destinationKind: 'exchange' } as const

test('the same binding twice is one, with other arguments it is another', () => {
  const fixture = new DoorFixture()
  fixture.queue('q')
  const args = { arguments: argumentsOf({ a: 1, b: 'x' }) }
  const reordered = { arguments: argumentsOf({ b: 'x', a: 1 }) }
  fixture.bind('amq.direct', 'q', 'k', args)
  fixture.bind('amq.direct', 'q', 'k', reordered)
  fixture.bind('amq.direct', 'q', 'k')
  const { bindings } = { bindings: [...fixture.doors.topology.vhosts.get(VHOST)!.bindings()] }
  assert.equal(bindings.length, 2)
  fixture.unbind('amq.direct', 'q', 'k', reordered)
  assert.deepEqual(fixture.route('amq.direct', 'k'), ['q'])
  fixture.unbind('amq.direct', 'q', 'k')
  assert.deepEqual(fixture.route('amq.direct', 'k'), [])
})

test('binding what is missing is refused, the source first; unbinding it succeeds', () => {
  const fixture = new DoorFixture()
  fixture.queue('q')
  fixture.exchange('x')
  assertRefused(() => fixture.bind('x', 'missing'), "NOT_FOUND - no queue 'missing' in vhost '/'")
  assertRefused(() => fixture.bind('missing', 'q'), "NOT_FOUND - no exchange 'missing' in vhost '/'")
  assertRefused(() => fixture.bind('missing2', 'missing'), "NOT_FOUND - no exchange 'missing2' in vhost '/'")
  assertRefused(
    () => fixture.bind('x', 'missing', '', toExchange),
    "NOT_FOUND - no exchange 'missing' in vhost '/'",
  )
  fixture.unbind('x', 'missing')
  fixture.unbind('missing', 'q')
  fixture.unbind('x', 'q', 'nothing')
  fixture.unbind('x', 'missing', '', toExchange)
})

test('binding takes write on the destination and read on the source, asked in that order, and so does unbinding', () => {
  const fixture = new DoorFixture()
  fixture.queue('r-q')
  fixture.exchange('w-x')
  fixture.permissions.denied.add('write queue r-q').add('read exchange w-x').add('write exchange r-x')
  const refusal = (what: string) => `ACCESS_REFUSED - ${what} in vhost '/' refused for user 'guest'`
  for (const method of ['bind', 'unbind'] as const) {
    assertRefused(() => fixture[method]('w-x', 'r-q'), refusal("write access to queue 'r-q'"))
    assertRefused(() => fixture[method]('w-x', 'other'), refusal("read access to exchange 'w-x'"))
    assertRefused(
      () => fixture[method]('w-x', 'r-x', '', toExchange),
      refusal("write access to exchange 'r-x'"),
    )
  }
})

test('topic permissions are asked for the binding keys of topic exchanges', () => {
  const fixture = new DoorFixture()
  fixture.queue('q')
  fixture.permissions.denied.add('read topic #')
  for (const method of ['bind', 'unbind'] as const) {
    assertRefused(
      () => fixture[method]('amq.topic', 'q', '#'),
      "ACCESS_REFUSED - read access to topic '#' in exchange 'amq.topic' in vhost '/' refused for user 'guest'",
    )
    fixture[method]('amq.direct', 'q', '#')
  }
})

test("another connection's queue cannot be bound; unbinding what was never bound succeeds", () => {
  const fixture = new DoorFixture()
  fixture.queue('q', {}, { exclusive: true })
  const locked =
    "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration."
  assertRefused(() => fixture.bind('amq.fanout', 'q', '', {}, fixture.stranger), locked)
  fixture.unbind('amq.fanout', 'q', '', {}, fixture.stranger)
  fixture.bind('amq.fanout', 'q')
  assertRefused(() => fixture.unbind('amq.fanout', 'q', '', {}, fixture.stranger), locked)
})

test('a direct reply-to queue cannot be bound', () => {
  const fixture = new DoorFixture()
  assertRefused(
    () => fixture.bind('amq.direct', 'amq.rabbitmq.reply-to.abc', 'k'),
    'ACCESS_REFUSED - cannot bind or unbind to a volatile (direct reply-to) queue',
  )
})

test('only bindings between what is durable are written down', () => {
  const fixture = new DoorFixture()
  fixture.exchange('transient', 'direct', { durable: false })
  fixture.queue('durable')
  fixture.queue('exclusive', {}, { exclusive: true })
  fixture.log.changes.length = 0
  fixture.bind('transient', 'durable')
  fixture.bind('amq.direct', 'exclusive')
  assert.deepEqual(fixture.log.changes, [])
  fixture.bind('amq.direct', 'durable', 'k')
  fixture.bind('amq.direct', 'durable', 'k')
  fixture.unbind('amq.direct', 'durable', 'k')
  assert.deepEqual(
    fixture.log.changes.map(({ kind }) => kind),
    ['binding-put', 'binding-delete'],
  )
})
