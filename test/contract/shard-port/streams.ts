import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../../src/core/shard-port.js'
import { field } from '../../../src/protocol/amqp091/index.js'
import { VIRTUAL_EPOCH_MS } from '../../../src/util/virtual-clock.js'
import { type MakePort, ShardFixture } from '../../support/shard-fixture.js'

const PREFETCH = { prefetchCount: 100 }
const FROM_FIRST = { prefetchCount: 100, streamOffset: { kind: 'first' } } as const

/** Streams: offsets, credit, filters, retention. */
export function streamsContract(make: MakePort): void {
  test('a stream is read by any number of consumers, and stays', () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream' })
    shard.publishAll(s, '0 1 2')
    for (let round = 0; round < 2; round++) {
      const reader = shard.consume(s, FROM_FIRST)
      assert.deepEqual(
        reader.deliveries.map(({ body, streamOffset, redelivered }) => [body, streamOffset, redelivered]),
        [
          ['0', 0, false],
          ['1', 1, false],
          ['2', 2, false],
        ],
      )
      for (let i = 0; i < 3; i++) reader.settle(i, i === 0 ? Settlement.ACK : Settlement.REQUEUE)
      shard.port.flush()
      assert.equal(reader.deliveries.length, 3)
    }
    assert.equal(shard.counts(s).ready, 3)
    shard.close()
  })

  for (const [streamOffset, expected] of [
    [{ kind: 'next' }, ['new']],
    [{ kind: 'first' }, ['0', '1', '2', '3', 'new']],
    [{ kind: 'last' }, ['3', 'new']],
    [{ kind: 'offset', offset: 2 }, ['2', '3', 'new']],
    [{ kind: 'offset', offset: 99 }, ['new']],
    [{ kind: 'timestamp', timestampMs: VIRTUAL_EPOCH_MS + 1500 }, ['2', '3', 'new']],
    [{ kind: 'timestamp', timestampMs: VIRTUAL_EPOCH_MS + 2000 }, ['2', '3', 'new']],
    [{ kind: 'timestamp', timestampMs: 0 }, ['0', '1', '2', '3', 'new']],
    [{ kind: 'timestamp', timestampMs: VIRTUAL_EPOCH_MS + 99_000 }, ['new']],
  ] as const) {
    test(`a stream is read from ${JSON.stringify(streamOffset)}`, async () => {
      const shard = new ShardFixture(make)
      const s = shard.queue({ type: 'stream' })
      for (let i = 0; i < 4; i++) {
        shard.publish(s, String(i))
        await shard.clock.advance(1000)
      }
      const reader = shard.consume(s, { ...PREFETCH, streamOffset })
      shard.publish(s, 'new')
      assert.deepEqual(reader.bodies, expected)
      shard.close()
    })
  }

  test('acknowledgements give credit, a sink without room waits, and readers do not wait for one another', () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream' })
    shard.publishAll(s, '0 1 2 3')
    const slow = shard.consume(s, { ...FROM_FIRST, prefetchCount: 2 })
    const full = shard.consume(s, { ...FROM_FIRST, room: 1 })
    const quick = shard.consume(s, FROM_FIRST)
    assert.deepEqual([slow.bodies, full.bodies, quick.bodies], [['0', '1'], ['0'], ['0', '1', '2', '3']])
    slow.settle(1)
    full.resume(2)
    shard.publish(s, '4')
    assert.deepEqual([slow.bodies.at(-1), full.bodies.at(-1), quick.bodies.at(-1)], ['2', '2', '4'])
    assert.deepEqual(shard.counts(s).unacked, 2 + 3 + 5)
    for (const index of [0, 2]) slow.settle(index)
    full.resume()
    assert.deepEqual([slow.bodies.at(-1), full.bodies.at(-1)], ['4', '4'])
    quick.unsubscribe()
    shard.publish(s, '5')
    assert.deepEqual([slow.bodies.length, full.bodies.length, quick.bodies.length], [5, 6, 5])
    shard.close()
  })

  test('filters let through messages with one of their values, and those without if asked', () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream' })
    for (const value of ['eu', 'us', '', 'eu', 'asia']) {
      const headers = new Map(value === '' ? [] : [['x-stream-filter-value', field.string(value)]])
      shard.publish(s, value, { properties: { headers } })
    }
    const offsets = (streamFilter: string[], streamMatchUnfiltered: boolean) =>
      shard
        .consume(s, { ...FROM_FIRST, streamFilter, streamMatchUnfiltered })
        .deliveries.map(({ streamOffset }) => streamOffset)
    assert.deepEqual(offsets(['eu'], false), [0, 3])
    assert.deepEqual(offsets(['eu', 'asia'], false), [0, 3, 4])
    assert.deepEqual(offsets(['eu'], true), [0, 2, 3])
    assert.deepEqual(offsets([], false), [0, 1, 2, 3, 4])
    shard.close()
  })

  test('retention by size drops whole old segments and frees them; readers go on at what is left', () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream', segmentBytesMax: 1 << 20, maxLengthBytes: 2 << 20 })
    const waiting = shard.consume(s, { ...FROM_FIRST, room: 0 })
    for (let i = 0; i < 100; i++) shard.publish(s, Buffer.alloc(100_000, i))
    assert.ok(shard.counts(s).readyBytes <= 4 << 20, `${shard.counts(s).readyBytes} octets`)
    assert.ok(shard.residentBytes <= 6 << 20, `${shard.residentBytes} octets in memory`)
    waiting.resume(3)
    const first = 100 - shard.counts(s).ready
    assert.deepEqual(
      waiting.deliveries.map(({ streamOffset }) => streamOffset),
      [first, first + 1, first + 2],
    )
    assert.equal(waiting.deliveries[0]!.bytes[0], first)
    shard.close()
  })

  test('retention by age drops old segments when a new one begins, or the age changes', async () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream', segmentBytesMax: 2, maxAgeMs: 1000 })
    shard.publishAll(s, '0 1 2')
    await shard.clock.advance(2000)
    assert.deepEqual(shard.consume(s, FROM_FIRST).bodies, ['0', '1', '2'])
    shard.publish(s, '3')
    assert.deepEqual(shard.consume(s, FROM_FIRST).bodies, ['2', '3'])
    shard.publish(s, '4')
    await shard.clock.advance(10)
    shard.configure(s, { segmentBytesMax: 2, maxAgeMs: 5 })
    assert.deepEqual(shard.consume(s, FROM_FIRST).bodies, ['4'])
    shard.close()
  })

  test('a stream refuses get, purge, consumers that do not acknowledge and those without prefetch', () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream' })
    assert.throws(() => shard.get(s), { reply: 'NOT_IMPLEMENTED' })
    assert.throws(() => shard.port.purgeQueue(s), { reply: 'NOT_IMPLEMENTED' })
    assert.throws(() => shard.consume(s, { ...PREFETCH, noAck: true }), { reply: 'NOT_IMPLEMENTED' })
    assert.throws(() => shard.consume(s), { reply: 'PRECONDITION_FAILED' })
    assert.equal(shard.counts(s).consumers, 0)
    shard.close()
  })

  test('deleting a stream ends its readers and frees its messages', () => {
    const shard = new ShardFixture(make)
    const [s, q] = [shard.queue({ type: 'stream' }), shard.queue()]
    const reader = shard.consume(s, FROM_FIRST)
    for (let i = 0; i < 10; i++) shard.publish([s, q], Buffer.alloc(1 << 20))
    assert.equal(shard.delete(s), 10)
    assert.deepEqual(reader.sink.cancellations, ['queue-deleted'])
    assert.equal(shard.drain(q).length, 10)
    assert.ok(shard.residentBytes <= 1 << 20, `${shard.residentBytes} octets are left`)
    shard.close()
  })

  test('ten thousand readers without credit do not slow a stream down', () => {
    const shard = new ShardFixture(make)
    const s = shard.queue({ type: 'stream' })
    const readers = Array.from({ length: 10_000 }, () => shard.consume(s, { prefetchCount: 1 }))
    shard.publish(s, '0')
    assert.ok(readers.every(({ bodies }) => bodies.length === 1))
    const begin = performance.now()
    for (let i = 0; i < 20_000; i++) shard.publish(s, 'm')
    assert.ok(performance.now() - begin < 2000, `20000 publishes took ${performance.now() - begin} ms`)
    for (const reader of readers) reader.settle(0)
    assert.ok(readers.every(({ bodies }) => bodies.length === 2))
    shard.close()
  })
}
