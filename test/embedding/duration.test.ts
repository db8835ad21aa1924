import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs } from '../../src/embedding/duration.js'

test('durations are numbers, words and ISO 8601', () => {
  const day = 24 * 60 * 60 * 1000
  for (const [duration, ms] of [
    [0, 0],
    [1.5, 1.5],
    ['150ms', 150],
    ['250', 250],
    ['1.5 seconds', 1500],
    ['1h 30m', 5_400_000],
    ['30 days', 30 * day],
    ['2W', 14 * day],
    ['PT90S', 90_000],
    ['P1DT12H', 1.5 * day],
    ['P2W', 14 * day],
  ] as const) {
    assert.equal(durationMs(duration), ms, String(duration))
  }
})

test('what is no duration is refused, months and years too', () => {
  for (const wrong of [
    '',
    'soon',
    '5 parsecs',
    '1h x',
    'P1M',
    'P1Y',
    'P',
    'PT',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    assert.throws(() => durationMs(wrong), TypeError, String(wrong))
  }
})
