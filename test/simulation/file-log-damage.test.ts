import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { segmentNumberOf } from '../../src/storage/file-log/segment.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { DurableShard, LOG_FOLDER, makeFolders, queueOf, turning } from '../support/durable-shard.js'
import { randomFrom } from '../support/random.js'
import { messageOf, TestPublisher } from '../support/shard-fixture.js'
import { SimulatedDisk } from '../support/simulated-disk.js'

// A small log, cut and damaged at every octet.

const clock = new VirtualClock()
const QUEUES = [queueOf(1), queueOf(2, { type: 'quorum' })]
const BATCHES = 5
const PER_BATCH = 3

function newDisk(): SimulatedDisk {
  return new SimulatedDisk({ clock, random: randomFrom(3), latencyMaxMs: 0 })
}

function start(disk: SimulatedDisk): Promise<DurableShard> {
  return DurableShard.start({ disk, clock, queues: QUEUES, chunkBytes: 4096, segmentBytesMax: 1 << 20 })
}

/** A segment of some batches; batch `n` holds the messages `n.0` to `n.2`, each in both queues. */
async function smallLog(): Promise<{ octets: Buffer; path: string; batchEnds: number[] }> {
  const disk = newDisk()
  await makeFolders(disk)
  const durable = await start(disk)
  const batchEnds: number[] = []
  let path = ''
  for (let n = 0; n < BATCHES; n++) {
    for (let i = 0; i < PER_BATCH; i++) {
      const properties = { deliveryMode: 2, messageId: `${n}.${i}` }
      durable.shard.publish([1, 2], messageOf(`${n}.${i}`, { properties }), new TestPublisher(), 1)
    }
    await durable.synced()
    path = join(
      LOG_FOLDER,
      (await disk.list(LOG_FOLDER)).find((name) => segmentNumberOf(name) !== undefined)!,
    )
    batchEnds.push(disk.contentOf(path).length)
  }
  await durable.stop()
  return { octets: disk.contentOf(path), path, batchEnds }
}

interface Found {
  readonly bodies: string[]
  readonly damaged: number
  readonly torn: number
}

/** What a start finds in a log of these octets, and whether the next one finds the same and nothing to report. */
async function recover(path: string, octets: Buffer): Promise<Found> {
  const disk = newDisk()
  await makeFolders(disk)
  disk.setContent(path, octets)
  const first = await start(disk)
  const bodies = await bodiesOf(first)
  const { damage } = first.report
  await first.stop()
  const second = await start(disk)
  assert.deepEqual(await bodiesOf(second), bodies)
  assert.deepEqual(second.report.damage, [], 'reported again')
  await second.stop()
  return {
    bodies,
    damaged: damage.filter(({ isTornTail }) => !isTornTail).length,
    torn: damage.filter(({ isTornTail }) => isTornTail).length,
  }
}

async function bodiesOf(durable: DurableShard): Promise<string[]> {
  const bodies = await Promise.all([1, 2].map((id) => durable.messages(id)))
  const [one, two] = bodies.map((messages) =>
    messages.map(({ message }) => message.buffer.toString('latin1', message.bodyStart, message.bodyEnd)),
  )
  assert.deepEqual(one, two, 'a message is in both queues or in none')
  return one!
}

function bodiesOfBatches(count: number, without = -1): string[] {
  const batches = [...new Array(count).keys()].filter((n) => n !== without)
  return batches.flatMap((n) => [...new Array(PER_BATCH).keys()].map((i) => `${n}.${i}`))
}

test('a log that is cut anywhere gives the whole batches before the cut, and is whole from then on', async () => {
  const { octets, path, batchEnds } = await turning(clock, smallLog())
  for (let cut = octets.length; cut >= 0; cut--) {
    const whole = batchEnds.filter((end) => end <= cut).length
    const { bodies, damaged, torn } = await turning(clock, recover(path, octets.subarray(0, cut)))
    assert.deepEqual(bodies, bodiesOfBatches(whole), `cut at ${cut}`)
    assert.equal(damaged, 0, `cut at ${cut}`)
    const isClean = cut === 64 || batchEnds.includes(cut) || cut === 0
    if (!isClean) assert.equal(torn, 1, `cut at ${cut}`)
  }
})

test('an octet that changes costs its batch, which is reported and kept aside, and nothing else', async () => {
  const { octets, path, batchEnds } = await turning(clock, smallLog())
  for (let at = 0; at < octets.length; at++) {
    const damagedOctets = Buffer.from(octets)
    damagedOctets[at]! ^= 1 << (at % 8)
    const { bodies, damaged, torn } = await turning(clock, recover(path, damagedOctets))
    const batch = at < 64 ? -1 : batchEnds.findIndex((end) => at < end)
    assert.deepEqual(bodies, bodiesOfBatches(BATCHES, batch), `octet ${at}`)
    // Nothing after the last batch tells that it was durable; and the end of the header is of no use to anybody.
    const isLast = batch === BATCHES - 1
    if (at < 28 || batch >= 0) assert.deepEqual([damaged, torn], isLast ? [0, 1] : [1, 0], `octet ${at}`)
  }
})

test('a body that looks like a batch is not taken for one where damage is passed over', async () => {
  const { octets } = await turning(clock, smallLog())
  const forged = octets.subarray(64)
  const disk = newDisk()
  const work = async (): Promise<string[]> => {
    await makeFolders(disk)
    const durable = await start(disk)
    for (let pad = 0; pad < 8; pad++) {
      const body = Buffer.concat([Buffer.alloc(pad), forged])
      durable.shard.publish(
        [1, 2],
        messageOf(body, { properties: { deliveryMode: 2 } }),
        new TestPublisher(),
        1,
      )
    }
    await durable.stop()
    const path = join(
      LOG_FOLDER,
      (await disk.list(LOG_FOLDER)).find((name) => segmentNumberOf(name) !== undefined)!,
    )
    const damaged = disk.contentOf(path)
    damaged[70]! ^= 1
    disk.setContent(path, damaged)
    const again = await start(disk)
    const bodies = await bodiesOf(again)
    await again.stop()
    return bodies
  }
  assert.deepEqual(
    (await turning(clock, work())).filter((body) => body.length < 100),
    [],
  )
})
