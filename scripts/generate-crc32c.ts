import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Assembles the WebAssembly module that src/storage/crc32c.ts runs for all but small inputs, and writes it to
// src/storage/crc32c-module.ts. With --check it writes nothing and exits 1 when the file on disk is not what comes out.
//
// The module imports a memory `m.m` and exports `c(crc, from, to) -> crc`: the checksum's register after the octets
// of memory [from, to). The memory begins with 16 tables of 256 words: table t gives what an octet does to the
// register when t more octets follow it (slicing by 16).

const OUTPUT = fileURLToPath(new URL('../../src/storage/crc32c-module.ts', import.meta.url))
const CHARACTERS_PER_LINE = 100

const STEP_OCTETS = 16
const TABLE_BYTES = 1024
const MEMORY_PAGES = 2

const I32 = 0x7f
const NO_RESULT = 0x40
const Op = {
  BLOCK: 0x02,
  LOOP: 0x03,
  END: 0x0b,
  BR: 0x0c,
  BR_IF: 0x0d,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOAD: 0x28,
  LOAD_OCTET: 0x2d,
  CONST: 0x41,
  LESS_UNSIGNED: 0x49,
  NOT_LESS_UNSIGNED: 0x4f,
  ADD: 0x6a,
  SUB: 0x6b,
  AND: 0x71,
  XOR: 0x73,
  SHIFT_LEFT: 0x74,
  SHIFT_RIGHT: 0x76,
} as const

/** The function's parameters, then its locals: the words of one step. */
const CRC = 0
const AT = 1
const TO = 2
const WORD = 3
const STEP_WORDS = STEP_OCTETS / 4

const get = (local: number): number[] => [Op.LOCAL_GET, local]
const set = (local: number): number[] => [Op.LOCAL_SET, local]
const constant = (value: number): number[] => [Op.CONST, ...signedLeb(value)]
const load = (offset: number): number[] => [Op.LOAD, 0, ...leb(offset)]

/** An endless loop that `body` leaves by a branch to depth 1. */
const loop = (...body: number[]): number[] => [
  ...[Op.BLOCK, NO_RESULT, Op.LOOP, NO_RESULT],
  ...body,
  ...[Op.BR, 0, Op.END, Op.END],
]
const leaveLoopIf = [Op.BR_IF, 1]

/** What octet `octet` of word `word` does to the register, by its table. */
function contribution(word: number, octet: number): number[] {
  const table = STEP_OCTETS - 1 - (word * 4 + octet)
  const timesFour =
    octet === 0 ? [...constant(2), Op.SHIFT_LEFT] : [...constant(octet * 8 - 2), Op.SHIFT_RIGHT]
  return [...get(WORD + word), ...timesFour, ...constant(255 << 2), Op.AND, ...load(table * TABLE_BYTES)]
}

function step(): number[] {
  const code: number[] = []
  for (let word = 0; word < STEP_WORDS; word++) {
    code.push(...get(AT), ...load(word * 4))
    if (word === 0) code.push(...get(CRC), Op.XOR)
    code.push(...set(WORD + word))
  }
  // The first word last: it waits for the register, the others do not.
  for (let word = STEP_WORDS - 1; word >= 0; word--) {
    for (let octet = 3; octet >= 0; octet--) {
      code.push(...contribution(word, octet))
      if (word !== STEP_WORDS - 1 || octet !== 3) code.push(Op.XOR)
    }
  }
  return [...code, ...set(CRC)]
}

const singleOctet = [
  ...get(CRC),
  ...[...get(AT), Op.LOAD_OCTET, 0, 0],
  Op.XOR,
  ...[...constant(255), Op.AND, ...constant(2), Op.SHIFT_LEFT, ...load(0)],
  ...[...get(CRC), ...constant(8), Op.SHIFT_RIGHT],
  Op.XOR,
  ...set(CRC),
]

const advance = (octets: number): number[] => [...get(AT), ...constant(octets), Op.ADD, ...set(AT)]

const code = [
  ...[1, STEP_WORDS, I32],
  ...loop(
    ...[...get(TO), ...get(AT), Op.SUB, ...constant(STEP_OCTETS), Op.LESS_UNSIGNED, ...leaveLoopIf],
    ...step(),
    ...advance(STEP_OCTETS),
  ),
  ...loop(...[...get(AT), ...get(TO), Op.NOT_LESS_UNSIGNED, ...leaveLoopIf], ...singleOctet, ...advance(1)),
  ...get(CRC),
  Op.END,
]

const bytes = Buffer.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 3, I32, I32, I32, 1, I32]),
  ...section(2, [1, ...name('m'), ...name('m'), 2, 0, MEMORY_PAGES]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('c'), 0, 0]),
  ...section(10, [1, ...leb(code.length), ...code]),
])

function section(id: number, content: number[]): number[] {
  return [id, ...leb(content.length), ...content]
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)]
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

function signedLeb(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signedLeb(value >> 7)]
}

const lines = bytes.toString('base64').match(new RegExp(`.{1,${CHARACTERS_PER_LINE}}`, 'g'))!
const source = `// Written by scripts/generate-crc32c.ts: change that and run it again.

/** WebAssembly in base64. */
export const CRC32C_MODULE =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`

if (process.argv.includes('--check')) {
  if (readFileSync(OUTPUT, 'utf8') !== source) {
    console.error('src/storage/crc32c-module.ts is not what scripts/generate-crc32c.ts gives')
    process.exit(1)
  }
} else {
  writeFileSync(OUTPUT, source)
}
