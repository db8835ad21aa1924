import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryLog } from '../../src/storage/memory-log.js'
import { NodeDisk } from '../../src/storage/node-disk.js'
import { Arena } from '../../src/util/arena.js'
import { SystemClock } from '../../src/util/clock.js'
import { DurableShard, queueOf } from '../../test/support/durable-shard.js'
import { messageOf } from '../../test/support/shard-fixture.js'
import { NO_PUBLISHER, QUEUE } from './shard-rig.js'
import type { Stage } from './stage.js'

const COUNT = 5000

/** The log alone in memory, and a shard's publish with the log in files: appended, and appended and synced. */
export async function loggingStages(): Promise<Stage[]> {
  return [
    appendToMemory(),
    await publishToFile('append, in files'),
    await publishToFile('append and sync, in files'),
  ]
}

function appendToMemory(): Stage {
  const log = new MemoryLog(new Arena())
  const message = messageOf(Buffer.alloc(16, 'x'))
  const refs = new Int32Array(COUNT)
  return {
    name: 'append, in memory',
    count: COUNT,
    run: () => {
      for (let i = 0; i < COUNT; i++) {
        refs[i] = log.append(message, 1, false, 0)
        log.setTarget(refs[i], 0, QUEUE, i, false)
      }
    },
    clear: () => {
      for (const ref of refs) log.release(ref)
    },
    close: () => log.close(),
  }
}

async function publishToFile(name: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-bench-log-'))
  const durable = await DurableShard.start({
    disk: new NodeDisk(),
    clock: new SystemClock(),
    queues: [queueOf(QUEUE)],
    folder: join(folder, 'log'),
    scratchFolder: join(folder, 'scratch'),
    arena: new Arena(),
    segmentBytesMax: 32 << 20,
  })
  const message = messageOf(Buffer.alloc(16, 'x'), { properties: { deliveryMode: 2 } })
  const queueIds = [QUEUE]
  let sequence = 0
  const append = (): void => {
    for (let i = 0; i < COUNT; i++) durable.shard.publish(queueIds, message, NO_PUBLISHER, ++sequence)
  }
  const synced = async (): Promise<void> => {
    durable.shard.flush()
    await durable.synced()
  }
  const clear = async (): Promise<void> => {
    durable.shard.purgeQueue(QUEUE)
    await synced()
  }
  const close = async (): Promise<void> => {
    await durable.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  if (name.includes('sync')) {
    const run = async (): Promise<void> => {
      append()
      await synced()
    }
    return { name, count: COUNT, run, clear, close }
  }
  return { name, count: COUNT, run: append, clear, close }
}
