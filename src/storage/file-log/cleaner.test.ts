import assert from 'node:assert/strict'
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
import { Settlement } from '../../core/shard-port.js'
import { VirtualClock } from '../../util/virtual-clock.js'

const SEGMENT_BYTES = 32 << 10
const MESSAGES = 4000
/** Long enough that one step more or less of cleaning is little, and too short for all of it. */
const UNDER_LOAD_MS = 600
const message = messageOf('x'.repeat(200), { properties: { deliveryMode: 2 } })

/** A shard whose segments are a little less than half live each: cleaning takes them one after the other. */
class HalfDead {
  readonly clock = new VirtualClock()
  readonly disk = new SimulatedDisk({ clock: this.clock, random: randomFrom(5) })
  durable!: DurableShard
  private published = 0

  /** Begins with cleaning, under these options. */
  async start(options: Partial<DurableShardOptions>): Promise<void> {
    await this.turning(makeFolders(this.disk))
    // So much may the files take that nothing is cleaned yet.
    this.durable = await this.open({ diskUseFactor: 100 })
    const sink = new TestSink()
    for (let i = 0; i < MESSAGES; i++) {
      this.publish()
      if (i % 20 === 0) await this.turning(this.durable.synced())
    }
    await this.turning(this.durable.synced())
    for (let i = 0; i < MESSAGES; i++) this.durable.shard.get(1, false, sink)
    for (const [i, { position }] of sink.deliveries.entries()) {
      if (i % 20 < 11) this.durable.shard.settle(1, position, 0, Settlement.ACK)
    }
    await this.turning(this.durable.stop())
    this.durable = await this.open({ diskUseFactor: 0, ...options })
  }

  private open(options: Partial<DurableShardOptions>): Promise<DurableShard> {
    const { disk, clock } = this
    const own = { disk, clock, queues: [queueOf(1)], chunkBytes: 4096, segmentBytesMax: SEGMENT_BYTES }
    return this.turning(DurableShard.start({ ...own, ...options }))
  }

  /** Publishes a message a millisecond; returns how many octets cleaning moved meanwhile. */
  async movedUnderLoad(milliseconds: number): Promise<number> {
    const { movedBytes } = this.durable.log
    for (let i = 0; i < milliseconds; i++) {
      this.publish()
      await this.clock.advance(1)
    }
    return this.durable.log.movedBytes - movedBytes
  }

  async fileBytes(): Promise<number> {
    const names = await this.turning(this.disk.list(LOG_FOLDER))
    return names.reduce((sum, name) => sum + this.disk.contentOf(`${LOG_FOLDER}/${name}`).length, 0)
  }

  async stop(): Promise<void> {
    await this.turning(this.durable.stop())
  }

  private publish(): void {
    this.durable.shard.publish([1], message, new TestPublisher(), ++this.published)
    this.durable.shard.flush()
  }

  turning<T>(promise: Promise<T>): Promise<T> {
    return turning(this.clock, promise)
  }
}

async function movedWith(options: Partial<DurableShardOptions>): Promise<number> {
  const bench = new HalfDead()
  await bench.start(options)
  const moved = await bench.movedUnderLoad(UNDER_LOAD_MS)
  await bench.stop()
  return moved
}

test('under load cleaning keeps to its share of the time', async (context) => {
  const full = await movedWith({ cleaningShare: 1 })
  const half = await movedWith({ cleaningShare: 0.5 })
  const tenth = await movedWith({ cleaningShare: 0.1 })
  context.diagnostic(`moved octets: ${full} with share 1, ${half} with 0.5, ${tenth} with 0.1`)
  assert.ok(half > full * 0.35 && half < full * 0.6)
  assert.ok(tenth > full * 0.05 && tenth < full * 0.15)
})

test('with share 0 cleaning waits until there is nothing else to do, and then does all of it', async () => {
  const bench = new HalfDead()
  await bench.start({ cleaningShare: 0 })
  assert.equal(await bench.movedUnderLoad(300), 0)
  const before = await bench.fileBytes()
  for (let i = 0; i < 1000; i++) await bench.clock.advance(1)
  const after = await bench.fileBytes()
  assert.ok(after < before * 0.6, `${after} octets of ${before} are left`)
  assert.equal((await bench.turning(bench.durable.messages(1))).length, (MESSAGES * 9) / 20 + 300)
  await bench.stop()
})

test('while there is little room on the disk cleaning does not keep to its share', async () => {
  const full = await movedWith({ cleaningShare: 1 })
  const urgent = await movedWith({ cleaningShare: 0, isSpaceShort: () => true })
  assert.ok(urgent > full * 0.8, `${urgent} octets moved, ${full} with all of the time`)
})
