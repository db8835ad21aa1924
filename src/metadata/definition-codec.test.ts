import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlainDefinitions, RandomChanges } from '../../test/support/definitions.js'
import { randomFrom } from '../../test/support/random.js'
import type { DefinitionChange } from '../core/definition-log.js'
import { type FieldTable, type FieldValue, field } from '../protocol/amqp091/field-table.js'
import { decodeChange, encodeChange } from './definition-codec.js'

const roundTrip = (change: DefinitionChange) => decodeChange(JSON.parse(encodeChange(change)))

const VALUES: readonly FieldValue[] = [
  field.bool(true),
  field.bool(false),
  { tag: 'b', value: -128 },
  { tag: 'B', value: 255 },
  { tag: 's', value: -32_768 },
  { tag: 'u', value: 65_535 },
  field.int(-2_147_483_648),
  { tag: 'i', value: 4_294_967_295 },
  field.long(-(2n ** 63n)),
  { tag: 'L', value: 2n ** 63n - 1n },
  field.timestamp(2n ** 64n - 1n),
  { tag: 'f', value: 0.5 },
  field.double(-1.7976931348623157e308),
  field.double(Number.NaN),
  field.double(Number.NEGATIVE_INFINITY),
  field.double(-0),
  { tag: 'D', value: { scale: 255, value: 4_294_967_295 } },
  field.string(''),
  field.string('ünïcode \u0000 "quoted"\n'),
  field.longstr(Buffer.from([0xff, 0x00, 0xfe])),
  field.bytes(Buffer.from([1, 2, 3])),
  field.bytes(Buffer.alloc(0)),
  field.array([]),
  field.array([field.int(1), field.array([field.void()]), field.table(new Map([['a', field.int(2)]]))]),
  field.table(new Map()),
  field.void(),
]

test('field tables come back with order, tags and values', () => {
  const table: FieldTable = new Map(VALUES.map((value, i) => [`name ${VALUES.length - i}`, value]))
  table.set('__proto__', field.string('just a name'))
  const rest = { vhost: '/', name: 'q', id: 7, type: 'classic', autoDelete: true, maker: 'u' } as const
  const change: DefinitionChange = { kind: 'queue-put', ...rest, arguments: table }
  const back = roundTrip(change)
  assert.deepEqual(back, change)
  assert.ok(back.kind === 'queue-put')
  assert.deepEqual([...back.arguments.keys()], [...table.keys()])
  assert.ok(Object.is(back.arguments.get('name 11')?.value, -0))
})

test('every kind of change comes back as it was', () => {
  const changes = new RandomChanges(randomFrom(3), 1)
  const definitions = new PlainDefinitions()
  const kinds = new Set<string>()
  for (let i = 0; i < 3_000; i++) {
    const change = changes.next(definitions)
    definitions.apply(change)
    kinds.add(change.kind)
    assert.deepEqual(roundTrip(change), change)
  }
  const floor: DefinitionChange = { kind: 'queue-id-floor', floor: 2 ** 40 }
  assert.deepEqual(roundTrip(floor), floor)
  assert.equal(kinds.size, 23, [...kinds].join(' '))
})

test('members of parameters may have any name', () => {
  const value = JSON.parse('{"__proto__":{"kind":1},"constructor":[{"":null}],"kind":"vhost-delete"}')
  const change: DefinitionChange = { kind: 'parameter-put', vhost: '/', component: 'c', name: 'n', value }
  assert.equal(encodeChange(roundTrip(change)), encodeChange(change))
})

test('what this release does not know is no change', () => {
  const refused: readonly [unknown, RegExp][] = [
    [null, /expected an object/],
    [[], /expected an object/],
    [{ kind: 'vhost-rename', vhost: '/' }, /unknown kind of change 'vhost-rename'/],
    [{ kind: 'toString' }, /unknown kind/],
    [{ kind: 'vhost-delete' }, /expected a text/],
    [{ kind: 'queue-delete', vhost: '/', name: 'q', id: 1.5 }, /expected an integer/],
    [{ kind: 'user-put', name: 'u', tags: 'a,b', limits: {} }, /expected a list/],
    [{ kind: 'global-parameter-put', name: 'n' }, /expected a value/],
  ]
  for (const [json, text] of refused) assert.throws(() => decodeChange(json), text)
  const exchange = {
    kind: 'exchange-put',
    vhost: '/',
    name: 'e',
    type: 't',
    autoDelete: true,
    internal: true,
  }
  const tables: readonly unknown[] = [{}, [['a', 'S']], [['a', 'Z', 1]], [['a', 'I', 'x']], [['a', 'l', 'x']]]
  for (const table of tables) assert.throws(() => decodeChange({ ...exchange, arguments: table }))
})
