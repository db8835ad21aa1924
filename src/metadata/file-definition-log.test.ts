import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlainDefinitions } from '../../test/support/definitions.js'
import { randomFrom } from '../../test/support/random.js'
import { runClock } from '../../test/support/run-clock.js'
import { SimulatedDisk } from '../../test/support/simulated-disk.js'
import type { DefinitionChange } from '../core/definition-log.js'
import { crc32c } from '../storage/crc32c.js'
import { StorageError } from '../storage/storage-error.js'
import { VirtualClock } from '../util/virtual-clock.js'
import { encodeHeader, encodeMark, encodeRecord } from './definition-file.js'
import { FileDefinitionLog, type FileDefinitionLogOptions } from './file-definition-log.js'

const FOLDER = '/metadata'
const FIRST_FILE = `${FOLDER}/definitions-00000001.log`

type Extra = Partial<FileDefinitionLogOptions>

async function makeBench(seed = 1) {
  const clock = new VirtualClock()
  const first = new SimulatedDisk({ clock, random: randomFrom(seed) })
  await runClock(clock, first.makeFolder(FOLDER))
  await runClock(clock, first.syncDirectory('/'))
  const told: string[] = []
  const logger = {
    debug() {},
    info() {},
    warning: (text: string) => void told.push(text),
    error: (text: string) => void told.push(text),
  }
  const bench = {
    clock,
    disk: first,
    told,
    run: <T>(promise: Promise<T>): Promise<T> => runClock(clock, promise),
    open: async (extra: Extra = {}) => {
      const log = new FileDefinitionLog({ disk: bench.disk, folder: FOLDER, clock, logger, ...extra })
      const loaded = await bench.run(log.load())
      return { log, loaded }
    },
    names: () => bench.run(bench.disk.list(FOLDER)),
  }
  return bench
}

const vhost = (name: string): DefinitionChange => ({
  kind: 'vhost-put',
  vhost: name,
  metadata: { description: '', tags: [], defaultQueueType: undefined, protectedFromDeletion: false },
  maker: undefined,
})
const queue = (id: number, name = `q${id}`): DefinitionChange => ({
  kind: 'queue-put',
  vhost: '/',
  name,
  id,
  type: 'classic',
  autoDelete: false,
  arguments: new Map(),
  maker: 'guest',
})
const limit = (maxQueues: number): DefinitionChange => ({
  kind: 'vhost-limits-put',
  vhost: '/',
  limits: { maxQueues },
})
const textOf = (changes: readonly DefinitionChange[]) => new PlainDefinitions(changes).text()
const idFloorOf = (changes: readonly DefinitionChange[]) => new PlainDefinitions(changes).queueIdFloor
const fails = (text: RegExp) => (error: unknown) => error instanceof StorageError && text.test(error.message)

/** Counts the syncs that a log's file gets. */
function countSyncs(disk: SimulatedDisk): () => number {
  let count = 0
  const open = disk.open.bind(disk)
  disk.open = async (path, mode) => {
    const file = await open(path, mode)
    const sync = file.sync.bind(file)
    file.sync = (done) => {
      count += 1
      sync(done)
    }
    return file
  }
  return () => count
}

test('an empty folder is an empty log, and what was appended comes back', async () => {
  const bench = await makeBench()
  const { log, loaded } = await bench.open()
  assert.deepEqual(loaded, [])
  const changes = [vhost('/'), queue(1), queue(2)]
  await bench.run(Promise.all(changes.map((change) => log.append(change))))
  bench.disk = bench.disk.crash()
  const again = await bench.open()
  assert.equal(textOf(again.loaded), textOf(changes))
  assert.deepEqual(again.loaded, again.log.state())
})

test('changes of one turn share a sync, and those that come while it runs share the next', async () => {
  const bench = await makeBench()
  const syncs = countSyncs(bench.disk)
  const { log } = await bench.open()
  const before = syncs()
  const first = [vhost('/'), queue(1), queue(2)].map((change) => log.append(change))
  await bench.clock.advance(0)
  const second = Array.from({ length: 100 }, (_, i) => log.append(queue(i + 10)))
  await bench.run(Promise.all([...first, ...second]))
  assert.equal(syncs() - before, 2)
})

test('a change that is appended as soon as the one before is durable becomes durable', async () => {
  const bench = await makeBench()
  const { log } = await bench.open({ growthBytesMin: 1_000 })
  const oneByOne = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) await log.append(limit(i))
  }
  await bench.run(oneByOne())
})

test('a barrier waits for what was appended, and is nothing when all of it is durable', async () => {
  const bench = await makeBench()
  const { log } = await bench.open()
  assert.equal(log.barrier(), undefined)
  const appended = log.append(vhost('/'))
  assert.equal(log.barrier(), appended)
  await bench.clock.advance(0)
  assert.equal(log.barrier(), appended, 'under way')
  await bench.run(appended)
  assert.equal(log.barrier(), undefined)
})

test('a log that grew is replaced by a snapshot while it goes on, and stays small', async () => {
  const bench = await makeBench()
  const { log } = await bench.open({ growthBytesMin: 5_000 })
  await bench.run(log.append(vhost('/')))
  let sizeMax = 0
  for (let i = 0; i < 2_000; i++) {
    const appended = log.append(limit(i))
    if (i % 5 === 0) await bench.run(appended)
    sizeMax = Math.max(sizeMax, log.sizeBytes)
  }
  await bench.clock.advance(1_000)
  assert.ok(sizeMax < 15_000, `${sizeMax} octets`)
  const names = await bench.names()
  assert.equal(names.length, 1)
  assert.ok(Number(names[0]!.slice(12, 20)) > 10, names[0])
  bench.disk = bench.disk.crash()
  assert.equal(textOf((await bench.open()).loaded), textOf([vhost('/'), limit(1_999)]))
})

test('a clean stop leaves a snapshot, and one without changes leaves the file alone', async () => {
  const bench = await makeBench()
  const { log } = await bench.open()
  for (let i = 0; i < 50; i++) void log.append(limit(i))
  await bench.run(log.close())
  await bench.run(log.close())
  const [name] = await bench.names()
  const content = bench.disk.contentOf(`${FOLDER}/${name}`)
  assert.ok(content.length < 300, `${content.length} octets`)
  const again = await bench.open()
  await bench.run(again.log.close())
  assert.deepEqual(await bench.names(), [name])
  assert.deepEqual(bench.disk.contentOf(`${FOLDER}/${name}`), content)
  await assert.rejects(again.log.append(limit(1)), fails(/closed/))
})

test('ids of queues do not come back, also when nothing but a deleted queue had them', async () => {
  const bench = await makeBench()
  const { log } = await bench.open()
  void log.append(vhost('/'))
  void log.append(queue(41))
  void log.append({ kind: 'queue-delete', vhost: '/', name: 'q41', id: 41 })
  await bench.run(log.close())
  bench.disk = bench.disk.crash()
  const again = await bench.open()
  assert.equal(idFloorOf(again.loaded), 42)
  void again.log.append({ kind: 'queue-id-floor', floor: 2_000 })
  await bench.run(again.log.close())
  assert.equal(idFloorOf((await bench.open()).loaded), 2_000)
})

test('a full disk delays changes, is told of, and is tried again', async () => {
  const bench = await makeBench()
  const told: boolean[] = []
  const { log } = await bench.open({ onFull: (isFull) => told.push(isFull) })
  await bench.run(log.append(vhost('/')))
  bench.disk.capacityBytes = 0
  let isDurable = false
  const waiting = log.append(queue(1)).then(() => {
    isDurable = true
  })
  await bench.clock.advance(60_000)
  void log.append(queue(2))
  assert.equal(log.isFull, true)
  assert.equal(isDurable, false)
  bench.disk.capacityBytes = Number.POSITIVE_INFINITY
  await bench.run(waiting)
  await bench.clock.advance(100)
  assert.deepEqual(told, [true, false])
  bench.disk = bench.disk.crash()
  assert.equal(textOf((await bench.open()).loaded), textOf([vhost('/'), queue(1), queue(2)]))
})

test('what waits for a full disk is bounded', async () => {
  const bench = await makeBench()
  const { log } = await bench.open({ unwrittenBytesMax: 1_000 })
  bench.disk.capacityBytes = 0
  void log.append(vhost('/'))
  await bench.clock.advance(10)
  const results = Promise.allSettled(Array.from({ length: 30 }, (_, i) => log.append(queue(i))))
  bench.disk.capacityBytes = Number.POSITIVE_INFINITY
  const statuses = (await bench.run(results)).map(({ status }) => status)
  assert.ok(statuses.includes('fulfilled'))
  const firstRefused = statuses.indexOf('rejected')
  assert.ok(firstRefused > 0 && firstRefused < 12, `refused from ${firstRefused} on`)
  assert.equal(log.failure, undefined)
  await bench.run(log.append(queue(50)))
})

test('an atomic piece of work is there whole or not at all, wherever its write was cut', async () => {
  const bench = await makeBench()
  const { log } = await bench.open()
  const before = [vhost('/'), queue(1)]
  await bench.run(Promise.all(before.map((change) => log.append(change))))
  const start = bench.disk.contentOf(FIRST_FILE).length
  const work = Array.from({ length: 20 }, (_, i) => queue(i + 2))
  log.atomically(() => {
    for (const change of work) void log.append(change)
  })
  await bench.run(Promise.resolve(log.barrier()))
  const octets = bench.disk.contentOf(FIRST_FILE)
  assert.ok(octets.length > start + 1_000)
  for (let end = start; end <= octets.length; end++) {
    const cut = await makeBench()
    cut.disk.setContent(FIRST_FILE, octets.subarray(0, end))
    const { log: found, loaded } = await cut.open()
    assert.equal(textOf(loaded), textOf(end < octets.length ? before : [...before, ...work]), `cut at ${end}`)
    await cut.run(Promise.resolve(found.append(queue(100))))
    cut.disk = cut.disk.crash()
    assert.ok(textOf((await cut.open()).loaded).includes('q100'))
  }
})

test('an atomic piece of work is not refused halfway when much waits for the disk', async () => {
  const bench = await makeBench()
  const { log } = await bench.open({ unwrittenBytesMax: 500 })
  const work = [vhost('/'), ...Array.from({ length: 20 }, (_, i) => queue(i + 1))]
  const appended: Promise<void>[] = []
  log.atomically(() => {
    for (const change of work) appended.push(log.append(change))
  })
  await assert.rejects(log.append(queue(50)), fails(/octets of definitions wait/))
  await bench.run(Promise.all(appended))
})

test('closing while the disk is full rejects what waits and does not hang', async () => {
  const bench = await makeBench()
  const { log } = await bench.open()
  await bench.run(log.append(vhost('/')))
  bench.disk.capacityBytes = 0
  const waiting = log.append(queue(1))
  await bench.clock.advance(10_000)
  await bench.run(log.close())
  await assert.rejects(waiting, fails(/closed while the disk was full/))
})

for (const kind of ['write', 'sync'] as const) {
  test(`a failed ${kind} ends the log: what waits and what comes is refused, and what was promised is there`, async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const bench = await makeBench(seed)
      const failures: StorageError[] = []
      const { log } = await bench.open({ onFailure: (error) => failures.push(error) })
      await bench.run(log.append(vhost('/')))
      bench.disk.failNext(kind)
      const first = log.append(queue(1))
      await bench.clock.advance(0)
      const second = log.append(queue(2))
      await assert.rejects(bench.run(first), fails(new RegExp(`${kind} .*definitions-00000001.log failed`)))
      await assert.rejects(second, fails(/failed/))
      await assert.rejects(log.append(queue(3)), fails(/failed/))
      await assert.rejects(log.barrier()!, fails(/failed/))
      assert.deepEqual(failures, [log.failure])
      await bench.run(log.close())
      bench.disk = bench.disk.crash()
      const { loaded } = await bench.open()
      assert.ok([textOf([vhost('/')]), textOf([vhost('/'), queue(1)])].includes(textOf(loaded)))
    }
  })
}

test('a snapshot that cannot be made leaves the log as it is, and is tried again later', async () => {
  const bench = await makeBench()
  const { log } = await bench.open({ growthBytesMin: 2_000 })
  await bench.run(log.append(vhost('/')))
  bench.disk.readOnlyFolders.add(FOLDER)
  for (let i = 0; i < 60; i++) await bench.run(log.append(limit(i)))
  assert.match(bench.told[0]!, /no snapshot of the definitions was made: .*EROFS/)
  assert.deepEqual(await bench.names(), ['definitions-00000001.log'])
  bench.disk.heal()
  for (let i = 0; i < 100; i++) await bench.run(log.append(limit(i)))
  await bench.clock.advance(100)
  const names = await bench.names()
  assert.equal(names.length, 1)
  assert.notEqual(names[0], 'definitions-00000001.log')
})

/** A file of one batch per change, with a mark at the end. */
function makeFile(changes: readonly DefinitionChange[]): { octets: Buffer; ends: number[] } {
  const parts = [encodeHeader(1)]
  const ends = [parts[0]!.length]
  for (const [i, change] of changes.entries()) {
    const json = 'arguments' in change ? { ...change, arguments: [] } : change
    const mark = encodeMark({ number: i + 1, queueIdFloor: 1_000 + i })
    parts.push(Buffer.concat([mark, encodeRecord(JSON.stringify(json))]))
    ends.push(ends.at(-1)! + parts.at(-1)!.length)
  }
  return { octets: Buffer.concat(parts), ends }
}

test('damage in the middle is told of with its place, put aside, and costs nothing but what it hit', async () => {
  const changes = [vhost('/'), queue(1), queue(2), queue(3), queue(4)]
  const { octets, ends } = makeFile(changes)
  for (let at = ends[1]!; at < ends[4]!; at++) {
    const bench = await makeBench(at)
    const damaged = Buffer.from(octets)
    damaged[at]! ^= 0x41
    bench.disk.setContent(FIRST_FILE, damaged)
    const hit = ends.findIndex((end) => at < end) - 1
    const rest = changes.filter((_, i) => i !== hit)
    const { log, loaded } = await bench.open()
    // In the mark of a batch nothing is lost but the mark.
    assert.ok([textOf(rest), textOf(changes)].includes(textOf(loaded)), `octet ${at}`)
    assert.equal(idFloorOf(loaded), 1_004)
    const place = /definitions-00000001.log is damaged: (\d+) octets at (\d+)/.exec(bench.told[0] ?? '')
    assert.ok(place !== null, `octet ${at} is told of`)
    assert.ok(Number(place[2]) <= at && at < Number(place[2]) + Number(place[1]))
    assert.deepEqual(bench.disk.contentOf(`${FOLDER}/quarantine/definitions-00000001.log`), damaged)
    await bench.run(log.close())
    const again = await bench.open()
    assert.equal(textOf(again.loaded), textOf(loaded))
    assert.equal(bench.told.length, 1, 'the new file is sound')
  }
})

test('damage of the header is damage like any other', async () => {
  const changes = [vhost('/'), queue(1)]
  for (let at = 0; at < 32; at++) {
    const bench = await makeBench(at)
    const { octets } = makeFile(changes)
    octets[at]! ^= 0x10
    bench.disk.setContent(FIRST_FILE, octets)
    assert.equal(textOf((await bench.open()).loaded), textOf(changes))
    assert.match(bench.told[0]!, /is damaged: 32 octets at 0/)
  }
})

test('what rests on something that damage took is left out and told of, and vhosts are made again', async () => {
  const bench = await makeBench()
  const binding: DefinitionChange = {
    kind: 'binding-put',
    vhost: '/',
    source: 'amq.direct',
    destinationKind: 'queue',
    destination: 'q1',
    routingKey: '',
    arguments: new Map(),
  }
  const { octets, ends } = makeFile([vhost('/'), queue(1), queue(2), binding, limit(5)])
  octets[ends[0]! + 80]! ^= 1
  octets[ends[1]! + 80]! ^= 1
  bench.disk.setContent(FIRST_FILE, octets)
  const { loaded } = await bench.open()
  assert.equal(textOf(loaded), textOf([vhost('/'), queue(2), limit(5)]))
  assert.match(bench.told.join('\n'), /left out, since what it rests on is lost: .*"destination":"q1"/)
})

test('damage is read around also when the disk takes no new file', async () => {
  const bench = await makeBench()
  const { octets, ends } = makeFile([vhost('/'), queue(1), queue(2)])
  octets[ends[1]! + 80]! ^= 1
  bench.disk.setContent(FIRST_FILE, octets)
  bench.disk.failNext('open', 'ENOSPC', { path: `${FOLDER}/definitions-00000002.log.new` })
  const { log, loaded } = await bench.open()
  assert.equal(textOf(loaded), textOf([vhost('/'), queue(2)]))
  await bench.run(log.append(queue(3)))
  bench.disk = bench.disk.crash()
  assert.equal(textOf((await bench.open()).loaded), textOf([vhost('/'), queue(2), queue(3)]))
})

test('a newer format, unknown records and a file without a readable record are refused and left alone', async () => {
  const newer = encodeHeader(1)
  const refused: readonly [Buffer, RegExp][] = [
    [
      withVersion(newer, 2),
      /has format 2, which a newer release has written; this one reads formats up to 1/,
    ],
    [Buffer.concat([newer, encodeRecord('{"kind":"vhost-rename"}')]), /the record at 32 of .* is none that/],
    [Buffer.concat([newer, encodeRecord('no JSON')]), /the record at 32 of .* is none that/],
    [Buffer.alloc(5_000), /is damaged from its start to its end \(5000 octets\)/],
    [Buffer.alloc(0), /is damaged from its start to its end/],
  ]
  for (const [octets, text] of refused) {
    const bench = await makeBench()
    bench.disk.setContent(FIRST_FILE, octets)
    await assert.rejects(bench.open(), fails(text))
    assert.deepEqual(bench.disk.contentOf(FIRST_FILE), octets)
  }
})

function withVersion(header: Buffer, version: number): Buffer {
  const changed = Buffer.from(header)
  changed.writeUInt32LE(version, 8)
  changed.writeUInt32LE(crc32c(changed, 0, 28), 28)
  return changed
}

test('a disk that fails at the start is told of', async () => {
  const bench = await makeBench()
  bench.disk.failNext('open', 'EACCES')
  await assert.rejects(bench.open(), StorageError)
  const { log } = await bench.open()
  await bench.run(log.close())
  bench.disk.failNext('read')
  await assert.rejects(bench.open(), fails(/definition log in \/metadata cannot be read/))
})
