import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Settlement } from '../../src/core/shard-port.js'
import { NodeDisk } from '../../src/storage/node-disk.js'
import { messageRecordBytes } from '../../src/storage/record.js'
import { SystemClock } from '../../src/util/clock.js'
import { DurableShard, queueOf } from '../support/durable-shard.js'
import { randomFrom } from '../support/random.js'
import { messageOf, TestPublisher, TestSink } from '../support/shard-fixture.js'

// LEVERET_DISK_USE_MESSAGES makes the run longer than its default.

const MESSAGES = Number(process.env.LEVERET_DISK_USE_MESSAGES ?? 1_000_000)
/** Messages of the runs whose cleaning is costly. */
const MESSAGES_MIXED = MESSAGES / 5
const BURST = 500
const SEGMENT_BYTES = 2 << 20
const message = messageOf('x'.repeat(100), { properties: { deliveryMode: 2 } })
const RECORD_BYTES = messageRecordBytes(message, 1)

interface Run {
  readonly messages: number
  /** For how many bursts a message stays unacked. */
  readonly keeps: (number: number) => number
  readonly cleaningShare: number
}

/** Runs messages through a queue on a real disk. */
async function run({ messages, keeps, cleaningShare }: Run): Promise<{ moved: number; appended: number }> {
  const root = await mkdtemp(join(tmpdir(), 'leveret-use-'))
  const folder = join(root, 'log')
  const durable = await DurableShard.start({
    disk: new NodeDisk(),
    clock: new SystemClock(),
    folder,
    scratchFolder: join(root, 'scratch'),
    queues: [queueOf(1)],
    segmentBytesMax: SEGMENT_BYTES,
    chunkBytes: 256 << 10,
    cleaningShare,
  })
  try {
    const sink = new TestSink()
    const publisher = new TestPublisher()
    const due: number[][] = []
    let live = 0
    for (let number = 0, burst = 0; number < messages; burst++) {
      for (let i = 0; i < BURST; i++, number++) durable.shard.publish([1], message, publisher, number + 1)
      live += BURST
      await durable.synced()
      for (let i = 0; i < BURST; i++) {
        const at = burst + keeps(number - BURST + i)
        await durable.shard.get(1, false, sink)
        if (at < messages) due[at] = [...(due[at] ?? []), sink.deliveries[i]!.position]
      }
      sink.deliveries.length = 0
      for (const position of due[burst] ?? []) durable.shard.settle(1, position, 0, Settlement.ACK)
      live -= due[burst]?.length ?? 0
      if (burst % 4 !== 0) continue
      const used = await sizeOf(folder)
      const allowed = 3 * live * RECORD_BYTES + 2 * SEGMENT_BYTES
      assert.ok(used <= allowed, `after ${number} messages ${used} octets are used, ${allowed} allowed`)
    }
    return { moved: durable.log.movedBytes, appended: messages * RECORD_BYTES }
  } finally {
    await durable.stop()
    await rm(root, { recursive: true, force: true })
  }
}

async function sizeOf(folder: string): Promise<number> {
  let octets = 0
  for (const name of await readdir(folder)) {
    // A file may go between the listing and the look at it.
    octets += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return octets
}

// A quarter of a minute on a machine that does nothing else.
test('one stuck message pins nothing', { timeout: 240_000 }, async (context) => {
  const keeps = (number: number): number => (number === 10 ? Number.POSITIVE_INFINITY : 0)
  const { moved, appended } = await run({ messages: MESSAGES, keeps, cleaningShare: 0.5 })
  context.diagnostic(`${moved} octets moved for ${appended} appended`)
  assert.ok(moved < appended / 100)
})

for (const cleaningShare of [0.5, 0]) {
  test(`messages that stay for all sorts of times cost at most as much cleaning as writing, share ${cleaningShare}`, async (context) => {
    const random = randomFrom(17)
    const keeps = (): number => Math.floor(random() ** 6 * 400)
    const { moved, appended } = await run({ messages: MESSAGES_MIXED, keeps, cleaningShare })
    context.diagnostic(`${moved} octets moved for ${appended} appended`)
    assert.ok(moved > 0 && moved <= appended, `${moved} moved for ${appended}`)
  })
}
