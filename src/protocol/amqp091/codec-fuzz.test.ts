import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  generatedName,
  randomArguments,
  randomTable,
  SeededRandom,
  testSeed,
} from '../../../test/support/codec-samples.js'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { CodecError } from './codec-error.js'
import {
  decodeTable,
  encodeTable,
  findTableEntry,
  skipTable,
  tableEquals,
  tableToPlain,
} from './field-table.js'
import * as methods from './generated/methods.js'
import { decodeProperties, encodeProperties, PropertyScanner } from './properties.js'
import { METHODS } from './spec.js'

// A round is one hostile input to one decoder. LEVERET_FUZZ_SECONDS makes each test run for that long instead;
// LEVERET_SEED repeats a run.
const ROUNDS = 3000
const SECONDS = Number(process.env.LEVERET_FUZZ_SECONDS ?? 0)

function fuzz(round: (random: SeededRandom) => void): void {
  const seed = testSeed()
  const until = Date.now() + SECONDS * 1000
  // Every round has a seed of its own, so that the one that failed runs alone.
  for (let i = 0; SECONDS > 0 ? Date.now() < until : i < ROUNDS; i++) {
    const roundSeed = (seed + i) >>> 0
    try {
      round(new SeededRandom(roundSeed))
    } catch (cause) {
      throw new Error(`failed with LEVERET_SEED=${roundSeed}`, { cause })
    }
  }
  console.log(`# seeds from ${seed}`)
}

/** Octets that begin well and then do not: some replaced, some cut out, some put in, or all of them random. */
function hostile(random: SeededRandom, valid: Buffer): Buffer {
  if (random.below(8) === 0) return random.bytes(random.below(80))
  let bytes = Buffer.from(valid)
  for (let left = random.below(4); left >= 0 && bytes.length > 0; left--) {
    const at = random.below(bytes.length)
    switch (random.below(4)) {
      case 0:
        bytes[at] = random.below(256)
        break
      case 1:
        bytes[at] ^= 1 << random.below(8)
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(4))])
        break
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(4)), bytes.subarray(at)])
        break
    }
  }
  return bytes
}

/** The result, or undefined where the codec refused; any other error is a failure. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

test('a hostile table is refused or read, alike by the decoder and the walker', () => {
  fuzz((random) => {
    const writer = new ByteWriter()
    encodeTable(writer, randomTable(random))
    const bytes = hostile(random, writer.written())
    const reader = new ByteReader(bytes)
    const table = attempt(() => decodeTable(reader))
    const end = attempt(() => skipTable(bytes, 0, bytes.length))
    attempt(() => findTableEntry(bytes, 0, bytes.length, Buffer.from('k')))
    assert.equal(end, table === undefined ? undefined : reader.position)
    if (table === undefined) return
    JSON.stringify(tableToPlain(table))
    const again = new ByteWriter()
    encodeTable(again, table)
    assert.ok(tableEquals(decodeTable(new ByteReader(again.written())), table))
  })
})

test('hostile properties are refused or read, alike by the decoder and the scanner', () => {
  const scanner = new PropertyScanner()
  fuzz((random) => {
    const writer = new ByteWriter()
    encodeProperties(writer, {
      ...(random.bool() ? { contentType: random.text(60) } : {}),
      ...(random.bool() ? { headers: randomTable(random) } : {}),
      ...(random.bool() ? { deliveryMode: random.below(256) } : {}),
      ...(random.bool() ? { replyTo: random.text(255) } : {}),
      ...(random.bool() ? { timestamp: random.u32() } : {}),
      ...(random.bool() ? { userId: random.text(20) } : {}),
    })
    const bytes = hostile(random, writer.written())
    const properties = attempt(() => decodeProperties(bytes, 0, bytes.length))
    const found = attempt(() => {
      scanner.scan(bytes, 0, bytes.length)
      return scanner.flags
    })
    assert.equal(found === undefined, properties === undefined)
    if (properties === undefined) return
    assert.equal(scanner.priority, properties.priority ?? -1)
    assert.equal(scanner.deliveryMode, properties.deliveryMode ?? 0)
    assert.equal(scanner.headersStart >= 0, properties.headers !== undefined)
    const again = new ByteWriter()
    encodeProperties(again, properties)
    assert.equal(again.buffer.readUInt16BE(0), found)
  })
})

test('hostile arguments of every method are refused or read', () => {
  const generated = methods as unknown as Record<string, (...args: unknown[]) => unknown>
  fuzz((random) => {
    const spec = random.pick(METHODS)
    const writer = new ByteWriter()
    generated[`encode${generatedName(spec)}`](writer, 1, ...Object.values(randomArguments(random, spec)))
    const bytes = hostile(random, writer.buffer.subarray(11, writer.position - 1))
    const decode = generated[`decode${generatedName(spec)}`]
    if (decode === undefined) return
    const decoded = attempt(() => decode(new ByteReader(bytes)))
    if (decoded === undefined) return
    const again = new ByteWriter()
    generated[`encode${generatedName(spec)}`](again, 1, ...Object.values(decoded as object))
    assert.deepEqual(normal(decode(new ByteReader(again.buffer, 11, again.position - 1))), normal(decoded))
  })
})

/** `L` is written as `l`, and a number above 2^53 is not exact: what may differ after a second round. */
function normal(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([name, field]) => [name, normal(field)])
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value === 'number' && value >= 2 ** 64) return 0
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'tag' && member === 'L' ? 'l' : normal(member),
    ]),
  )
}
