import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../../src/core/shard-port.js'
import { type MakePort, ShardFixture, SUBSCRIPTION, TestSink } from '../../support/shard-fixture.js'

/** Who gets the next message: prefetch, turns, priorities, exclusive and single active consumers, stalled sinks. */
export function consumersContract(make: MakePort): void {
  test('a consumer hears that it exists before its first delivery', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publish(q, 'm')
    const events: string[] = []
    const sink = new TestSink()
    sink.subscribed = (id) => void events.push(`subscribed ${id}`)
    sink.onDelivery = ({ subscriptionId }) => void events.push(`delivery ${subscriptionId}`)
    const id = shard.port.subscribe(q, SUBSCRIPTION, sink)
    assert.deepEqual(events, [`subscribed ${id}`, `delivery ${id}`])
    shard.close()
  })

  test('a consumer holds no more unacked messages than its prefetch count', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publishAll(q, '1 2 3 4 5')
    const consumer = shard.consume(q, { prefetchCount: 2 })
    assert.deepEqual(consumer.bodies, ['1', '2'])
    consumer.settle(1)
    assert.deepEqual(consumer.bodies, ['1', '2', '3'])
    consumer.settle(0, Settlement.DEAD_LETTER)
    shard.port.flush()
    assert.deepEqual(consumer.bodies, ['1', '2', '3', '4'])
    assert.deepEqual(shard.counts(q), { ready: 1, unacked: 2, consumers: 1, readyBytes: 1 })
    shard.close()
  })

  test('prefetch means nothing to a consumer that does not acknowledge', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publishAll(q, '1 2 3')
    const consumer = shard.consume(q, { prefetchCount: 1, noAck: true })
    shard.publish(q, '4')
    assert.deepEqual(consumer.bodies, ['1', '2', '3', '4'])
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 1, readyBytes: 0 })
    shard.close()
  })

  test('a message that nobody will acknowledge is handed over without a copy in the log', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const before = shard.residentBytes
    const consumer = shard.consume(q, { noAck: true })
    for (let i = 0; i < 10; i++) shard.publish(q, Buffer.alloc(1 << 20, i))
    assert.equal(consumer.deliveries.length, 10)
    assert.equal(shard.residentBytes, before)
    shard.close()
  })

  test('consumers of equal priority take turns', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const consumers = [0, 1, 2, 3].map(() => shard.consume(q, { prefetchCount: 100 }))
    for (let i = 0; i < 40; i++) shard.publish(q, String(i))
    consumers.forEach((consumer, place) => {
      assert.deepEqual(
        consumer.bodies,
        Array.from({ length: 10 }, (_, i) => String(place + 4 * i)),
      )
    })
    shard.close()
  })

  test('turns go on when consumers run out of credit and get it back', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const [a, b] = [shard.consume(q, { prefetchCount: 1 }), shard.consume(q, { prefetchCount: 1 })]
    shard.publishAll(q, '1 2 3 4')
    assert.deepEqual([a.bodies, b.bodies], [['1'], ['2']])
    b.settle(0)
    a.settle(0)
    assert.deepEqual(
      [a.bodies, b.bodies],
      [
        ['1', '4'],
        ['2', '3'],
      ],
    )
    shard.close()
  })

  test('a consumer of higher priority is served first while it has credit', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const low = shard.consume(q, { priority: -5 })
    const high = shard.consume(q, { priority: 10, prefetchCount: 2 })
    const middle = shard.consume(q, { prefetchCount: 1 })
    shard.publishAll(q, '1 2 3 4 5')
    assert.deepEqual([high.bodies, middle.bodies, low.bodies], [['1', '2'], ['3'], ['4', '5']])
    high.settle(0)
    shard.publishAll(q, '6 7')
    assert.deepEqual(
      [high.bodies, low.bodies],
      [
        ['1', '2', '6'],
        ['4', '5', '7'],
      ],
    )
    shard.close()
  })

  test('consumers may come and go with ever other priorities', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    for (let priority = -1000; priority < 1000; priority++) {
      const consumer = shard.consume(q, { priority })
      shard.publish(q, 'm')
      assert.equal(consumer.bodies.length, 1)
      consumer.settle(0)
      consumer.unsubscribe()
    }
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    shard.close()
  })

  test('a sink without room gets nothing until it resumes, and the others go on', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const full = shard.consume(q, { room: 1 })
    const other = shard.consume(q, { prefetchCount: 2 })
    shard.publishAll(q, '1 2 3 4 5')
    assert.deepEqual([full.bodies, other.bodies], [['1'], ['2', '3']])
    full.settle(0)
    assert.deepEqual(full.bodies, ['1'])
    full.resume(1)
    assert.deepEqual(full.bodies, ['1', '4'])
    full.resume()
    assert.deepEqual(full.bodies, ['1', '4', '5'])
    shard.close()
  })

  test('what an ended consumer holds stays unacked until it is settled', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publishAll(q, '1 2 3')
    const consumer = shard.consume(q, { prefetchCount: 2 })
    consumer.unsubscribe()
    consumer.unsubscribe()
    assert.deepEqual(shard.counts(q), { ready: 1, unacked: 2, consumers: 0, readyBytes: 1 })
    const next = shard.consume(q)
    assert.deepEqual(next.bodies, ['3'])
    consumer.settle(0, Settlement.RETURN)
    consumer.settle(1)
    shard.port.flush()
    assert.deepEqual(next.bodies, ['3', '1'])
    assert.equal(consumer.deliveries.length, 2)
    shard.close()
  })

  test('an exclusive consumer is alone', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ name: 'q' })
    const refusal = { reply: 'ACCESS_REFUSED', explanation: "queue 'q' in vhost '/' in exclusive use" }
    const first = shard.consume(q)
    assert.throws(() => shard.consume(q, { exclusive: true }), refusal)
    first.unsubscribe()
    const owner = shard.consume(q, { exclusive: true })
    assert.throws(() => shard.consume(q), refusal)
    assert.throws(() => shard.consume(q, { exclusive: true }), refusal)
    owner.unsubscribe()
    shard.consume(q)
    assert.equal(shard.counts(q).consumers, 1)
    shard.close()
  })

  test('a single active consumer gets everything until it ends, then the next in order of registration', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ singleActiveConsumer: true })
    const [a, b, c] = [shard.consume(q), shard.consume(q), shard.consume(q, { priority: 9 })]
    shard.publishAll(q, '1 2')
    assert.deepEqual([a.bodies, b.bodies, c.bodies], [['1', '2'], [], []])
    b.unsubscribe()
    a.unsubscribe()
    a.settle(0, Settlement.RETURN)
    shard.port.flush()
    shard.publish(q, '3')
    assert.deepEqual([a.bodies, b.bodies, c.bodies], [['1', '2'], [], ['1', '3']])
    shard.close()
  })

  test('a single active consumer that can take nothing keeps its place', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ singleActiveConsumer: true })
    const [a, b] = [shard.consume(q, { prefetchCount: 1 }), shard.consume(q)]
    shard.publishAll(q, '1 2')
    assert.deepEqual([a.bodies, b.bodies], [['1'], []])
    a.settle(0)
    assert.deepEqual([a.bodies, b.bodies], [['1', '2'], []])
    assert.throws(() => shard.consume(q, { exclusive: true }), { reply: 'ACCESS_REFUSED' })
    shard.close()
  })

  test('a quorum queue hands over to a consumer of higher priority once the active one holds nothing', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ type: 'quorum', singleActiveConsumer: true })
    const a = shard.consume(q)
    shard.publish(q, '1')
    const low = shard.consume(q, { priority: 1, prefetchCount: 1 })
    const high = shard.consume(q, { priority: 2 })
    shard.publish(q, '2')
    assert.deepEqual([a.bodies, low.bodies, high.bodies], [['1', '2'], [], []])
    a.settle(0)
    a.settle(1)
    shard.publish(q, '3')
    assert.deepEqual([a.bodies, low.bodies, high.bodies], [['1', '2'], [], ['3']])
    high.unsubscribe()
    shard.publish(q, '4')
    assert.deepEqual(low.bodies, ['4'])
    assert.throws(() => shard.get(q), { reply: 'RESOURCE_LOCKED' })
    shard.close()
  })

  test('deleting a queue tells its consumers, once', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const [a, b] = [shard.consume(q), shard.consume(q)]
    shard.publish(q, 'm')
    b.unsubscribe()
    shard.delete(q)
    a.settle(0, Settlement.REQUEUE)
    assert.deepEqual([a.sink.cancellations, b.sink.cancellations], [['queue-deleted'], []])
    shard.close()
    assert.deepEqual(a.sink.cancellations, ['queue-deleted'])
  })

  test('an auto-delete queue is unused when its last consumer ends, not before the first', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ autoDelete: true })
    shard.publish(q, 'm')
    assert.deepEqual(shard.host.unused, [])
    const [a, b] = [shard.consume(q), shard.consume(q)]
    a.unsubscribe()
    assert.deepEqual(shard.host.unused, [])
    b.unsubscribe()
    b.unsubscribe()
    assert.deepEqual(shard.host.unused, [q])
    shard.close()
  })

  test('ten thousand consumers that can take nothing do not slow a queue down', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const blocked = Array.from({ length: 10_000 }, () => shard.consume(q, { prefetchCount: 1 }))
    for (let i = 0; i < 10_000; i++) shard.publish(q, 'held')
    assert.ok(blocked.every(({ bodies }) => bodies.length === 1))
    const begin = performance.now()
    for (let i = 0; i < 50_000; i++) shard.publish(q, 'm')
    // A look at each consumer for each message would be 500 million looks.
    assert.ok(performance.now() - begin < 2000, `50000 publishes took ${performance.now() - begin} ms`)
    assert.equal(shard.counts(q).ready, 50_000)
    shard.close()
  })
}
