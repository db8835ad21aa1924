import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture } from '../../../test/support/doors.js'
import { field } from '../../protocol/amqp091/field-table.js'

function spread(fixture: DoorFixture, exchange: string, keys: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i < keys; i++) {
    const found = fixture.route(exchange, `key ${i}`)
    assert.equal(found.length, 1)
    counts.set(found[0], (counts.get(found[0]) ?? 0) + 1)
  }
  return counts
}

test('x-random and x-local-random give one binding, each about as often as the others', () => {
  const fixture = new DoorFixture()
  for (const type of ['x-random', 'x-local-random']) {
    fixture.exchange(type, type)
    assert.deepEqual(fixture.route(type, 'k'), [])
    for (let i = 0; i < 4; i++) fixture.bind(type, fixture.queue(`${type} ${i}`))
    fixture.unbind(type, `${type} 1`)
    const counts = spread(fixture, type, 3_000)
    assert.equal(counts.size, 3)
    for (const count of counts.values()) assert.ok(count > 800 && count < 1_200, `${count} of 3000`)
  }
})

test('x-local-random takes classic queues and empty keys only', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'x-local-random')
  fixture.queue('q', { 'x-queue-type': 'quorum' })
  assertRefused(
    () => fixture.bind('x', 'q', 'k'),
    "PRECONDITION_FAILED - Non empty binding 'k' key not permitted",
  )
  assertRefused(
    () => fixture.bind('x', 'q'),
    'PRECONDITION_FAILED - Queue type quorum not valid for this exchange type',
  )
})

test('x-modulus-hash sends a key always to the same queue, whoever was bound first', () => {
  const places = [
    ['a', 'b', 'c'],
    ['c', 'a', 'b'],
  ].map((order) => {
    const fixture = new DoorFixture()
    fixture.exchange('x', 'x-modulus-hash')
    for (const queue of order) fixture.bind('x', fixture.queue(queue), 'ignored')
    assert.equal(spread(fixture, 'x', 100).size, 3)
    return Array.from({ length: 100 }, (_, i) => fixture.route('x', `key ${i}`))
  })
  assert.deepEqual(places[0], places[1])
})

test('x-consistent-hash spreads by weight, and a new queue takes keys from others but moves none between them', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'x-consistent-hash')
  fixture.bind('x', fixture.queue('one'), '1')
  fixture.bind('x', fixture.queue('three'), '3')
  fixture.bind('x', 'three', '50')
  const counts = spread(fixture, 'x', 4_000)
  assert.ok(
    Math.abs(counts.get('one')! - 1_000) < 200,
    `${counts.get('one')} of 4000 at a quarter of the weight`,
  )
  const before = Array.from({ length: 500 }, (_, i) => fixture.route('x', `key ${i}`)[0])
  fixture.bind('x', fixture.queue('new'), '2')
  const after = before.map((_, i) => fixture.route('x', `key ${i}`)[0])
  assert.ok(after.includes('new'))
  assert.ok(after.every((queue, i) => queue === 'new' || queue === before[i]))
})

test('x-consistent-hash hashes a header or property when told to, and refuses what it cannot', () => {
  const fixture = new DoorFixture()
  const args = new Map([['hash-header', field.string('h')]])
  fixture.exchange('x', 'x-consistent-hash', { arguments: args })
  for (let i = 0; i < 8; i++) fixture.bind('x', fixture.queue(`q${i}`), '1')
  const headers = (value: string) => ({ headers: new Map([['h', field.string(value)]]) })
  const places = Array.from({ length: 50 }, (_, i) => fixture.route('x', 'same', headers(`v${i}`))[0])
  assert.ok(new Set(places).size > 4)
  assert.deepEqual(fixture.route('x', 'other', headers('v7')), [places[7]])
  const message = 'PRECONDITION_FAILED - The binding key must'
  assertRefused(() => fixture.bind('x', 'q1', 'x'), `${message} be an integer: x`)
  assertRefused(() => fixture.bind('x', 'q1', '0'), `${message} be greater than 0`)
  assertRefused(() => fixture.bind('x', 'q1', '10001'), `${message} not exceed 10000`)
})
