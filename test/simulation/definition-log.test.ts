import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { FileDefinitionLog } from '../../src/metadata/file-definition-log.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { PlainDefinitions, RandomChanges } from '../support/definitions.js'
import { randomFrom } from '../support/random.js'
import { runClock } from '../support/run-clock.js'
import { type FaultKind, SimulatedDisk } from '../support/simulated-disk.js'

// Random changes, crashes and faults. After each recovery the definitions have to be those after some of the changes,
// the first so many of them, and at least all that were promised. LEVERET_SEED replays one seed;
// LEVERET_FUZZ_SECONDS goes on with further seeds for that long.

const SEEDS = 2_000
const FOLDER = '/d/metadata'
const ONE_SEED = process.env.LEVERET_SEED
const FUZZ_MS = Number(process.env.LEVERET_FUZZ_SECONDS ?? 0) * 1_000
const FAULTS: readonly FaultKind[] = ['write', 'sync', 'open', 'name', 'folder-sync']

/** What happened to the log, over all seeds: shows that the story has come to everything that it is about. */
const counts = { seeds: 0, recoveries: 0, changes: 0, failures: 0, fullDisks: 0, snapshots: 0, cuts: 0 }

class Story {
  readonly #random: () => number
  readonly #clock = new VirtualClock()
  #disk: SimulatedDisk
  /** The definitions after the first 0, 1, 2, ... changes since the last recovery. */
  #states = [new PlainDefinitions()]
  /** How many of these changes were promised. */
  #promised = 0
  #queueIdFloor = 0

  constructor(seed: number) {
    this.#random = randomFrom(seed)
    this.#disk = new SimulatedDisk({ clock: this.#clock, random: this.#random })
  }

  async run(): Promise<void> {
    await runClock(this.#clock, makeFolder(this.#disk))
    for (let round = 0; round < 4; round++) {
      const log = await this.#recover()
      await this.#change(log)
      await this.#end(log)
    }
    const log = await this.#recover()
    await runClock(this.#clock, log.close())
  }

  #open(): FileDefinitionLog {
    return new FileDefinitionLog({
      disk: this.#disk,
      folder: FOLDER,
      clock: this.#clock,
      growthBytesMin: 1_500,
      logger: {
        debug() {},
        info() {},
        error: (text) => assert.fail(`a crash is taken for damage: ${text}`),
        warning: (text) => {
          if (text.includes('cut at')) counts.cuts += 1
        },
      },
    })
  }

  async #recover(): Promise<FileDefinitionLog> {
    while (this.#random() < 0.2) {
      // The recovery itself is cut short.
      this.#open()
        .load()
        .catch(() => {})
      await this.#clock.advance(this.#random() * 15)
      this.#disk = this.#random() < 0.5 ? this.#disk.crash() : this.#disk.kill()
    }
    const log = this.#open()
    const loaded = new PlainDefinitions(await runClock(this.#clock, log.load()))
    counts.recoveries += 1
    const text = loaded.text()
    const found = this.#states.findLastIndex((state) => state.text() === text)
    assert.ok(found >= 0, `not what any number of the changes gives:\n${text}`)
    assert.ok(found >= this.#promised, `${this.#promised} changes were promised, ${found} are there`)
    assert.ok(
      loaded.queueIdFloor >= this.#states[this.#promised]!.queueIdFloor,
      'ids of queues would come back',
    )
    this.#states = [loaded]
    this.#promised = 0
    this.#queueIdFloor = loaded.queueIdFloor
    return log
  }

  async #change(log: FileDefinitionLog): Promise<void> {
    const changes = new RandomChanges(this.#random, this.#queueIdFloor)
    const count = Math.floor(this.#random() * 60)
    const isFaulty = this.#random() < 0.5
    for (let i = 0; i < count; i++) {
      if (isFaulty) this.#disturb()
      if (log.failure === undefined) this.#append(log, changes)
      if (this.#random() < 0.3) await this.#clock.advance(this.#random() * 8)
    }
    if (log.failure !== undefined) counts.failures += 1
    if (log.isFull) counts.fullDisks += 1
  }

  #append(log: FileDefinitionLog, changes: RandomChanges): void {
    const last = this.#states.at(-1)!
    const change = changes.next(last)
    const state = last.clone()
    state.apply(change)
    const number = this.#states.push(state) - 1
    counts.changes += 1
    log.append(change).then(
      () => {
        assert.equal(this.#promised, number - 1, 'promises are kept in order')
        this.#promised = number
      },
      () => {},
    )
  }

  #disturb(): void {
    const kind = FAULTS[Math.floor(this.#random() * FAULTS.length)]!
    if (this.#random() < 0.02) this.#disk.failNext(kind)
    if (this.#random() < 0.05) this.#disk.capacityBytes = Math.floor(this.#random() * 12_000)
    if (this.#random() < 0.1) this.#disk.capacityBytes = Number.POSITIVE_INFINITY
  }

  async #end(log: FileDefinitionLog): Promise<void> {
    const size = log.sizeBytes
    const way = this.#random()
    if (way < 0.2) {
      await runClock(this.#clock, log.close())
      if (log.failure === undefined) assert.equal(this.#promised, this.#states.length - 1)
    } else if (way < 0.4) {
      this.#disk.heal()
      await this.#clock.advance(20_000)
      if (log.failure === undefined) assert.equal(this.#promised, this.#states.length - 1)
    }
    if (log.sizeBytes < size) counts.snapshots += 1
    this.#disk.heal()
    this.#disk = this.#random() < 0.6 ? this.#disk.crash() : this.#disk.kill()
    this.#disk.heal()
  }
}

async function makeFolder(disk: SimulatedDisk): Promise<void> {
  await disk.makeFolder(FOLDER)
  await disk.syncDirectory('/')
  await disk.syncDirectory('/d')
}

async function tell(seed: number): Promise<void> {
  try {
    await new Story(seed).run()
    counts.seeds += 1
  } catch (error) {
    const text = inspect(error)
    throw new Error(`seed ${seed} (LEVERET_SEED=${seed} replays it): ${text}`, { cause: error })
  }
}

const WHATEVER = 'no promised definition is lost and none is half there, whatever crashes and fails'

test(WHATEVER, { timeout: 240_000 }, async (context) => {
  if (ONE_SEED !== undefined) return await tell(Number(ONE_SEED))
  for (let seed = 1; seed <= SEEDS; seed++) await tell(seed)
  assert.ok(
    Math.min(...Object.values(counts)) > 50,
    `the story passes something by: ${JSON.stringify(counts)}`,
  )
  context.diagnostic(JSON.stringify(counts))
})

if (FUZZ_MS > 0) {
  test('the same holds for further seeds', { timeout: FUZZ_MS + 60_000 }, async (context) => {
    const until = performance.now() + FUZZ_MS
    for (let seed = Date.now() % 2 ** 31; performance.now() < until; seed++) await tell(seed)
    context.diagnostic(JSON.stringify(counts))
  })
}

test('cut at any octet of its last batch, the log gives all before it and the whole changes that are left', async () => {
  const clock = new VirtualClock()
  const random = randomFrom(1)
  const disk = new SimulatedDisk({ clock, random })
  await runClock(clock, makeFolder(disk))
  const log = new FileDefinitionLog({ disk, folder: FOLDER, clock })
  await runClock(clock, log.load())
  const states = [new PlainDefinitions()]
  const changes = new RandomChanges(random, 1)
  const append = (): Promise<void> => {
    const change = changes.next(states.at(-1)!)
    const state = states.at(-1)!.clone()
    state.apply(change)
    states.push(state)
    return log.append(change)
  }
  for (let i = 0; i < 20; i++) await runClock(clock, append())
  const lastBatchAt = log.sizeBytes
  const promised = states.length - 1
  await runClock(clock, Promise.all([append(), append(), append(), append(), append()]))

  const path = `${FOLDER}/definitions-00000001.log`
  const whole = disk.contentOf(path)
  const found = new Set<number>()
  for (let size = lastBatchAt; size <= whole.length; size++) {
    const cut = new SimulatedDisk({ clock, random })
    await runClock(clock, makeFolder(cut))
    cut.setContent(path, whole.subarray(0, size))
    const again = new FileDefinitionLog({ disk: cut, folder: FOLDER, clock })
    const text = new PlainDefinitions(await runClock(clock, again.load())).text()
    const index = states.findIndex((state, i) => i >= promised && state.text() === text)
    assert.ok(index >= promised, `cut at ${size} of ${whole.length}`)
    found.add(index)
    // What is cut off never comes back between later changes.
    await runClock(clock, again.append({ kind: 'global-parameter-put', name: 'later', value: size }))
    const third = new FileDefinitionLog({ disk: cut.crash(), folder: FOLDER, clock })
    const later = new PlainDefinitions(await runClock(clock, third.load()))
    const expected = states[index]!.clone()
    expected.apply({ kind: 'global-parameter-put', name: 'later', value: size })
    assert.equal(later.text(), expected.text())
  }
  assert.ok(found.size > 3)
})
