import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture, VHOST } from '../../../test/support/doors.js'
import { field } from '../../protocol/amqp091/field-table.js'

const alternate = (name: string) => ({ arguments: new Map([['alternate-exchange', field.string(name)]]) })

test('every vhost has the predeclared exchanges, durable, and the trace exchange internal', () => {
  const fixture = new DoorFixture()
  const { exchanges } = fixture.doors.topology.vhosts.get(VHOST)!
  assert.deepEqual(
    [...exchanges.values()]
      .map(({ name, type, durable, internal }) => `${name} ${type} ${durable} ${internal}`)
      .sort(),
    [
      ' direct true false',
      'amq.direct direct true false',
      'amq.fanout fanout true false',
      'amq.headers headers true false',
      'amq.match headers true false',
      'amq.rabbitmq.trace topic true true',
      'amq.topic topic true false',
    ],
  )
})

test('an exchange declared again has to be the same, and only its alternate exchange counts of its arguments', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct', alternate('ae'))
  fixture.exchange('x', 'direct', {
    arguments: new Map([
      ['alternate-exchange', field.string('ae')],
      ['x-unknown', field.int(1)],
    ]),
  })
  const inequivalent = (name: string, received: string, current: string) =>
    `PRECONDITION_FAILED - inequivalent arg '${name}' for exchange 'x' in vhost '/': received ${received} but current is ${current}`
  assertRefused(() => fixture.exchange('x', 'fanout'), inequivalent('type', "'fanout'", "'direct'"))
  assertRefused(
    () => fixture.exchange('x', 'direct', { durable: false }),
    inequivalent('durable', "'false'", "'true'"),
  )
  assertRefused(
    () => fixture.exchange('x', 'direct', { autoDelete: true }),
    inequivalent('auto_delete', "'true'", "'false'"),
  )
  assertRefused(
    () => fixture.exchange('x', 'direct', { internal: true }),
    inequivalent('internal', "'true'", "'false'"),
  )
  assertRefused(
    () => fixture.exchange('x', 'direct', alternate('other')),
    inequivalent('alternate-exchange', "'other'", "'ae'"),
  )
  assertRefused(
    () => fixture.exchange('x'),
    inequivalent('alternate-exchange', 'none', "the value 'ae' of type 'longstr'"),
  )
})

test('an unknown type, a reserved name and an alternate exchange that is no text are refused', () => {
  const fixture = new DoorFixture()
  assertRefused(
    () => fixture.exchange('x', 'no-such-type'),
    "PRECONDITION_FAILED - unknown exchange type 'no-such-type'",
  )
  assertRefused(
    () => fixture.exchange('amq.mine'),
    "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'",
  )
  assertRefused(
    () => fixture.exchange('x', 'direct', { arguments: new Map([['alternate-exchange', field.int(5)]]) }),
    "PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange 'x' in vhost '/'",
  )
  fixture.exchange('amq.direct', 'direct')
  assertRefused(
    () => fixture.exchange('amq.direct', 'fanout'),
    "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'amq.direct' in vhost '/': received 'fanout' but current is 'direct'",
  )
})

test('nothing can be done to the default exchange but publish', () => {
  const fixture = new DoorFixture()
  const refusal = 'ACCESS_REFUSED - operation not permitted on the default exchange'
  fixture.queue('q')
  fixture.exchange('x')
  const toExchange = { destinationKind: 'exchange' } as const
  assertRefused(() => fixture.exchange(''), refusal)
  assertRefused(() => fixture.doors.checkExchange(fixture.actor, VHOST, ''), refusal)
  assertRefused(() => fixture.deleteExchange(''), refusal)
  assertRefused(() => fixture.bind('', 'q', 'q'), refusal)
  assertRefused(() => fixture.unbind('', 'q', 'q'), refusal)
  assertRefused(() => fixture.bind('', 'x', 'k', toExchange), refusal)
  assertRefused(() => fixture.bind('x', '', 'k', toExchange), refusal)
  fixture.doors.exchangeToPublish(fixture.actor, VHOST, '')
})

test('system exchanges stay, absent ones may be deleted, and if-unused asks for bindings', () => {
  const fixture = new DoorFixture()
  for (const name of ['amq.direct', 'amq.unknown']) {
    assertRefused(
      () => fixture.deleteExchange(name),
      `ACCESS_REFUSED - deletion of system exchange '${name}' in vhost '/' not allowed`,
    )
  }
  fixture.deleteExchange('missing', true)
  fixture.exchange('x')
  fixture.bind('x', fixture.queue('q'), 'k')
  assertRefused(
    () => fixture.deleteExchange('x', true),
    "PRECONDITION_FAILED - exchange 'x' in vhost '/' in use",
  )
  fixture.unbind('x', 'q', 'k')
  fixture.deleteExchange('x', true)
  assertRefused(
    () => fixture.doors.checkExchange(fixture.actor, VHOST, 'x'),
    "NOT_FOUND - no exchange 'x' in vhost '/'",
  )
})

test('bindings go with the exchange, on both sides', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'fanout')
  fixture.bind('x', fixture.queue('q'))
  fixture.bind('amq.fanout', 'x', '', { destinationKind: 'exchange' })
  fixture.deleteExchange('x')
  fixture.exchange('x', 'fanout')
  assert.deepEqual(fixture.route('x', ''), [])
  fixture.bind('x', 'q')
  assert.deepEqual(fixture.route('amq.fanout', ''), [])
})

test('an auto-delete exchange goes with its last binding, not before the first', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct', { autoDelete: true })
  fixture.queue('q')
  fixture.bind('x', 'q', '1')
  fixture.bind('x', 'q', '2')
  fixture.unbind('x', 'q', '1')
  assert.ok(fixture.has('exchanges', 'x'))
  fixture.unbind('x', 'q', '2')
  assert.ok(!fixture.has('exchanges', 'x'))
})

test('the end of an auto-delete exchange ends those that led to it alone', () => {
  const fixture = new DoorFixture()
  const toExchange = { destinationKind: 'exchange' } as const
  for (const name of ['a', 'b', 'c']) fixture.exchange(name, 'fanout', { autoDelete: true })
  fixture.exchange('keeper', 'fanout')
  fixture.bind('a', 'b', '', toExchange)
  fixture.bind('b', 'c', '', toExchange)
  fixture.bind('keeper', 'c', '', toExchange)
  fixture.bind('c', fixture.queue('q'))
  fixture.takeEvents()
  fixture.deleteQueue('q')
  for (const name of ['a', 'b', 'c']) assert.ok(!fixture.has('exchanges', name), name)
  assert.ok(fixture.has('exchanges', 'keeper'))
  const events = fixture.takeEvents()
  assert.equal(events.filter((name) => name === 'exchange.deleted').length, 3)
  assert.equal(events.filter((name) => name === 'binding.deleted').length, 4)
})

test('publishing to a missing or internal exchange is refused, the permission before all', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'fanout', { internal: true })
  const publishTo = (name: string) => fixture.doors.exchangeToPublish(fixture.actor, VHOST, name)
  assertRefused(() => publishTo('missing'), "NOT_FOUND - no exchange 'missing' in vhost '/'")
  assertRefused(() => publishTo('x'), "ACCESS_REFUSED - cannot publish to internal exchange 'x' in vhost '/'")
  fixture.permissions.denied.add('write exchange missing').add('write exchange amq.default')
  assertRefused(
    () => publishTo('missing'),
    "ACCESS_REFUSED - write access to exchange 'missing' in vhost '/' refused for user 'guest'",
  )
  assertRefused(
    () => publishTo(''),
    "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost '/' refused for user 'guest'",
  )
})

test('an alternate exchange takes read on the exchange and write on the alternate, when the exchange is new', () => {
  const fixture = new DoorFixture()
  fixture.permissions.denied.add('write exchange other').add('read exchange e3')
  assertRefused(
    () => fixture.exchange('e2', 'fanout', alternate('other')),
    "ACCESS_REFUSED - write access to exchange 'other' in vhost '/' refused for user 'guest'",
  )
  assertRefused(
    () => fixture.exchange('e3', 'fanout', alternate('fine')),
    "ACCESS_REFUSED - read access to exchange 'e3' in vhost '/' refused for user 'guest'",
  )
  assert.ok(!fixture.has('exchanges', 'e2'))
})

test('declaring, passively declaring and deleting are asked for by name, whether it exists or not', () => {
  const fixture = new DoorFixture()
  fixture.permissions.denied.add('configure exchange other')
  const refusal =
    "ACCESS_REFUSED - configure access to exchange 'other' in vhost '/' refused for user 'guest'"
  assertRefused(() => fixture.exchange('other'), refusal)
  assertRefused(() => fixture.doors.checkExchange(fixture.actor, VHOST, 'other'), refusal)
  assertRefused(() => fixture.deleteExchange('other'), refusal)
})

test('line ends are taken out of names', () => {
  const fixture = new DoorFixture()
  fixture.exchange('line\r\nfeed')
  assert.ok(fixture.has('exchanges', 'linefeed'))
  fixture.deleteExchange('line\nfeed')
  assert.ok(!fixture.has('exchanges', 'linefeed'))
})

test('there may be no more exchanges than the node allows', () => {
  const fixture = new DoorFixture({ exchangeMax: 8 })
  fixture.exchange('x')
  fixture.exchange('x')
  assertRefused(
    () => fixture.exchange('y'),
    "PRECONDITION_FAILED - cannot declare exchange 'y' in vhost '/': exchange limit of 8 is reached",
  )
})
