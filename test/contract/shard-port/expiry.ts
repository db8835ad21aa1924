import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../../src/core/shard-port.js'
import { type MakePort, ShardFixture } from '../../support/shard-fixture.js'

const expiring = (expiration: string) => ({ properties: { expiration } })

/** Times to live of messages and leases of queues. */
export function expiryContract(make: MakePort): void {
  test('a message expires when its own time comes, wherever it stands', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publish(q, 'stays')
    shard.publish(q, 'long', expiring('100'))
    shard.publish(q, 'short', expiring('50'))
    await shard.clock.advance(49)
    assert.equal(shard.counts(q).ready, 3)
    await shard.clock.advance(1)
    assert.deepEqual(shard.counts(q), { ready: 2, unacked: 0, consumers: 0, readyBytes: 9 })
    await shard.clock.advance(50)
    assert.deepEqual(shard.drain(q), ['stays'])
    assert.equal(shard.clock.pendingCount, 0)
    shard.close()
  })

  test('the lower of the queue time to live and the expiration counts', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ messageTtlMs: 100 })
    shard.publish(q, 'queue')
    shard.publish(q, 'own', expiring('30'))
    shard.publish(q, 'longer', expiring('500'))
    await shard.clock.advance(30)
    assert.equal(shard.counts(q).ready, 2)
    await shard.clock.advance(69)
    assert.equal(shard.counts(q).ready, 2)
    await shard.clock.advance(1)
    assert.equal(shard.counts(q).ready, 0)
    shard.close()
  })

  test('each queue counts from when the message came into it, by its own settings', async () => {
    const shard = new ShardFixture(make)
    const [a, b] = [shard.queue({ messageTtlMs: 10 }), shard.queue({ messageTtlMs: 20 })]
    shard.publish([a, b], 'm')
    await shard.clock.advance(10)
    assert.deepEqual([shard.counts(a).ready, shard.counts(b).ready], [0, 1])
    await shard.clock.advance(10)
    assert.equal(shard.counts(b).ready, 0)
    shard.close()
  })

  test('time to live 0 delivers to who waits, and drops otherwise', () => {
    for (const [settings, parts] of [
      [{ messageTtlMs: 0 }, {}],
      [{}, expiring('0')],
    ] as const) {
      const shard = new ShardFixture(make)
      const q = shard.queue(settings)
      shard.publish(q, '1', parts)
      assert.equal(shard.counts(q).ready, 0)
      const consumer = shard.consume(q, { prefetchCount: 1 })
      shard.publish(q, '2', parts)
      shard.publish(q, '3', parts)
      assert.deepEqual(consumer.bodies, ['2'])
      assert.deepEqual(shard.counts(q), { ready: 0, unacked: 1, consumers: 1, readyBytes: 0 })
      shard.close()
    }
  })

  test('time to live 0 behind other messages drops at once as well', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publish(q, 'first')
    shard.publish(q, 'now or never', expiring('0'))
    assert.deepEqual(shard.drain(q), ['first'])
    shard.close()
  })

  test('an unacked message does not expire; requeued after its time it does', async () => {
    const shard = new ShardFixture(make)
    const dead = shard.queue({ name: 'dead' })
    const q = shard.queue({ messageTtlMs: 50, deadLetterExchange: '', deadLetterRoutingKey: 'dead' })
    shard.publishAll(q, 'late early')
    const [late, early] = [shard.get(q)!, shard.get(q)!]
    await shard.clock.advance(40)
    shard.settle(early, Settlement.REQUEUE)
    await shard.clock.advance(9)
    assert.equal(shard.counts(q).ready, 1)
    await shard.clock.advance(1)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 1, consumers: 0, readyBytes: 0 })
    await shard.clock.advance(100)
    shard.settle(late, Settlement.REQUEUE)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    assert.deepEqual(shard.drain(dead), ['early', 'late'])
    shard.close()
  })

  test('an expired message is not delivered even when the timer is late', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    shard.publish(q, 'late', expiring('10'))
    shard.publish(q, 'lasts', expiring('100'))
    shard.clock.stall(20)
    const consumer = shard.consume(q)
    assert.deepEqual(consumer.bodies, ['lasts'])
    consumer.unsubscribe()
    shard.publish(q, 'late again', expiring('10'))
    shard.clock.stall(20)
    assert.equal(shard.get(q), undefined)
    shard.publish(q, 'later', expiring('10'))
    shard.clock.stall(20)
    const other = shard.consume(q, { prefetchCount: 1 })
    shard.publish(q, 'now or never', expiring('0'))
    assert.deepEqual(other.bodies, ['now or never'])
    shard.close()
  })

  test('messages that expire at the same moment are dead-lettered in their order', async () => {
    const shard = new ShardFixture(make)
    const dead = shard.queue({ name: 'dead' })
    const q = shard.queue({ messageTtlMs: 50, deadLetterExchange: '', deadLetterRoutingKey: 'dead' })
    const bodies = Array.from({ length: 500 }, (_, i) => String(i))
    for (const body of bodies) shard.publish(q, body)
    await shard.clock.advance(50)
    assert.deepEqual(shard.drain(dead), bodies)
    shard.close()
  })

  test('a message requeued a hundred thousand times within its time to live costs no more each time', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ messageTtlMs: 3_600_000 })
    shard.publish(q, 'm')
    const begin = performance.now()
    for (let i = 0; i < 100_000; i++) shard.settle(shard.get(q)!, Settlement.REQUEUE)
    // Deadlines that pile up with each return made this quadratic: minutes.
    assert.ok(performance.now() - begin < 5000, `it took ${performance.now() - begin} ms`)
    shard.close()
  })

  test('a new time to live holds for what comes in from then on', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ messageTtlMs: 100 })
    shard.publish(q, 'old')
    shard.configure(q, { messageTtlMs: 10 })
    shard.publish(q, 'new')
    await shard.clock.advance(10)
    assert.deepEqual(shard.drain(q), ['old'])
    shard.close()
  })

  test('a queue with a lease is unused once nobody has used it for so long', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ expiresMs: 100 })
    await shard.clock.advance(90)
    shard.publish(q, 'publishing is no use')
    shard.get(q, true)
    await shard.clock.advance(90)
    shard.port.touchQueue(q)
    await shard.clock.advance(90)
    const consumer = shard.consume(q)
    await shard.clock.advance(1000)
    assert.deepEqual(shard.host.unused, [])
    consumer.unsubscribe()
    shard.publish(q, 'no use')
    await shard.clock.advance(99)
    assert.deepEqual(shard.host.unused, [])
    await shard.clock.advance(1)
    assert.deepEqual(shard.host.unused, [q])
    shard.close()
  })

  test('a lease can be given and taken by new settings; a quorum queue does not renew it when declared again', async () => {
    const shard = new ShardFixture(make)
    const [a, b] = [shard.queue({ type: 'quorum' }), shard.queue({ expiresMs: 100 })]
    shard.configure(a, { expiresMs: 100 })
    shard.configure(b, {})
    await shard.clock.advance(60)
    shard.port.touchQueue(a)
    await shard.clock.advance(40)
    assert.deepEqual(shard.host.unused, [a])
    await shard.clock.advance(1000)
    assert.deepEqual(shard.host.unused, [a])
    shard.close()
  })

  test('two hundred thousand messages with times to live expire without a look at each of the others', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue()
    const count = 200_000
    for (let i = 0; i < count; i++) shard.publish(q, 'm', expiring(String(1 + ((i * 7919) % 1000))))
    const begin = performance.now()
    shard.clock.advanceSync(500, () => shard.port.flush())
    assert.equal(shard.counts(q).ready, count / 2)
    shard.clock.advanceSync(500, () => shard.port.flush())
    assert.equal(shard.counts(q).ready, 0)
    assert.ok(performance.now() - begin < 5000, `it took ${performance.now() - begin} ms`)
    assert.ok(shard.residentBytes <= 1 << 20, `${shard.residentBytes} octets are left`)
    shard.close()
  })

  test('closing a shard leaves no timer behind', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ messageTtlMs: 100, expiresMs: 100 })
    shard.publish(q, 'm')
    assert.ok(shard.clock.pendingCount > 0)
    shard.close()
    assert.equal(shard.clock.pendingCount, 0)
  })
}
