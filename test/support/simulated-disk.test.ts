import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DiskError, type DiskFile } from '../../src/storage/disk.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { readAt, sync, writeAt } from './disk-calls.js'
import { randomFrom } from './random.js'
import { runClock } from './run-clock.js'
import { SimulatedDisk } from './simulated-disk.js'

const SEEDS = Array.from({ length: 200 }, (_, i) => i)

function makeBench(seed: number) {
  const clock = new VirtualClock()
  const disk = new SimulatedDisk({ clock, random: randomFrom(seed) })
  const run = <T>(work: () => Promise<T>): Promise<T> => runClock(clock, work())
  return { clock, disk, run }
}

/** A file whose name is durable, with synced content. */
async function durableFile(disk: SimulatedDisk, content: Buffer | string): Promise<DiskFile> {
  await disk.makeFolder('/d')
  await disk.syncDirectory('/')
  const file = await disk.open('/d/f', 'create')
  await writeAt(file, 0, content)
  await sync(file)
  await disk.syncDirectory('/d')
  return file
}

const codeIs = (code: string) => (error: unknown) => error instanceof DiskError && error.code === code

/** What came out over all seeds. */
async function outcomes(body: (seed: number) => Promise<string>): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const seed of SEEDS) {
    const outcome = await body(seed)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  return counts
}

test('what was synced survives every power cut', async () => {
  for (const seed of SEEDS) {
    const { disk, run } = makeBench(seed)
    await run(() => durableFile(disk, Buffer.alloc(2_000, 1)))
    assert.deepEqual(disk.crash().contentOf('/d/f'), Buffer.alloc(2_000, 1), `seed ${seed}`)
  }
})

test('a power cut keeps or drops each unsynced sector, tears one, and cuts the file anywhere', async () => {
  const found = await outcomes(async (seed) => {
    const { disk, run } = makeBench(seed)
    await run(async () => {
      const file = await durableFile(disk, Buffer.alloc(1_536, 1))
      await writeAt(file, 0, Buffer.alloc(2_048, 2))
    })
    const left = disk.crash().contentOf('/d/f')
    assert.ok(left.length >= 1_536 && left.length <= 2_048, `${left.length} octets, seed ${seed}`)
    const sectors = [0, 512, 1_024].map((at) => {
      const kinds = new Set(left.subarray(at, at + 512))
      return kinds.size === 1 ? [...kinds][0] : 'torn'
    })
    return sectors.join(' ')
  })
  for (const expected of ['1 1 1', '2 2 2', '1 2 1', '2 1 2', '2 2 torn', 'torn 1 1']) {
    assert.ok((found.get(expected) ?? 0) > 0, `never ${expected} among ${[...found.keys()].join(', ')}`)
  }
})

test('a write under way when the process is killed is there in part', async () => {
  const found = await outcomes(async (seed) => {
    const { disk, run } = makeBench(seed)
    await run(async () => {
      const file = await durableFile(disk, '')
      void writeAt(file, 0, Buffer.alloc(100, 2))
    })
    const { length } = disk.kill().contentOf('/d/f')
    return length === 0 ? 'none' : length === 100 ? 'all' : 'some'
  })
  assert.ok((found.get('some') ?? 0) > 50)
})

test('what was written survives a kill, and not for certain the power cut after it', async () => {
  const found = await outcomes(async (seed) => {
    const { disk, run } = makeBench(seed)
    await run(async () => {
      const file = await durableFile(disk, '')
      await writeAt(file, 0, 'hello')
    })
    const killed = disk.kill()
    assert.equal(killed.contentOf('/d/f').toString(), 'hello')
    return killed.crash().contentOf('/d/f').toString() === 'hello' ? 'kept' : 'lost'
  })
  assert.equal(found.size, 2)
})

test('a name without a sync of its folder is kept or lost, and a rename is done whole or not at all', async () => {
  const found = await outcomes(async (seed) => {
    const { disk, run, clock } = makeBench(seed)
    await run(async () => {
      await durableFile(disk, 'old')
      const file = await disk.open('/d/new', 'create')
      await writeAt(file, 0, 'new')
      await sync(file)
      await disk.rename('/d/new', '/d/f')
    })
    const left = disk.crash()
    const names = await runClock(clock, left.list('/d'))
    return `${left.contentOf('/d/f')} ${names.join(' ')}`
  })
  assert.deepEqual([...found.keys()].sort(), ['new f', 'old f', 'old f new'])
})

test('a folder without a sync of the one above is kept or lost', async () => {
  const found = await outcomes(async (seed) => {
    const { disk, run, clock } = makeBench(seed)
    await run(() => disk.makeFolder('/a/b'))
    const left = disk.crash()
    return `${await runClock(clock, left.list('/'))} ${await runClock(clock, left.list('/a'))}`
  })
  assert.deepEqual([...found.keys()].sort(), [' ', 'a ', 'a b'])
})

test('a failed sync loses octets for good, and the next sync succeeds without them', async () => {
  const found = await outcomes(async (seed) => {
    const { disk, run } = makeBench(seed)
    await run(async () => {
      const file = await durableFile(disk, 'old')
      await writeAt(file, 0, 'new')
      disk.failNext('sync')
      await assert.rejects(sync(file), codeIs('EIO'))
      await sync(file)
    })
    return `${disk.contentOf('/d/f')} ${disk.crash().contentOf('/d/f')}`
  })
  assert.ok(found.has('new old'), 'readers may still see what is lost')
  assert.ok(found.has('old old'))
})

test('a full disk takes what fits and refuses the rest', async () => {
  const { disk, run } = makeBench(1)
  await run(async () => {
    const file = await durableFile(disk, 'old')
    disk.capacityBytes = 4_096
    await assert.rejects(writeAt(file, 0, Buffer.alloc(9_000, 2)), codeIs('ENOSPC'))
    assert.ok((await file.size()) <= 9_000)
    assert.equal(await disk.freeBytes('/d'), 0)
    disk.capacityBytes = 20_000
    await writeAt(file, 0, Buffer.alloc(9_000, 2))
  })
})

test('faults on demand hit the calls they were meant for', async () => {
  const { disk, run } = makeBench(1)
  await run(async () => {
    const file = await durableFile(disk, 'old')
    disk.failNext('write', 'EIO', { times: 2 })
    disk.failNext('read', 'EIO', { path: '/d/other' })
    await assert.rejects(writeAt(file, 0, 'x'), codeIs('EIO'))
    await assert.rejects(writeAt(file, 0, 'x'), codeIs('EIO'))
    await writeAt(file, 0, 'x')
    assert.equal((await readAt(file, 0, 1)).toString(), 'x')
    disk.failNext('open', 'EMFILE')
    await assert.rejects(disk.open('/d/f', 'existing'), codeIs('EMFILE'))
    disk.failNext('folder-sync')
    await assert.rejects(disk.syncDirectory('/d'), codeIs('EIO'))
    disk.failNext('name', 'EACCES')
    await assert.rejects(disk.rename('/d/f', '/d/g'), codeIs('EACCES'))
  })
})

test('faults by chance come at their rate', async () => {
  const { disk, run } = makeBench(1)
  await run(async () => {
    const file = await durableFile(disk, 'old')
    disk.faultRates.write = 0.5
    let failures = 0
    for (let i = 0; i < 200; i++) await writeAt(file, 0, 'x').catch(() => failures++)
    assert.ok(failures > 60 && failures < 140, `${failures} of 200`)
    disk.heal()
    await writeAt(file, 0, 'x')
  })
})

test('in a read-only folder open files go on and nothing can be opened or named', async () => {
  const { disk, run } = makeBench(1)
  await run(async () => {
    const file = await durableFile(disk, 'old')
    disk.readOnlyFolders.add('/d')
    await writeAt(file, 0, 'new')
    await assert.rejects(disk.open('/d/g', 'create'), codeIs('EROFS'))
    await assert.rejects(disk.remove('/d/f'), codeIs('EROFS'))
    await assert.rejects(disk.makeFolder('/d/e'), codeIs('EROFS'))
  })
})

test('when a folder vanishes, open files go on and the folder is not there', async () => {
  const { disk, run } = makeBench(1)
  await run(async () => {
    const file = await durableFile(disk, 'old')
    disk.vanish('/d')
    await writeAt(file, 0, 'new')
    await assert.rejects(disk.open('/d/g', 'create'), codeIs('ENOENT'))
    await assert.rejects(disk.syncDirectory('/d'), codeIs('ENOENT'))
    assert.deepEqual(await disk.list('/d'), [])
  })
})

test('a dead disk answers nothing and changes nothing', async () => {
  const { clock, disk, run } = makeBench(1)
  const file = await run(() => durableFile(disk, 'old'))
  const left = disk.kill()
  let isAnswered = false
  void writeAt(file, 0, 'new').finally(() => {
    isAnswered = true
  })
  void disk.remove('/d/f')
  await clock.advance(1_000)
  assert.equal(isAnswered, false)
  assert.equal(left.contentOf('/d/f').toString(), 'old')
})

test('one seed gives one disk', async () => {
  const story = async (seed: number): Promise<string> => {
    const { clock, disk, run } = makeBench(seed)
    await run(async () => {
      const file = await durableFile(disk, Buffer.alloc(3_000, 1))
      await Promise.all([
        writeAt(file, 0, Buffer.alloc(2_000, 2)),
        writeAt(file, 1_000, Buffer.alloc(3_000, 3)),
      ])
    })
    return `${clock.monotonic()} ${disk.crash().contentOf('/d/f').toString('hex')}`
  }
  assert.equal(await story(5), await story(5))
  assert.notEqual(await story(5), await story(6))
})
