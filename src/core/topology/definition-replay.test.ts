import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentsOf, DoorFixture, VHOST } from '../../../test/support/doors.js'
import { randomFrom } from '../../../test/support/random.js'
import { field } from '../../protocol/amqp091/field-table.js'
import type { DefinitionChange } from '../definition-log.js'
import { QUEUE_ID_BLOCK } from '../doors/queue-ids.js'

/** What a restart may see of a topology: everything durable, in any order, ids and settings included. */
function durablePart(fixture: DoorFixture): unknown {
  const sorted = (lines: readonly string[]) => [...lines].sort()
  const changes = [...fixture.doors.snapshot()].filter(({ kind }) => kind !== 'queue-id-floor')
  const queues = [...fixture.port.queues.values()].filter(({ durable }) => durable)
  const shards = queues.map((queue) => shown({ ...queue, settings: fixture.port.settings.get(queue.id) }))
  return { changes: sorted(changes.map(shown)), shards: sorted(shards) }
}

function shown(value: object): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Map ? [...part].sort() : part,
  )
}

function someNode(): DoorFixture {
  const fixture = new DoorFixture()
  const { doors, actor } = fixture
  doors.createVhost(actor, 'v', { description: 'other', defaultQueueType: 'quorum' })
  doors.setVhostLimit(actor, 'v', 'max-queues', 7)
  doors.setGlobalParameter(actor, 'cluster_name', { a: [1, 'x'] })
  doors.parameterComponents.register({ name: 'shovel', complaint: () => undefined })
  doors.setParameter(actor, VHOST, 'shovel', 's', { 'src-uri': 'amqp://' })
  doors.setPolicy(actor, VHOST, { name: 'p', pattern: '^q', definition: { 'max-length': 5 } })
  doors.setOperatorPolicy(actor, VHOST, {
    name: 'op',
    pattern: '.*',
    definition: { 'max-length': 3 },
    priority: 2,
  })
  const args = new Map([
    ['alternate-exchange', field.string('ae')],
    ['x', field.long(5n)],
  ])
  fixture.exchange('x', 'headers', { arguments: args })
  fixture.exchange('auto', 'topic', { autoDelete: true })
  fixture.exchange('transient', 'fanout', { durable: false })
  fixture.queue('q1', { 'x-message-ttl': 1_000, 'x-unknown': [1, { a: null }] })
  fixture.queue('q2', { 'x-queue-type': 'quorum', 'x-delivery-limit': 4 })
  fixture.queue('gone')
  fixture.queue('transient', {}, { durable: false })
  fixture.queue('exclusive', {}, { exclusive: true })
  fixture.bind('x', 'q1', 'k', { arguments: argumentsOf({ 'x-match': 'any', n: 1 }) })
  fixture.bind('auto', 'q2', 'a.#')
  fixture.bind('auto', 'gone', 'b')
  fixture.bind('amq.topic', 'auto', 'e2e', { destinationKind: 'exchange' })
  fixture.bind('amq.topic', 'transient', 'gone-after')
  fixture.deleteQueue('gone')
  return fixture
}

test('the changes that were written down make the same topology again, queues under their ids on the shard', () => {
  const before = someNode()
  const after = new DoorFixture({}, before.log.changes)
  assert.deepEqual(durablePart(after), durablePart(before))
  assert.equal(after.idOf('q2'), before.idOf('q2'))
  assert.equal(after.port.settingsOf('q1').maxLength, 3)
  assert.ok(!after.has('queues', 'transient') && !after.has('exchanges', 'transient'))
  const headers = { headers: argumentsOf({ n: 1 }) }
  assert.deepEqual(after.route('x', 'any', headers), ['q1'])
  assert.deepEqual(after.route('amq.topic', 'e2e'), [])
  assert.deepEqual(after.log.changes, [], 'a restart writes nothing')
})

test('a snapshot makes the same topology as all the changes that led to it', () => {
  const before = someNode()
  const after = new DoorFixture({}, [...before.doors.snapshot()])
  assert.deepEqual(durablePart(after), durablePart(before))
  assert.deepEqual([...after.doors.snapshot()].map(shown), [...before.doors.snapshot()].map(shown))
})

test('an id that a transient queue had is not given out again after a restart', () => {
  const before = new DoorFixture()
  before.queue('durable')
  before.queue('transient', {}, { durable: false })
  const used = before.idOf('transient')
  const after = new DoorFixture({}, before.log.changes)
  after.queue('new')
  assert.ok(after.idOf('new') > used)
  for (let i = 0; i < QUEUE_ID_BLOCK; i++) after.queue(`t${i}`, {}, { durable: false })
  const third = new DoorFixture({}, [...before.log.changes, ...after.log.changes])
  third.queue('new2')
  assert.ok(third.idOf('new2') > after.idOf(`t${QUEUE_ID_BLOCK - 1}`))
})

test('replay is deterministic: any sequence of operations comes back as it was, after every restart', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]
  const names = ['n1', 'n2', 'n3', 'n4']
  let fixture = new DoorFixture()
  let written: DefinitionChange[] = []
  for (let round = 0; round < 1_500; round++) {
    const operations: readonly (() => void)[] = [
      () =>
        fixture.exchange(one(names), one(['direct', 'topic']), {
          autoDelete: random() < 0.5,
          durable: random() < 0.8,
        }),
      () =>
        fixture.queue(one(names), random() < 0.5 ? { 'x-max-length': 5 } : {}, { durable: random() < 0.8 }),
      () => fixture.bind(one(names), one(names), one(names)),
      () => fixture.bind(one(names), one(names), one(names), { destinationKind: 'exchange' }),
      () => fixture.unbind(one(names), one(names), one(names)),
      () => fixture.deleteQueue(one(names)),
      () => fixture.deleteExchange(one(names)),
      () =>
        fixture.doors.setPolicy(fixture.actor, VHOST, {
          name: one(names),
          pattern: one(names),
          definition: { 'max-length': Math.floor(random() * 9) },
          priority: Math.floor(random() * 3),
        }),
      () => fixture.doors.clearPolicy(fixture.actor, VHOST, one(names)),
    ]
    try {
      one(operations)()
    } catch {
      // Refused: the names stand for other things at the time.
    }
    if (random() < 0.02) {
      written = random() < 0.3 ? [...fixture.doors.snapshot()] : [...written, ...fixture.log.changes]
      const restarted = new DoorFixture({}, written)
      assert.deepEqual(durablePart(restarted), durablePart(fixture), `seed ${seed}, round ${round}`)
      fixture = restarted
    }
  }
})

test('an exchange whose type is gone after a restart stays, with its bindings, and routes nothing', () => {
  const before = new DoorFixture()
  before.doors.topology.types.register({
    name: 'x-plugin',
    description: '',
    createMatcher: () => before.doors.topology.types.createMatcher('fanout', new Map()),
  })
  before.exchange('x', 'x-plugin')
  before.bind('x', before.queue('q'))
  assert.deepEqual(before.route('x', ''), ['q'])
  const after = new DoorFixture({}, before.log.changes)
  assert.deepEqual(after.route('x', ''), [])
  assert.deepEqual(durablePart(after), durablePart(before))
})
