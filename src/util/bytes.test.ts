import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyBytes } from './bytes.js'

test('octets are copied whole and nothing beside them, for every length and both kinds of copy', () => {
  for (let length = 0; length <= 70; length++) {
    const source = Buffer.from(Array.from({ length: 200 }, (_, i) => i + 1))
    const other = Buffer.alloc(200, 0xff)
    assert.equal(copyBytes(source, 7, 7 + length, other, 11), 11 + length)
    const expected = Buffer.alloc(200, 0xff)
    expected.set(source.subarray(7, 7 + length), 11)
    assert.ok(other.equals(expected), `between buffers, ${length}`)

    const within = Buffer.from(source)
    assert.equal(copyBytes(within, 100, 100 + length, within, 20), 20 + length)
    const moved = Buffer.from(source)
    moved.set(source.subarray(100, 100 + length), 20)
    assert.ok(within.equals(moved), `within one, ${length}`)
  }
})

test('a copy towards the front may overlap its source', () => {
  for (const length of [5, 12, 13, 24, 25, 50]) {
    const buffer = Buffer.from(Array.from({ length: 100 }, (_, i) => i))
    copyBytes(buffer, 10, 10 + length, buffer, 7)
    assert.deepEqual(
      [...buffer.subarray(7, 7 + length)],
      Array.from({ length }, (_, i) => 10 + i),
    )
  }
})
