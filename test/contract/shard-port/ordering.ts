import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PublishOutcome, Settlement } from '../../../src/core/shard-port.js'
import { type MakePort, messageOf, ShardFixture, TestSink } from '../../support/shard-fixture.js'

/** Order, redelivery, get and purge, and what is stored. */
export function orderingContract(make: MakePort): void {
  test('messages come out in the order in which they went in', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publishAll(q, '1 2 3')
    const consumer = shard.consume(q)
    shard.publishAll(q, '4 5')
    assert.deepEqual(consumer.bodies, ['1', '2', '3', '4', '5'])
    assert.deepEqual(
      consumer.deliveries.map(({ redelivered }) => redelivered),
      [false, false, false, false, false],
    )
    shard.close()
  })

  test('a requeued message goes back to its place and is marked redelivered', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publishAll(q, '1 2 3 4')
    const taken = [1, 2, 3].map(() => shard.get(q)!)
    shard.settle(taken[2]!, Settlement.REQUEUE)
    shard.settle(taken[0]!, Settlement.RETURN)
    shard.settle(taken[1]!, Settlement.REQUEUE_FAILED)
    const again = [1, 2, 3, 4].map(() => shard.get(q, true)!)
    assert.deepEqual(
      again.map(({ body, redelivered }) => [body, redelivered]),
      [
        ['1', true],
        ['2', true],
        ['3', true],
        ['4', false],
      ],
    )
    shard.close()
  })

  test('what a consumer gives back in one batch comes again in its original order', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const consumer = shard.consume(q, { prefetchCount: 3 })
    shard.publishAll(q, '1 2 3 4')
    for (const index of [2, 0, 1]) consumer.settle(index, Settlement.REQUEUE)
    shard.port.flush()
    assert.deepEqual(consumer.bodies, ['1', '2', '3', '1', '2', '3'])
    shard.close()
  })

  test('a batch that nobody flushes is served after the turn', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const consumer = shard.consume(q)
    shard.publish(q, 'm')
    consumer.settle(0, Settlement.REQUEUE)
    await shard.clock.advance(0)
    assert.deepEqual(consumer.bodies, ['m', 'm'])
    shard.close()
  })

  test('higher priorities come first, equal ones in order, those above the maximum are cut to it', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxPriority: 3 })
    const priorities = [undefined, 1, 3, 9, 0, 3, 2]
    priorities.forEach((priority, i) => {
      shard.publish(q, String(i), { properties: priority === undefined ? {} : { priority } })
    })
    assert.deepEqual(shard.drain(q), ['2', '3', '5', '6', '1', '0', '4'])
    shard.close()
  })

  test('a requeued message of a priority queue goes back to its place within its priority', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxPriority: 3 })
    shard.publish(q, 'a', { properties: { priority: 1 } })
    shard.publish(q, 'b', { properties: { priority: 3 } })
    shard.publish(q, 'c', { properties: { priority: 1 } })
    const [b, a] = [shard.get(q)!, shard.get(q)!]
    shard.settle(a, Settlement.REQUEUE)
    shard.settle(b, Settlement.REQUEUE)
    assert.deepEqual(shard.drain(q), ['b', 'a', 'c'])
    shard.close()
  })

  test('255 priorities are all told apart', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ maxPriority: 255 })
    for (let i = 0; i < 256; i++) {
      const priority = (i * 37) % 256
      shard.publish(q, String(priority), { properties: { priority } })
    }
    assert.deepEqual(
      shard.drain(q),
      Array.from({ length: 256 }, (_, i) => String(255 - i)),
    )
    shard.close()
  })

  test('get says how many ready messages are left, and false when there is none', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    assert.equal(shard.port.get(q, false, new TestSink()), false)
    shard.publishAll(q, '1 2 3')
    const first = shard.get(q)!
    assert.deepEqual([first.subscriptionId, first.readyLeft], [0, 2])
    assert.deepEqual([shard.get(q)!.readyLeft, shard.get(q)!.readyLeft], [1, 0])
    assert.equal(shard.get(q), undefined)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 3, consumers: 0, readyBytes: 0 })
    shard.settle(first)
    shard.settle(first)
    assert.equal(shard.counts(q).unacked, 2)
    shard.close()
  })

  test('purge drops what is ready, leaves what is unacked, and says how many went', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ deadLetterExchange: '', deadLetterRoutingKey: 'dead' })
    const dead = shard.queue({ name: 'dead' })
    shard.publishAll(q, '1 2 3')
    const unacked = shard.get(q)!
    assert.equal(shard.port.purgeQueue(q), 2)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 1, consumers: 0, readyBytes: 0 })
    shard.settle(unacked, Settlement.REQUEUE)
    assert.deepEqual(shard.drain(q), ['1'])
    assert.equal(shard.counts(dead).ready, 0)
    shard.close()
  })

  test('deleting a queue counts its ready messages and frees all of them', () => {
    const shard = new ShardFixture(make)
    const before = shard.residentBytes
    const q = shard.queue()
    for (let i = 0; i < 40; i++) shard.publish(q, Buffer.alloc(100_000, i))
    const unacked = shard.get(q)!
    assert.equal(shard.delete(q), 39)
    shard.settle(unacked, Settlement.REQUEUE)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    assert.ok(shard.residentBytes <= before + (1 << 20), `${shard.residentBytes} octets are left`)
    assert.equal(shard.delete(q), 0)
    shard.close()
  })

  test('a deleted queue with very many messages is gone at once, and all of them soon after', async () => {
    const shard = new ShardFixture(make)
    const before = shard.residentBytes
    const [q, other] = [shard.queue({ maxPriority: 3 }), shard.queue()]
    const body = Buffer.alloc(1000)
    for (let i = 0; i < 20_000; i++) {
      shard.publish(q, body, { properties: { priority: i % 4 } })
      if (i % 1000 === 0) shard.publish(other, `${i}`)
    }
    const unacked = shard.get(q)!
    assert.equal(shard.delete(q), 19_999)
    shard.settle(unacked, Settlement.REQUEUE)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    assert.equal(shard.get(q), undefined)
    assert.equal(shard.delete(q), 0)
    assert.deepEqual(shard.drain(other), ['0', ...Array.from({ length: 19 }, (_, i) => `${i + 1}000`)])
    // Nothing but turns of the loop: whoever runs it has all of the memory back in the end.
    for (let i = 0; shard.residentBytes > before + (1 << 20); i++) {
      assert.ok(i < 10_000, `${shard.residentBytes} octets are left`)
      await new Promise((resolve) => setImmediate(resolve))
    }
    shard.close()
  })

  test('if-unused and if-empty keep a queue that is used or not empty', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ name: 'q' })
    const conditions = { ifUnused: true, ifEmpty: true }
    const consumer = shard.consume(q, { prefetchCount: 1 })
    assert.throws(() => shard.port.deleteQueue(q, conditions), {
      reply: 'PRECONDITION_FAILED',
      explanation: "queue 'q' in vhost '/' in use",
    })
    consumer.unsubscribe()
    shard.publish(q, 'm')
    assert.throws(() => shard.port.deleteQueue(q, conditions), {
      reply: 'PRECONDITION_FAILED',
      explanation: "queue 'q' in vhost '/' not empty",
    })
    shard.port.purgeQueue(q)
    assert.equal(shard.port.deleteQueue(q, conditions), 0)
    shard.close()
  })

  test('a message for many queues is stored once and freed by the last of them', () => {
    const shard = new ShardFixture(make)
    const queues = Array.from({ length: 50 }, () => shard.queue())
    const before = shard.residentBytes
    for (let i = 0; i < 3; i++) shard.publish(queues, Buffer.alloc(900_000, 97 + i))
    assert.ok(
      shard.residentBytes - before <= 4 << 20,
      `${shard.residentBytes} octets for 3 messages of 900 kB`,
    )
    for (const q of queues) {
      assert.deepEqual(
        shard.drain(q).map((body) => [body.length, body[0], body.at(-1)]),
        [
          [900_000, 'a', 'a'],
          [900_000, 'b', 'b'],
          [900_000, 'c', 'c'],
        ],
      )
    }
    assert.ok(shard.residentBytes <= before + (1 << 20), `${shard.residentBytes} octets are left`)
    shard.close()
  })

  test('a message for more queues than fit in one record reaches all of them intact', () => {
    const shard = new ShardFixture(make)
    const queues = Array.from({ length: 65_600 }, () => shard.queue({ durable: false }))
    assert.equal(shard.publish(queues, 'to all'), PublishOutcome.CONFIRMED)
    for (const q of [queues[0]!, queues[65_534]!, queues[65_535]!, queues[65_599]!]) {
      assert.deepEqual(shard.drain(q), ['to all'])
    }
    assert.ok(queues.slice(1, 1000).every((q) => shard.counts(q).ready === 1))
    shard.close()
  })

  for (const size of [0, 1, 12, 13, 32, 33, 4095, 1 << 16, (1 << 20) - 100, 1 << 20, 5_000_001]) {
    test(`a message with a body of ${size} octets comes out as it went in`, () => {
      const shard = new ShardFixture(make)
      const q = shard.queue()
      const body = Buffer.allocUnsafe(size)
      for (let i = 0; i < size; i++) body[i] = (i * 31 + (i >> 8)) & 0xff
      const properties = { contentType: 'text/plain', messageId: 'm', deliveryMode: 2, priority: 7 }
      const parts = { exchange: 'ex', routingKey: 'k\u00fc', properties, hasBcc: true }
      for (let i = 0; i < 3; i++) shard.publish(q, body, parts)
      const consumer = shard.consume(q)
      assert.equal(consumer.deliveries.length, 3)
      for (const got of consumer.deliveries) {
        assert.ok(got.bytes.equals(body))
        assert.deepEqual(got.properties, properties)
        assert.deepEqual([got.exchange, got.routingKey], ['ex', 'k\u00fc'])
        assert.deepEqual([got.persistent, got.hasBcc], [true, true])
      }
      for (let i = 0; i < 3; i++) consumer.settle(i)
      assert.ok(shard.residentBytes <= 2 << 20, `${shard.residentBytes} octets are left`)
      shard.close()
    })
  }

  test('the publisher may reuse its memory as soon as publish returns', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const message = messageOf('before', { routingKey: 'key' })
    shard.port.publish([q], message, shard.publisher, 0)
    message.buffer.fill(0)
    assert.deepEqual(shard.drain(q), ['before'])
    shard.close()
  })

  test('operations on a queue that is not there do nothing', () => {
    const shard = new ShardFixture(make)
    assert.equal(shard.port.publish([99], messageOf('m'), shard.publisher, 1), PublishOutcome.CONFIRMED)
    shard.port.settle(99, 0, 0, Settlement.ACK)
    shard.port.resume(99)
    shard.port.unsubscribe(99)
    shard.port.touchQueue(99)
    assert.equal(shard.port.purgeQueue(99), 0)
    assert.throws(() => shard.consume(99), { reply: 'NOT_FOUND' })
    shard.close()
  })
}
