import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChannelFixture, consume, FACTS, message, refusal } from '../../test/support/channel-fixture.js'
import { PublishOutcome, Settlement } from '../core/shard-port.js'
import {
  encodeBasicAck,
  encodeBasicNack,
  encodeBasicRecover,
  encodeTxCommit,
  encodeTxRollback,
  encodeTxSelect,
} from '../protocol/amqp091/index.js'
import { HELD_BYTES_MAX, HeldBytes } from './held-bytes.js'

test('a transaction publishes and acks at commit, in order, and forgets both at rollback', () => {
  const fixture = new ChannelFixture()
  fixture.send((w) => encodeTxSelect(w, 3))
  consume(fixture, 'a')
  for (let position = 1; position <= 3; position++)
    fixture.port.sinks.get(1)!.deliver(1, message('q', Buffer.alloc(1)), { ...FACTS, position })
  fixture.frames()
  fixture.publishInPlace('', 'q', 'dropped').send((w) => encodeBasicAck(w, 3, 1, false))
  fixture.send((w) => encodeTxRollback(w, 3))
  fixture.publishInPlace('', 'q', 'one').publishInPlace('x', 'nowhere', 'two', {}, true)
  fixture.send((w) => encodeBasicNack(w, 3, 2, true, false))
  assert.throws(
    () => fixture.send((w) => encodeBasicAck(w, 3, 1, false)),
    refusal('PRECONDITION_FAILED', 'unknown delivery tag 1'),
  )
  fixture.send((w) => encodeBasicRecover(w, 3, true))
  assert.deepEqual(fixture.port.log, [`settle 1:3 of 1 ${Settlement.REQUEUE}`])
  fixture.port.outcome = PublishOutcome.PENDING
  fixture.send((w) => encodeTxCommit(w, 3))
  assert.deepEqual(fixture.texts(), [
    'tx.rollback-ok',
    'basic.recover-ok',
    'return 312 NO_ROUTE x/nowhere',
    'header 3',
    'body two',
  ])
  assert.deepEqual(fixture.port.log.slice(1), [
    'publish 1 #1',
    `settle 1:1 of 1 ${Settlement.DEAD_LETTER}`,
    `settle 1:2 of 1 ${Settlement.DEAD_LETTER}`,
  ])
  assert.throws(
    () => fixture.send((w) => encodeTxRollback(w, 3)),
    refusal('CHANNEL_ERROR', "unexpected command while processing 'tx.commit'"),
  )
  fixture.port.publisher?.confirmed(1)
  assert.deepEqual(fixture.turn().texts(), ['tx.commit-ok'])
  assert.equal(fixture.port.published[0].body, 'one')
})

test('a commit of which a queue refuses something closes the channel', () => {
  const fixture = new ChannelFixture()
  fixture.send((w) => encodeTxSelect(w, 3))
  fixture.port.outcome = PublishOutcome.REJECTED
  fixture.publishInPlace('', 'q', 'm')
  assert.throws(
    () => fixture.send((w) => encodeTxCommit(w, 3)),
    refusal('PRECONDITION_FAILED', 'partial tx completion'),
  )
  fixture.port.outcome = PublishOutcome.PENDING
  fixture.publishInPlace('', 'q', 'm').send((w) => encodeTxCommit(w, 3))
  fixture.port.publisher?.refused(2)
  fixture.turn()
  assert.deepEqual(fixture.failures, ['90.20 PRECONDITION_FAILED - partial tx completion'])
})

test('a channel that ends during a commit says nothing when its publishes are stored', () => {
  const fixture = new ChannelFixture()
  fixture.send((w) => encodeTxSelect(w, 3))
  fixture.port.outcome = PublishOutcome.PENDING
  fixture.publishInPlace('', 'q', 'm').send((w) => encodeTxCommit(w, 3))
  fixture.channel.release()
  fixture.frames()
  fixture.port.publisher?.confirmed(1)
  fixture.turn()
  assert.deepEqual([fixture.texts(), fixture.failures], [[], []])
})

test('what transactions hold is bounded, for a channel and for all of them, and free again after commit or close', () => {
  const heldBytes = new HeldBytes(3_000)
  const [one, other] = [new ChannelFixture({ heldBytes }), new ChannelFixture({ heldBytes })]
  for (const fixture of [one, other]) fixture.send((w) => encodeTxSelect(w, 3))
  one.publishInPlace('', 'q', 'x'.repeat(1_000))
  other.publishInPlace('', 'q', 'x'.repeat(500))
  const tooMuch = refusal(
    'PRECONDITION_FAILED',
    'transactions of all channels are larger than max size 3000: commit more often',
  )
  assert.throws(() => other.publishInPlace('', 'q', 'x'.repeat(800)), tooMuch)
  one.send((w) => encodeTxCommit(w, 3))
  other.publishInPlace('', 'q', 'x'.repeat(800))
  assert.throws(() => one.publishInPlace('', 'q', 'x'.repeat(1_000)), tooMuch)
  other.channel.release()
  for (let i = 0; i < 2; i++) one.publishInPlace('', 'q', 'x'.repeat(1_000))
  assert.equal(one.channel.publishing.transaction?.heldCount, 2)
})

test('the publishes of one transaction are bounded', () => {
  const tooMuch = refusal(
    'PRECONDITION_FAILED',
    `transaction is larger than max size ${HELD_BYTES_MAX}: commit more often`,
  )
  const held = new HeldBytes(Number.POSITIVE_INFINITY)
  assert.throws(() => held.take(HELD_BYTES_MAX, 0), tooMuch)
  const taken = held.take(HELD_BYTES_MAX / 2, 0)
  assert.throws(() => held.take(HELD_BYTES_MAX / 2, taken), tooMuch)
})
