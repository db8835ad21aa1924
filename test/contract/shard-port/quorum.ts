import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../../src/core/shard-port.js'
import { type MakePort, ShardFixture } from '../../support/shard-fixture.js'

/** What quorum queues do beyond classic ones. */
export function quorumContract(make: MakePort): void {
  test('a quorum queue counts acquisitions and failures', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum' })
    shard.publish(q, 'm')
    const seen: unknown[] = []
    const outcomes = [Settlement.REQUEUE, Settlement.REQUEUE_FAILED, Settlement.RETURN, Settlement.REQUEUE]
    for (const outcome of [...outcomes, Settlement.ACK]) {
      const got = shard.get(q)!
      seen.push([got.acquiredCount, got.deliveryCount, got.redelivered])
      shard.settle(got, outcome)
    }
    assert.deepEqual(seen, [
      [0, 0, false],
      [1, 0, true],
      [2, 1, true],
      [3, 2, true],
      [4, 2, true],
    ])
    shard.close()
  })

  test('a classic queue keeps no counts', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publish(q, 'm')
    shard.settle(shard.get(q)!, Settlement.RETURN)
    const got = shard.get(q)!
    assert.deepEqual([got.acquiredCount, got.deliveryCount], [-1, -1])
    shard.close()
  })

  test('a message whose failures exceed the limit leaves; mere returns do not count', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum', deliveryLimit: 2 })
    shard.publish(q, 'm')
    for (let i = 0; i < 10; i++) shard.settle(shard.get(q)!, Settlement.REQUEUE)
    for (let i = 0; i < 2; i++) shard.settle(shard.get(q)!, Settlement.REQUEUE_FAILED)
    assert.equal(shard.counts(q).ready, 1)
    shard.settle(shard.get(q)!, Settlement.RETURN)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    shard.close()
  })

  test('returned messages are served before others, in the order in which they came back', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum' })
    shard.publishAll(q, '1 2 3 4')
    const taken = [1, 2, 3].map(() => shard.get(q)!)
    for (const index of [2, 0, 1]) shard.settle(taken[index]!, Settlement.REQUEUE)
    shard.publish(q, 'urgent', { properties: { priority: 31 } })
    assert.deepEqual(shard.drain(q), ['3', '1', '2', 'urgent', '4'])
    shard.close()
  })

  test('32 priorities always exist; a message without one has 4', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum' })
    const priorities = [0, undefined, 31, 5, 4, 200, 3]
    priorities.forEach((priority, i) => {
      shard.publish(q, String(i), { properties: priority === undefined ? {} : { priority } })
    })
    assert.deepEqual(shard.drain(q), ['2', '5', '3', '1', '4', '6', '0'])
    shard.close()
  })

  for (const [type, outcomes] of [
    ['all', [Settlement.REQUEUE, Settlement.RETURN]],
    ['failed', [Settlement.REQUEUE_FAILED]],
    ['returned', [Settlement.REQUEUE]],
  ] as const) {
    test(`delayed retry of type ${type} holds back what it names and nothing else`, async () => {
      const shard = new ShardFixture(make)
      const q = shard.queue({ type: 'quorum', delayedRetryType: type, delayedRetryMinMs: 500 })
      shard.publish(q, 'm')
      for (const outcome of [Settlement.REQUEUE, Settlement.REQUEUE_FAILED, Settlement.RETURN] as const) {
        shard.settle(shard.get(q)!, outcome)
        const isFailure = outcome !== Settlement.REQUEUE
        const held = type === 'all' || (type === 'failed') === isFailure
        assert.equal(shard.counts(q).ready, held ? 0 : 1, `outcome ${outcome}`)
        await shard.clock.advance(500)
        assert.equal(shard.counts(q).ready, 1, `outcome ${outcome} after the wait`)
      }
      assert.ok(outcomes.length > 0)
      shard.close()
    })
  }

  test('delayed retries wait longer with each failure, up to the maximum, and then reach a consumer', async () => {
    const shard = new ShardFixture(make)
    const retries = { delayedRetryType: 'all', delayedRetryMinMs: 100, delayedRetryMaxMs: 250 } as const
    const q = shard.queue({ type: 'quorum', ...retries })
    const consumer = shard.consume(q)
    shard.publish(q, 'm')
    for (const [round, waitMs] of [100, 200, 250, 250].entries()) {
      consumer.settle(round, Settlement.REQUEUE_FAILED)
      await shard.clock.advance(waitMs - 1)
      assert.equal(consumer.deliveries.length, round + 1)
      await shard.clock.advance(1)
      assert.equal(consumer.deliveries.length, round + 2)
    }
    assert.equal(consumer.deliveries.at(-1)!.deliveryCount, 4)
    shard.close()
  })

  test('a message that waits for its retry counts against the length, expires then, and goes with a purge', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({
      type: 'quorum',
      delayedRetryType: 'all',
      delayedRetryMinMs: 100,
      maxLength: 1,
      overflow: 'reject-publish',
      messageTtlMs: 50,
    })
    shard.publish(q, 'm')
    shard.settle(shard.get(q)!, Settlement.REQUEUE)
    assert.equal(shard.publish(q, 'n'), 1)
    await shard.clock.advance(100)
    assert.equal(shard.counts(q).ready, 0)
    assert.equal(shard.publish(q, 'n'), 0)
    shard.settle(shard.get(q)!, Settlement.REQUEUE)
    assert.equal(shard.port.purgeQueue(q), 0)
    assert.equal(shard.publish(q, 'o'), 0)
    shard.close()
  })

  test('a consumer that does not acknowledge in time is cancelled and its messages go to another', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum', consumerTimeoutMs: 1000 })
    const late = shard.consume(q, { prefetchCount: 2 })
    shard.publishAll(q, '1 2 3')
    const patient = shard.consume(q, { consumerTimeoutMs: 5000, prefetchCount: 1 })
    assert.deepEqual([late.bodies, patient.bodies], [['1', '2'], ['3']])
    late.sink.cancelled = (_id, reason) => {
      late.sink.cancellations.push(reason)
      late.settle(1, Settlement.REQUEUE)
    }
    await shard.clock.advance(900)
    late.settle(0)
    await shard.clock.advance(100)
    assert.deepEqual(late.sink.cancellations, ['consumer-timeout'])
    patient.settle(0)
    await shard.clock.advance(0)
    assert.deepEqual(patient.bodies, ['3', '2'])
    assert.deepEqual([patient.deliveries[1]!.acquiredCount, patient.deliveries[1]!.deliveryCount], [1, 0])
    assert.equal(shard.counts(q).consumers, 1)
    late.unsubscribe()
    await shard.clock.advance(5000)
    assert.deepEqual(patient.sink.cancellations, ['consumer-timeout'])
    shard.close()
  })

  test('deliveries that were acknowledged in time never time a consumer out', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum', consumerTimeoutMs: 100 })
    const consumer = shard.consume(q)
    for (let i = 0; i < 50; i++) {
      shard.publish(q, 'm')
      await shard.clock.advance(60)
      consumer.settle(i)
    }
    await shard.clock.advance(1000)
    assert.deepEqual(consumer.sink.cancellations, [])
    shard.close()
  })

  test('the lease of a quorum queue runs once its last consumer has timed out', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum', consumerTimeoutMs: 100, expiresMs: 1000 })
    shard.consume(q)
    shard.publish(q, 'm')
    await shard.clock.advance(1099)
    assert.deepEqual(shard.host.unused, [])
    await shard.clock.advance(1)
    assert.deepEqual(shard.host.unused, [q])
    shard.close()
  })

  test('the exclusive flag of a consumer means nothing to a quorum queue', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum' })
    shard.consume(q, { exclusive: true })
    shard.consume(q, { exclusive: true })
    assert.equal(shard.counts(q).consumers, 2)
    shard.close()
  })
}
