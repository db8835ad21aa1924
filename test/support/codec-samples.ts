import type { FieldValue } from '../../src/protocol/amqp091/field-table.js'
import type { ArgumentType, MethodSpec } from '../../src/protocol/amqp091/spec.js'

/** A repeatable source of random numbers (mulberry32). */
export class SeededRandom {
  readonly #seed: number
  #state: number

  constructor(seed: number) {
    this.#seed = seed
    this.#state = seed
  }

  get seed(): number {
    return this.#seed
  }

  /** An integer from 0 up to and without `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x100000000) * bound)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]
  }

  bool(): boolean {
    return this.below(2) === 1
  }

  u32(): number {
    return this.below(0x100000000)
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32())
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    for (let i = 0; i < length; i++) bytes[i] = this.below(256)
    return bytes
  }

  /** Text of up to `octetsMax` octets of UTF-8, now and then with letters outside ASCII. */
  text(octetsMax: number): string {
    const letters = this.below(4) === 0 ? 'aé€😀' : 'abc.-_#*xyz0123'
    let text = ''
    for (let left = this.below(octetsMax + 1); left >= 4; left -= 4) {
      text += this.pick([...letters])
    }
    return text
  }
}

/** Seed for a random test: `LEVERET_SEED` if set, else the time. */
export function testSeed(): number {
  const fixed = process.env.LEVERET_SEED
  return fixed === undefined ? Date.now() >>> 0 : Number(fixed)
}

export const FIELD_TAGS = 'tbBsuIilLfdDSxATFV'

/** A random field value. `L` is left out, because it is written as `l`. */
export function randomField(random: SeededRandom, depth = 0): FieldValue {
  const tag = random.pick([...(depth < 3 ? 'tbBsuIilfdDSxATFV' : 'tbBsuIilfdDSxTV')])
  switch (tag) {
    case 't':
      return { tag, value: random.bool() }
    case 'b':
      return { tag, value: random.below(256) - 128 }
    case 'B':
      return { tag, value: random.below(256) }
    case 's':
      return { tag, value: random.below(65536) - 32768 }
    case 'u':
      return { tag, value: random.below(65536) }
    case 'I':
      return { tag, value: random.u32() | 0 }
    case 'i':
      return { tag, value: random.u32() }
    case 'l':
      return { tag, value: BigInt.asIntN(64, random.u64()) }
    case 'f':
      return { tag, value: Math.fround((random.u32() - 0x7fffffff) / 1000) }
    case 'd':
      return { tag, value: (random.u32() - 0x7fffffff) / 1000 }
    case 'D':
      return { tag, value: { scale: random.below(256), value: random.u32() } }
    case 'S':
      // The octet 255 never occurs in UTF-8, so this one stays a buffer.
      return { tag, value: random.below(4) === 0 ? Buffer.from([255, random.below(256)]) : random.text(300) }
    case 'x':
      return { tag, value: random.bytes(random.below(40)) }
    case 'A':
      return { tag, value: Array.from({ length: random.below(4) }, () => randomField(random, depth + 1)) }
    case 'T':
      return { tag, value: random.u64() }
    case 'F':
      return { tag, value: randomTable(random, depth + 1) }
    default:
      return { tag: 'V', value: null }
  }
}

export function randomTable(random: SeededRandom, depth = 0): Map<string, FieldValue> {
  const table = new Map<string, FieldValue>()
  for (let left = random.below(5); left > 0; left--) {
    table.set(random.text(255), randomField(random, depth))
  }
  return table
}

/** A random value of a method argument, as its decoder gives it back. */
export function randomArgument(random: SeededRandom, type: ArgumentType): unknown {
  switch (type) {
    case 'octet':
      return random.below(256)
    case 'short':
      return random.below(65536)
    case 'long':
      return random.u32()
    case 'longlong':
      return random.below(2 ** 53)
    case 'shortstr':
      return random.text(255)
    case 'longstr':
      return random.bytes(random.below(600))
    case 'bit':
      return random.bool()
    case 'table':
      return randomTable(random)
  }
}

/** Random values of the arguments that are not reserved, in wire order. */
export function randomArguments(random: SeededRandom, spec: MethodSpec): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(spec.args)) {
    if (!type.startsWith('reserved ')) values[name] = randomArgument(random, type as ArgumentType)
  }
  return values
}

/** `queue.declare-ok` becomes `QueueDeclareOk`, the stem of the generated names. */
export function generatedName(spec: MethodSpec): string {
  return spec.name.replace(/(^|[.-])([a-z])/g, (_, _separator, letter: string) => letter.toUpperCase())
}
