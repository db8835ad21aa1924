import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PublishOutcome, Settlement } from '../../src/core/shard-port.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { DurableShard, makeFolders, queueOf, turning } from '../support/durable-shard.js'
import { randomFrom } from '../support/random.js'
import { messageOf, SUBSCRIPTION, TestSink } from '../support/shard-fixture.js'
import { SimulatedDisk } from '../support/simulated-disk.js'

// LEVERET_SEED replays one seed; LEVERET_FUZZ_SECONDS makes the search longer than its default.

const ONE_SEED = process.env.LEVERET_SEED
const SECONDS = Number(process.env.LEVERET_FUZZ_SECONDS ?? 5)
const SEEDS_MIN = 100
const STREAM = 1
const OTHER = 2

/** Lives of a stream that retention empties again and again, beside a queue that keeps the log busy. */
async function run(seed: number): Promise<number> {
  const random = randomFrom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const clock = new VirtualClock()
  let disk = new SimulatedDisk({ clock, random })
  await turning(clock, makeFolders(disk))
  const queues = [
    queueOf(STREAM, { type: 'stream', maxLengthBytes: below(400), segmentBytesMax: 100 + below(300) }),
    queueOf(OTHER),
  ]
  let durableTail = 0
  let emptied = 0
  for (let life = 0; life < 6; life++) {
    const durable = await turning(
      clock,
      DurableShard.start({ disk, clock, queues, chunkBytes: 512, segmentBytesMax: 1024, diskUseFactor: 1 }),
    )
    const { shard } = durable
    const found = await turning(clock, durable.messages(STREAM))
    assert.equal(found.length, shard.countsOf(STREAM).ready)
    const bytes = found.reduce((sum, { message }) => sum + message.bodySizeBytes, 0)
    assert.equal(shard.countsOf(STREAM).readyBytes, bytes)
    let tail = (found.at(-1)?.position ?? -1) + 1
    const tails = new Map<number, number>()
    const publisher = {
      confirmed: (seqNo: number) => {
        durableTail = Math.max(durableTail, tails.get(seqNo) ?? 0)
      },
      refused: () => {},
    }
    const sink = new TestSink()
    const subscription = shard.subscribe(STREAM, { ...SUBSCRIPTION, prefetchCount: 1 }, sink)
    for (let step = below(30); step > 0; step--) {
      const properties = { deliveryMode: 2 as const }
      if (random() < 0.7) {
        const message = messageOf('x'.repeat(below(200)), { properties })
        const before = sink.deliveries.length
        const outcome = shard.publish([STREAM], message, publisher, step)
        assert.equal(sink.deliveries.length, before + 1)
        const offset = sink.deliveries[before]!.streamOffset
        assert.ok(offset >= durableTail, `offset ${offset} after ${durableTail} were used`)
        assert.ok(offset >= tail, `offset ${offset} after ${tail} were found or used`)
        tail = offset + 1
        tails.set(step, tail)
        if (outcome === PublishOutcome.CONFIRMED) durableTail = tail
        shard.settle(STREAM, offset, subscription, Settlement.ACK)
        if (shard.countsOf(STREAM).ready === 0) emptied += 1
      } else {
        shard.publish([OTHER], messageOf('y'.repeat(below(300)), { properties }), publisher, 0)
        shard.purgeQueue(OTHER)
      }
      shard.flush()
      if (random() < 0.7) await clock.advance(random() * 8)
    }
    if (random() < 0.2) {
      await turning(clock, durable.stop())
      durableTail = tail
    } else {
      durable.abandon()
      disk = random() < 0.5 ? disk.crash() : disk.kill()
    }
  }
  return emptied
}

test('offsets of a stream go on over kills and power cuts, also when retention has emptied it', async (context) => {
  let seeds = 0
  let emptied = 0
  const until = performance.now() + SECONDS * 1000
  const first = ONE_SEED === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(ONE_SEED)
  for (let seed = first; seeds < SEEDS_MIN || performance.now() < until; seed++) {
    try {
      emptied += await run(seed)
    } catch (cause) {
      throw new Error(`LEVERET_SEED=${seed} fails`, { cause })
    }
    seeds += 1
    if (ONE_SEED !== undefined) break
  }
  context.diagnostic(`${seeds} seeds from ${first}: emptied ${emptied} times`)
  if (ONE_SEED === undefined) assert.ok(emptied > 0)
})
