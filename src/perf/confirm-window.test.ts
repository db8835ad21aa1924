import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { ConfirmWindow } from './confirm-window.js'

const ignore = (): void => {}

test('a window has room for its size and no more', () => {
  const window = new ConfirmWindow(3)
  window.published(2, 0)
  assert.equal(window.room, 1)
  window.published(1, 0)
  assert.equal(window.room, 0)
  assert.equal(window.settle(2, true, ignore), 2)
  assert.deepEqual([window.room, window.outstanding], [2, 1])
})

test('a confirm that comes before an older one frees no room until that comes', () => {
  const window = new ConfirmWindow(2)
  window.published(2, 0)
  assert.equal(window.settle(2, false, ignore), 1)
  assert.deepEqual([window.room, window.outstanding], [0, 1])
  assert.equal(window.settle(1, false, ignore), 1)
  assert.deepEqual([window.room, window.outstanding], [2, 0])
})

test('tag 0 with multiple settles everything, and a repeated confirm nothing', () => {
  const window = new ConfirmWindow(8)
  window.published(5, 0)
  assert.equal(window.settle(0, true, ignore), 5)
  assert.equal(window.settle(3, false, ignore), 0)
  assert.equal(window.settle(5, true, ignore), 0)
})

test('each publish is settled with its own time', () => {
  const window = new ConfirmWindow(4)
  const times: number[] = []
  window.published(1, 10)
  window.published(2, 20)
  window.settle(2, false, (time) => times.push(time))
  window.settle(3, true, (time) => times.push(time))
  assert.deepEqual(times, [20, 10, 20])
})

test('a confirm of what was never published is an error', () => {
  const window = new ConfirmWindow(4)
  window.published(1, 0)
  assert.throws(() => window.settle(2, false, ignore), { message: 'the broker confirmed publish 2 of 1' })
})

test('confirms in any order settle every publish once', () => {
  const seed = 404
  const random = randomFrom(seed)
  const window = new ConfirmWindow(50)
  const open = new Set<number>()
  let published = 0
  let settled = 0
  for (let round = 0; round < 5000; round++) {
    const count = Math.min(window.room, Math.floor(random() * 10))
    window.published(count, 0)
    for (let i = 0; i < count; i++) open.add(++published)
    const numbers = [...open]
    if (numbers.length === 0) continue
    const tag = numbers[Math.floor(random() * numbers.length)]
    const multiple = random() < 0.3
    const expected = multiple ? numbers.filter((number) => number <= tag) : [tag]
    for (const number of expected) open.delete(number)
    const found = window.settle(tag, multiple, ignore)
    assert.equal(found, expected.length, `seed ${seed}`)
    settled += found
    assert.equal(window.outstanding, published - settled)
    assert.equal(window.room, 50 - (published - (Math.min(...open, published + 1) - 1)))
  }
})
