import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DoorFixture, messageWith, VHOST } from '../../../test/support/doors.js'
import { randomFrom } from '../../../test/support/random.js'
import { field } from '../../protocol/amqp091/field-table.js'
import type { MessageView } from '../message.js'
import { Route } from '../route.js'
import type { Exchange } from '../topology/exchange.js'
import { ALL_ROUTES_WEIGHT_MAX, ROUTE_CACHE_GENERATION_MAX, RouteBudget, RouteCache } from './route-cache.js'

const MESSAGE = messageWith({})
const alternate = (name: string) => ({ arguments: new Map([['alternate-exchange', field.string(name)]]) })
const toExchange = { destinationKind: 'exchange' } as const

test('the default exchange routes to the queue of that name', () => {
  const fixture = new DoorFixture()
  fixture.queue('q')
  assert.deepEqual(fixture.route('', 'q'), ['q'])
  assert.deepEqual(fixture.route('', 'nothing'), [])
  const target = fixture.doors.exchangeToPublish(fixture.actor, VHOST, '')
  const route = target.route('q', MESSAGE)
  assert.equal(target.route('q', MESSAGE), route)
  fixture.deleteQueue('q')
  assert.equal(route.stale, true)
  assert.deepEqual(fixture.route('', 'q'), [])
  fixture.queue('q')
  assert.deepEqual(fixture.route('', 'q'), ['q'])
})

test('direct compares keys as they are, fanout not at all', () => {
  const fixture = new DoorFixture()
  for (const queue of ['a', 'b']) fixture.queue(queue)
  fixture.bind('amq.direct', 'a', 'one')
  fixture.bind('amq.direct', 'a', 'two')
  fixture.bind('amq.direct', 'b', 'two')
  fixture.bind('amq.fanout', 'a', 'ignored')
  assert.deepEqual(fixture.route('amq.direct', 'one'), ['a'])
  assert.deepEqual(fixture.route('amq.direct', 'two'), ['a', 'b'])
  assert.deepEqual(fixture.route('amq.direct', 'ONE'), [])
  assert.deepEqual(fixture.route('amq.direct', 'one '), [])
  assert.deepEqual(fixture.route('amq.fanout', 'whatever'), ['a'])
})

test('a queue gets one copy however many ways lead to it, and cycles end', () => {
  const fixture = new DoorFixture()
  for (const name of ['a', 'b']) fixture.exchange(name, 'fanout')
  fixture.bind('a', 'b', '', toExchange)
  fixture.bind('b', 'a', '', toExchange)
  fixture.bind('a', 'a', '', toExchange)
  fixture.queue('q')
  fixture.bind('a', 'q')
  fixture.bind('b', 'q')
  const target = fixture.doors.exchangeToPublish(fixture.actor, VHOST, 'a')
  assert.deepEqual(target.route('', MESSAGE).queueIds, [fixture.idOf('q')])
})

test('several keys of one message route as one set', () => {
  const fixture = new DoorFixture()
  for (const name of ['a', 'b']) fixture.bind('amq.direct', fixture.queue(name), name)
  fixture.bind('amq.direct', 'a', 'b')
  const target = fixture.doors.exchangeToPublish(fixture.actor, VHOST, 'amq.direct')
  assert.deepEqual(fixture.namesOf(target.routeAll(['a', 'b', 'c'], MESSAGE).queueIds), ['a', 'b'])
})

test('what matches nothing goes to the alternate exchange, from there to the next, and each once', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct', alternate('y'))
  fixture.exchange('y', 'direct', alternate('z'))
  fixture.exchange('z', 'direct', alternate('x'))
  fixture.bind('x', fixture.queue('known'), 'known')
  fixture.bind('z', fixture.queue('last'), 'k')
  assert.deepEqual(fixture.route('x', 'known'), ['known'])
  assert.deepEqual(fixture.route('x', 'k'), ['last'])
  assert.deepEqual(fixture.route('x', 'nowhere'), [])
})

test('an alternate exchange that is missing is passed over, until it comes', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct', alternate('ae'))
  assert.deepEqual(fixture.route('x', 'k'), [])
  fixture.exchange('ae', 'fanout')
  fixture.bind('ae', fixture.queue('q'))
  assert.deepEqual(fixture.route('x', 'k'), ['q'])
  fixture.deleteExchange('ae')
  assert.deepEqual(fixture.route('x', 'k'), [])
})

test('an exchange that matches leads on, even if no queue lies there: then its own alternate is asked', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct', alternate('ae'))
  fixture.exchange('ae', 'fanout')
  fixture.exchange('y', 'direct')
  fixture.bind('ae', fixture.queue('q'))
  fixture.bind('x', 'y', 'k', toExchange)
  assert.deepEqual(fixture.route('x', 'k'), [])
  assert.deepEqual(fixture.route('x', 'other'), ['q'])
})

test('the default exchange as an alternate finds queues by name, also new ones', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct', alternate(''))
  assert.deepEqual(fixture.route('x', 'q'), [])
  fixture.queue('q')
  assert.deepEqual(fixture.route('x', 'q'), ['q'])
})

test('the cache of routes is bounded, and a route that leaves it is stale', () => {
  const fixture = new DoorFixture()
  fixture.bind('amq.topic', fixture.queue('q'), '#')
  const target = fixture.doors.exchangeToPublish(fixture.actor, VHOST, 'amq.topic')
  const kept = target.route('kept', MESSAGE)
  const first = target.route('first', MESSAGE)
  for (let i = 0; i < 5 * ROUTE_CACHE_GENERATION_MAX; i++) {
    target.route(`key ${i}`, MESSAGE)
    assert.equal(target.route('kept', MESSAGE), kept)
  }
  assert.equal(kept.stale, false)
  assert.equal(first.stale, true)
  const { young, old } = (
    target as unknown as { routes: { young: Map<string, Route>; old: Map<string, Route> } }
  ).routes
  assert.ok(young.size + old.size <= 2 * ROUTE_CACHE_GENERATION_MAX)
})

test('all caches together are bounded, and the oldest gives way whole', () => {
  const budget = new RouteBudget()
  const caches = Array.from({ length: 400 }, () => new RouteCache(budget))
  const weightOf = () => (budget as unknown as { weight: number }).weight
  const big = Array.from({ length: 1_000 }, (_, i) => i)
  const first = new Route(big, true)
  caches[0].set('k', first)
  for (const cache of caches) {
    for (let i = 0; i < 300; i++) {
      cache.set(`key ${i}`, new Route(big, true))
      assert.ok(weightOf() <= ALL_ROUTES_WEIGHT_MAX)
    }
  }
  assert.equal(first.stale, true)
  assert.equal(caches[0].get('k'), undefined)
  assert.notEqual(caches.at(-1)!.get('key 299'), undefined)
  for (const cache of caches) cache.drop()
  assert.equal(weightOf(), 0)
})

test('a publisher learns that its exchange is gone', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'fanout')
  const target = fixture.doors.exchangeToPublish(fixture.actor, VHOST, 'x')
  fixture.bind('x', fixture.queue('q'))
  const route = target.route('', MESSAGE)
  fixture.deleteExchange('x')
  assert.equal(target.stale, true)
  assert.equal(route.stale, true)
})

test('a change leaves the routes of exchanges that do not lead there alone', () => {
  const fixture = new DoorFixture()
  fixture.bind('amq.topic', fixture.queue('q'), 'k')
  fixture.bind('amq.direct', 'q', 'k')
  const topic = fixture.doors.exchangeToPublish(fixture.actor, VHOST, 'amq.topic')
  const route = topic.route('k', MESSAGE)
  fixture.bind('amq.direct', 'q', 'other')
  fixture.exchange('new')
  assert.equal(route.stale, false)
  assert.equal(topic.route('k', MESSAGE), route)
})

test('whatever changes, a route from a cache that is not stale is what routing anew would give', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  const fixture = new DoorFixture()
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]
  const exchanges = ['x0', 'x1', 'x2', 'x3', 'x4']
  const queues = ['q0', 'q1', 'q2', 'q3']
  const keys = ['a', 'b', 'a.b', 'q0', 'q1']
  const patterns = ['a', 'b', 'a.*', '#', '*', 'q0']
  const vhost = fixture.doors.topology.vhosts.get(VHOST)!
  /** What a channel might keep: the route of the last publish by exchange and key. */
  const held = new Map<string, { target: Exchange; route: Route }>()
  const attempt = (change: () => void): void => {
    try {
      change()
    } catch {
      // Something that is missing or different: refused, and nothing has changed.
    }
  }
  const changes: readonly (() => void)[] = [
    () =>
      fixture.exchange(
        one(exchanges),
        one(['direct', 'fanout', 'topic']),
        random() < 0.5 ? alternate(one([...exchanges, ''])) : {},
      ),
    () => fixture.exchange(one(exchanges), 'topic', { autoDelete: true }),
    () => fixture.deleteExchange(one(exchanges), random() < 0.3),
    () => fixture.queue(one(queues)),
    () => fixture.deleteQueue(one(queues)),
    () => fixture.bind(one(exchanges), one(queues), one(patterns)),
    () => fixture.bind(one(exchanges), one(exchanges), one(patterns), toExchange),
    () => fixture.bind(one(exchanges), one(queues), one(patterns)),
    () => fixture.bind(one(exchanges), one(exchanges), one(patterns), toExchange),
    () => fixture.unbind(one(exchanges), one(queues), one(patterns)),
    () => fixture.unbind(one(exchanges), one(exchanges), one(patterns), toExchange),
    () => {
      const definition = { 'alternate-exchange': one(exchanges) }
      fixture.doors.setPolicy(fixture.actor, VHOST, { name: 'p', pattern: one(['x', '1$']), definition })
    },
    () => fixture.doors.clearPolicy(fixture.actor, VHOST, 'p'),
  ]
  let found = 0
  for (let round = 0; round < 3_000; round++) {
    attempt(one(changes))
    for (const exchange of vhost.exchanges.values()) {
      const key = one(keys)
      const slot = `${exchange.name} ${key}`
      const last = held.get(slot)
      const fresh = ids(exchange.routeAll([key], MESSAGE))
      if (last !== undefined && !last.target.stale && !last.route.stale) {
        assert.deepEqual(ids(last.route), fresh, `seed ${seed}, round ${round}, ${slot}`)
      }
      const route = exchange.route(key, MESSAGE)
      assert.deepEqual(ids(route), fresh, `seed ${seed}, round ${round}, ${slot}`)
      assert.deepEqual(namesFrom(exchange, [key], MESSAGE, fixture), modelRoute(fixture, exchange.name, key))
      if (route.cacheable) held.set(slot, { target: exchange, route })
      found += fresh.length
    }
  }
  assert.ok(found > 1_000, `seed ${seed}: hardly anything was routed`)
})

function ids(route: Route): number[] {
  return [...route.queueIds].sort((a, b) => a - b)
}

function namesFrom(
  exchange: Exchange,
  keys: readonly string[],
  message: MessageView,
  fixture: DoorFixture,
): string[] {
  return fixture.namesOf(exchange.routeAll(keys, message).queueIds)
}

/** Routing by the list of bindings alone: no matcher, no search numbers. */
function modelRoute(fixture: DoorFixture, start: string, key: string): string[] {
  const vhost = fixture.doors.topology.vhosts.get(VHOST)!
  const found = new Set<string>()
  const visited = new Set<string>()
  const visit = (name: string): void => {
    const exchange = vhost.exchanges.get(name)
    if (exchange === undefined || visited.has(name)) return
    visited.add(name)
    const destinations =
      name === ''
        ? [...vhost.queues.values()].filter((queue) => queue.name === key)
        : [...vhost.bindings()]
            .filter(({ source, routingKey }) => source === exchange && fits(exchange.type, routingKey, key))
            .map(({ destination }) => destination)
    for (const destination of destinations) {
      if (destination.kind === 'queue') found.add(destination.name)
      else visit(destination.name)
    }
    if (destinations.length === 0 && exchange.alternateName !== undefined) visit(exchange.alternateName)
  }
  visit(start)
  return [...found].sort()
}

function fits(type: string, pattern: string, key: string): boolean {
  if (type === 'fanout') return true
  if (type === 'direct') return pattern === key
  const words = pattern.split('.').map((word) => (word === '*' ? '[^.]*' : word === '#' ? '.*' : word))
  return new RegExp(`^${words.join('\\.')}$`).test(key)
}
