import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  DurableShard,
  type DurableShardOptions,
  LOG_FOLDER,
  makeFolders,
  queueOf,
  turning,
} from '../../../test/support/durable-shard.js'
import { randomFrom } from '../../../test/support/random.js'
import { messageOf, TestPublisher, TestSink } from '../../../test/support/shard-fixture.js'
import { SimulatedDisk } from '../../../test/support/simulated-disk.js'
import { PublishOutcome, Settlement } from '../../core/shard-port.js'
import { VirtualClock } from '../../util/virtual-clock.js'
import { StorageError } from '../storage-error.js'
import { encodeSegmentHeader, LOG_FORMAT, segmentName } from './segment.js'

const CHUNK_BYTES = 4096
const PERSISTENT = { properties: { deliveryMode: 2 as const } }

/** A shard on a simulated disk, and what a test does with both. */
class Bench {
  readonly clock = new VirtualClock()
  disk = new SimulatedDisk({ clock: this.clock, random: randomFrom(5), latencyMaxMs: 1 })
  readonly publisher = new TestPublisher()
  readonly fulls: boolean[] = []
  readonly failures: StorageError[] = []
  durable!: DurableShard
  private seqNo = 0

  async start(options: Partial<DurableShardOptions> = {}): Promise<void> {
    await this.run(makeFolders(this.disk))
    await this.restart(options)
  }

  async restart(options: Partial<DurableShardOptions> = {}): Promise<void> {
    const { disk, clock } = this
    this.durable = await this.run(
      DurableShard.start({
        disk,
        clock,
        queues: [queueOf(1), queueOf(2)],
        chunkBytes: CHUNK_BYTES,
        segmentBytesMax: 4 * CHUNK_BYTES,
        residentBytesMax: 2 * CHUNK_BYTES,
        unwrittenBytesMax: 16 * CHUNK_BYTES,
        onFull: (isFull) => this.fulls.push(isFull),
        onFailure: (error) => this.failures.push(error),
        ...options,
      }),
    )
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return turning(this.clock, promise)
  }

  publish(body: string, queueId = 1): PublishOutcome {
    return this.durable.shard.publish([queueId], messageOf(body, PERSISTENT), this.publisher, ++this.seqNo)
  }

  async bodies(queueId = 1): Promise<string[]> {
    const messages = await this.run(this.durable.messages(queueId))
    return messages.map(({ message: { buffer, bodyStart, bodyEnd } }) =>
      buffer.toString('latin1', bodyStart, bodyEnd),
    )
  }

  /** Takes messages, on whatever disk they are. */
  async take(count: number, queueId = 1): Promise<TestSink> {
    const sink = new TestSink()
    for (let i = 0; i < count; i++)
      await this.run(Promise.resolve(this.durable.shard.get(queueId, false, sink)))
    return sink
  }

  async ack(sink: TestSink): Promise<void> {
    for (const { queueId, position } of sink.deliveries)
      this.durable.shard.settle(queueId, position, 0, Settlement.ACK)
  }

  async segments(): Promise<string[]> {
    const names = await this.run(this.disk.list(LOG_FOLDER))
    return names.filter((name) => name.endsWith('.segment'))
  }
}

const BODY = 'x'.repeat(500)

test('on a full disk nothing is confirmed and nothing lost; what fits memory waits, the rest is refused', async () => {
  const bench = new Bench()
  await bench.start({ unwrittenBytesMax: 4 * CHUNK_BYTES })
  bench.publish('first')
  await bench.run(bench.durable.synced())
  const confirmed = bench.publisher.confirmations.length
  bench.disk.capacityBytes = 0
  let accepted = 0
  let outcome: PublishOutcome = PublishOutcome.PENDING
  while (outcome === PublishOutcome.PENDING && accepted < 1000) {
    outcome = bench.publish(BODY)
    if (outcome === PublishOutcome.PENDING) accepted += 1
    await bench.clock.advance(20)
  }
  assert.equal(outcome, PublishOutcome.REJECTED)
  assert.ok(accepted * 500 < 8 * CHUNK_BYTES, `${accepted} messages were taken`)
  assert.deepEqual(bench.fulls, [true])
  assert.equal(bench.publisher.confirmations.length, confirmed)
  assert.equal((await bench.take(1)).bodies[0], 'first')

  bench.disk.capacityBytes = Number.POSITIVE_INFINITY
  await bench.run(bench.durable.synced())
  assert.deepEqual(bench.fulls, [true, false])
  assert.ok(bench.publisher.confirmations.length > confirmed)
  assert.deepEqual(bench.publisher.refusals, [])
  assert.equal(bench.publish('after'), PublishOutcome.PENDING)
  await bench.run(bench.durable.stop())
  await bench.restart()
  assert.equal((await bench.bodies()).length, accepted + 2)
})

test('a full disk gets room when messages are consumed', async () => {
  const bench = new Bench()
  await bench.start()
  for (let i = 0; i < 60; i++) {
    bench.publish(BODY)
    await bench.run(bench.durable.synced())
  }
  const before = await bench.segments()
  bench.disk.capacityBytes = 0
  await bench.ack(await bench.take(55))
  await bench.clock.advance(2000)
  assert.ok((await bench.segments()).length < before.length)
})

test('a full disk does not keep a shard from stopping', async () => {
  const bench = new Bench()
  await bench.start()
  bench.disk.capacityBytes = 0
  bench.publish('never')
  await bench.clock.advance(100)
  await bench.run(bench.durable.stop())
  assert.equal(bench.publisher.refusals.length, 1)
})

for (const kind of ['write', 'sync', 'open', 'folder-sync'] as const) {
  test(`after a failed ${kind} publishers are refused, consumers go on, and the shard stops`, async () => {
    const bench = new Bench()
    await bench.start()
    for (let i = 0; i < 40; i++) bench.publish(`${i} ${BODY}`)
    await bench.run(bench.durable.synced())
    const segments = await bench.segments()
    bench.disk.failNext(kind)
    // Enough to begin a segment.
    for (let i = 0; i < 40; i++) bench.publish(`${40 + i} ${BODY}`)
    await assert.rejects(bench.run(bench.durable.synced()), StorageError)
    assert.equal(bench.failures.length, 1)
    assert.ok(bench.publisher.refusals.length > 0)
    assert.equal(bench.publish('refused'), PublishOutcome.REJECTED)
    const sink = await bench.take(80)
    assert.deepEqual(
      sink.bodies.map((body) => Number(body.split(' ')[0])),
      [...new Array(80).keys()],
    )
    await bench.ack(sink)
    await bench.run(bench.durable.stop())
    bench.disk.heal()
    await bench.restart()
    const bodies = await bench.bodies()
    assert.equal(new Set(bodies).size, bodies.length)
    assert.ok(bodies.length >= 40, `${bodies.length} messages, ${segments.length} segments before`)
  })
}

test('a read that fails is tried again', async () => {
  const bench = new Bench()
  await bench.start()
  for (let i = 0; i < 40; i++) bench.publish(`${i} ${BODY}`)
  await bench.run(bench.durable.synced())
  bench.disk.failNext('read', 'EIO', { times: 3 })
  assert.equal((await bench.take(1)).bodies[0]?.split(' ')[0], '0')
})

test('a folder that vanishes makes the log fail when it needs the next segment, and not hang', async () => {
  const bench = new Bench()
  await bench.start()
  bench.publish('one')
  await bench.run(bench.durable.synced())
  bench.disk.vanish(LOG_FOLDER)
  for (let i = 0; i < 60; i++) bench.publish(BODY)
  await assert.rejects(bench.run(bench.durable.synced()), /failed/)
  assert.equal(bench.publish('refused'), PublishOutcome.REJECTED)
  await bench.run(bench.durable.stop())
})

test('a folder that cannot be written to is refused at the start, by name', async () => {
  const bench = new Bench()
  await bench.run(makeFolders(bench.disk))
  bench.disk.readOnlyFolders.add(LOG_FOLDER)
  await assert.rejects(bench.restart(), (error: unknown) => {
    assert.ok(error instanceof StorageError)
    assert.match(error.message, new RegExp(`message log in ${LOG_FOLDER} cannot be used`))
    return true
  })
})

test('a format of a newer release is refused and left alone', async () => {
  const bench = new Bench()
  await bench.run(makeFolders(bench.disk))
  const path = join(LOG_FOLDER, segmentName(1))
  const header = encodeSegmentHeader({ format: LOG_FORMAT + 1, number: 1, epoch: 1, salt: 1 })
  bench.disk.setContent(path, header)
  await assert.rejects(bench.restart(), /has format 2, which a newer release has written; .* up to 1/)
  assert.deepEqual(bench.disk.contentOf(path), header)
})

test('a damaged stretch is kept aside, reported once, and covered', async () => {
  const bench = new Bench()
  await bench.start()
  for (const body of ['one', 'two', 'three']) {
    bench.publish(body)
    await bench.run(bench.durable.synced())
  }
  await bench.run(bench.durable.stop())
  const path = join(LOG_FOLDER, (await bench.segments())[0]!)
  const octets = bench.disk.contentOf(path)
  octets[octets.indexOf('two')]! ^= 1
  bench.disk.setContent(path, octets)

  await bench.restart()
  const [damage] = bench.durable.report.damage
  assert.deepEqual(await bench.bodies(), ['one', 'three'])
  assert.equal(damage?.isTornTail, false)
  await bench.run(bench.durable.stop())
  const kept = await bench.run(bench.disk.list(join(LOG_FOLDER, 'quarantine')))
  assert.deepEqual(kept, [`${segmentName(1)}-${damage!.position}`])
  const copy = bench.disk.contentOf(join(LOG_FOLDER, 'quarantine', kept[0]!))
  assert.deepEqual(copy, octets.subarray(damage!.position, damage!.position + damage!.lengthBytes))

  await bench.restart()
  assert.deepEqual(bench.durable.report.damage, [])
  assert.deepEqual(await bench.bodies(), ['one', 'three'])
})

test('what was acknowledged before a stop does not come back, and the rest is redelivered', async () => {
  const bench = new Bench()
  await bench.start()
  for (let i = 0; i < 40; i++) bench.publish(`${i} ${BODY}`)
  const sink = await bench.take(30)
  for (const { queueId, position } of sink.deliveries.slice(0, 20))
    bench.durable.shard.settle(queueId, position, 0, Settlement.ACK)
  await bench.run(bench.durable.stop())
  await bench.restart()
  const messages = await bench.run(bench.durable.messages(1))
  assert.equal(messages.length, 20)
  assert.deepEqual(
    messages.map(({ redelivered }) => redelivered),
    [...new Array(10).fill(true), ...new Array(10).fill(false)],
  )
})

test('a shard stops while messages are read, spilled and cleaned, and may be stopped twice', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const bench = new Bench()
    bench.disk = new SimulatedDisk({ clock: bench.clock, random: randomFrom(seed), latencyMaxMs: 5 })
    await bench.start()
    for (let i = 0; i < 80; i++) {
      bench.publish(BODY, 1 + (i % 2))
      bench.durable.shard.publish([2], messageOf(BODY), bench.publisher, 0)
      if (i % 10 === 0) await bench.clock.advance(seed % 7)
    }
    await bench.ack(await bench.take(35))
    await bench.clock.advance(seed % 11)
    void bench.durable.shard.get(1, false, new TestSink())
    const { log } = bench.durable
    await bench.run(Promise.all([log.close(), log.close()]))
    await bench.run(bench.durable.stop())
    await bench.restart()
    assert.equal((await bench.bodies()).length, 5)
    assert.equal((await bench.bodies(2)).length, 40)
  }
})

test('a message that expires has the rest of its time after a restart', async () => {
  const bench = new Bench()
  await bench.start()
  const properties = { deliveryMode: 2 as const, expiration: '10000' }
  bench.durable.shard.publish([1], messageOf('mortal', { properties }), bench.publisher, 1)
  await bench.clock.advance(4000)
  await bench.run(bench.durable.stop())
  await bench.restart()
  const [message] = await bench.run(bench.durable.messages(1))
  assert.ok(message!.expiresInMs! > 5000 && message!.expiresInMs! <= 6000, String(message!.expiresInMs))
  await bench.clock.advance(6000)
  assert.deepEqual(await bench.bodies(), [])
})

test('memory stays within its limit under a backlog of many queues, and everything comes back in order', async () => {
  const bench = new Bench()
  const queues = [...new Array(20).keys()].map((i) => queueOf(i + 1))
  await bench.start({ queues })
  for (let i = 0; i < 2000; i++) {
    bench.publish(`${i} ${BODY}`, 1 + (i % 20))
    bench.durable.shard.publish([1 + (i % 20)], messageOf(`t${i} ${BODY}`), bench.publisher, 0)
    if (i % 5 === 0) await bench.run(bench.durable.synced())
  }
  await bench.clock.advance(100)
  const { residentBytes } = bench.durable.log
  // The chunks that are being written come on top of the limit.
  assert.ok(residentBytes <= 4 * CHUNK_BYTES, `${residentBytes} octets are in memory`)
  for (const id of [1, 7, 20]) {
    const sink = await bench.take(200, id)
    const numbers = sink.bodies.map((body) => body.split(' ')[0])
    assert.deepEqual(
      numbers,
      [...new Array(100).keys()].flatMap((i) => [`${i * 20 + id - 1}`, `t${i * 20 + id - 1}`]),
    )
  }
})

test('a log as large as it may get refuses messages of any kind and takes them again when some have gone', async () => {
  const bench = new Bench()
  await bench.start({ chunkSlotsMax: 300 })
  let count = 0
  let outcome: PublishOutcome = PublishOutcome.PENDING
  for (; outcome !== PublishOutcome.REJECTED; count++) {
    assert.ok(count < 2000)
    outcome = bench.publish(BODY)
    if (count % 5 === 0) await bench.run(bench.durable.synced())
  }
  const transient = bench.durable.shard.publish([2], messageOf(BODY), bench.publisher, 0)
  assert.equal(transient, PublishOutcome.REJECTED)
  await bench.ack(await bench.take(count - 1))
  await bench.clock.advance(1000)
  assert.equal(bench.publish('again'), PublishOutcome.PENDING)
})

test('with sync = interval a stop is durable, and cleaning loses nothing in a power cut', async () => {
  const bench = new Bench()
  await bench.start({ sync: { kind: 'interval', intervalMs: 1_000_000 } })
  bench.publish('stuck')
  bench.publish(BODY)
  await bench.run(bench.durable.stop())
  bench.disk = bench.disk.crash()
  await bench.restart({ sync: { kind: 'interval', intervalMs: 1_000_000 } })
  assert.deepEqual(await bench.bodies(), ['stuck', BODY])
  const { log } = bench.durable
  const stuck = ['stuck', BODY]
  for (let i = 0; log.movedBytes === 0; i++) {
    assert.ok(i < 2000)
    if (i % 20 === 0) {
      stuck.push(`stuck ${i}`)
      bench.publish(`stuck ${i}`)
    }
    bench.publish(BODY, 2)
    await bench.ack(await bench.take(1, 2))
    await bench.clock.advance(3)
  }
  await bench.clock.advance(100)
  const synced = (await bench.bodies()).length
  bench.durable.abandon()
  bench.disk = bench.disk.crash()
  await bench.restart()
  // What cleaning moved was durable before; what came after the last sync may be lost, at the end.
  const bodies = await bench.bodies()
  assert.deepEqual(bodies, stuck.slice(0, bodies.length))
  assert.ok(bodies.length >= 2 && bodies.length <= synced)
})

test('a message that was settled after a crash had interrupted its cleaning does not come back', async () => {
  const bench = new Bench()
  const lazy = { diskUseFactor: Number.POSITIVE_INFINITY, queues: [queueOf(1), queueOf(2), queueOf(3)] }
  await bench.start(lazy)
  bench.publish('moved')
  bench.publish('left behind', 3)
  // These leave nothing but their records: each is gone again before its batch is written.
  for (let i = 0; i < 40; i++) {
    bench.publish(BODY, 2)
    await bench.durable.shard.get(2, true, new TestSink())
  }
  await bench.run(bench.durable.stop())
  const path = join(LOG_FOLDER, segmentName(1))
  const octets = bench.disk.contentOf(path)

  // Cleaning passes over what is in no queue: that message is still in its old place when the queue is back.
  await bench.restart({ diskUseFactor: 0, queues: [queueOf(1), queueOf(2)] })
  await bench.clock.advance(200)
  assert.ok(bench.durable.log.movedBytes > 0 && !(await bench.segments()).includes(segmentName(1)))
  await bench.run(bench.durable.stop())
  bench.disk.setContent(path, octets)

  await bench.restart(lazy)
  assert.deepEqual([await bench.bodies(1), await bench.bodies(3)], [['moved'], ['left behind']])
  await bench.ack(await bench.take(1))
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 20; i++) bench.publish(BODY, 2)
    await bench.run(bench.durable.synced())
    await bench.ack(await bench.take(20, 2))
    await bench.clock.advance(50)
  }
  await bench.run(bench.durable.stop())
  await bench.restart(lazy)
  assert.deepEqual([await bench.bodies(1), await bench.bodies(3)], [[], ['left behind']])
})

test('a delivery is recorded while the sync of earlier messages is under way, and confirmed by none but its own', async () => {
  const bench = new Bench()
  await bench.start()
  const { log, shard } = bench.durable
  let isSynced = false
  bench.publish('first')
  log.writeDeliveries()
  log.whenSynced(() => {
    isSynced = true
  })
  // The name of the segment has to be durable first; then the sync begins.
  while (log.writtenTicket === 0) await bench.clock.advance(0.01)
  assert.equal(isSynced, false)

  bench.publish('second')
  const sink = new TestSink()
  assert.equal(shard.get(1, false, sink), true)
  assert.ok(log.writtenTicket < log.deliveryTicket)
  log.writeDeliveries()
  assert.equal(log.writtenTicket, log.deliveryTicket)
  assert.ok(log.syncedTicket < log.deliveryTicket)
  assert.equal(isSynced, false)

  const confirmed = (): number[] => bench.publisher.confirmations
  while (!isSynced) await bench.clock.advance(0.01)
  assert.deepEqual(confirmed(), [1])
  while (log.syncedTicket < log.deliveryTicket) await bench.clock.advance(0.01)
  assert.deepEqual(confirmed(), [1, 2])

  bench.disk = bench.disk.crash()
  await bench.restart()
  const messages = await bench.run(bench.durable.messages(1))
  assert.deepEqual(
    messages.map(({ redelivered }) => redelivered),
    [true, false],
  )
})
