import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'

/** A writer whose buffer is always too small. */
function tinyWriter(): ByteWriter {
  return new ByteWriter(Buffer.alloc(0))
}

test('numbers are written big-endian', () => {
  const writer = tinyWriter()
  writer.u8(0xff)
  writer.u16(0xfffe)
  writer.u32(0xfffffffd)
  writer.u64(Number.MAX_SAFE_INTEGER)
  writer.u64(0x80000001)
  writer.u64(0xfffffffffffffffbn)
  assert.equal(
    writer.written().toString('hex'),
    'fffffefffffffd001fffffffffffff0000000080000001fffffffffffffffb',
  )
})

test('a short string of any length and alphabet comes back as it was', () => {
  for (const letter of ['a', 'é', '€', '🐇']) {
    for (let count = 0; count * Buffer.byteLength(letter) <= 255; count++) {
      const text = letter.repeat(count)
      const writer = tinyWriter()
      writer.shortstr(text)
      assert.equal(new ByteReader(writer.written()).shortstr(), text)
    }
  }
})

test('a short string is cut at 255 octets between two characters', () => {
  for (const [letter, kept] of [
    ['a', 255],
    ['é', 127],
    ['€', 85],
    ['🐇', 63],
  ] as const) {
    const writer = tinyWriter()
    writer.shortstr(letter.repeat(300))
    const reader = new ByteReader(writer.written())
    assert.equal(reader.shortstr(), letter.repeat(kept))
    assert.equal(reader.remaining, 0)
  }
})

test('a long string is text or octets', () => {
  const writer = tinyWriter()
  writer.longstr('é')
  writer.longstr(Buffer.from([0xff]))
  writer.longstr('')
  assert.equal(writer.written().toString('hex'), '00000002c3a900000001ff00000000')
})

test('a frame gets its size and end octet when it is closed', () => {
  const writer = tinyWriter()
  writer.u8(0xaa)
  const start = writer.beginFrame(1, 0x0203)
  assert.equal(start, 1)
  assert.equal(writer.frameStart, 1)
  writer.bytes(Buffer.from('hello'), 1, 4)
  writer.endFrame(start)
  assert.equal(writer.frameStart, -1)
  assert.equal(writer.written().toString('hex'), `aa01020300000003${Buffer.from('ell').toString('hex')}ce`)
})

test('growing keeps what was written', () => {
  const writer = tinyWriter()
  for (let i = 0; i < 5000; i++) writer.u16(i)
  const reader = new ByteReader(writer.written())
  for (let i = 0; i < 5000; i++) assert.equal(reader.u16(), i)
})

test('a subclass may put frames into buffers of its own', () => {
  class ChunkWriter extends ByteWriter {
    readonly full: Buffer[] = []
    override reserve(octets: number): void {
      if (this.position + octets <= this.limit) return
      if (this.frameStart >= 0) {
        super.reserve(octets)
        return
      }
      this.full.push(this.written())
      this.switchBuffer(Buffer.alloc(Math.max(16, octets)))
    }
  }
  const writer = new ChunkWriter(Buffer.alloc(16))
  for (let i = 0; i < 4; i++) {
    const start = writer.beginFrame(3, i)
    writer.u32(i)
    writer.endFrame(start)
  }
  const all = Buffer.concat([...writer.full, writer.written()]).toString('hex')
  assert.equal(all, [0, 1, 2, 3].map((i) => `03000${i}00000004${i.toString(16).padStart(8, '0')}ce`).join(''))
  assert.ok(writer.full.length > 1)
})

test('clear forgets what was written', () => {
  const writer = new ByteWriter()
  writer.u8(1)
  writer.clear()
  writer.u8(2)
  assert.deepEqual([...writer.written()], [2])
})
