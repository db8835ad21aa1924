import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockPool } from './message-index.js'
import { ReadyOrder, type ReturnPlace } from './ready-order.js'

const NEVER = Number.POSITIVE_INFINITY

function orderOf(laneCount: number, returnPlace: ReturnPlace): ReadyOrder {
  return new ReadyOrder(new BlockPool(), laneCount, returnPlace)
}

/** Takes the first message; returns its ref, which the tests use as its name. */
function take(order: ReadyOrder): number | undefined {
  if (!order.first()) return undefined
  const { ref } = order.index
  order.leave()
  order.index.markDelivered()
  return ref
}

function giveBack(order: ReadyOrder, position: number): void {
  assert.ok(order.locate(position))
  order.comeBack()
}

test('the highest priority comes first, and a position names its message whatever happens to others', () => {
  const order = orderOf(256, 'original')
  const positions = [3, 255, 0, 3, 100].map((priority, ref) => order.append(priority, ref, 0, 1, NEVER))
  assert.equal(new Set(positions).size, 5)
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map(() => take(order)),
    [1, 4, 0, 3, 2, undefined],
  )
  giveBack(order, positions[1]!)
  order.append(255, 9, 0, 1, NEVER)
  giveBack(order, positions[0]!)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => take(order)),
    [1, 9, 0, undefined],
  )
  positions.forEach((position, ref) => {
    assert.ok(order.locate(position))
    assert.deepEqual([order.index.ref, order.position], [ref, position])
    order.remove()
    assert.equal(order.locate(position), false)
  })
})

test('returned messages come before all priorities, as they came back, if the order is told so', () => {
  const order = orderOf(32, 'first')
  const positions = [4, 4, 31, 4].map((priority, ref) => order.append(priority, ref, 0, 1, NEVER))
  assert.deepEqual([take(order), take(order), take(order)], [2, 0, 1])
  for (const ref of [1, 2, 0]) giveBack(order, positions[ref]!)
  order.append(31, 9, 0, 1, NEVER)
  // One of the returned ones expires while it waits.
  assert.ok(order.locate(positions[2]!))
  order.leave()
  order.remove()
  assert.equal(order.ready, 4)
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => take(order)),
    [1, 0, 9, 3, undefined],
  )
})

test('a message expired before it was ever delivered leaves the order of the returned ones alone', () => {
  const order = orderOf(32, 'first')
  const positions = [4, 4, 4].map((priority, ref) => order.append(priority, ref, 0, 1, NEVER))
  assert.equal(take(order), 0)
  giveBack(order, positions[0]!)
  assert.ok(order.locate(positions[2]!))
  order.leave()
  order.remove()
  assert.deepEqual([take(order), take(order), take(order)], [0, 1, undefined])
  assert.equal(order.ready, 0)
})

test('positions lists every message that is not gone', () => {
  const order = orderOf(3, 'original')
  const positions = [0, 2, 1, 0].map((priority, ref) => order.append(priority, ref, 0, 1, NEVER))
  take(order)
  assert.ok(order.locate(positions[0]!))
  order.leave()
  order.remove()
  assert.deepEqual([...order.positions()], [positions[1], positions[2], positions[3]])
})
