import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Disk, DiskError } from '../../src/storage/disk.js'
import { NodeDisk } from '../../src/storage/node-disk.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { readAt, sync, writeAt } from '../support/disk-calls.js'
import { randomBytesOf, randomFrom } from '../support/random.js'
import { runClock } from '../support/run-clock.js'
import { SimulatedDisk } from '../support/simulated-disk.js'

// What every Disk does while nothing goes wrong.

interface Bench {
  readonly disk: Disk
  readonly folder: string
  /** Does the work, turning the clock if that is what it waits for. */
  run<T>(work: () => Promise<T>): Promise<T>
}

const BENCHES: Record<string, (context: TestContext) => Promise<Bench>> = {
  NodeDisk: async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-disk-'))
    context.after(() => rm(folder, { recursive: true, force: true }))
    return { disk: new NodeDisk(), folder, run: (work) => work() }
  },
  SimulatedDisk: async () => {
    const clock = new VirtualClock()
    const disk = new SimulatedDisk({ clock, random: randomFrom(7) })
    await runClock(clock, disk.makeFolder('/data'))
    return { disk, folder: '/data', run: (work) => runClock(clock, work()) }
  },
}

for (const [name, makeBench] of Object.entries(BENCHES)) {
  const check = (behaviour: string, body: (bench: Bench) => Promise<void>): void => {
    test(`${name}: ${behaviour}`, async (context) => {
      const bench = await makeBench(context)
      await bench.run(() => body(bench))
    })
  }

  check(
    'octets come back from where they were written, also after opening again',
    async ({ disk, folder }) => {
      const octets = randomBytesOf(1, 3_000_000)
      const file = await disk.open(join(folder, 'a'), 'create')
      await Promise.all([
        writeAt(file, 1_000_000, octets.subarray(1_000_000)),
        writeAt(file, 0, octets.subarray(0, 1_000_000)),
      ])
      assert.equal(file.writeNow(octets, 500_000, 1_500_000, 500_000), undefined)
      await sync(file)
      assert.equal(await file.size(), octets.length)
      await file.close()
      const again = await disk.open(join(folder, 'a'), 'existing')
      assert.ok((await readAt(again, 0, octets.length)).equals(octets))
      assert.ok((await readAt(again, 999_999, 3)).equals(octets.subarray(999_999, 1_000_002)))
      await again.close()
    },
  )

  check('only the named part of a buffer is written and read', async ({ disk, folder }) => {
    const file = await disk.open(join(folder, 'a'), 'create')
    const failed = await new Promise((done) => file.write(Buffer.from('abcdef'), 2, 4, 10, done))
    assert.equal(failed, undefined)
    const target = Buffer.from('......')
    const count = await new Promise((done) =>
      file.read(target, 1, 3, 10, (error, read) => done(error ?? read)),
    )
    assert.equal(count, 2)
    assert.equal(target.toString(), '.cd...')
    assert.deepEqual([...(await readAt(file, 8, 4))], [0, 0, 0x63, 0x64])
    await file.close()
  })

  check('a read ends at the end of the file', async ({ disk, folder }) => {
    const file = await disk.open(join(folder, 'a'), 'create')
    await writeAt(file, 0, 'hello')
    assert.equal((await readAt(file, 3, 10)).toString(), 'lo')
    assert.equal((await readAt(file, 5, 10)).length, 0)
    assert.equal((await readAt(file, 500, 10)).length, 0)
    await file.close()
  })

  check('writes of nothing and reads of nothing are answered', async ({ disk, folder }) => {
    const file = await disk.open(join(folder, 'a'), 'create')
    await writeAt(file, 7, '')
    assert.equal((await readAt(file, 0, 0)).length, 0)
    assert.equal(await file.size(), 0)
    await file.close()
  })

  check('a file is cut and extended with zeros', async ({ disk, folder }) => {
    const file = await disk.open(join(folder, 'a'), 'create')
    await writeAt(file, 0, Buffer.alloc(2_000, 1))
    await file.truncate(700)
    await file.truncate(1_500)
    const expected = Buffer.concat([Buffer.alloc(700, 1), Buffer.alloc(800)])
    assert.ok((await readAt(file, 0, 2_000)).equals(expected))
    await file.close()
  })

  check(
    'creating what exists and opening what does not are errors with their code',
    async ({ disk, folder }) => {
      const path = join(folder, 'a')
      const isDiskError = (code: string) => (error: unknown) =>
        error instanceof DiskError && error.code === code && error.message.includes(path)
      await assert.rejects(disk.open(path, 'existing'), isDiskError('ENOENT'))
      await (await disk.open(path, 'create')).close()
      await assert.rejects(disk.open(path, 'create'), isDiskError('EEXIST'))
    },
  )

  check('a closed file refuses every call and may be closed again', async ({ disk, folder }) => {
    const file = await disk.open(join(folder, 'a'), 'create')
    await file.close()
    await file.close()
    const isClosed = (error: unknown) => error instanceof DiskError && error.code === 'EBADF'
    await assert.rejects(writeAt(file, 0, 'x'), isClosed)
    await assert.rejects(readAt(file, 0, 1), isClosed)
    await assert.rejects(sync(file), isClosed)
    await assert.rejects(file.size(), isClosed)
    await assert.rejects(file.truncate(0), isClosed)
  })

  check(
    'names are listed in order, and those of a folder that is not there are none',
    async ({ disk, folder }) => {
      await disk.makeFolder(join(folder, 'x', 'y'))
      for (const each of ['b', 'a', 'c']) await (await disk.open(join(folder, each), 'create')).close()
      await disk.syncDirectory(folder)
      assert.deepEqual(await disk.list(folder), ['a', 'b', 'c', 'x'])
      assert.deepEqual(await disk.list(join(folder, 'x')), ['y'])
      assert.deepEqual(await disk.list(join(folder, 'nowhere')), [])
    },
  )

  check('removing what is not there is harmless', async ({ disk, folder }) => {
    await disk.makeFolder(join(folder, 'x', 'y'))
    await (await disk.open(join(folder, 'x', 'y', 'a'), 'create')).close()
    await disk.remove(join(folder, 'x', 'y', 'a'))
    await disk.remove(join(folder, 'x', 'y', 'a'))
    await (await disk.open(join(folder, 'x', 'y', 'a'), 'create')).close()
    await disk.removeFolder(join(folder, 'x'))
    await disk.removeFolder(join(folder, 'x'))
    assert.deepEqual(await disk.list(folder), [])
  })

  check('a rename replaces what has the name', async ({ disk, folder }) => {
    for (const each of ['a', 'b']) {
      const file = await disk.open(join(folder, each), 'create')
      await writeAt(file, 0, each)
      await file.close()
    }
    await disk.rename(join(folder, 'a'), join(folder, 'b'))
    assert.deepEqual(await disk.list(folder), ['b'])
    const file = await disk.open(join(folder, 'b'), 'existing')
    assert.equal((await readAt(file, 0, 9)).toString(), 'a')
    await file.close()
    await assert.rejects(disk.rename(join(folder, 'a'), join(folder, 'b')), DiskError)
  })

  check('free space is a number of octets', async ({ disk, folder }) => {
    assert.ok((await disk.freeBytes(folder)) > 0)
    await assert.rejects(disk.freeBytes(join(folder, 'nowhere')), DiskError)
    await assert.rejects(disk.syncDirectory(join(folder, 'nowhere')), DiskError)
  })
}
