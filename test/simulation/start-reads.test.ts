import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Disk, DiskFile, OpenMode } from '../../src/storage/disk.js'
import { NodeDisk } from '../../src/storage/node-disk.js'
import { SystemClock } from '../../src/util/clock.js'
import { DurableShard, queueOf } from '../support/durable-shard.js'
import { messageOf, TestPublisher } from '../support/shard-fixture.js'
import { until } from '../support/wait.js'

/** The machine's disk, which counts what is read. */
class CountingDisk extends NodeDisk implements Disk {
  readBytes = 0

  override async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await super.open(path, mode)
    const { read } = file
    file.read = (buffer, start, end, position, done) => {
      read.call(file, buffer, start, end, position, (error, count) => {
        this.readBytes += count
        done(error, count)
      })
    }
    return file
  }
}

const BODY_BYTES = 1 << 20
const MESSAGES = 96

test('a start of a log of large messages reads less than 5 % of it', async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'leveret-start-'))
  const folder = join(root, 'log')
  const start = (disk: Disk): Promise<DurableShard> =>
    DurableShard.start({
      disk,
      clock: new SystemClock(),
      folder,
      scratchFolder: join(root, 'scratch'),
      queues: [queueOf(1)],
      segmentBytesMax: 3 << 20,
      residentBytesMax: 4 << 20,
      unwrittenBytesMax: 1 << 30,
      summaryDelayMs: 0,
    })
  try {
    const first = await start(new NodeDisk())
    const message = messageOf(Buffer.alloc(BODY_BYTES, 'x'), { properties: { deliveryMode: 2 } })
    for (let i = 0; i < MESSAGES; i++) {
      first.shard.publish([1], message, new TestPublisher(), i + 1)
      await first.synced()
    }
    const count = async (suffix: string): Promise<number> =>
      (await readdir(folder)).filter((name) => name.endsWith(suffix)).length
    await until(
      async () => (await count('.summary')) === (await count('.segment')) - 1,
      'every complete segment has a summary',
    )
    await first.stop()

    const disk = new CountingDisk()
    const second = await start(disk)
    const share = disk.readBytes / (MESSAGES * BODY_BYTES)
    context.diagnostic(`${disk.readBytes} octets read, ${(share * 100).toFixed(2)} % of the bodies`)
    assert.ok(share < 0.05)
    assert.equal(second.shard.countsOf(1)?.ready, MESSAGES)
    await second.stop()
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
