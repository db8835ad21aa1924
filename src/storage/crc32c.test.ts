import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { randomBytesOf } from '../../test/support/random.js'
import { crc32c } from './crc32c.js'

const of = (bytes: Buffer, seed?: number) => crc32c(bytes, 0, bytes.length, seed)

/** Bit by bit, as the polynomial is defined. */
function slowly(bytes: Uint8Array, start: number, end: number): number {
  let register = -1
  for (let at = start; at < end; at++) {
    register ^= bytes[at]!
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ 0x82f63b78 : register >>> 1
  }
  return ~register >>> 0
}

test('the checksum agrees with the vectors of RFC 3720 B.4 and with the check value of its catalogue entry', () => {
  assert.equal(of(Buffer.from('123456789')), 0xe3069283)
  assert.equal(of(Buffer.alloc(32)), 0x8a9136aa)
  assert.equal(of(Buffer.alloc(32, 0xff)), 0x62a8ab43)
  assert.equal(of(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), 0x46dd794e)
  assert.equal(of(Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i))), 0x113fdb5c)
  assert.equal(of(Buffer.alloc(0)), 0)
})

test('every length and alignment gives what the definition gives, on both sides of the switch to WebAssembly', () => {
  const bytes = randomBytesOf(1, 2_000)
  for (let length = 0; length < 700; length++) {
    const start = length % 17
    assert.equal(
      crc32c(bytes, start, start + length),
      slowly(bytes, start, start + length),
      `${length} octets`,
    )
  }
})

test('inputs larger than the window in which WebAssembly works are summed whole', () => {
  const bytes = randomBytesOf(2, 300_000)
  for (const end of [65_535, 65_536, 65_537, 131_072, 299_999]) {
    assert.equal(crc32c(bytes, 3, end), slowly(bytes, 3, end), `up to ${end}`)
  }
})

test('a checksum goes on from that of the octets before', () => {
  const bytes = randomBytesOf(3, 5_000)
  const whole = of(bytes)
  for (const cut of [0, 1, 7, 100, 199, 200, 201, 4_999, 5_000]) {
    assert.equal(crc32c(bytes, cut, 5_000, crc32c(bytes, 0, cut)), whole, `cut at ${cut}`)
  }
})

test('the module in the source is what its script assembles', () => {
  const script = fileURLToPath(new URL('../../scripts/generate-crc32c.js', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})

test('without WebAssembly the tables give the same', () => {
  const module = new URL('./crc32c.js', import.meta.url).href
  const script = `const { crc32c } = await import(${JSON.stringify(module)})
    process.stdout.write(String(crc32c(Buffer.alloc(1000, 7), 0, 1000)) + typeof WebAssembly)`
  const args = ['--jitless', '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(stdout, `${crc32c(Buffer.alloc(1000, 7), 0, 1000)}undefined`, stderr)
})
