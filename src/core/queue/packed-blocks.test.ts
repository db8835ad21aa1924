import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../../test/support/random.js'
import { BLOCK_ENTRIES, Block, BODY_WORD, ENTRY_WORDS, STATE_WORD } from './message-block.js'
import { BlockPool } from './message-index.js'
import { NOT_PACKED, PackedBlocks, SLAB_WORDS } from './packed-blocks.js'

const WORD = 2 ** 32

interface Contents {
  readonly refs: readonly number[]
  readonly words: readonly number[]
  readonly deadlines: readonly number[] | undefined
  readonly live: number
}

function contentsOf(block: Block): Contents {
  const entries = [...new Array(BLOCK_ENTRIES).keys()]
  return {
    refs: entries.map((entry) => block.refAt(entry * ENTRY_WORDS)),
    words: [...block.words],
    deadlines: block.deadlines === undefined ? undefined : [...block.deadlines],
    live: block.live,
  }
}

/** A block whose columns are each equal, of a small range, or of any value. */
function someBlock(random: () => number): Block {
  const column = (range: number): (() => number) => {
    const kind = random()
    const base = Math.floor(random() * range)
    if (kind < 0.3) return () => base
    return kind < 0.7 ? () => (base + Math.floor(random() * 100)) % range : () => Math.floor(random() * range)
  }
  const block = new Block()
  const [ref, state, body] = [column(random() < 0.5 ? WORD : 2 ** 48), column(WORD), column(WORD)]
  let deadline = Math.floor(random() * 2 ** 40)
  if (random() < 0.3) block.deadlines = new Float64Array(BLOCK_ENTRIES).fill(Number.POSITIVE_INFINITY)
  for (let entry = 0; entry < BLOCK_ENTRIES; entry++) {
    const at = entry * ENTRY_WORDS
    block.setRefAt(at, ref())
    block.words[at + STATE_WORD] = state()
    block.words[at + BODY_WORD] = body()
    deadline += random()
    if (block.deadlines !== undefined) block.deadlines[entry] = deadline
  }
  block.live = Math.floor(random() * (BLOCK_ENTRIES + 1))
  return block
}

test('a packed block comes back as it was, whatever was in it', () => {
  const pool = new BlockPool()
  const packed = new PackedBlocks(pool.packer, pool.slabs)
  let stayed = 0
  for (let seed = 1; seed <= 1000; seed++) {
    const block = someBlock(randomFrom(seed))
    const handle = packed.pack(block)
    if (handle === NOT_PACKED) {
      stayed += 1
      continue
    }
    const unpacked = new Block()
    packed.unpack(handle, unpacked)
    assert.deepEqual(contentsOf(unpacked), contentsOf(block), `seed ${seed}`)
  }
  assert.ok(stayed > 10 && stayed < 500, `${stayed} blocks of 1000 were not worth it`)
})

test('a block stays as it is when its messages expire in another order than theirs', () => {
  const pool = new BlockPool()
  const packed = new PackedBlocks(pool.packer, pool.slabs)
  const block = new Block()
  block.deadlines = new Float64Array(BLOCK_ENTRIES).fill(1000)
  const handle = packed.pack(block)
  assert.notEqual(handle, NOT_PACKED)
  block.deadlines[100] = 999
  assert.equal(packed.pack(block), NOT_PACKED)
})

test('few packed blocks do not hold the memory of the many that were there', () => {
  const pool = new BlockPool()
  const packed = new PackedBlocks(pool.packer, pool.slabs)
  const random = randomFrom(7)
  const blocks: Block[] = []
  const handles: number[] = []
  while (handles.length < 1000) {
    const block = someBlock(random)
    const handle = packed.pack(block)
    if (handle === NOT_PACKED) continue
    blocks.push(block)
    handles.push(handle)
  }
  assert.equal(packed.isSparse, false)
  const allWords = wordsOf(packed)
  let compactions = 0
  for (let i = 0; i < handles.length; i++) {
    if (i % 20 === 0) continue
    packed.unpack(handles[i]!, new Block())
    handles[i] = NOT_PACKED
    if (!packed.isSparse) continue
    packed.compact(handles)
    compactions += 1
    assert.equal(packed.isSparse, false)
  }
  assert.ok(compactions > 0 && compactions < 20, `${compactions} compactions`)
  assert.ok(wordsOf(packed) < allWords / 5, `${wordsOf(packed)} words of ${allWords}`)
  for (const [i, handle] of handles.entries()) {
    if (handle === NOT_PACKED) continue
    const unpacked = new Block()
    packed.unpack(handle, unpacked)
    assert.deepEqual(contentsOf(unpacked), contentsOf(blocks[i]!), `block ${i}`)
  }
  assert.ok(wordsOf(packed) <= SLAB_WORDS)
})

/** Words of the slabs: a count that it keeps to itself. */
function wordsOf(packed: PackedBlocks): number {
  return (packed as unknown as { slabCount: number }).slabCount * SLAB_WORDS
}
