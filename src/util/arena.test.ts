import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARENA_REGION_MAX, Arena, type Region } from './arena.js'

test('regions do not overlap and lie in one memory as long as it lasts', () => {
  const arena = new Arena(1000)
  const regions = [arena.take(400), arena.take(400), arena.take(200)]
  regions.forEach((region, i) => {
    assert.equal(region.bytes, regions[0]!.bytes)
    region.bytes.fill(i + 1, region.start, region.end)
  })
  regions.forEach((region, i) => {
    assert.ok(region.bytes.subarray(region.start, region.end).every((octet) => octet === i + 1))
  })
})

test('a region has three views of the same octets', () => {
  const { bytes, words, doubles, start } = new Arena(64).take(16)
  doubles[start >> 3] = 1.5
  assert.equal(bytes.readDoubleLE(start), 1.5)
  words[start >> 2] = 0x01020304
  assert.equal(bytes.readInt32LE(start), 0x01020304)
})

test('a region that was given back is taken again', () => {
  const arena = new Arena(64)
  const first = arena.take(32)
  arena.take(32)
  arena.give(first)
  assert.equal(arena.take(32), first)
})

test('when the memory is used up, regions come from elsewhere', () => {
  const arena = new Arena(64)
  const [inside, outside] = [arena.take(64), arena.take(64)]
  assert.notEqual(outside.bytes, inside.bytes)
  assert.deepEqual([outside.start, outside.end, outside.bytes.length], [0, 64, 64])
  arena.give(outside)
  assert.notEqual(arena.take(64), outside)
})

test('large regions of all sizes do not use the memory up', () => {
  const arena = new Arena(4 * ARENA_REGION_MAX)
  const large: Region[] = Array.from({ length: 20 }, (_, i) => arena.take(ARENA_REGION_MAX + 8 * (i + 1)))
  for (const region of large) arena.give(region)
  const ordinary = Array.from({ length: 4 }, () => arena.take(ARENA_REGION_MAX))
  assert.ok(ordinary.every(({ bytes }) => bytes === ordinary[0]!.bytes))
})

test('any size will do for an arena', () => {
  const arena = new Arena(1005)
  const [inside, outside] = [arena.take(1000), arena.take(8)]
  assert.equal(inside.bytes.length, 1000)
  assert.notEqual(outside.bytes, inside.bytes)
})
