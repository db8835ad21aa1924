import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { UnackedRing } from './unacked-ring.js'

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)

test('a ring agrees with a plain map under random adds and acks', (t) => {
  t.diagnostic(`seed ${SEED}`)
  const next = randomFrom(SEED)
  const random = (below: number): number => Math.floor(next() * below)
  const ring = new UnackedRing()
  const model = new Map<number, [number, number, number]>()
  let tag = 0
  for (let step = 0; step < 60_000; step++) {
    // Phases with few acks make it grow, phases with many shrink it, and a tag now and then is left behind.
    const adding = random(10) < (Math.floor(step / 5000) % 2 === 0 ? 6 : 4)
    if (adding) {
      tag += 1 + (random(50) === 0 ? random(200) : 0)
      const entry: [number, number, number] = [random(1000), random(1e9) * 4096, random(4)]
      ring.add(tag, ...entry)
      model.set(tag, entry)
    } else if (random(100) === 0) {
      const upTo = Math.max(0, tag - random(2000))
      const wanted = [...model.keys()].filter((key) => key <= upTo)
      assert.deepEqual(ring.tagsUpTo(upTo), wanted)
      const taken: number[] = []
      while (ring.takeOldest(upTo)) {
        taken.push(ring.deliveryTag)
        assert.deepEqual([ring.queueId, ring.position, ring.subscriptionId], model.get(ring.deliveryTag))
      }
      assert.deepEqual(taken, wanted)
      for (const key of wanted) model.delete(key)
    } else {
      const asked = tag - random(300)
      assert.equal(ring.has(asked), model.has(asked))
      const taken = ring.take(asked)
      assert.equal(taken, model.has(asked))
      if (taken) assert.deepEqual([ring.queueId, ring.position, ring.subscriptionId], model.get(asked))
      model.delete(asked)
    }
    assert.equal(ring.count, model.size)
    assert.equal(ring.consumerCount, [...model.values()].filter((entry) => entry[2] !== 0).length)
  }
})

test('one delivery that is never acked does not make memory grow with what follows', () => {
  const ring = new UnackedRing()
  ring.add(1, 7, 8, 9)
  for (let tag = 2; tag < 300_000; tag++) {
    ring.add(tag, 1, tag, 1)
    assert.equal(ring.take(tag), true)
  }
  assert.equal((ring as unknown as { mask: number }).mask, 15)
  assert.equal(ring.take(1), true)
  assert.deepEqual([ring.queueId, ring.position, ring.subscriptionId, ring.count], [7, 8, 9, 0])
})

test('tags beyond 32 bits keep their slots apart', () => {
  const ring = new UnackedRing()
  const base = 2 ** 40
  for (let tag = base; tag < base + 200; tag++) ring.add(tag, tag - base, 0, 1)
  for (let tag = base + 199; tag >= base; tag--) {
    assert.equal(ring.take(tag), true)
    assert.equal(ring.queueId, tag - base)
  }
  assert.equal(ring.takeOldest(Number.POSITIVE_INFINITY), false)
})
