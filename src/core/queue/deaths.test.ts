import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FieldTable, field, tableToPlain } from '../../protocol/amqp091/field-table.js'
import { type Death, isCycle, withDeath } from './deaths.js'

const death = (queue: string, reason: Death['reason'], timeSeconds = 100): Death => ({
  queue,
  reason,
  exchange: `exchange of ${queue}`,
  routingKeys: [`key of ${queue}`],
  timeSeconds,
})

const plain = (headers: FieldTable) => JSON.parse(JSON.stringify(tableToPlain(headers)))

/** The headers after these deaths, oldest first. */
function after(...deaths: Death[]): FieldTable {
  return deaths.reduce<FieldTable>(
    (headers, each, i) => withDeath(headers, undefined, each, i > 0),
    new Map(),
  )
}

test('the first death writes the whole history', () => {
  const before = new Map([['own', field.int(1)]])
  const headers = withDeath(before, '5000', death('q', 'expired'), false)
  assert.deepEqual(plain(headers), {
    own: 1,
    'x-death': [
      {
        'original-expiration': '5000',
        count: 1,
        reason: 'expired',
        queue: 'q',
        time: 100,
        exchange: 'exchange of q',
        'routing-keys': ['key of q'],
      },
    ],
    'x-first-death-exchange': 'exchange of q',
    'x-first-death-queue': 'q',
    'x-first-death-reason': 'expired',
    'x-last-death-exchange': 'exchange of q',
    'x-last-death-queue': 'q',
    'x-last-death-reason': 'expired',
  })
  assert.deepEqual(plain(before), { own: 1 })
})

test('a known queue and reason count up, keep their first time and move to the front', () => {
  const headers = plain(after(death('a', 'rejected', 1), death('b', 'expired', 2), death('a', 'rejected', 3)))
  assert.deepEqual(
    headers['x-death'].map((entry: Record<string, unknown>) => [entry.queue, entry.count, entry.time]),
    [
      ['a', 2, 1],
      ['b', 1, 2],
    ],
  )
  assert.deepEqual([headers['x-first-death-queue'], headers['x-last-death-queue']], ['a', 'a'])
})

test('the same queue with another reason is another entry', () => {
  const headers = plain(after(death('a', 'rejected'), death('a', 'expired')))
  assert.deepEqual(
    headers['x-death'].map((entry: Record<string, unknown>) => [entry.reason, entry.count]),
    [
      ['expired', 1],
      ['rejected', 1],
    ],
  )
})

test('counts and types are those of RabbitMQ', () => {
  const [entry] = after(death('a', 'maxlen')).get('x-death')!.value as { tag: string; value: FieldTable }[]
  const tags = [...entry!.value].map(([name, { tag }]) => [name, tag])
  assert.deepEqual(Object.fromEntries(tags), {
    count: 'l',
    reason: 'S',
    queue: 'S',
    time: 'T',
    exchange: 'S',
    'routing-keys': 'A',
  })
})

test('a history that is not the own one is replaced', () => {
  const madeUp = after(death('q', 'rejected'), death('q', 'rejected'))
  madeUp.set('x-first-death-queue', field.string('made up'))
  const headers = plain(withDeath(madeUp, undefined, death('q', 'rejected'), false))
  assert.deepEqual([headers['x-death'].length, headers['x-death'][0].count], [1, 1])
  assert.equal(headers['x-first-death-queue'], 'q')
  assert.deepEqual(
    plain(withDeath(new Map([['x-death', field.int(1)]]), undefined, death('q', 'maxlen'), true))['x-death']
      .length,
    1,
  )
})

test('a queue in the history is a cycle unless a rejection lies between', () => {
  const [a, b] = [death('a', 'expired'), death('b', 'expired')]
  assert.equal(isCycle(after(a), 'a'), true)
  assert.equal(isCycle(after(a), 'b'), false)
  assert.equal(isCycle(after(a, b), 'a'), true)
  assert.equal(isCycle(after(a, death('b', 'rejected')), 'a'), false)
  assert.equal(isCycle(after(death('a', 'rejected'), b), 'a'), false)
  assert.equal(isCycle(after(death('a', 'rejected'), b), 'b'), true)
  assert.equal(isCycle(new Map(), 'a'), false)
})
