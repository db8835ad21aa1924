import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdMap } from './id-map.js'

test('the last answer is forgotten with its item', () => {
  const items = new IdMap<string>()
  assert.equal(items.get(-1), undefined)
  items.set(7, 'a')
  assert.equal(items.get(7), 'a')
  items.set(7, 'b')
  assert.equal(items.get(7), 'b')
  items.set(8, 'c')
  assert.deepEqual([items.get(7), items.get(8), items.get(9), items.get(8)], ['b', 'c', undefined, 'c'])
  assert.equal(items.delete(8), true)
  assert.equal(items.delete(8), false)
  assert.deepEqual([items.get(8), items.size, [...items.values()]], [undefined, 1, ['b']])
  assert.equal(items.get(7), 'b')
  items.clear()
  assert.deepEqual([items.get(7), items.size], [undefined, 0])
})
