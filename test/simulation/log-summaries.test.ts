import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../src/core/shard-port.js'
import { crc32c } from '../../src/storage/crc32c.js'
import { LogBench } from '../support/log-bench.js'
import { TestSink } from '../support/shard-fixture.js'
import { toldBy } from '../support/told.js'

// Summaries of segments, and what may become of them and of what they speak of.

const CHUNK_BYTES = 2048
const SUMMARY_CRC_OFFSET = 8

/** A log of some segments that was stopped, all but the last with summaries. */
async function summarizedLog(): Promise<LogBench> {
  const bench = await LogBench.started()
  await bench.fill(30)
  bench.settle(await bench.take(2))
  bench.settle(await bench.take(2), Settlement.REQUEUE)
  await bench.stop()
  return bench
}

test('a start by summaries is told exactly what one is told that reads everything', async () => {
  const bench = await summarizedLog()
  const [whole, short] = [
    await bench.run(toldBy(bench.disk, 'read', CHUNK_BYTES)),
    await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES)),
  ]
  assert.equal(whole.summarized, 0)
  assert.equal(short.summarized, (await bench.paths('.segment')).length - 1)
  assert.deepEqual({ ...short, summarized: 0 }, whole)
})

test('a start reads summaries in place of segments, and the next one that of the newest segment too', async () => {
  const bench = await summarizedLog()
  const sizeOf = (path: string): number => bench.disk.contentOf(path).length
  const summaryBytes = (await bench.paths('.summary')).reduce((sum, path) => sum + sizeOf(path), 0)
  const [newest] = (await bench.paths('.segment')).slice(-1)
  bench.disk = bench.disk.kill()
  await bench.restart()
  const headerBytes = 64 * (await bench.paths('.segment')).length
  // The newest segment is read, and what its last flush brought is read to be written again.
  assert.ok(bench.disk.readBytes <= summaryBytes + headerBytes + 2 * sizeOf(newest!))
  await bench.stop()
  assert.equal((await bench.paths('.summary')).length, (await bench.paths('.segment')).length)
})

test('whatever octet of a summary changes, the segment is read in its place, and a new summary is written', async () => {
  const bench = await summarizedLog()
  const [path] = await bench.paths('.summary')
  const octets = bench.disk.contentOf(path!)
  const { calls } = await bench.run(toldBy(bench.disk, 'read', CHUNK_BYTES))
  const { summarized } = await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES))
  for (let at = 0; at < octets.length; at++) {
    bench.flip(path!, at)
    const told = await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES))
    assert.equal(told.summarized, summarized - 1, `octet ${at}`)
    assert.deepEqual(told.calls, calls, `octet ${at}`)
    bench.disk.setContent(path!, octets)
  }
  for (let size = 0; size < octets.length; size += 5) {
    bench.disk.setContent(path!, octets.subarray(0, size))
    assert.equal((await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES))).summarized, summarized - 1)
  }
  await bench.restart()
  await bench.stop()
  assert.deepEqual(bench.disk.contentOf(path!), octets)
})

test('a summary of another format, segment, epoch, salt or size is passed over', async () => {
  const bench = await summarizedLog()
  const [path] = await bench.paths('.summary')
  const octets = bench.disk.contentOf(path!)
  const { summarized } = await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES))
  for (const at of [12, 16, 20, 24, 32 + 6, 40 + 6]) {
    const other = Buffer.from(octets)
    other[at]! ^= 1
    other.writeInt32LE(crc32c(other, SUMMARY_CRC_OFFSET + 4, other.length) | 0, SUMMARY_CRC_OFFSET)
    bench.disk.setContent(path!, other)
    const told = await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES))
    assert.equal(told.summarized, summarized - 1, `octet ${at}`)
  }
})

test('a summary that was left alone goes at the next start, and hides nothing when its number is used again', async () => {
  const bench = await summarizedLog()
  const [path] = await bench.paths('.summary')
  const [segmentPath] = await bench.paths('.segment')
  const stale = bench.disk.contentOf(path!)
  await bench.restart()
  bench.settle(await bench.take(30))
  await bench.run(bench.durable.synced())
  await bench.stop()
  await bench.restart()
  await bench.stop()
  assert.deepEqual([await bench.paths('.segment'), await bench.paths('.summary')], [[], []])

  bench.disk.setContent(path!, stale)
  await bench.restart()
  assert.deepEqual(await bench.paths('.summary'), [])
  await bench.fill(24)
  await bench.stop()
  assert.equal((await bench.paths('.segment'))[0], segmentPath)
  bench.disk.setContent(path!, stale)
  await bench.restart()
  assert.deepEqual(await bench.numbers(), numbersTo(24))
})

test('a summary that would save little is not written', async () => {
  const bench = await LogBench.started()
  await bench.fill(200, 16)
  await bench.stop()
  assert.ok((await bench.paths('.segment')).length > 3)
  assert.deepEqual(await bench.paths('.summary'), [])
})

test('an octet that changes in a segment with a summary costs its batch, whenever it is read', async () => {
  const bench = await LogBench.started()
  await bench.fill(16)
  await bench.stop()
  const [path] = await bench.paths('.segment')
  const contents = await bench.contents()
  const octets = contents.get(path!)!
  const batchEnds = endsOfBatches(octets)
  for (let at = 64; at < octets.length; at += 211) {
    await bench.exchangeDisk(contents)
    bench.flip(path!, at)
    await bench.restart()
    assert.deepEqual(bench.durable.report.damage, [])
    const batch = batchEnds.findIndex((end) => at < end)
    const expected = numbersTo(16).filter((number) => number !== `${batch}`)
    const sink = await bench.take(15)
    assert.deepEqual(
      sink.bodies,
      expected.map((number) => `${number} ${'x'.repeat(400)}`),
      `octet ${at}`,
    )
    assert.equal(bench.errors.filter((text) => text.startsWith('1 messages are lost')).length, 1)
    bench.errors.length = 0
    await bench.stop()
    await bench.restart()
    assert.deepEqual(await bench.numbers(), expected, `octet ${at}`)
    await bench.stop()
  }
})

test('whenever the power is cut, confirmed messages are there, and summaries tell what the segments tell', async (context) => {
  let isOver = false
  let cuts = 0
  let summarized = 0
  for (let calls = 20; !isOver; calls += 3, cuts++) {
    const bench = await LogBench.started({}, calls)
    const { durable } = bench
    const acked = new Set<string>()
    const work = async (): Promise<void> => {
      for (let round = 0; round < 12; round++) {
        for (let i = 0; i < 4; i++) bench.publish(`${round * 4 + i} ${'x'.repeat(400)}`)
        await durable.synced()
        const sink = new TestSink()
        const count = round === 11 ? 30 : 1
        for (let i = 0; i < count; i++) await durable.shard.get(1, false, sink)
        for (const body of sink.bodies) acked.add(body.split(' ')[0]!)
        bench.settle(sink)
        // Meanwhile summaries are written and, at last, segments removed.
        await new Promise<void>((resolve) => bench.clock.setTimer(resolve, 30))
      }
      isOver = true
    }
    void work()
    while (bench.disk.callCount < calls && !isOver) await bench.clock.advance(0.5)
    const confirmed = bench.publisher.confirmations.map((seqNo) => `${seqNo - 1}`)
    bench.cut()
    const whole = await bench.run(toldBy(bench.disk, 'read', CHUNK_BYTES))
    const short = await bench.run(toldBy(bench.disk, 'existing', CHUNK_BYTES))
    assert.deepEqual({ ...short, summarized: 0 }, whole, `cut after ${calls} calls`)
    summarized += short.summarized
    await bench.restart()
    const found = await bench.numbers()
    const missing = confirmed.filter((number) => !acked.has(number) && !found.includes(number))
    assert.deepEqual(missing, [], `cut after ${calls} calls`)
    await bench.stop()
  }
  context.diagnostic(`the power was cut ${cuts} times, summaries were read ${summarized} times`)
  assert.ok(cuts > 30 && summarized > 10)
})

test('what lies behind damage in its flush stays, though every later flush is gone', async () => {
  const bench = await LogBench.started({ diskUseFactor: 100 })
  // Some batches of one flush, which fill the first segment.
  for (let i = 0; i < 12; i++) bench.publish(`${i} ${'x'.repeat(400)}`)
  await bench.run(bench.durable.synced())
  await bench.fill(12, 400, 2)
  await bench.run(bench.durable.stop())
  await removeSummaries(bench)
  const { path, at } = await bench.find('0 xxx')
  bench.flip(path, at)
  await bench.restart()
  const left = await bench.numbers()
  assert.ok(left.length > 3 && left.length < 12, `${left.length} are left`)
  assert.equal(bench.durable.report.damage[0]?.isTornTail, false)
  bench.settle(await bench.take(12, 2))
  await bench.run(bench.durable.synced())
  await bench.stop()
  // What was written since goes as well: it speaks of nothing that there is.
  for (let i = 0; i < 3; i++) {
    await removeSummaries(bench)
    await bench.restart()
    assert.deepEqual(await bench.numbers(), left)
    await bench.stop()
  }
  assert.deepEqual(await bench.paths('.segment'), [path])
})

test('a summary shows that what is missing before it in its flush was durable', async () => {
  const bench = await LogBench.started()
  for (let i = 0; i < 30; i++) bench.publish(`${i} ${'x'.repeat(400)}`)
  await bench.run(bench.durable.synced())
  await bench.stop()
  const [first, second] = await bench.paths('.summary')
  assert.ok(first !== undefined && second !== undefined)
  await bench.run(bench.disk.remove(first))
  const { path, at } = await bench.find('5 xxx')
  bench.flip(path, at)
  for (let i = 0; i < 2; i++) {
    await bench.restart()
    // With it goes the batch in which it lay.
    assert.deepEqual(
      await bench.numbers(),
      numbersTo(30).filter((number) => !/^[4-7]$/.test(number)),
    )
    assert.deepEqual(
      bench.durable.report.damage.map(({ isTornTail }) => isTornTail),
      i === 0 ? [false] : [],
    )
    await bench.stop()
  }
})

/** Has the next start read everything. */
async function removeSummaries(bench: LogBench): Promise<void> {
  for (const path of await bench.paths('.summary')) await bench.run(bench.disk.remove(path))
}

function numbersTo(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`)
}

/** Where the batches of a segment end. */
function endsOfBatches(octets: Buffer): number[] {
  const ends: number[] = []
  for (let at = 64; at < octets.length; ) {
    at += octets.readInt32LE(at + 4)
    ends.push(at)
  }
  return ends
}
