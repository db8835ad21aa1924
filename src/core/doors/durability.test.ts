import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DoorFixture, VHOST } from '../../../test/support/doors.js'
import type { Durable } from '../doors.js'

const NOTHING = new Map()

test('whoever changes what outlives a restart, or finds it done already, waits for the log', () => {
  const fixture = new DoorFixture()
  const { doors, actor, log } = fixture
  const exchange = {
    name: 'x',
    type: 'fanout',
    durable: true,
    autoDelete: false,
    internal: false,
    arguments: NOTHING,
  }
  const queue = { name: 'q', durable: true, exclusive: false, autoDelete: false, arguments: NOTHING }
  const binding = {
    source: 'x',
    destinationKind: 'queue',
    destination: 'q',
    routingKey: '',
    arguments: NOTHING,
  } as const
  const policy = { name: 'p', pattern: '', definition: { 'max-length': 1 } }
  const unconditional = { ifUnused: false, ifEmpty: false }
  const changes: readonly (() => Durable)[] = [
    () => doors.createVhost(actor, 'v').durable,
    () => doors.declareExchange(actor, VHOST, exchange),
    () => doors.declareQueue(actor, VHOST, queue).durable,
    () => doors.bind(actor, VHOST, binding),
    () => doors.setPolicy(actor, VHOST, policy).durable,
    () => doors.unbind(actor, VHOST, binding),
    () => doors.deleteQueue(actor, VHOST, 'q', unconditional).durable,
    () => doors.deleteExchange(actor, VHOST, 'x', false),
  ]
  for (const change of changes) {
    for (const attempt of ['first', 'again']) {
      log.pending = Promise.resolve()
      assert.equal(change(), log.pending, `${attempt}: ${change}`)
    }
  }
  log.pending = undefined
  assert.equal(doors.declareQueue(actor, VHOST, queue).durable, undefined)
})

test('transient things wait for nothing and leave nothing in the log', () => {
  const fixture = new DoorFixture()
  const { doors, actor, log } = fixture
  fixture.queue('first')
  log.changes.length = 0
  log.pending = Promise.resolve()
  const request = { name: 'q', durable: false, exclusive: false, autoDelete: false, arguments: NOTHING }
  assert.equal(doors.declareQueue(actor, VHOST, request).durable, undefined)
  const exclusive = { ...request, name: 'e', durable: true, exclusive: true }
  assert.equal(doors.declareQueue(actor, VHOST, exclusive).durable, undefined)
  fixture.exchange('x', 'fanout', { durable: false })
  fixture.bind('x', 'q')
  fixture.deleteQueue('q')
  fixture.deleteExchange('x')
  doors.releaseConnection(actor.connectionId)
  assert.deepEqual(log.changes, [])
})

test('what an auto-delete exchange takes with it is written down before the answer', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'fanout', { autoDelete: true })
  fixture.bind('x', fixture.queue('q'))
  fixture.log.changes.length = 0
  fixture.deleteQueue('q')
  assert.deepEqual(
    fixture.log.changes.map(({ kind }) => kind),
    ['queue-delete', 'exchange-delete'],
  )
})

test('a queue that the shard cannot make is not declared', () => {
  const fixture = new DoorFixture()
  fixture.port.createQueue = () => {
    throw new Error('disk is gone')
  }
  fixture.takeEvents()
  assert.throws(() => fixture.queue('q'), /disk is gone/)
  assert.ok(!fixture.has('queues', 'q'))
  assert.deepEqual(fixture.takeEvents(), [])
  assert.ok(fixture.log.changes.every(({ kind }) => kind !== 'queue-put'))
})
