import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture, VHOST } from '../../../test/support/doors.js'

test('a vhost is made once, and what is said of it can change', () => {
  const { doors, actor } = new DoorFixture({ vhostMax: 2 })
  assert.equal(doors.createVhost(actor, 'v', { description: 'd', tags: ['one'] }).created, true)
  assert.equal(doors.createVhost(actor, 'v', { description: 'other' }).created, false)
  doors.setVhostMetadata(actor, 'v', { defaultQueueType: 'quorum' })
  assert.deepEqual(doors.topology.vhosts.get('v')!.metadata, {
    description: 'd',
    tags: ['one'],
    defaultQueueType: 'quorum',
    protectedFromDeletion: false,
  })
  assertRefused(
    () => doors.createVhost(actor, 'w'),
    "PRECONDITION_FAILED - cannot create vhost 'w': vhost limit of 2 is reached",
  )
})

test('a vhost is deleted with everything in it', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  fixture.queue('q')
  fixture.queue('exclusive', {}, { exclusive: true })
  fixture.exchange('x', 'fanout', { autoDelete: true })
  fixture.bind('x', 'q')
  const target = doors.exchangeToPublish(actor, VHOST, 'x')
  const nameless = doors.exchangeToPublish(actor, VHOST, '')
  fixture.takeEvents()
  doors.deleteVhost(actor, VHOST)
  assert.equal(fixture.takeEvents().at(-1), 'vhost.deleted')
  assert.equal(fixture.port.queues.size, 0)
  assert.equal(doors.topology.queueCount, 0)
  assert.ok(target.stale && nameless.stale)
  assertRefused(() => doors.exchangeToPublish(actor, VHOST, 'x'), "NOT_FOUND - no vhost '/'")
  doors.releaseConnection(actor.connectionId)
  assert.deepEqual(fixture.log.changes.at(-1), { kind: 'vhost-delete', vhost: VHOST })
})

test('a vhost can be protected from deletion', () => {
  const { doors, actor } = new DoorFixture()
  doors.setVhostMetadata(actor, VHOST, { protectedFromDeletion: true })
  assertRefused(
    () => doors.deleteVhost(actor, VHOST),
    "PRECONDITION_FAILED - vhost '/' is protected from deletion",
  )
  doors.setVhostMetadata(actor, VHOST, { protectedFromDeletion: false })
  doors.deleteVhost(actor, VHOST)
})

test('the same names in two vhosts are strangers', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  fixture.queue('q')
  doors.createVhost(actor, 'v')
  const request = { name: 'q', durable: true, exclusive: false, autoDelete: false, arguments: new Map() }
  doors.declareQueue(actor, 'v', request)
  fixture.bind('amq.fanout', 'q')
  doors.deleteVhost(actor, 'v')
  assert.deepEqual(fixture.route('amq.fanout', ''), ['q'])
  assert.equal(doors.topology.queueCount, 1)
})

test('parameters are checked by the owner of their component', () => {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  const failed = (complaint: string) => `PRECONDITION_FAILED - Validation failed\n\n${complaint}\n`
  assertRefused(
    () => doors.setParameter(actor, VHOST, 'nonsense', 'p', 1),
    failed('component nonsense not found'),
  )
  assertRefused(
    () => doors.setParameter(actor, VHOST, 'policy', 'p', {}),
    failed('policies may not be set using this method'),
  )
  const complaint = (_vhost: string, _name: string, value: unknown) => (value === 1 ? undefined : 'not one')
  doors.parameterComponents.register({ name: 'shovel', complaint })
  assertRefused(() => doors.setParameter(actor, VHOST, 'shovel', 's', 2), failed('not one'))
  assert.equal(doors.setParameter(actor, VHOST, 'shovel', 's', 1).created, true)
  assert.equal(doors.setParameter(actor, VHOST, 'shovel', 's', 1).created, false)
  doors.clearParameter(actor, VHOST, 'shovel', 's')
  assert.throws(() => doors.clearParameter(actor, VHOST, 'shovel', 's'), /NOT_FOUND/)
  assertRefused(
    () => doors.setParameter(actor, VHOST, 'vhost-limits', 'limits', { 'max-queues': 'x' }),
    failed('max-queues should be a number, actually was <<"x">>'),
  )
  doors.setParameter(actor, VHOST, 'vhost-limits', 'limits', { 'max-queues': 5, 'max-connections': 0 })
  doors.clearVhostLimit(actor, VHOST, 'max-connections')
  assert.deepEqual(doors.topology.vhosts.get(VHOST)!.limits, { maxQueues: 5 })
})
