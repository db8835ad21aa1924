import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { LOG_FOLDER, queueOf } from '../../../test/support/durable-shard.js'
import { LogBench } from '../../../test/support/log-bench.js'
import { TestHost, TestSink } from '../../../test/support/shard-fixture.js'
import { Settlement, type Subscription } from '../../core/shard-port.js'
import { StorageError } from '../storage-error.js'

// Damage that is found when octets are read back, and octets that the disk does not give.

test('a damaged body is never delivered: its message is dropped, told of once and kept aside; the rest comes', async () => {
  const bench = await LogBench.started()
  await bench.fill(8)
  const { path, at } = await bench.find('2 xxx')
  bench.flip(path, at + 9)
  assert.deepEqual((await bench.take(7)).bodies.map(firstOf), ['0', '1', '3', '4', '5', '6', '7'])
  assert.equal(bench.durable.shard.countsOf(1)?.ready, 0)
  const told = bench.errors.filter((text) => !text.includes('will be tried again'))
  assert.equal(told.length, 2)
  assert.match(told[0]!, /octets \d+ to \d+ of .*0000000001\.segment are damaged and left out/)
  assert.equal(told[1], '1 messages are lost with them')
  const [kept] = await bench.run(bench.disk.list(join(LOG_FOLDER, 'quarantine')))
  const copy = bench.disk.contentOf(join(LOG_FOLDER, 'quarantine', kept!))
  assert.equal(copy.indexOf('2 xxxxxxx'), copy.indexOf('2 x'))
  assert.equal(copy.readInt32LE(4), copy.length)
  await bench.stop()
})

test('a read that is wrong once costs nothing', async () => {
  const bench = await LogBench.started()
  await bench.fill(8)
  const { path, at } = await bench.find('2 xxx')
  bench.flip(path, at + 9)
  const taking = bench.take(8)
  await bench.clock.advance(1500)
  bench.flip(path, at + 9)
  assert.equal((await taking).bodies.length, 8)
  assert.ok(bench.errors.every((text) => text.includes('will be tried again')))
  await bench.stop()
})

test('a message that is lost while a consumer has it is settled in any way, and is nowhere afterwards', async () => {
  for (const outcome of [Settlement.ACK, Settlement.REQUEUE, Settlement.DEAD_LETTER]) {
    const bench = await LogBench.started()
    await bench.fill(8)
    const held = await bench.take(3)
    const { path, at } = await bench.find('2 xxx')
    bench.flip(path, at + 9)
    // Reading the rest of its chunk finds it out.
    assert.deepEqual(await bench.numbers(), ['0', '1', '3', '4', '5', '6', '7'])
    assert.equal(bench.durable.shard.countsOf(1)?.unacked, 3)
    bench.settle(held, outcome)
    const left = outcome === Settlement.REQUEUE ? ['0', '1'] : []
    assert.deepEqual(await bench.numbers(), [...left, '3', '4', '5', '6', '7'])
    assert.equal(bench.durable.shard.countsOf(1)?.unacked, 0)
    await bench.run(bench.durable.synced())
    await bench.stop()
    await bench.restart()
    assert.deepEqual(await bench.numbers(), [...left, '3', '4', '5', '6', '7'])
    await bench.stop()
  }
})

test('a message that is lost while a consumer has it is let go of once', async () => {
  const bench = await LogBench.started()
  await bench.fill(16)
  const held = await bench.take(3)
  const { path, at } = await bench.find('2 xxx')
  bench.flip(path, at + 9)
  assert.equal((await bench.numbers()).length, 15)
  bench.settle(held)
  // Of the first segment one message is left, and that keeps it there.
  const [three, ...rest] = (await bench.take(9)).deliveries
  for (const { position } of rest) bench.durable.shard.settle(1, position, 0, Settlement.ACK)
  await bench.run(bench.durable.synced())
  await bench.stop()
  await bench.restart()
  assert.equal(firstOf(three!.body), '3')
  assert.deepEqual(await bench.numbers(), ['3', '12', '13', '14', '15'])
  await bench.stop()
})

test('a message that is lost while it waits to become a dead letter is no dead letter', async () => {
  const host = new TestHost()
  host.bind('dlx', 'key', 2)
  const queues = [queueOf(1, { deadLetterExchange: 'dlx' }), queueOf(2)]
  const bench = await LogBench.started({ queues, host })
  await bench.fill(8)
  const held = await bench.take(3)
  const { path, at } = await bench.find('2 xxx')
  bench.flip(path, at + 9)
  bench.settle(held, Settlement.DEAD_LETTER)
  await bench.clock.advance(10_000)
  assert.deepEqual(await bench.numbers(2), ['0', '1'])
  assert.deepEqual(await bench.numbers(1), ['3', '4', '5', '6', '7'])
  await bench.stop()
})

test('a consumer of a stream passes over what is lost', async () => {
  const bench = await LogBench.started({ queues: [queueOf(1, { type: 'stream' }), queueOf(2)] })
  await bench.fill(8)
  const { path, at } = await bench.find('2 xxx')
  bench.flip(path, at + 9)
  const sink = new TestSink()
  bench.durable.shard.subscribe(1, SUBSCRIPTION, sink)
  await bench.clock.advance(10_000)
  assert.deepEqual(sink.bodies.map(firstOf), ['0', '1', '3', '4', '5', '6', '7'])
  await bench.stop()
})

test('acknowledgements that are lost with a batch are written anew from the summary', async () => {
  const bench = await LogBench.started({ diskUseFactor: 0 })
  // A segment's worth.
  await bench.fill(12)
  const held = await bench.take(5)
  // In one batch of the next one: five messages are settled, and one comes that lies with these acknowledgements.
  bench.publish(`first ${'y'.repeat(400)}`, 2)
  bench.settle(held)
  await bench.run(bench.durable.synced())
  await bench.fill(12, 400, 2)
  await bench.pass(400)
  const { path, at } = await bench.find('first y')
  assert.ok((await bench.paths('.summary')).includes(path.replace('.segment', '.summary')))
  bench.flip(path, at + 9)
  const [lost, ...rest] = await bench.numbers(2)
  assert.equal(lost, '0')
  assert.equal(rest.length, 11)
  // The segment goes, with all that it said.
  bench.settle(await bench.take(12, 2, false))
  await bench.run(bench.durable.synced())
  await bench.pass(400)
  assert.ok(!(await bench.paths('.segment')).includes(path))
  await bench.stop()
  await bench.restart()
  assert.deepEqual(await bench.numbers(), ['5', '6', '7', '8', '9', '10', '11'])
  await bench.stop()
})

test('what the disk does not give is lost, and nothing else', async () => {
  const bench = await LogBench.started({ chunkBytes: 32 << 10, segmentBytesMax: 64 << 10 })
  await bench.fill(40, 2000)
  const { path, at } = await bench.find('2 xxx')
  bench.disk.spoil(path, at + 600, 1)
  const bodies = (await bench.take(39)).bodies.map(firstOf)
  // At most three messages lie in a page.
  assert.ok(bodies.length >= 37 && !bodies.includes('2'))
  assert.ok(bodies.includes('6'))
  await bench.stop()
})

test('a disk that gives nothing of a chunk is asked until it does', async () => {
  const bench = await LogBench.started()
  await bench.fill(8)
  const { path } = await bench.find('2 xxx')
  bench.disk.spoil(path, 0, 1 << 20)
  const taking = bench.take(8)
  await bench.clock.advance(9_000)
  bench.disk.cure(path, 0, 1 << 20)
  assert.equal((await taking).bodies.length, 8)
  await bench.stop()
})

test('a queue that was purged while its messages were being read serves what comes then', async () => {
  const bench = await LogBench.started()
  await bench.fill(12)
  const sink = new TestSink()
  bench.durable.shard.subscribe(1, SUBSCRIPTION, sink)
  bench.durable.shard.purgeQueue(1)
  await bench.pass(100)
  await bench.fill(3)
  assert.equal(sink.bodies.length, 3)
  await bench.stop()
})

test('a start goes on without what cannot be read, and says so; the next one finds nothing wrong', async () => {
  const bench = await LogBench.started({ chunkBytes: 32 << 10, segmentBytesMax: 1 << 20 })
  await bench.fill(40, 2000)
  await bench.stop()
  const { path, at } = await bench.find('20 xxx')
  bench.disk.spoil(path, at + 600, 1)
  await bench.restart()
  const [damage] = bench.durable.report.damage
  assert.equal(bench.durable.report.damage.length, 1)
  assert.deepEqual([damage!.isUnreadable, damage!.isTornTail], [true, false])
  const numbers = await bench.numbers()
  assert.ok(numbers.length >= 37 && !numbers.includes('20'))
  await bench.stop()
  await bench.restart()
  assert.deepEqual(bench.durable.report.damage, [])
  assert.deepEqual(await bench.numbers(), numbers)
  await bench.stop()
})

test('the newest octets that cannot be read are damage, and not a write that a crash cut short', async () => {
  const bench = await LogBench.started({ chunkBytes: 32 << 10, segmentBytesMax: 1 << 20 })
  await bench.fill(40, 2000)
  await bench.stop()
  const { path, at } = await bench.find('39 xxx')
  bench.disk.spoil(path, at + 1000, 1)
  await bench.restart()
  assert.deepEqual(
    bench.durable.report.damage.map(({ isTornTail }) => isTornTail),
    [false],
  )
  assert.ok((await bench.numbers()).length >= 37)
  await bench.stop()
  await bench.restart()
  assert.deepEqual(bench.durable.report.damage, [])
  await bench.stop()
})

test('a read that fails once at the start costs nothing', async () => {
  const bench = await LogBench.started()
  await bench.fill(8)
  await bench.stop()
  for (const path of await bench.paths('.segment')) bench.disk.failNext('read', 'EIO', { path })
  for (const path of await bench.paths('.summary')) bench.disk.failNext('read', 'EIO', { path })
  await bench.restart()
  assert.deepEqual(bench.durable.report.damage, [])
  assert.equal((await bench.numbers()).length, 8)
  await bench.stop()
})

test('a start stops, by name, when the folder or a segment is out of reach, or nothing of a segment can be read', async () => {
  const bench = await LogBench.started()
  await bench.fill(3)
  await bench.stop()
  const [path] = await bench.paths('.segment')
  bench.disk.failNext('read', 'EIO', { path: LOG_FOLDER })
  await assert.rejects(bench.restart(), refusal(/message log in .* cannot be used/, /listing .* failed: EIO/))
  bench.disk.failNext('open', 'EACCES', { path: path! })
  await assert.rejects(
    bench.restart(),
    refusal(/message log in .* cannot be used/, /opening .*segment failed: EACCES/),
  )
  for (const summary of await bench.paths('.summary')) await bench.run(bench.disk.remove(summary))
  const octets = bench.disk.contentOf(path!)
  bench.disk.spoil(path!, 0, octets.length)
  await assert.rejects(bench.restart(), /nothing of .*segment can be read/)
  bench.disk.cure(path!, 0, octets.length)
  await bench.restart()
  assert.equal((await bench.numbers()).length, 3)
  await bench.stop()
})

const SUBSCRIPTION: Subscription = {
  consumerTag: 'c',
  noAck: false,
  exclusive: false,
  priority: 0,
  prefetchCount: 100,
  consumerTimeoutMs: undefined,
  streamOffset: { kind: 'first' },
  streamFilter: [],
  streamMatchUnfiltered: false,
}

function refusal(message: RegExp, cause: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StorageError)
    assert.match(error.message, message)
    assert.match(String(error.cause), cause)
    return true
  }
}

function firstOf(body: string): string {
  return body.split(' ')[0]!
}
