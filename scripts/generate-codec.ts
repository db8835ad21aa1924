import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ArgumentType, METHODS, type MethodSpec } from '../src/protocol/amqp091/spec.js'

// Writes src/protocol/amqp091/generated/methods.ts from the method table. With --check it writes nothing and exits 1
// when the file on disk is not what the table gives. The output is laid out as the formatter wants it.

const OUTPUT = fileURLToPath(new URL('../../src/protocol/amqp091/generated/methods.ts', import.meta.url))
const LINE_WIDTH = 110

interface Argument {
  readonly name: string
  readonly type: ArgumentType
  readonly reserved: boolean
  /** Number of its bit octet within the method and its bit in it; -1 for what is not a bit. */
  readonly octet: number
  readonly mask: number
}

const READERS: Record<Exclude<ArgumentType, 'bit'>, string> = {
  octet: 'u8',
  short: 'u16',
  long: 'u32',
  longlong: 'u64',
  shortstr: 'shortstr',
  longstr: 'longstr',
  table: 'table',
}

const READ_TYPES: Record<ArgumentType, string> = {
  octet: 'number',
  short: 'number',
  long: 'number',
  longlong: 'number',
  shortstr: 'string',
  longstr: 'Buffer',
  bit: 'boolean',
  table: 'FieldTable',
}

const WRITE_TYPES: Record<ArgumentType, string> = {
  ...READ_TYPES,
  longlong: 'number | bigint',
  longstr: 'string | Buffer',
  table: 'ReadonlyFieldTable',
}

const RESERVED_SKIPS: Record<ArgumentType, string> = {
  octet: 'skip(1)',
  short: 'skip(2)',
  long: 'skip(4)',
  longlong: 'skip(8)',
  shortstr: 'skipShortstr()',
  longstr: 'skipLongstr()',
  bit: '',
  table: 'skipLongstr()',
}

main()

function main(): void {
  const wanted = generate()
  if (!process.argv.includes('--check')) {
    writeFileSync(OUTPUT, wanted)
    return
  }
  if (readCommitted() === wanted) return
  console.error('generated/methods.ts is not what spec.ts gives: run `npm run generate`')
  process.exitCode = 1
}

function readCommitted(): string {
  try {
    return readFileSync(OUTPUT, 'utf8')
  } catch {
    return ''
  }
}

function generate(): string {
  return [
    '// Written by scripts/generate-codec.ts from ../spec.ts. Change those and run `npm run generate`.',
    "import type { ByteReader } from '../byte-reader.js'",
    "import type { ByteWriter } from '../byte-writer.js'",
    "import type { FieldTable, ReadonlyFieldTable } from '../field-table.js'",
    '',
    '/** Class id in the upper 16 bits, method id in the lower: the first four octets of a method frame. */',
    'export const MethodId = {',
    ...METHODS.map((spec) => `  ${typeName(spec)}: ${methodIdText(spec)},`),
    '} as const',
    '',
    'export type MethodId = (typeof MethodId)[keyof typeof MethodId]',
    '',
    '/** `class.method` by method id. */',
    'export const METHOD_NAMES: ReadonlyMap<number, string> = new Map([',
    ...METHODS.map((spec) => `  [${methodIdText(spec)}, '${spec.name}'],`),
    '])',
    ...METHODS.flatMap((spec) => [
      ...interfaceText(spec),
      ...decoderText(spec),
      ...encoderText(spec, argumentsOf(spec)),
    ]),
    '',
  ].join('\n')
}

function interfaceText(spec: MethodSpec): string[] {
  const visible = argumentsOf(spec).filter((argument) => !argument.reserved)
  if (visible.length === 0) return []
  return [
    '',
    `/** ${describe(spec)} */`,
    `export interface ${typeName(spec)} {`,
    ...visible.map((argument) => `  readonly ${argument.name}: ${READ_TYPES[argument.type]}`),
    '}',
  ]
}

function decoderText(spec: MethodSpec): string[] {
  const all = argumentsOf(spec)
  const visible = all.filter((argument) => !argument.reserved)
  if (all.length === 0) return []
  const lines = ['']
  if (visible.length === 0)
    lines.push(`/** ${describe(spec)} Its arguments are reserved and only checked. */`)
  const result = visible.length === 0 ? 'void' : typeName(spec)
  lines.push(`export function decode${typeName(spec)}(reader: ByteReader): ${result} {`)
  let octet = -1
  for (const argument of all) {
    if (argument.type === 'bit') {
      if (argument.octet === octet) continue
      octet = argument.octet
      const read = all.some((other) => other.octet === octet && !other.reserved)
      lines.push(read ? `  const bits${octet} = reader.u8()` : '  reader.skip(1)')
    } else if (argument.reserved) {
      lines.push(`  reader.${RESERVED_SKIPS[argument.type]}`)
    } else {
      lines.push(`  const ${variable(argument)} = reader.${READERS[argument.type]}()`)
    }
  }
  lines.push('  reader.finish()')
  if (visible.length > 0) lines.push('  return {', ...visible.map(resultLine), '  }')
  lines.push('}')
  return lines
}

function resultLine(argument: Argument): string {
  if (argument.type === 'bit')
    return `    ${argument.name}: (bits${argument.octet} & ${argument.mask}) !== 0,`
  return variable(argument) === argument.name
    ? `    ${argument.name},`
    : `    ${argument.name}: ${variable(argument)},`
}

function encoderText(spec: MethodSpec, all: readonly Argument[]): string[] {
  const parameters = [
    'writer: ByteWriter',
    'channel: number',
    ...all.filter((a) => !a.reserved).map((a) => `${variable(a)}: ${WRITE_TYPES[a.type]}`),
  ]
  const oneLine = `export function encode${typeName(spec)}(${parameters.join(', ')}): void {`
  const lines = ['']
  if (all.length === 0) lines.push(`/** ${describe(spec)} */`)
  if (oneLine.length <= LINE_WIDTH) lines.push(oneLine)
  else {
    lines.push(`export function encode${typeName(spec)}(`)
    lines.push(...parameters.map((parameter) => `  ${parameter},`), '): void {')
  }
  lines.push('  const start = writer.beginFrame(1, channel)', `  writer.u32(${methodIdText(spec)})`)
  let octet = -1
  for (const argument of all) {
    if (argument.type !== 'bit') {
      lines.push(`  ${writeText(argument)}`)
    } else if (argument.octet !== octet) {
      octet = argument.octet
      lines.push(...bitsText(all.filter((other) => other.octet === octet && !other.reserved)))
    }
  }
  lines.push('  writer.endFrame(start)', '}')
  return lines
}

function bitsText(bits: readonly Argument[]): string[] {
  const [only] = bits
  if (only === undefined) return ['  writer.u8(0)']
  if (bits.length === 1) return [`  writer.u8(${only.name} ? ${only.mask} : 0)`]
  const name = `bits${only.octet}`
  return [
    `  let ${name} = 0`,
    ...bits.map((bit) => `  if (${bit.name}) ${name} |= ${bit.mask}`),
    `  writer.u8(${name})`,
  ]
}

function writeText(argument: Argument): string {
  if (argument.type === 'bit') throw new Error('bits are written together')
  const value = argument.type === 'shortstr' || argument.type === 'longstr' ? "''" : '0'
  if (argument.reserved && argument.type === 'table') return 'writer.u32(0)'
  return `writer.${READERS[argument.type]}(${argument.reserved ? value : variable(argument)})`
}

function describe(spec: MethodSpec): string {
  const sender = { client: 'Sent by clients', server: 'Sent by servers', both: 'Sent by either peer' }[
    spec.sender
  ]
  const content = spec.content ? ', content follows' : ''
  return `\`${spec.name}\`, ${spec.classId}.${spec.methodId}. ${sender}${content}.`
}

/** The method's arguments with each run of bits laid out over octets. */
function argumentsOf(spec: MethodSpec): Argument[] {
  const result: Argument[] = []
  let octet = -1
  let bit = 8
  for (const [name, text] of Object.entries(spec.args)) {
    const reserved = text.startsWith('reserved ')
    const type = (reserved ? text.slice('reserved '.length) : text) as ArgumentType
    if (type !== 'bit') {
      bit = 8
      result.push({ name, type, reserved, octet: -1, mask: 0 })
      continue
    }
    if (bit === 8) {
      octet += 1
      bit = 0
    }
    result.push({ name, type, reserved, octet, mask: 1 << bit })
    bit += 1
  }
  return result
}

/** `arguments` may not name a variable in strict code. */
function variable(argument: Argument): string {
  return argument.name === 'arguments' ? 'args' : argument.name
}

function typeName(spec: MethodSpec): string {
  return spec.name
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

function methodIdText(spec: MethodSpec): string {
  return `0x${((spec.classId << 16) | spec.methodId).toString(16).padStart(8, '0')}`
}
