import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { NumberDeque } from './number-deque.js'

test('numbers come out in the order in which they went in, through growth and wrapping', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = randomFrom(seed)
    const deque = new NumberDeque()
    const model: number[] = []
    for (let i = 0; i < 3000; i++) {
      if (model.length === 0 || random() < 0.52) {
        deque.push(i)
        model.push(i)
      } else {
        assert.equal(deque.first, model.shift(), `seed ${seed}`)
        deque.shift()
      }
      assert.equal(deque.size, model.length)
    }
  }
})

test('a burst does not keep its memory once it is over', () => {
  const deque = new NumberDeque()
  const octets = () => (deque as unknown as { ring: Float64Array }).ring.byteLength
  for (let i = 0; i < 100_000; i++) deque.push(i)
  assert.ok(octets() >= 800_000)
  for (let i = 0; i < 100_000; i++) deque.shift()
  assert.ok(octets() <= 32_768, `${octets()} octets are left`)
  deque.push(1)
  assert.deepEqual([deque.first, deque.size], [1, 1])
})

test('a cleared deque is empty and usable', () => {
  const deque = new NumberDeque()
  for (let i = 0; i < 40; i++) deque.push(i)
  deque.clear()
  assert.equal(deque.size, 0)
  deque.push(9)
  assert.equal(deque.first, 9)
})
