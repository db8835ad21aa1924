import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextRotationMs, parseRotationDate } from './rotation-date.js'

/** Local time, as the dates are; 2026-11-26 is a Thursday. */
function next(text: string, ...after: [number, number, number, number, number]): string {
  const [year, month, day, hour, minute] = after
  const date = parseRotationDate(text)
  assert.ok(date !== undefined, text)
  const at = new Date(nextRotationMs(date, new Date(year, month - 1, day, hour, minute).getTime()))
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${at.getMonth() + 1}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`
}

test('a file is put aside at the next such moment', () => {
  assert.equal(next('$D0', 2026, 11, 26, 10, 0), '11-27 00:00')
  assert.equal(next('$D16', 2026, 11, 26, 10, 0), '11-26 16:00')
  assert.equal(next('$D16', 2026, 11, 26, 16, 0), '11-27 16:00')
  assert.equal(next('$W0', 2026, 11, 26, 10, 0), '11-29 00:00')
  assert.equal(next('$W5D16', 2026, 11, 27, 17, 0), '12-04 16:00')
  assert.equal(next('$M1', 2026, 11, 26, 10, 0), '12-01 00:00')
  assert.equal(next('$M31D6', 2026, 11, 26, 10, 0), '11-30 06:00')
  assert.equal(next('$H30', 2026, 11, 26, 10, 29), '11-26 10:30')
  assert.equal(next('$H30', 2026, 11, 26, 23, 30), '11-27 00:30')
})

test('what is no such moment is not taken', () => {
  for (const text of ['', 'D0', '$D24', '$H60', '$W7', '$M0', '$M32', '$D', '$W1D24', '$X1']) {
    assert.equal(parseRotationDate(text), undefined, text)
  }
})
