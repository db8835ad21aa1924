import assert from 'node:assert/strict'
import test from 'node:test'
import { LogBench } from './log-bench.js'
import { TestSink } from './shard-fixture.js'

test('a shard whose process is gone does nothing more, also when it was about to read a chunk again', async () => {
  const bench = await LogBench.started()
  const { shard } = bench.durable
  // Each fills a chunk: the first one is left to its file.
  await bench.fill(2, 1800)
  bench.disk.failNext('read')
  const sink = new TestSink()
  const got = shard.get(1, false, sink)
  assert.ok(got instanceof Promise)
  await bench.pass(10)
  assert.equal(bench.errors.length, 1)
  // Nobody needs the chunk any more: its turn comes without the disk, and another message waits for the consumer.
  shard.purgeQueue(1)
  bench.publish('in memory')
  await bench.run(bench.durable.synced())

  bench.cut()
  await bench.pass(2000)
  assert.deepEqual(sink.deliveries, [])
})
