import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { runClock } from '../../test/support/run-clock.js'
import { SimulatedDisk } from '../../test/support/simulated-disk.js'
import { SystemClock } from '../util/clock.js'
import { VirtualClock } from '../util/virtual-clock.js'
import { DataDirectory } from './data-directory.js'
import { NodeDisk } from './node-disk.js'
import type { ProcessIdentity, ProcessTable } from './process-identity.js'
import { StorageError } from './storage-error.js'

/** Processes as a test wants them. */
class FakeProcesses implements ProcessTable {
  identity: ProcessIdentity = { pid: 1, startedAt: '10', boot: 'b', pidNamespace: 'n' }
  state: 'running' | 'gone' | 'hidden' = 'running'

  self(): ProcessIdentity {
    return this.identity
  }

  stateOf(): 'running' | 'gone' | 'hidden' {
    return this.state
  }
}

function makeBench(seed = 1) {
  const clock = new VirtualClock()
  const processes = new FakeProcesses()
  const disk = new SimulatedDisk({ clock, random: randomFrom(seed) })
  const warnings: string[] = []
  const logger = { debug() {}, info() {}, warning: (text: string) => void warnings.push(text), error() {} }
  const open = (on: SimulatedDisk = disk): Promise<DataDirectory> =>
    runClock(clock, DataDirectory.open({ disk: on, path: '/var/lib/leveret', clock, processes, logger }))
  return { clock, disk, processes, warnings, open }
}

const refusal = (text: RegExp) => (error: unknown) =>
  error instanceof StorageError && text.test(error.message)

test('a new directory gets its format file, its folders and a lock', async () => {
  const { clock, disk, open } = makeBench()
  const directory = await open()
  const names = await runClock(clock, disk.list('/var/lib/leveret'))
  assert.deepEqual(names, ['leveret-data', 'leveret-lock', 'metadata', 'scratch', 'shards'])
  assert.deepEqual(JSON.parse(disk.contentOf('/var/lib/leveret/leveret-data').toString()), {
    formatVersion: 1,
    createdAt: new Date(directory.createdAtMs).toISOString(),
  })
  assert.equal(await runClock(clock, directory.shardFolder(3)), '/var/lib/leveret/shards/0003')
})

test('a running broker is named, and keeps its directory', async () => {
  const { open, processes } = makeBench()
  await open()
  processes.identity = { ...processes.identity, pid: 2 }
  await assert.rejects(open(), refusal(/\/var\/lib\/leveret is in use by the broker with pid 1 /))
})

test('a closed directory can be opened again, and knows when it was made', async () => {
  const { clock, open } = makeBench()
  const directory = await open()
  await runClock(clock, directory.close())
  await runClock(clock, directory.close())
  await clock.advance(5_000)
  assert.equal((await open()).createdAtMs, directory.createdAtMs)
})

test('the lock of a process that is gone is taken over', async () => {
  const { disk, open, processes } = makeBench()
  await open()
  processes.state = 'gone'
  processes.identity = { ...processes.identity, pid: 2 }
  await open(disk.kill())
})

test('the lock of a process in another container is taken over with a warning', async () => {
  const { disk, open, processes, warnings } = makeBench()
  await open()
  processes.state = 'hidden'
  await open(disk.kill())
  assert.match(warnings[0]!, /locked by pid 1 of another container/)
})

test('an unreadable lock is taken over', async () => {
  const { clock, disk, open } = makeBench()
  const directory = await open()
  await runClock(clock, directory.close())
  disk.setContent('/var/lib/leveret/leveret-lock', Buffer.from('{"pid":1,"star'))
  await open()
})

test('of two brokers that find the same stale lock, one gets the directory', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const { clock, disk, processes } = makeBench(seed)
    await runClock(clock, disk.makeFolder('/d'))
    disk.setContent('/d/leveret-lock', Buffer.from('{"pid":9,"startedAt":"","boot":"","pidNamespace":""}\n'))
    const openAs = (pid: number): Promise<DataDirectory> => {
      const table: ProcessTable = {
        self: () => ({ ...processes.identity, pid }),
        stateOf: (holder) => (holder.pid === 9 ? 'gone' : 'running'),
      }
      return DataDirectory.open({ disk, path: '/d', clock, processes: table })
    }
    const results = await runClock(clock, Promise.allSettled([openAs(1), openAs(2)]))
    const opened = results.filter(({ status }) => status === 'fulfilled').length
    assert.equal(opened, 1, `seed ${seed}`)
  }
})

test('scratch is emptied at the start, and nothing else is', async () => {
  const { clock, open, disk } = makeBench()
  const directory = await open()
  disk.setContent('/var/lib/leveret/scratch/0001', Buffer.from('x'))
  disk.setContent('/var/lib/leveret/metadata/log', Buffer.from('x'))
  await runClock(clock, directory.close())
  await open()
  assert.deepEqual(await runClock(clock, disk.list('/var/lib/leveret/scratch')), [])
  assert.deepEqual(await runClock(clock, disk.list('/var/lib/leveret/metadata')), ['log'])
})

test('a newer format is refused by its number, and the lock given back', async () => {
  const { clock, disk, open } = makeBench()
  await runClock(clock, disk.makeFolder('/var/lib/leveret'))
  const line = '{"formatVersion":2,"createdAt":"2030-01-01T00:00:00.000Z"}\n'
  disk.setContent('/var/lib/leveret/leveret-data', Buffer.from(line))
  await assert.rejects(open(), refusal(/has format 2, which a newer release has written/))
  assert.deepEqual(await runClock(clock, disk.list('/var/lib/leveret')), ['leveret-data'])
})

test('a damaged or missing format file is told of, not replaced', async () => {
  const { clock, disk, open } = makeBench()
  await runClock(clock, disk.makeFolder('/var/lib/leveret/metadata'))
  await assert.rejects(open(), refusal(/holds data, but the file leveret-data is missing/))
  disk.setContent('/var/lib/leveret/leveret-data', Buffer.from('{"forma'))
  await assert.rejects(open(), refusal(/leveret-data is damaged/))
})

test('a power cut at any moment of the first start leaves a directory that opens', async () => {
  for (let seed = 0; seed < 300; seed++) {
    const { clock, disk, processes } = makeBench(seed)
    const opening = DataDirectory.open({ disk, path: '/a/b', clock, processes })
    opening.catch(() => {})
    await clock.advance(randomFrom(seed + 1_000)() * 40)
    const left = disk.crash()
    processes.state = 'gone'
    await runClock(clock, DataDirectory.open({ disk: left, path: '/a/b', clock, processes })).catch(
      (error) => {
        throw new Error(`seed ${seed}`, { cause: error })
      },
    )
  }
})

test('a directory that cannot be written is told of', async () => {
  const { disk, open } = makeBench()
  disk.readOnlyFolders.add('/var')
  await assert.rejects(open(), refusal(/data directory \/var\/lib\/leveret cannot be made/))
  disk.heal()
  disk.failNext('write', 'ENOSPC', { path: '/var/lib/leveret/leveret-lock' })
  await assert.rejects(open(), refusal(/cannot be locked/))
  await open()
})

async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-data-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('on the real disk: refused while the other process runs, taken over after kill -9', async (context) => {
  const path = join(await makeFolder(context), 'data')
  const moduleAt = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
  const script = `
    const { DataDirectory } = await import(${moduleAt('./data-directory.js')})
    const { NodeDisk } = await import(${moduleAt('./node-disk.js')})
    const { SystemClock } = await import(${moduleAt('../util/clock.js')})
    await DataDirectory.open({ disk: new NodeDisk(), path: ${JSON.stringify(path)}, clock: new SystemClock() })
    process.stdout.write('open')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' })
  context.after(() => child.kill('SIGKILL'))
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.stderr.once('data', (text) => reject(new Error(String(text))))
  })
  const open = () => DataDirectory.open({ disk: new NodeDisk(), path, clock: new SystemClock() })
  await assert.rejects(open(), refusal(new RegExp(`in use by the broker with pid ${child.pid} `)))

  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
  const directory = await open()
  await assert.rejects(open(), refusal(new RegExp(`pid ${process.pid} `)))
  await directory.close()
  await (await open()).close()
})

test('on the real disk: the pid of a dead broker that another process has got is no obstacle', async (context) => {
  const path = await makeFolder(context)
  const open = () => DataDirectory.open({ disk: new NodeDisk(), path, clock: new SystemClock() })
  await open()
  const lock = join(path, 'leveret-lock')
  const holder = JSON.parse(await readFile(lock, 'utf8')) as ProcessIdentity
  await writeFile(lock, JSON.stringify({ ...holder, startedAt: `${holder.startedAt}0` }))
  await (await open()).close()
})
