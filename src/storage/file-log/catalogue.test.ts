import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageOf } from '../../../test/support/shard-fixture.js'
import { Catalogue } from './catalogue.js'
import { POSITION_STEP } from './event-writer.js'

const NEVER_DELIVERED = {
  redelivered: false,
  isCounted: false,
  deliveryCount: 0,
  acquiredCount: 0,
  publishedAtMs: 0,
  expirationMs: -1,
}
const MESSAGES = 1_000_000

test('a million messages are taken note of in at most 16 octets each', () => {
  const before = process.memoryUsage()
  const catalogue = new Catalogue()
  const message = messageOf('12345')
  for (let i = 0; i < MESSAGES; i++) catalogue.recover(1, i * POSITION_STEP, i, message, NEVER_DELIVERED)
  const after = process.memoryUsage()
  const octets = after.arrayBuffers - before.arrayBuffers
  assert.ok(octets >= 0.1 * MESSAGES, `${octets} octets are too few: the measurement is wrong`)
  assert.ok(octets <= 16 * MESSAGES, `${octets / MESSAGES} octets a message`)
  assert.ok(after.heapUsed - before.heapUsed < 4 * MESSAGES, 'nor are there objects')
  assert.deepEqual(catalogue.content.get(1), { messages: MESSAGES, bodyBytes: 5 * MESSAGES, redelivered: 0 })
})

test('what was settled is not counted, and what was delivered is counted once', () => {
  const catalogue = new Catalogue()
  const message = messageOf('12345')
  // Two lanes of a queue, and the same positions in another queue.
  for (const position of [0, 3, POSITION_STEP]) {
    catalogue.recover(1, position, position, message, NEVER_DELIVERED)
    catalogue.recover(2, position, position, message, { ...NEVER_DELIVERED, redelivered: true })
  }
  catalogue.recoverHistory(1, 3, { ...NEVER_DELIVERED, redelivered: true })
  catalogue.recoverHistory(1, 3, {
    ...NEVER_DELIVERED,
    redelivered: true,
    isCounted: true,
    deliveryCount: 2,
    acquiredCount: 5,
  })
  assert.equal(catalogue.find(1, 3)?.acquiredCount, 5)
  assert.equal(catalogue.recoverSettled(2, 3), 3)
  assert.equal(catalogue.recoverSettled(2, 3), undefined)
  assert.equal(catalogue.refOf(2, 3), undefined)
  catalogue.recoverHistory(2, 3, { ...NEVER_DELIVERED, redelivered: true })
  assert.deepEqual(catalogue.content.get(1), { messages: 3, bodyBytes: 15, redelivered: 1 })
  assert.deepEqual(catalogue.content.get(2), { messages: 2, bodyBytes: 10, redelivered: 2 })
})
