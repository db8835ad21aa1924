import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PublishOutcome } from '../../../src/core/shard-port.js'
import { type MakePort, ShardFixture } from '../../support/shard-fixture.js'

const { CONFIRMED, REJECTED } = PublishOutcome

/** Length limits in their three modes. */
export function limitsContract(make: MakePort): void {
  test('drop-head keeps the newest messages by count', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxLength: 2 })
    for (const body of ['1', '2', '3', '4']) assert.equal(shard.publish(q, body), CONFIRMED)
    assert.deepEqual(shard.drain(q), ['3', '4'])
    shard.close()
  })

  test('drop-head counts octets of bodies, and drops a message that is too large on its own', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxLengthBytes: 10 })
    const parts = { properties: { messageId: 'not counted at all' } }
    for (const body of ['aaaa', 'bbbb', 'cccc']) shard.publish(q, body, parts)
    assert.deepEqual(shard.counts(q), { ready: 2, unacked: 0, consumers: 0, readyBytes: 8 })
    shard.publish(q, 'this is too long')
    assert.equal(shard.counts(q).ready, 0)
    shard.publish(q, 'dddd')
    assert.deepEqual(shard.drain(q), ['dddd'])
    shard.close()
  })

  test('drop-head of a priority queue drops what would be served next', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxPriority: 3, maxLength: 2 })
    shard.publish(q, 'a', { properties: { priority: 3 } })
    shard.publish(q, 'b', { properties: { priority: 1 } })
    shard.publish(q, 'c', { properties: { priority: 2 } })
    assert.deepEqual(shard.drain(q), ['c', 'b'])
    shard.close()
  })

  test('unacked messages do not count, and come back before they do', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxLength: 2 })
    const consumer = shard.consume(q, { prefetchCount: 2 })
    shard.publishAll(q, '1 2 3 4')
    assert.deepEqual(shard.counts(q), { ready: 2, unacked: 2, consumers: 1, readyBytes: 2 })
    consumer.unsubscribe()
    consumer.settle(0, 1)
    consumer.settle(1, 1)
    shard.port.flush()
    assert.deepEqual(shard.drain(q), ['3', '4'])
    shard.close()
  })

  test('a waiting consumer gets its message even if the queue may hold none', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxLength: 0 })
    shard.publish(q, '1')
    const consumer = shard.consume(q, { prefetchCount: 1 })
    shard.publishAll(q, '2 3')
    assert.deepEqual(consumer.bodies, ['2'])
    assert.equal(shard.counts(q).ready, 0)
    shard.close()
  })

  for (const type of ['classic', 'quorum'] as const) {
    test(`reject-publish of a ${type} queue refuses the newest`, () => {
      const shard = new ShardFixture(make)
      const q = shard.queue({ type, maxLength: 2, overflow: 'reject-publish' })
      assert.deepEqual(
        ['1', '2', '3'].map((body) => shard.publish(q, body)),
        [CONFIRMED, CONFIRMED, REJECTED],
      )
      assert.equal(shard.get(q, true)?.body, '1')
      assert.equal(shard.publish(q, '4'), CONFIRMED)
      assert.deepEqual(shard.drain(q), ['2', '4'])
      shard.close()
    })
  }

  test('reject-publish counts octets with the new message', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxLengthBytes: 6, overflow: 'reject-publish' })
    assert.deepEqual(
      ['aaaa', 'bbb', 'bb', 'c', ''].map((body) => shard.publish(q, body)),
      [CONFIRMED, REJECTED, CONFIRMED, REJECTED, CONFIRMED],
    )
    shard.close()
  })

  test('a message that one queue refuses is still in the others, and rejected', () => {
    const shard = new ShardFixture(make)
    const [full, open] = [shard.queue({ maxLength: 0, overflow: 'reject-publish' }), shard.queue()]
    assert.equal(shard.publish([full, open], 'm'), REJECTED)
    assert.deepEqual([shard.counts(full).ready, shard.drain(open)], [0, ['m']])
    shard.close()
  })

  test('reject-publish-dlx refuses the newest and dead-letters it', () => {
    const shard = new ShardFixture(make)
    const dead = shard.queue({ name: 'dead' })
    const q = shard.queue({
      maxLength: 1,
      overflow: 'reject-publish-dlx',
      deadLetterExchange: '',
      deadLetterRoutingKey: 'dead',
    })
    assert.deepEqual([shard.publish(q, '1'), shard.publish(q, '2')], [CONFIRMED, REJECTED])
    assert.deepEqual([shard.drain(q), shard.drain(dead)], [['1'], ['2']])
    shard.close()
  })

  test('full queues that reject to one another end', () => {
    const shard = new ShardFixture(make)
    const limits = { maxLength: 0, overflow: 'reject-publish-dlx', deadLetterExchange: '' } as const
    const a = shard.queue({ ...limits, name: 'a', deadLetterRoutingKey: 'b' })
    shard.queue({ ...limits, name: 'b', deadLetterRoutingKey: 'a' })
    assert.equal(shard.publish(a, 'm'), REJECTED)
    assert.equal(shard.host.routed.length, 2)
    shard.close()
  })

  test('a quorum queue reads reject-publish-dlx as drop-head', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum', maxLength: 1, overflow: 'reject-publish-dlx' })
    assert.deepEqual([shard.publish(q, '1'), shard.publish(q, '2')], [CONFIRMED, CONFIRMED])
    assert.deepEqual(shard.drain(q), ['2'])
    shard.close()
  })

  test('a new limit holds at once', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publishAll(q, '1 2 3 4')
    shard.configure(q, { maxLength: 3 })
    shard.configure(q, { maxLengthBytes: 2 })
    assert.deepEqual(shard.drain(q), ['3', '4'])
    shard.close()
  })
}
