import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseBytes, parseDuration, parseInteger } from './units.js'

test('kB, MB and GB count in thousands, KiB and bare letters in 1024, whatever the case', () => {
  assert.equal(parseBytes('0'), 0)
  assert.equal(parseBytes('1234'), 1234)
  assert.equal(parseBytes('1kB'), 1000)
  assert.equal(parseBytes('512MB'), 512_000_000)
  assert.equal(parseBytes('2GB'), 2_000_000_000)
  assert.equal(parseBytes('1KiB'), 1024)
  assert.equal(parseBytes('1Ki'), 1024)
  assert.equal(parseBytes('3k'), 3072)
  assert.equal(parseBytes('2M'), 2 * 1024 * 1024)
  assert.equal(parseBytes('2 gib'), 2 * 1024 ** 3)
  assert.equal(parseBytes('1tb'), 1e12)
})

test('sizes with fractions, signs, unknown units or more than 2^53 bytes are none', () => {
  for (const text of ['', '1.5GB', '-1', '10xb', 'MB', '1 G B', '9007199254740993', '9000PiB']) {
    assert.equal(parseBytes(text), undefined, text)
  }
})

test('a bare duration counts the unit of its setting; a written unit wins', () => {
  assert.equal(parseDuration('10000', 1), 10_000)
  assert.equal(parseDuration('60', 1000), 60)
  assert.equal(parseDuration('2m', 1000), 120)
  assert.equal(parseDuration('30s', 1), 30_000)
  assert.equal(parseDuration('1h', 1), 3_600_000)
  assert.equal(parseDuration('1d', 1000), 86_400)
})

test('a duration that is no whole number of its unit is none', () => {
  assert.equal(parseDuration('500ms', 1000), undefined)
  assert.equal(parseDuration('1.5s', 1), undefined)
  assert.equal(parseDuration('-5', 1), undefined)
  assert.equal(parseDuration('5w', 1), undefined)
})

test('an integer has nothing but digits and a sign', () => {
  assert.equal(parseInteger('-12'), -12)
  for (const text of ['', '1e3', '0x10', ' 1', '1.0', '99999999999999999999']) {
    assert.equal(parseInteger(text), undefined, text)
  }
})
