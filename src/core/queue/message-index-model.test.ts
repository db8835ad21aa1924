import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../../test/support/random.js'
import { BlockPool, ENTRY_LOGGED, ENTRY_REDELIVERED, EntryState, MessageIndex } from './message-index.js'

const SEEDS = 2000
const OPERATIONS = 60
/** Sequence numbers at which the index begins lie below this. */
const FIRST_MAX = 5000
const NEVER = Number.POSITIVE_INFINITY
const STATES = [EntryState.READY, EntryState.UNACKED, EntryState.HELD] as const

/**
 * `LEVERET_SEED` replays one seed, `LEVERET_FUZZ_SECONDS` goes on with new ones for that long.
 */
test('an index that packs all it can shows what a plain list shows, whatever is done to it', () => {
  const { LEVERET_SEED, LEVERET_FUZZ_SECONDS } = process.env
  if (LEVERET_SEED !== undefined) {
    runSeed(Number(LEVERET_SEED))
    return
  }
  let packed = 0
  for (let seed = 1; seed <= SEEDS; seed++) packed += runSeed(seed)
  assert.ok(packed > 5 * SEEDS, `only ${packed} times was a block packed: this tests nothing`)
  const end = performance.now() + 1000 * Number(LEVERET_FUZZ_SECONDS ?? 0)
  for (let seed = Date.now() % 2 ** 32; performance.now() < end; seed++) runSeed(seed)
})

function runSeed(seed: number): number {
  const simulation = new Simulation(seed)
  try {
    return simulation.run()
  } catch (error) {
    throw new Error(`LEVERET_SEED=${seed} fails`, { cause: error })
  }
}

interface Entry {
  ref: number
  bodyBytes: number
  deadline: number
  state: number
  isLogged: boolean
  isRedelivered: boolean
  deliveryCount: number
  acquiredCount: number
}

/** What the test has to see of an index beside its methods: how much it holds, and how much of that is packed. */
interface Inside {
  readonly blocks: (object | undefined)[]
  readonly packed: readonly number[]
}

/** Pools outlive queues: what one leaves in them must not show in the next. */
const pool = new BlockPool()

class Simulation {
  private readonly random: () => number
  private readonly index: MessageIndex
  private entries: (Entry | undefined)[] = []
  private tail = 0
  private head = 0
  private packings = 0
  /** How much what follows each other resembles: decides whether blocks are worth packing. */
  private readonly sizes: number
  private readonly refStep: number
  private readonly deadlines: 'none' | 'equal' | 'ascending' | 'any'
  private ref: number

  constructor(seed: number) {
    this.random = randomFrom(seed)
    const packing = { recentBlocks: 1 + this.below(3), headBlocks: this.below(3) }
    this.index = new MessageIndex(pool, () => this.head, packing)
    this.sizes = [1, 100, 2 ** 31][this.below(3)]!
    this.refStep = [2, 1000, 2 ** 34][this.below(3)]!
    this.deadlines = (['none', 'equal', 'ascending', 'any'] as const)[this.below(4)]!
    this.ref = [0, 2 ** 31 - 3000, 2 ** 32 - 3000, 2 ** 40][this.below(4)]!
  }

  /** Returns how often blocks were packed, as far as one can see. */
  run(): number {
    if (this.random() < 0.5) this.restore(this.below(FIRST_MAX), 1 + this.below(600))
    for (let i = 0; i < OPERATIONS; i++) {
      const before = this.packedBlocks
      this.step()
      this.packings += Math.max(0, this.packedBlocks - before)
      assert.equal(this.index.tail, this.tail)
    }
    this.checkAll()
    this.removeAll()
    return this.packings
  }

  private step(): void {
    const dice = this.random()
    if (dice < 0.3) this.append(1 + this.below(400))
    else if (dice < 0.45) this.restore(this.below(this.tail + 1000), 1 + this.below(300))
    else if (dice < 0.6) this.consume(this.below(600))
    else if (dice < 0.99) for (let i = this.below(20); i >= 0; i--) this.touch(this.below(this.tail + 10))
    else this.removeAll()
  }

  // ---- what is done

  private append(count: number): void {
    for (let i = 0; i < count; i++) {
      const entry = this.newEntry()
      const flags = entry.isLogged ? ENTRY_LOGGED : 0
      assert.equal(this.index.append(entry.ref, flags, entry.bodyBytes, entry.deadline), this.tail)
      this.entries[this.tail++] = entry
    }
  }

  private restore(from: number, count: number): void {
    for (let sequence = from; sequence < from + count; sequence++) {
      if (this.entries[sequence] !== undefined || this.random() < 0.01) continue
      const entry = this.newEntry()
      const flags = (entry.isLogged ? ENTRY_LOGGED : 0) | ENTRY_REDELIVERED
      entry.isRedelivered = true
      this.index.restore(sequence, entry.ref, flags, entry.bodyBytes, entry.deadline)
      this.entries[sequence] = entry
      this.tail = Math.max(this.tail, sequence + 1)
      this.head = Math.min(this.head, sequence)
    }
  }

  /** Takes messages from the front, as consumers do. */
  private consume(count: number): void {
    for (let i = 0; i < count && this.head < this.tail; i++, this.head++) {
      this.checkEntry(this.head)
      if (this.entries[this.head] === undefined) {
        this.skip()
        continue
      }
      if (this.random() < 0.002) continue
      this.index.remove(this.head)
      this.entries[this.head] = undefined
    }
  }

  /** Places the head on the last message that is known to be gone. */
  private skip(): void {
    const next = this.index.skipGoneBlocks(this.head + 1)
    for (; this.head < next - 1; this.head++) assert.equal(this.entries[this.head + 1], undefined)
  }

  private touch(sequence: number): void {
    this.checkEntry(sequence)
    const entry = this.entries[sequence]
    if (entry === undefined) return
    const { index } = this
    const dice = this.below(7)
    if (dice === 0) {
      entry.state = STATES[this.below(STATES.length)]!
      index.state = entry.state
    } else if (dice === 1) {
      index.markDelivered()
      entry.state = EntryState.UNACKED
      entry.isRedelivered = true
    } else if (dice === 2) {
      index.markRedelivered()
      entry.isRedelivered = true
    } else if (dice === 3) {
      entry.deliveryCount = this.below(100)
      entry.acquiredCount = this.below(2 ** 14)
      index.setCounts(entry.deliveryCount, entry.acquiredCount)
    } else if (dice === 4) {
      entry.ref = this.nextRef()
      index.ref = entry.ref
    } else if (dice === 5) {
      index.remove(sequence)
      this.entries[sequence] = undefined
      return
    }
    this.checkPlaced(entry)
  }

  private removeAll(): void {
    for (const sequence of this.index.sequences()) {
      this.checkEntry(sequence)
      this.index.remove(sequence)
      this.entries[sequence] = undefined
    }
    assert.equal(this.packedBlocks, 0)
    assert.ok(this.inside.blocks.length <= 1, `${this.inside.blocks.length} places for no message`)
    this.head = this.tail
  }

  // ---- what must be so

  private checkEntry(sequence: number): void {
    const entry = this.entries[sequence]
    assert.equal(this.index.locate(sequence), entry !== undefined, `message ${sequence}`)
    if (entry !== undefined) this.checkPlaced(entry)
  }

  private checkPlaced(entry: Entry): void {
    const { index } = this
    if (
      index.ref === entry.ref &&
      index.bodyBytes === entry.bodyBytes &&
      index.deadline === entry.deadline &&
      index.state === entry.state &&
      index.isLogged === entry.isLogged &&
      index.isRedelivered === entry.isRedelivered &&
      index.deliveryCount === entry.deliveryCount &&
      index.acquiredCount === entry.acquiredCount
    )
      return
    const { ref, bodyBytes, deadline, state, isLogged, isRedelivered, deliveryCount, acquiredCount } = index
    const found = { ref, bodyBytes, deadline, state, isLogged, isRedelivered, deliveryCount, acquiredCount }
    assert.deepEqual(found, entry)
  }

  private checkAll(): void {
    const from = this.below(this.tail + 1)
    const expected: number[] = []
    for (let sequence = from; sequence < this.tail; sequence++) {
      if (this.entries[sequence] !== undefined) expected.push(sequence)
    }
    assert.deepEqual([...this.index.sequences(from)], expected)
    for (const sequence of expected) this.checkEntry(sequence)
    const skipped = this.index.skipGoneBlocks(from)
    assert.ok(skipped >= from && skipped <= (expected[0] ?? this.tail))
  }

  private get inside(): Inside {
    return this.index as unknown as Inside
  }

  private get packedBlocks(): number {
    let count = 0
    for (const handle of this.inside.packed) if (handle >= 0) count += 1
    return count
  }

  // ---- what messages are

  private newEntry(): Entry {
    return {
      ref: this.nextRef(),
      bodyBytes: this.below(this.sizes),
      deadline: this.nextDeadline(),
      state: EntryState.READY,
      isLogged: this.sizes < 100 || this.random() < 0.5,
      isRedelivered: false,
      deliveryCount: 0,
      acquiredCount: 0,
    }
  }

  private nextRef(): number {
    this.ref = (this.ref + this.below(this.refStep)) % 2 ** 48
    return this.ref
  }

  private nextDeadline(): number {
    if (this.deadlines === 'none' || (this.deadlines === 'any' && this.random() < 0.5)) return NEVER
    if (this.deadlines === 'equal') return 1234.5
    return this.deadlines === 'any' ? this.random() * 1e6 : this.ref + 0.1
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }
}
