import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../../test/support/random.js'
import { History, HistoryKind } from './history.js'
import { BASIC_RETENTION, Series } from './series.js'

const INTERVAL_MS = 5000
const COARSE_TICKS = 12
const kind = new HistoryKind(['a', 'b'], BASIC_RETENTION, INTERVAL_MS, ['b'])

/** The value of the last round at or before `tick`; 0 before the first. */
function valueAt(rounds: ReadonlyMap<number, number>, tick: number): number {
  let [best, value] = [-1, 0]
  for (const [at, each] of rounds) if (at <= tick && at > best) [best, value] = [at, each]
  return value
}

for (const wide of [false, true]) {
  test(`a series of ${wide ? 'whole' : 'narrow'} values says what was recorded, as far back as its rings reach`, () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = randomFrom(seed)
    for (let run = 0; run < 30; run++) {
      let tick = Math.floor(random() * 1000)
      const first = tick
      let value = Math.floor(random() * 2 ** (wide ? 50 : 33))
      const series = new Series(kind.layouts, wide, tick, value)
      const rounds = new Map([[tick, value]])
      const coarse = new Map([[Math.floor(tick / COARSE_TICKS), value]])
      const length = 1 + Math.floor(random() * 1200)
      for (let i = 0; i < length; i++) {
        // Now and then the loop is too busy for a round, or nothing happens for long.
        tick += random() < 0.05 ? 1 + Math.floor(random() * 3) : 1
        if (random() < 0.3) value += Math.floor((random() - 0.3) * (wide ? 2 ** 40 : 2 ** 29))
        series.record(tick, value)
        rounds.set(tick, value)
        const slot = Math.floor(tick / COARSE_TICKS)
        if (!coarse.has(slot)) coarse.set(slot, value)
      }
      const fineTicks = Array.from({ length: 121 }, (_, i) => tick - i)
      const expected = fineTicks.map((at) => (at < first ? 0 : valueAt(rounds, at)))
      assert.deepEqual(series.at(fineTicks, 0), expected, `seed ${seed}, run ${run}`)
      const coarseTicks = Array.from({ length: 60 }, (_, i) => tick - i * COARSE_TICKS)
      const expectedCoarse = coarseTicks.map((at) => valueAt(coarse, Math.floor(at / COARSE_TICKS)))
      assert.deepEqual(series.at(coarseTicks, 1), expectedCoarse, `seed ${seed}, run ${run}`)
    }
  })
}

const ROUND = { tick: 1000, intervalMs: INTERVAL_MS, shift: 0 }
const NOW_MS = ROUND.tick * INTERVAL_MS + 1234

function historyOf(...values: readonly number[]): History<'a' | 'b'> {
  const history = new History(kind, ROUND.tick - values.length + 1)
  values.forEach((value, i) => {
    history.record(ROUND.tick - values.length + 1 + i, [value, 10 * value])
  })
  return history
}

test('the rate is the change between the last two samples, and 0 once nothing is new', () => {
  assert.deepEqual(historyOf(0, 10, 35).details(['a'], ROUND, undefined, NOW_MS), { rate: 5 })
  assert.deepEqual(historyOf(0, 35, 35).details(['a'], ROUND, undefined, NOW_MS), { rate: 0 })
  assert.deepEqual(historyOf(35).details(['a'], ROUND, undefined, NOW_MS), { rate: 0 })
  assert.deepEqual(historyOf(0, 35).details(['a', 'b'], ROUND, undefined, NOW_MS), { rate: 77 })
})

test('samples run from now backwards at multiples of the step, and are 0 before there was anything', () => {
  const range = { ageSeconds: 20, stepSeconds: 5 }
  const details = historyOf(10, 20, 40).details(['a'], ROUND, range, NOW_MS)
  assert.deepEqual(details, {
    rate: 4,
    samples: [40, 20, 10, 0, 0].map((sample, i) => ({ sample, timestamp: (ROUND.tick - i) * INTERVAL_MS })),
    avg: 14,
    avg_rate: 2,
  })
})

test('a clock that was set back does not hide what was sampled before', () => {
  const shifted = { ...ROUND, shift: 100 }
  const range = { ageSeconds: 5, stepSeconds: 5 }
  const details = historyOf(10, 20, 40).details(['a'], shifted, range, NOW_MS - 100 * INTERVAL_MS)
  assert.deepEqual(
    details.samples?.map(({ sample }) => sample),
    [40, 20],
  )
})

test('a number that was never anything but 0 keeps no rings', () => {
  const history = new History(kind, 0)
  for (let tick = 0; tick < 500; tick++) history.record(tick, [0, tick])
  assert.deepEqual(
    (history as unknown as { series: unknown[] }).series.map((series) => series !== undefined),
    [false, true],
  )
})

test('single objects are remembered for a day, in steps of ten minutes', () => {
  const day = 86_400
  const dayTicks = (day * 1000) / INTERVAL_MS
  const history = new History(kind, 0)
  for (let tick = 0; tick <= dayTicks; tick++) history.record(tick, [tick, 0])
  const round = { tick: dayTicks, intervalMs: INTERVAL_MS, shift: 0 }
  const range = { ageSeconds: day, stepSeconds: 1800 }
  const { samples } = history.details(['a'], round, range, day * 1000)
  assert.deepEqual(
    samples?.map(({ sample }) => sample),
    Array.from({ length: 49 }, (_, i) => dayTicks - i * 360),
  )
})
