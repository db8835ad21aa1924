import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { BUCKET_COUNT, bucketOf, Histogram, highestOf, lowestOf } from './histogram.js'

test('buckets cover all values without gap or overlap', () => {
  let next = 0
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
    assert.equal(lowestOf(bucket), next)
    assert.equal(bucketOf(lowestOf(bucket)), bucket)
    assert.equal(bucketOf(highestOf(bucket)), bucket)
    next = highestOf(bucket) + 1
  }
  assert.equal(next, 2 ** 32)
})

test('a bucket is no wider than 1/32 of its least value', () => {
  for (let bucket = 32; bucket < BUCKET_COUNT; bucket++) {
    assert.ok(highestOf(bucket) - lowestOf(bucket) + 1 <= lowestOf(bucket) / 32)
  }
})

test('percentiles are those of the sorted values, to 1/32', () => {
  const seed = 20261126
  const random = randomFrom(seed)
  const histogram = new Histogram()
  const values = Array.from({ length: 5000 }, () => Math.floor(10 ** (random() * 7)))
  for (const value of values) histogram.record(value)
  values.sort((a, b) => a - b)
  for (const percent of [0.1, 1, 50, 75, 95, 99, 99.9, 100]) {
    const exact = values[Math.ceil((percent / 100) * values.length) - 1]
    const found = histogram.percentile(percent)
    assert.ok(found >= exact && found <= exact * (1 + 1 / 32), `seed ${seed}: p${percent} ${exact} ${found}`)
  }
  assert.equal(histogram.percentile(100), values.at(-1))
  const { count, min, max, mean } = histogram.summary()
  const sum = values.reduce((total, value) => total + value, 0)
  assert.deepEqual([count, min, max, mean], [5000, values[0], values.at(-1), Math.round(sum / 5000)])
})

test('an empty histogram has zeros and no rows', () => {
  const { count, min, max, mean, p50, p999 } = new Histogram().summary()
  assert.deepEqual([count, min, max, mean, p50, p999], [0, 0, 0, 0, 0, 0])
  assert.deepEqual(new Histogram().rows(), [])
})

test('values out of range count at its ends', () => {
  const histogram = new Histogram()
  histogram.record(-5)
  histogram.record(2 ** 40)
  assert.deepEqual([histogram.summary().min, histogram.summary().max], [0, 2 ** 32 - 1])
})

test('rows count by powers of two', () => {
  const histogram = new Histogram()
  for (const value of [4, 5, 7, 8, 15, 16, 40]) histogram.record(value)
  histogram.record(41, 9)
  assert.deepEqual(histogram.rows(), [
    { upTo: 7, count: 3 },
    { upTo: 15, count: 2 },
    { upTo: 31, count: 1 },
    { upTo: 63, count: 10 },
  ])
})

test('the sum of two histograms is that of their values', () => {
  const [both, one, other] = [new Histogram(), new Histogram(), new Histogram()]
  for (const value of [3, 900, 70_000]) {
    both.record(value)
    one.record(value)
  }
  for (const value of [1, 2_000_000]) {
    both.record(value)
    other.record(value)
  }
  one.add(other)
  assert.deepEqual(one.summary(), both.summary())
  const empty = new Histogram()
  empty.add(both)
  empty.add(new Histogram())
  assert.deepEqual(empty.summary(), both.summary())
})

test('what came since a copy is told apart, its ends to their bucket', () => {
  const histogram = new Histogram()
  histogram.record(10)
  histogram.record(5000)
  const before = histogram.copy()
  histogram.record(200)
  histogram.record(300)
  const { count, min, max, mean } = histogram.since(before).summary()
  assert.deepEqual([count, mean], [2, 250])
  assert.ok(min <= 200 && min > 200 * (1 - 1 / 32) && max >= 300 && max < 300 * (1 + 1 / 32))
})
