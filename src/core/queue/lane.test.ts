import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../../test/support/random.js'
import { Lane } from './lane.js'
import { BlockPool, EntryState } from './message-index.js'

const NEVER = Number.POSITIVE_INFINITY

/** Takes the first ready message; returns its number, -1 when there is none. */
function take(lane: Lane): number {
  const sequence = lane.first()
  if (sequence < 0) return -1
  lane.leave(sequence)
  lane.index.markDelivered()
  return sequence
}

test('messages come in their order; what comes back goes before what was never taken, in the old order', () => {
  const lane = new Lane(new BlockPool())
  for (let i = 0; i < 5; i++) lane.append(i, 0, 1, NEVER)
  assert.deepEqual([take(lane), take(lane), take(lane)], [0, 1, 2])
  for (const sequence of [2, 0]) {
    lane.index.locate(sequence)
    lane.comeBack(sequence)
  }
  assert.deepEqual([take(lane), take(lane), take(lane), take(lane), take(lane)], [0, 2, 3, 4, -1])
})

test('a message taken from the middle is passed over, also when it was returned', () => {
  const lane = new Lane(new BlockPool())
  for (let i = 0; i < 4; i++) lane.append(i, 0, 1, NEVER)
  const expire = (sequence: number) => {
    lane.index.locate(sequence)
    lane.leave(sequence)
    lane.index.remove(sequence)
  }
  expire(1)
  assert.deepEqual([take(lane), take(lane)], [0, 2])
  for (const sequence of [0, 2]) {
    lane.index.locate(sequence)
    lane.comeBack(sequence)
  }
  expire(2)
  assert.deepEqual([take(lane), take(lane), take(lane)], [0, 3, -1])
})

test('random takes, returns and expiries give the same order as a sorted array', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = randomFrom(seed)
    const lane = new Lane(new BlockPool())
    const ready: number[] = []
    const unacked: number[] = []
    const pick = (from: number[]) => from.splice(Math.floor(random() * from.length), 1)[0]!
    for (let i = 0; i < 2000; i++) {
      const dice = random()
      if (dice < 0.35) {
        ready.push(lane.append(i, 0, 1, NEVER))
      } else if (dice < 0.65) {
        ready.sort((a, b) => a - b)
        const expected = ready.shift() ?? -1
        assert.equal(take(lane), expected, `seed ${seed}`)
        if (expected >= 0) unacked.push(expected)
      } else if (dice < 0.8 && unacked.length > 0) {
        const sequence = pick(unacked)
        assert.ok(lane.index.locate(sequence))
        lane.comeBack(sequence)
        ready.push(sequence)
      } else if (dice < 0.9 && unacked.length > 0) {
        const sequence = pick(unacked)
        assert.ok(lane.index.locate(sequence))
        lane.index.remove(sequence)
      } else if (ready.length > 0) {
        const sequence = pick(ready)
        assert.ok(lane.index.locate(sequence))
        assert.equal(lane.index.state, EntryState.READY)
        lane.leave(sequence)
        lane.index.remove(sequence)
      }
      assert.equal(lane.ready, ready.length)
    }
  }
})
