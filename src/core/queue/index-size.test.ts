import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockPool } from './message-index.js'
import { ReadyOrder } from './ready-order.js'

/** What a ready message that is not resident may cost in memory. */
const OCTETS_PER_MESSAGE_MAX = 16
const MESSAGES = 1_000_000

test('a ready message costs at most 16 octets of memory beside its bytes', () => {
  const before = process.memoryUsage().arrayBuffers
  const order = new ReadyOrder(new BlockPool(), 1, 'original')
  for (let i = 0; i < MESSAGES; i++) order.append(0, i, 0, 100, Number.POSITIVE_INFINITY)
  const octets = process.memoryUsage().arrayBuffers - before
  assert.equal(order.ready, MESSAGES)
  assert.ok(octets >= 8 * MESSAGES, `${octets} octets are too few: the measurement is wrong`)
  assert.ok(octets <= OCTETS_PER_MESSAGE_MAX * MESSAGES, `${octets / MESSAGES} octets a message`)
})
