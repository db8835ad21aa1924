import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../../src/core/shard-port.js'
import { field, tableToPlain } from '../../../src/protocol/amqp091/index.js'
import { VIRTUAL_EPOCH_MS } from '../../../src/util/virtual-clock.js'
import { type Delivery, type MakePort, ShardFixture } from '../../support/shard-fixture.js'

/** Dead letters: what they say, where they go, and that they get there. */
export function deadLettersContract(make: MakePort): void {
  test('a rejected message says where it died, of what, when, and where it came from', async () => {
    const shard = new ShardFixture(make)
    const dead = shard.queue()
    const q = shard.queue({ name: 'q', deadLetterExchange: 'dlx' })
    shard.host.bind('dlx', 'key', dead)
    const headers = new Map([['mine', field.int(1)]])
    const properties = { headers, messageId: 'id', expiration: '60000', priority: 3, deliveryMode: 2 }
    shard.publish(q, 'body', { exchange: 'first', routingKey: 'key', properties })
    await shard.clock.advance(5500)
    shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    const letter = shard.get(dead, true)!
    assert.deepEqual(plainHeaders(letter), {
      mine: 1,
      'x-death': [
        {
          'original-expiration': '60000',
          count: 1,
          reason: 'rejected',
          queue: 'q',
          time: VIRTUAL_EPOCH_MS / 1000 + 5,
          exchange: 'first',
          'routing-keys': ['key'],
        },
      ],
      'x-first-death-exchange': 'first',
      'x-first-death-queue': 'q',
      'x-first-death-reason': 'rejected',
      'x-last-death-exchange': 'first',
      'x-last-death-queue': 'q',
      'x-last-death-reason': 'rejected',
    })
    const { headers: _, ...others } = letter.properties
    assert.deepEqual(others, { messageId: 'id', priority: 3, deliveryMode: 2 })
    assert.deepEqual([letter.exchange, letter.routingKey, letter.body], ['dlx', 'key', 'body'])
    assert.deepEqual([letter.redelivered, letter.persistent], [true, true])
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    shard.close()
  })

  test('each way to die has its reason', async () => {
    const shard = new ShardFixture(make)
    const dead = shard.queue({ name: 'dead' })
    const letters = { deadLetterExchange: '', deadLetterRoutingKey: 'dead' }
    const expired = shard.queue({ ...letters, messageTtlMs: 10 })
    shard.publish(expired, 'expired')
    await shard.clock.advance(10)
    const full = shard.queue({ ...letters, maxLength: 1 })
    shard.publishAll(full, 'maxlen stays')
    const limited = shard.queue({ ...letters, type: 'quorum', deliveryLimit: 0 })
    shard.publish(limited, 'delivery_limit')
    shard.settle(shard.get(limited)!, Settlement.RETURN)
    const rejected = shard.queue(letters)
    shard.publish(rejected, 'rejected')
    shard.settle(shard.get(rejected)!, Settlement.DEAD_LETTER)
    for (const reason of ['expired', 'maxlen', 'delivery_limit', 'rejected']) {
      const letter = shard.get(dead, true)!
      assert.deepEqual([letter.body, plainHeaders(letter)['x-last-death-reason']], [reason, reason])
    }
    assert.equal(shard.counts(dead).ready, 0)
    shard.close()
  })

  test('a repeated death counts up and moves to the front; the first stays the first', async () => {
    const shard = new ShardFixture(make)
    const work = shard.queue({ name: 'work', deadLetterExchange: '', deadLetterRoutingKey: 'wait' })
    shard.queue({ name: 'wait', deadLetterExchange: '', deadLetterRoutingKey: 'work', messageTtlMs: 1000 })
    shard.publish(work, 'm', { routingKey: 'work' })
    for (let round = 1; round <= 3; round++) {
      shard.settle(shard.get(work)!, Settlement.DEAD_LETTER)
      await shard.clock.advance(1000)
      const letter = shard.get(work)!
      const headers = plainHeaders(letter)
      assert.deepEqual(
        (headers['x-death'] as { queue: string; reason: string; count: number; time: number }[]).map(
          (death) => [death.queue, death.reason, death.count, death.time - VIRTUAL_EPOCH_MS / 1000],
        ),
        [
          ['wait', 'expired', round, 1],
          ['work', 'rejected', round, 0],
        ],
      )
      assert.deepEqual([headers['x-first-death-queue'], headers['x-last-death-queue']], ['work', 'wait'])
      shard.settle(letter, Settlement.REQUEUE)
    }
    shard.close()
  })

  test('a cycle that nobody rejected into ends', async () => {
    const shard = new ShardFixture(make)
    const letters = { deadLetterExchange: '', messageTtlMs: 50 }
    const a = shard.queue({ ...letters, name: 'a', deadLetterRoutingKey: 'b' })
    const b = shard.queue({ ...letters, name: 'b', deadLetterRoutingKey: 'a' })
    const self = shard.queue({ ...letters, name: 'self', deadLetterRoutingKey: 'self' })
    shard.publish(a, 'm')
    shard.publish(self, 'm')
    await shard.clock.advance(49)
    assert.deepEqual([shard.counts(a).ready, shard.counts(self).ready], [1, 1])
    await shard.clock.advance(1)
    assert.deepEqual([shard.counts(a).ready, shard.counts(b).ready, shard.counts(self).ready], [0, 1, 0])
    await shard.clock.advance(50)
    assert.deepEqual([shard.counts(a).ready, shard.counts(b).ready], [0, 0])
    shard.close()
  })

  test('a death history that a client made up is not believed', () => {
    const shard = new ShardFixture(make)
    const dead = shard.queue({ name: 'dead' })
    const q = shard.queue({ name: 'q', deadLetterExchange: '', deadLetterRoutingKey: 'dead' })
    const madeUp = new Map([
      ['count', field.long(5)],
      ['queue', field.string('q')],
      ['reason', field.string('rejected')],
    ])
    const headers = new Map([
      ['x-death', field.array([field.table(madeUp)])],
      ['x-first-death-queue', field.string('made up')],
    ])
    shard.publish(q, 'm', { properties: { headers } })
    shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    const letter = plainHeaders(shard.get(dead, true)!)
    assert.equal((letter['x-death'] as { count: number }[]).length, 1)
    assert.equal((letter['x-death'] as { count: number }[])[0]!.count, 1)
    assert.equal(letter['x-first-death-queue'], 'q')
    shard.close()
  })

  test('a letter keeps all its keys, CC and BCC, unless the queue names one', () => {
    const shard = new ShardFixture(make)
    const keys = (names: string[]) => field.array(names.map((name) => field.string(name)))
    const headers = new Map([
      ['CC', keys(['cc1', 'cc2'])],
      ['BCC', keys(['bcc'])],
    ])
    const parts = { routingKey: 'own', properties: { headers }, hasBcc: true }
    const dead = shard.queue()
    for (const key of ['own', 'cc2', 'bcc', 'named']) shard.host.bind('dlx', key, dead)
    const plain = shard.queue({ deadLetterExchange: 'dlx' })
    const named = shard.queue({ deadLetterExchange: 'dlx', deadLetterRoutingKey: 'named' })
    for (const q of [plain, named]) {
      shard.publish(q, 'm', parts)
      shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    }
    assert.deepEqual(
      shard.host.routed.map((route) => route.keys),
      [['own', 'cc1', 'cc2', 'bcc'], ['named']],
    )
    for (const routingKey of ['own', 'named']) {
      const letter = shard.get(dead, true)!
      assert.deepEqual([letter.routingKey, letter.hasBcc], [routingKey, true])
      const [death] = plainHeaders(letter)['x-death'] as { 'routing-keys': string[] }[]
      assert.deepEqual(death!['routing-keys'], ['own', 'cc1', 'cc2'])
    }
    assert.equal(shard.counts(dead).ready, 0)
    shard.close()
  })

  test('a letter without a place is dropped', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ deadLetterExchange: 'missing' })
    shard.publish(q, Buffer.alloc(3 << 20))
    shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    assert.ok(shard.residentBytes <= 1 << 20)
    shard.close()
  })

  test('a chain of a thousand queues does not overflow the stack', async () => {
    const shard = new ShardFixture(make)
    const count = 1000
    const first = shard.queue({ name: '0', deadLetterExchange: '', deadLetterRoutingKey: '1', maxLength: 0 })
    for (let i = 1; i < count; i++) {
      shard.queue({ name: `${i}`, deadLetterExchange: '', deadLetterRoutingKey: `${i + 1}`, messageTtlMs: 0 })
    }
    shard.publish(first, 'm')
    await shard.clock.advance(0)
    assert.equal(shard.host.routed.length, count)
    shard.close()
  })

  const atLeastOnce = {
    type: 'quorum',
    deadLetterExchange: 'dlx',
    deadLetterStrategy: 'at-least-once',
    overflow: 'reject-publish',
  } as const

  test('at-least-once keeps a message until its letter has a place', async () => {
    const shard = new ShardFixture(make)
    const q = shard.queue(atLeastOnce)
    shard.publishAll(q, '1 2')
    for (let i = 0; i < 2; i++) shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    await shard.clock.advance(10_000)
    assert.deepEqual(shard.counts(q), { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 })
    const dead = shard.queue()
    shard.host.bind('dlx', 'key', dead)
    await shard.clock.advance(10_000)
    assert.deepEqual(shard.drain(dead), ['1', '2'])
    await shard.clock.advance(10_000)
    assert.equal(shard.counts(dead).ready, 0)
    assert.equal(shard.clock.pendingCount, 0)
    shard.close()
  })

  test('at-least-once does not repeat a letter to the queue that took it while another refuses', async () => {
    const shard = new ShardFixture(make)
    const [full, open] = [shard.queue({ maxLength: 0, overflow: 'reject-publish' }), shard.queue()]
    shard.host.bind('dlx', 'key', full)
    shard.host.bind('dlx', 'key', open)
    const q = shard.queue(atLeastOnce)
    shard.publish(q, 'm')
    shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    await shard.clock.advance(60_000)
    assert.deepEqual(shard.drain(open), ['m'])
    shard.configure(full, {})
    await shard.clock.advance(10_000)
    assert.deepEqual([shard.drain(full), shard.drain(open)], [['m'], []])
    shard.close()
  })

  test('letters that wait count against the length of a quorum queue', () => {
    const shard = new ShardFixture(make)
    const q = shard.queue({ ...atLeastOnce, maxLength: 1 })
    shard.publish(q, '1')
    shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
    assert.equal(shard.publish(q, '2'), 1)
    shard.close()
  })

  for (const [what, act] of [
    ['deleted', (shard: ShardFixture, q: number) => void shard.delete(q)],
    ['purged', (shard: ShardFixture, q: number) => void shard.port.purgeQueue(q)],
    [
      'set to at-most-once',
      (shard: ShardFixture, q: number) => shard.configure(q, { deadLetterExchange: 'dlx' }),
    ],
    ['set to no dead lettering', (shard: ShardFixture, q: number) => shard.configure(q, {})],
  ] as const) {
    test(`letters that wait go when their queue is ${what}`, async () => {
      const shard = new ShardFixture(make)
      const q = shard.queue(atLeastOnce)
      for (let i = 0; i < 5; i++) shard.publish(q, Buffer.alloc(1 << 20))
      for (let i = 0; i < 5; i++) shard.settle(shard.get(q)!, Settlement.DEAD_LETTER)
      assert.ok(shard.residentBytes > 4 << 20)
      act(shard, q)
      await shard.clock.advance(2000)
      assert.ok(shard.residentBytes <= 1 << 20, `${shard.residentBytes} octets are left`)
      shard.close()
    })
  }
}

function plainHeaders(letter: Delivery): Record<string, unknown> {
  return JSON.parse(JSON.stringify(tableToPlain(letter.properties.headers!)))
}
