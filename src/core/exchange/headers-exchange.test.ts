import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture, messageWith } from '../../../test/support/doors.js'
import { randomFrom } from '../../../test/support/random.js'
import { type FieldTable, type FieldValue, field } from '../../protocol/amqp091/field-table.js'
import { Binding, type Destination } from '../topology/binding.js'
import type { Exchange } from '../topology/exchange.js'
import type { QueueRecord } from '../topology/queue-record.js'
import { HeadersMatcher } from './headers-exchange.js'
import { RoutedMessage } from './routed-message.js'

const table = (entries: Record<string, FieldValue>): FieldTable => new Map(Object.entries(entries))

function bound(args: Record<string, FieldValue>): (headers?: Record<string, FieldValue>) => boolean {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'headers')
  fixture.bind('x', fixture.queue('q'), '', { arguments: table(args) })
  return (headers) =>
    fixture.route('x', 'any', headers === undefined ? {} : { headers: table(headers) }).length > 0
}

test('all asks for every argument, any for one of them', () => {
  const all = bound({ 'x-match': field.string('all'), a: field.string('one'), b: field.int(2) })
  assert.equal(all({ a: field.string('one'), b: field.int(2), c: field.int(3) }), true)
  assert.equal(all({ a: field.string('one') }), false)
  assert.equal(all({ a: field.string('one'), b: field.int(3) }), false)
  assert.equal(all(), false)
  const any = bound({ 'x-match': field.string('any'), a: field.string('one'), b: field.int(2) })
  assert.equal(any({ b: field.int(2) }), true)
  assert.equal(any({ a: field.string('two'), b: field.int(3) }), false)
  assert.equal(any(), false)
})

test('without x-match all is meant; without other arguments all matches everything and any nothing', () => {
  assert.equal(bound({ a: field.int(1), b: field.int(1) })({ a: field.int(1) }), false)
  assert.equal(bound({})(), true)
  assert.equal(bound({ 'x-match': field.string('any') })({ a: field.int(1) }), false)
})

test('the width of a number does not matter, its kind does', () => {
  const five = bound({ n: field.int(5) })
  for (const same of [field.int(5), field.long(5), { tag: 's', value: 5 }, { tag: 'b', value: 5 }] as const) {
    assert.equal(five({ n: same }), true, same.tag)
  }
  for (const other of [field.double(5), field.string('5'), field.bool(true), field.timestamp(5)]) {
    assert.equal(five({ n: other }), false, other.tag)
  }
})

test('a void argument asks for presence, whatever the value', () => {
  const present = bound({ n: field.void() })
  assert.equal(present({ n: field.string('anything') }), true)
  assert.equal(present({ n: field.void() }), true)
  assert.equal(present({ m: field.int(1) }), false)
  assert.equal(bound({ n: field.int(1) })({ n: field.void() }), false)
})

test('arguments that begin with x- count with -with-x only', () => {
  const args = { a: field.int(1), 'x-b': field.int(2) }
  assert.equal(bound({ ...args, 'x-match': field.string('all') })({ a: field.int(1) }), true)
  assert.equal(bound({ ...args, 'x-match': field.string('any') })({ 'x-b': field.int(2) }), false)
  assert.equal(bound({ ...args, 'x-match': field.string('all-with-x') })({ a: field.int(1) }), false)
  assert.equal(bound({ ...args, 'x-match': field.string('all-with-x') })(args), true)
  assert.equal(bound({ ...args, 'x-match': field.string('any-with-x') })({ 'x-b': field.int(2) }), true)
})

test('an x-match that is none is refused', () => {
  assertRefused(
    () => bound({ a: field.int(1), 'x-match': field.string('some') }),
    'PRECONDITION_FAILED - Invalid x-match field value <<"some">>; expected all, any, all-with-x, or any-with-x',
  )
  assertRefused(
    () => bound({ a: field.int(1), 'x-match': field.int(5) }),
    'PRECONDITION_FAILED - Invalid x-match field type signedint (value 5); expected longstr',
  )
})

test('a route that headers had a say in is for its message only, also behind another exchange', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'direct')
  fixture.exchange('h', 'headers')
  fixture.bind('x', 'h', 'k', { destinationKind: 'exchange' })
  fixture.bind('h', fixture.queue('q'), '', { arguments: table({ a: field.int(1) }) })
  const headers = table({ a: field.int(1) })
  assert.deepEqual(fixture.route('x', 'k'), [])
  assert.deepEqual(fixture.route('x', 'k', { headers }), ['q'])
  assert.deepEqual(fixture.route('x', 'k'), [])
  const target = fixture.doors.exchangeToPublish(fixture.actor, '/', 'x')
  assert.equal(target.route('k', messageWith({ headers })).cacheable, false)
  assert.equal(target.route('other', messageWith({})).cacheable, true)
})

test('the index finds what comparing every binding finds, while bindings come and go', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  const values = [field.int(1), field.long(1), field.int(2), field.double(1), field.string('1'), field.void()]
  const names = ['a', 'b', 'c', 'x-d']
  const someTable = (): FieldTable => {
    const picked: FieldTable = new Map()
    for (const name of names) {
      if (random() < 0.5) picked.set(name, values[Math.floor(random() * values.length)])
    }
    return picked
  }
  const matcher = new HeadersMatcher()
  const bindings: Binding[] = []
  for (let i = 0; i < 4_000; i++) {
    if (random() < 0.3 && bindings.length > 0) {
      const [removed] = bindings.splice(Math.floor(random() * bindings.length), 1)
      matcher.remove(removed)
    } else {
      const args = someTable()
      const kind = ['all', 'any', 'all-with-x', 'any-with-x', undefined][Math.floor(random() * 5)]
      if (kind !== undefined) args.set('x-match', field.string(kind))
      const binding = bindingOf(i, args)
      bindings.push(binding)
      matcher.add(binding)
      if (bindings.length > 40) matcher.remove(bindings.shift()!)
    }
    const headers = someTable()
    const expected = bindings.filter((b) => fits(b.arguments, headers)).map((b) => b.destination.name)
    assert.deepEqual(matched(matcher, headers), expected.sort(), `seed ${seed}, round ${i}`)
  }
})

test('bindings that share a common argument are not compared with every message that has it', () => {
  const matcher = new HeadersMatcher()
  let compared = 0
  for (let i = 0; i < 5_000; i++) {
    const args = table({ kind: field.string('order'), region: field.int(i) })
    const binding = bindingOf(i, args)
    Object.defineProperty(binding, 'destination', {
      get: () => {
        compared++
        return { kind: 'queue', name: 'q' }
      },
    })
    matcher.add(binding)
  }
  const entries = (matcher as unknown as { byDemand: Map<string, Set<unknown>> }).byDemand
  assert.ok(Math.max(...[...entries.values()].map((entry) => entry.size)) <= 2)
  compared = 0
  matched(matcher, table({ kind: field.string('order'), region: field.int(77) }))
  assert.equal(compared, 1)
})

function bindingOf(id: number, args: FieldTable): Binding {
  const source = { kind: 'exchange', name: 'x' } as Exchange
  const destination = { kind: 'queue', id, name: `q${id}` } as QueueRecord
  return new Binding(source, destination, '', args)
}

function matched(matcher: HeadersMatcher, headers: FieldTable): string[] {
  const message = new RoutedMessage()
  message.reset(messageWith({ headers }))
  const names = new Set<string>()
  matcher.match([''], message, { take: (found: Destination) => names.add(found.name) })
  return [...names].sort()
}

/** The rules, written down without an index. */
function fits(args: Binding['arguments'], headers: FieldTable): boolean {
  const match = args.get('x-match')
  const kind = match?.tag === 'S' ? match.value.toString() : 'all'
  const demands = [...args].filter(
    ([name]) => name !== 'x-match' && (kind.endsWith('-with-x') || !name.startsWith('x-')),
  )
  const met = ([name, wanted]: [string, FieldValue]): boolean => {
    const header = headers.get(name)
    if (header === undefined) return false
    if (wanted.tag === 'V') return true
    return classOf(wanted) === classOf(header) && String(wanted.value) === String(header.value)
  }
  return kind.startsWith('all') ? demands.every(met) : demands.some(met)
}

function classOf({ tag }: FieldValue): string {
  if ('bBsuIilL'.includes(tag)) return 'integer'
  return tag === 'f' || tag === 'd' ? 'float' : tag
}
