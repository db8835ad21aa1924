import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { NumberHeap } from './number-heap.js'

type Pair = [key: number, value: number]

const inOrder = (a: Pair, b: Pair) => a[0] - b[0] || a[1] - b[1]

function popAll(heap: NumberHeap): Pair[] {
  const pairs: Pair[] = []
  while (heap.size > 0) {
    pairs.push([heap.firstKey, heap.firstValue])
    heap.pop()
  }
  return pairs
}

test('pairs come out by key, equal keys by value, however pushes and pops are mixed', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed)
    const heap = new NumberHeap()
    const model: Pair[] = []
    for (let i = 0; i < 500; i++) {
      if (model.length === 0 || random() < 0.55) {
        const pair: Pair = [Math.floor(random() * 50), Math.floor(random() * 50)]
        heap.push(...pair)
        model.push(pair)
      } else {
        model.sort(inOrder)
        assert.deepEqual([heap.firstKey, heap.firstValue], model.shift(), `seed ${seed}`)
        heap.pop()
      }
      assert.equal(heap.size, model.length)
    }
    assert.deepEqual(popAll(heap), model.sort(inOrder), `seed ${seed}`)
  }
})

test('a heap that grew large and emptied works on', () => {
  const heap = new NumberHeap()
  for (let i = 100_000; i > 0; i--) heap.push(i, -i)
  const pairs = popAll(heap)
  assert.ok(pairs.every(([key, value], i) => key === i + 1 && value === -key))
  heap.push(7, 8)
  assert.deepEqual(popAll(heap), [[7, 8]])
})

test('an empty heap has an infinite first key', () => {
  const heap = new NumberHeap()
  assert.equal(heap.firstKey, Number.POSITIVE_INFINITY)
  heap.push(1, 1)
  heap.clear()
  assert.deepEqual([heap.firstKey, heap.size], [Number.POSITIVE_INFINITY, 0])
})

test('a filter keeps what it is told to, in order', () => {
  const random = randomFrom(5)
  const heap = new NumberHeap()
  const model: Pair[] = Array.from({ length: 1000 }, (_, i) => [Math.floor(random() * 100), i])
  for (const pair of model) heap.push(...pair)
  heap.filter((key, value) => key % 3 === 0 && value % 2 === 0)
  assert.deepEqual(
    popAll(heap),
    model.filter(([key, value]) => key % 3 === 0 && value % 2 === 0).sort(inOrder),
  )
})
