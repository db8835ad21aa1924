import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import type { UnackedPage } from './unacked-page.js'
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
  assert.equal(slotsOf(ring), 16)
  assert.equal(ring.take(1), true)
  assert.deepEqual([ring.queueId, ring.position, ring.subscriptionId, ring.count], [7, 8, 9, 0])
})

test('a few deliveries of many that are never acked do not hold the memory of the others', () => {
  const ring = new UnackedRing()
  const [deliveries, keptEach] = [1_000_000, 100]
  let acked = 0
  for (let tag = 1; tag <= deliveries; tag++) {
    ring.add(tag, 1, tag, 1)
    // The acks come late, so that there are many pages by then.
    const late = tag - 100_000
    if (late > 0 && late % keptEach !== 0) {
      assert.equal(ring.take(late), true)
      acked += 1
    }
  }
  assert.equal(ring.count, deliveries - acked)
  // At most four slots for each, and a few pages.
  assert.ok(slotsOf(ring) < 5 * ring.count, `${slotsOf(ring)} slots for ${ring.count}`)
  for (let tag = keptEach; tag <= deliveries - 100_000; tag += keptEach) {
    assert.equal(ring.takeOldest(Number.POSITIVE_INFINITY), true)
    assert.equal(ring.deliveryTag, tag)
  }
})

test('many unacked deliveries are taken in any order', (t) => {
  t.diagnostic(`seed ${SEED}`)
  const next = randomFrom(SEED)
  const ring = new UnackedRing()
  const tags: number[] = []
  for (let tag = 7; tags.length < 100_000; tag += 1 + Math.floor(next() * 2)) {
    ring.add(tag, 1, tag * 2, 1)
    tags.push(tag)
  }
  const kept = new Set(tags)
  for (let i = 0; i < 95_000; i++) {
    const place = Math.floor(next() * tags.length)
    const [tag] = tags.splice(place, 1)
    assert.equal(ring.take(tag!), true)
    assert.equal(ring.position, tag! * 2)
    assert.equal(ring.take(tag!), false)
    kept.delete(tag!)
  }
  assert.deepEqual(ring.tagsUpTo(Number.POSITIVE_INFINITY), [...kept])
  for (const tag of kept) {
    assert.equal(ring.takeOldest(Number.POSITIVE_INFINITY), true)
    assert.equal(ring.deliveryTag, tag)
  }
  assert.equal(ring.count, 0)
})

test('a channel whose unacked deliveries come and go takes no new memory', () => {
  const ring = new UnackedRing()
  const seen = new Set<UnackedPage>()
  let tag = 0
  const fillAndEmpty = (): void => {
    for (let i = 0; i < 30_000; i++) ring.add(++tag, 1, tag, 1)
    for (const page of pagesOf(ring)) seen.add(page)
    while (ring.takeOldest(Number.POSITIVE_INFINITY));
  }
  fillAndEmpty()
  const pages = pagesOf(ring).length + 30_000 / 4096
  for (let i = 0; i < 10; i++) fillAndEmpty()
  assert.ok(seen.size <= pages + 2, `${seen.size} pages`)
})

/** Slots for deliveries, whether taken or not. */
function slotsOf(ring: UnackedRing): number {
  return pagesOf(ring).reduce((sum, page) => sum + page.capacity, 0)
}

function pagesOf(ring: UnackedRing): UnackedPage[] {
  const { newest, fullPages } = ring as unknown as { newest: UnackedPage; fullPages: UnackedPage[] }
  return [newest, ...fullPages]
}

test('tags beyond 32 bits keep their slots apart', () => {
  const ring = new UnackedRing()
  const base = 2 ** 40
  for (let tag = base; tag < base + 20_000; tag++) ring.add(tag, tag - base, 0, 1)
  for (let tag = base + 19_999; tag >= base; tag--) {
    assert.equal(ring.take(tag), true)
    assert.equal(ring.queueId, tag - base)
  }
  assert.equal(ring.takeOldest(Number.POSITIVE_INFINITY), false)
})
