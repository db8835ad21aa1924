import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../../test/support/random.js'
import { BlockPool, ENTRY_LOGGED, ENTRY_REDELIVERED, EntryState, MessageIndex } from './message-index.js'

const NEVER = Number.POSITIVE_INFINITY

/** How much the index holds: its private list of blocks. */
function blocksOf(index: MessageIndex): unknown[] {
  return (index as unknown as { blocks: unknown[] }).blocks
}

test('an entry keeps what it was given until it is removed', () => {
  const index = new MessageIndex(new BlockPool())
  assert.deepEqual([index.append(2 ** 47 + 5, ENTRY_LOGGED, 77, 12.5), index.append(9, 0, 0, NEVER)], [0, 1])
  assert.ok(index.locate(0))
  assert.deepEqual(
    [index.ref, index.bodyBytes, index.deadline, index.isLogged],
    [2 ** 47 + 5, 77, 12.5, true],
  )
  assert.deepEqual([index.state, index.isRedelivered], [EntryState.READY, false])
  index.markDelivered()
  assert.deepEqual([index.state, index.isRedelivered, index.isLogged], [EntryState.UNACKED, true, true])
  index.setCounts(3, 7)
  assert.deepEqual([index.deliveryCount, index.acquiredCount, index.state], [3, 7, EntryState.UNACKED])
  index.state = EntryState.HELD
  assert.deepEqual([index.state, index.deliveryCount, index.isRedelivered], [EntryState.HELD, 3, true])
  index.remove(0)
  assert.equal(index.locate(0), false)
  assert.ok(index.locate(1))
  assert.deepEqual([index.ref, index.deadline, index.deliveryCount], [9, NEVER, 0])
  assert.equal(index.locate(2), false)
  assert.equal(index.locate(1_000_000), false)
})

test('counts stop at their largest value rather than run into other fields', () => {
  const index = new MessageIndex(new BlockPool())
  index.append(1, ENTRY_REDELIVERED, 1, NEVER)
  index.locate(0)
  index.setCounts(1e6, 1e6)
  assert.deepEqual([index.deliveryCount, index.acquiredCount], [16383, 16383])
  assert.deepEqual([index.state, index.isRedelivered, index.isLogged], [EntryState.READY, true, false])
})

test('blocks whose messages are gone are freed, whatever stays before them', () => {
  const index = new MessageIndex(new BlockPool())
  for (let i = 0; i < 256_000; i++) {
    index.append(i, 0, 1, NEVER)
    if (i < 10) continue
    assert.ok(index.locate(i))
    index.remove(i)
  }
  const held = blocksOf(index).filter((block) => block !== undefined).length
  assert.ok(held <= 2, `${held} blocks for 10 messages`)
  for (let i = 0; i < 10; i++) {
    assert.ok(index.locate(i))
    assert.equal(index.ref, i)
    index.remove(i)
  }
  assert.ok(blocksOf(index).length <= 1, `${blocksOf(index).length} places for no message`)
  assert.equal(index.append(1, 0, 1, NEVER), 256_000)
  assert.ok(index.locate(256_000))
})

test('a walk passes over freed blocks', () => {
  const index = new MessageIndex(new BlockPool())
  for (let i = 0; i < 2560; i++) index.append(i, 0, 1, NEVER)
  for (let i = 1; i < 2300; i++) if (index.locate(i)) index.remove(i)
  assert.equal(index.skipGoneBlocks(0), 0)
  assert.equal(index.skipGoneBlocks(256), 2048)
  assert.equal(index.skipGoneBlocks(2100), 2100)
  assert.deepEqual([...index.sequences()].slice(0, 3), [0, 2300, 2301])
  index.locate(0)
  index.remove(0)
  assert.equal(index.skipGoneBlocks(0), 2048)
  for (let i = 2300; i < 2560; i++) if (index.locate(i)) index.remove(i)
  assert.equal(index.skipGoneBlocks(0), 2560)
})

test('a block that is used again shows nothing of its former messages', () => {
  const pool = new BlockPool()
  const [first, second] = [new MessageIndex(pool), new MessageIndex(pool)]
  for (let i = 0; i < 256; i++) first.append(i, ENTRY_LOGGED | ENTRY_REDELIVERED, 5, 1)
  first.append(0, 0, 0, NEVER)
  for (let i = 0; i < 256; i++) if (first.locate(i)) first.remove(i)
  second.append(1, 0, 2, NEVER)
  for (let i = 1; i < 256; i++) assert.equal(second.locate(i), false)
  assert.ok(second.locate(0))
  assert.deepEqual([second.deadline, second.isLogged, second.isRedelivered], [NEVER, false, false])
  second.append(1, 0, 2, 50)
  second.locate(0)
  assert.equal(second.deadline, NEVER)
  second.locate(1)
  assert.equal(second.deadline, 50)
})

test('appends, restores and removals in any order leave exactly what was not removed', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed)
    const index = new MessageIndex(new BlockPool())
    const model = new Map<number, { ref: number; deadline: number }>()
    let tail = 0
    const base = Math.floor(random() * 5000)
    for (let i = 0; i < 3000; i++) {
      const dice = random()
      const ref = Math.floor(random() * 2 ** 48)
      const deadline = random() < 0.3 ? Math.floor(random() * 1000) : NEVER
      const restored = base + Math.floor(random() * 2000)
      if (i < 1000 && dice < 0.6) {
        if (model.has(restored)) continue
        index.restore(restored, ref, 0, 1, deadline)
        model.set(restored, { ref, deadline })
        tail = Math.max(tail, restored + 1)
      } else if (i >= 1000 && dice < 0.5) {
        assert.equal(index.append(ref, 0, 1, deadline), tail, `seed ${seed}`)
        model.set(tail++, { ref, deadline })
      } else if (model.size > 0) {
        const sequence = [...model.keys()][Math.floor(random() ** 3 * model.size)]!
        assert.ok(index.locate(sequence), `seed ${seed}: ${sequence} is lost`)
        assert.deepEqual({ ref: index.ref, deadline: index.deadline }, model.get(sequence), `seed ${seed}`)
        index.remove(sequence)
        model.delete(sequence)
      }
      assert.equal(index.tail, tail)
    }
    assert.deepEqual(
      [...index.sequences()],
      [...model.keys()].sort((a, b) => a - b),
      `seed ${seed}`,
    )
    for (const sequence of model.keys()) {
      assert.ok(index.locate(sequence))
      index.remove(sequence)
    }
    assert.ok(blocksOf(index).length <= 1, `seed ${seed}: ${blocksOf(index).length} places for no message`)
  }
})

test('a message restored into a gap at the front is not taken for gone', () => {
  const index = new MessageIndex(new BlockPool())
  for (const sequence of [0, 600, 1500]) index.restore(sequence, sequence, 0, 1, NEVER)
  const remove = (sequence: number) => {
    assert.ok(index.locate(sequence))
    index.remove(sequence)
  }
  remove(0)
  index.restore(5, 5, 0, 1, NEVER)
  remove(600)
  assert.deepEqual([...index.sequences()], [5, 1500])
  remove(5)
  remove(1500)
})

test('an index that is emptied while it is walked over goes on with its numbers', () => {
  const index = new MessageIndex(new BlockPool())
  for (let i = 0; i < 700; i++) index.append(i, 0, 1, NEVER)
  for (const sequence of index.sequences()) index.remove(sequence)
  assert.deepEqual([...index.sequences()], [])
  assert.equal(index.locate(699), false)
  assert.equal(index.append(5, 0, 1, NEVER), 700)
  assert.deepEqual([...index.sequences()], [700])
})

test('the message that the index is placed on stays in reach while others are added', () => {
  const index = new MessageIndex(new BlockPool(), () => 0, { recentBlocks: 1, headBlocks: 0 })
  for (let i = 0; i < 600; i++) index.append(i, 0, 1, NEVER)
  assert.ok(index.locate(300))
  for (let i = 600; i < 2000; i++) index.append(i, 0, 1, NEVER)
  assert.equal(index.ref, 300)
  index.remove(300)
  assert.deepEqual([index.locate(300), index.locate(299), index.locate(301)], [false, true, true])
})

test('a queue packs nothing while it is shallow, and most of itself once it is deep', () => {
  const packedOf = (index: MessageIndex): number =>
    (index as unknown as { packed: number[] }).packed.filter((handle) => handle >= 0).length
  let head = 0
  const index = new MessageIndex(new BlockPool(), () => head)
  const take = (count: number): void => {
    for (const end = head + count; head < end; head++) {
      assert.ok(index.locate(head))
      index.remove(head)
    }
  }
  for (let i = 0; i < 16_000; i++) index.append(i, 0, 1, NEVER)
  for (let i = 0; i < 100_000; i++) {
    index.append(i, 0, 1, NEVER)
    take(1)
    if (i % 1000 === 0) assert.equal(packedOf(index), 0)
  }
  for (let i = 0; i < 256_000; i++) index.append(i, 0, 1, NEVER)
  assert.ok(packedOf(index) > 950, `${packedOf(index)} of some 1060 blocks are packed`)
  take(16_000 + 256_000)
  assert.equal(packedOf(index), 0)
})
