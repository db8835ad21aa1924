import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sortInTurns, Turns } from './turns.js'

test('sorting in turns gives what sorting at once gives, and keeps the order of equals', async () => {
  for (const count of [0, 1, 2, 255, 256, 257, 1000, 5000]) {
    const items = Array.from({ length: count }, (_, at) => ({ key: (at * 7919) % 97, at }))
    const sorted = await sortInTurns(items, (a, b) => a.key - b.key, new Turns())
    assert.deepEqual(
      sorted,
      [...items].sort((a, b) => a.key - b.key),
    )
  }
})

test('the loop has its turn while many items are sorted', async () => {
  const items = Array.from({ length: 100_000 }, (_, at) => String((at * 7919) % 100_003))
  let turns = 0
  let isSorted = false
  const count = (): void => {
    turns += 1
    if (!isSorted) setImmediate(count)
  }
  setImmediate(count)
  const sorted = await sortInTurns(items, (a, b) => (a < b ? -1 : a > b ? 1 : 0), new Turns())
  isSorted = true
  assert.deepEqual(sorted, [...items].sort())
  assert.ok(turns > 10, `${turns} turns`)
})
