import type { ByteReader } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'
import { CodecError, cannotDecode, malformedUtf8 } from './codec-error.js'
import { isText } from './utf8.js'

/**
 * A value of a field table with the tag that it has on the wire: RabbitMQ's reading of AMQP's letters.
 * `S` is text where its octets are UTF-8 and a buffer otherwise. `L` is only read (as signed); it is written as `l`.
 */
export type FieldValue =
  | { readonly tag: 't'; readonly value: boolean }
  | { readonly tag: 'b' | 'B' | 's' | 'u' | 'I' | 'i'; readonly value: number }
  | { readonly tag: 'l' | 'L'; readonly value: bigint }
  | { readonly tag: 'f' | 'd'; readonly value: number }
  | { readonly tag: 'D'; readonly value: Decimal }
  | { readonly tag: 'S'; readonly value: string | Buffer }
  | { readonly tag: 'x'; readonly value: Buffer }
  | { readonly tag: 'A'; readonly value: readonly FieldValue[] }
  /** Seconds since 1970, unsigned. */
  | { readonly tag: 'T'; readonly value: bigint }
  | { readonly tag: 'F'; readonly value: ReadonlyFieldTable }
  | { readonly tag: 'V'; readonly value: null }

/** A decimal number: `value / 10 ** scale`, value a u32, scale a u8. */
export interface Decimal {
  readonly scale: number
  readonly value: number
}

/** A field table in the order of the wire. Where a name came twice the later value stands. */
export type FieldTable = Map<string, FieldValue>

export type ReadonlyFieldTable = ReadonlyMap<string, FieldValue>

/** How many tables and arrays may lie within each other, the outermost counted. RabbitMQ has no such limit. */
export const FIELD_DEPTH_MAX = 128

const VOID = { tag: 'V', value: null } as const
const TRUE = { tag: 't', value: true } as const
const FALSE = { tag: 't', value: false } as const

/** Makers of field values. */
export const field = {
  bool: (value: boolean): FieldValue => (value ? TRUE : FALSE),
  /** Signed 32-bit. */
  int: (value: number): FieldValue => ({ tag: 'I', value }),
  /** Signed 64-bit. */
  long: (value: number | bigint): FieldValue => ({ tag: 'l', value: BigInt(value) }),
  double: (value: number): FieldValue => ({ tag: 'd', value }),
  string: (value: string): FieldValue => ({ tag: 'S', value }),
  longstr: (value: string | Buffer): FieldValue => ({ tag: 'S', value }),
  bytes: (value: Buffer): FieldValue => ({ tag: 'x', value }),
  array: (value: readonly FieldValue[]): FieldValue => ({ tag: 'A', value }),
  table: (value: ReadonlyFieldTable): FieldValue => ({ tag: 'F', value }),
  /** Seconds since 1970. */
  timestamp: (value: number | bigint): FieldValue => ({ tag: 'T', value: BigInt(value) }),
  void: (): FieldValue => VOID,
} as const

/**
 * Reads a table, u32 length included. Throws a {@link CodecError} when it is malformed, has a name that is not UTF-8
 * or lies too deep.
 */
export function decodeTable(reader: ByteReader): FieldTable {
  return decodeNestedTable(reader, 1)
}

/** Reads a tag and its value, such as {@link findTableEntry} points at. */
export function decodeFieldValue(reader: ByteReader): FieldValue {
  return decodeValue(reader, 1)
}

function decodeNestedTable(reader: ByteReader, depth: number): FieldTable {
  const outerEnd = enter(reader, depth)
  const table: FieldTable = new Map()
  while (reader.position < reader.end) {
    const name = reader.shortstr()
    table.set(name, decodeValue(reader, depth))
  }
  reader.end = outerEnd
  return table
}

function decodeArray(reader: ByteReader, depth: number): FieldValue[] {
  const outerEnd = enter(reader, depth)
  const values: FieldValue[] = []
  while (reader.position < reader.end) values.push(decodeValue(reader, depth))
  reader.end = outerEnd
  return values
}

/** Reads a length and narrows the reader to that many octets. Returns the end to be set again afterwards. */
function enter(reader: ByteReader, depth: number): number {
  if (depth > FIELD_DEPTH_MAX) throw tooDeep()
  const length = reader.u32()
  const outerEnd = reader.end
  if (reader.position + length > outerEnd) throw reader.failure()
  reader.end = reader.position + length
  return outerEnd
}

function decodeValue(reader: ByteReader, depth: number): FieldValue {
  switch (reader.u8()) {
    case 0x74: // t
      return reader.u8() === 0 ? FALSE : TRUE
    case 0x62: // b
      return { tag: 'b', value: (reader.u8() << 24) >> 24 }
    case 0x42: // B
      return { tag: 'B', value: reader.u8() }
    case 0x73: // s
      return { tag: 's', value: (reader.u16() << 16) >> 16 }
    case 0x75: // u
      return { tag: 'u', value: reader.u16() }
    case 0x49: // I
      return { tag: 'I', value: reader.u32() | 0 }
    case 0x69: // i
      return { tag: 'i', value: reader.u32() }
    case 0x6c: // l
      return { tag: 'l', value: BigInt.asIntN(64, reader.u64big()) }
    case 0x4c: // L
      return { tag: 'L', value: BigInt.asIntN(64, reader.u64big()) }
    case 0x66: // f
      reader.skip(4)
      return { tag: 'f', value: reader.buffer.readFloatBE(reader.position - 4) }
    case 0x64: // d
      reader.skip(8)
      return { tag: 'd', value: reader.buffer.readDoubleBE(reader.position - 8) }
    case 0x44: // D
      return { tag: 'D', value: { scale: reader.u8(), value: reader.u32() } }
    case 0x53: // S
      return { tag: 'S', value: decodeText(reader) }
    case 0x78: // x
      return { tag: 'x', value: reader.longstr() }
    case 0x41: // A
      return { tag: 'A', value: decodeArray(reader, depth + 1) }
    case 0x54: // T
      return { tag: 'T', value: reader.u64big() }
    case 0x46: // F
      return { tag: 'F', value: decodeNestedTable(reader, depth + 1) }
    case 0x56: // V
      return VOID
    default:
      throw reader.failure()
  }
}

function decodeText(reader: ByteReader): string | Buffer {
  const from = reader.position + 4
  reader.skipLongstr()
  const to = reader.position
  if (isText(reader.buffer, from, to)) return reader.buffer.toString('utf8', from, to)
  return Buffer.from(reader.buffer.subarray(from, to))
}

/**
 * Writes a table with its u32 length. Throws a RangeError when a value does not fit its tag and a {@link CodecError}
 * when the table is deeper than {@link decodeTable} would read. Names are cut at 255 octets.
 */
export function encodeTable(writer: ByteWriter, table: ReadonlyFieldTable): void {
  encodeNestedTable(writer, table, 1)
}

function encodeNestedTable(writer: ByteWriter, table: ReadonlyFieldTable, depth: number): void {
  if (depth > FIELD_DEPTH_MAX) throw tooDeep()
  writer.u32(0)
  const from = writer.position
  for (const [name, value] of table) {
    writer.shortstr(name)
    encodeValue(writer, value, depth)
  }
  writer.patchU32(from - 4, writer.position - from)
}

function encodeArray(writer: ByteWriter, values: readonly FieldValue[], depth: number): void {
  if (depth > FIELD_DEPTH_MAX) throw tooDeep()
  writer.u32(0)
  const from = writer.position
  for (const value of values) encodeValue(writer, value, depth)
  writer.patchU32(from - 4, writer.position - from)
}

function encodeValue(writer: ByteWriter, field: FieldValue, depth: number): void {
  writer.u8(field.tag === 'L' ? 0x6c : field.tag.charCodeAt(0))
  switch (field.tag) {
    case 't':
      writer.u8(field.value ? 1 : 0)
      break
    case 'b':
      writer.reserve(1)
      writer.position = writer.buffer.writeInt8(field.value, writer.position)
      break
    case 'B':
      writer.reserve(1)
      writer.position = writer.buffer.writeUInt8(field.value, writer.position)
      break
    case 's':
      writer.reserve(2)
      writer.position = writer.buffer.writeInt16BE(field.value, writer.position)
      break
    case 'u':
      writer.reserve(2)
      writer.position = writer.buffer.writeUInt16BE(field.value, writer.position)
      break
    case 'I':
      writer.reserve(4)
      writer.position = writer.buffer.writeInt32BE(field.value, writer.position)
      break
    case 'i':
      writer.reserve(4)
      writer.position = writer.buffer.writeUInt32BE(field.value, writer.position)
      break
    case 'l':
    case 'L':
      writer.reserve(8)
      writer.position = writer.buffer.writeBigInt64BE(field.value, writer.position)
      break
    case 'f':
      writer.reserve(4)
      writer.position = writer.buffer.writeFloatBE(field.value, writer.position)
      break
    case 'd':
      writer.reserve(8)
      writer.position = writer.buffer.writeDoubleBE(field.value, writer.position)
      break
    case 'D':
      writer.reserve(5)
      writer.position = writer.buffer.writeUInt8(field.value.scale, writer.position)
      writer.position = writer.buffer.writeUInt32BE(field.value.value, writer.position)
      break
    case 'S':
    case 'x':
      writer.longstr(field.value)
      break
    case 'A':
      encodeArray(writer, field.value, depth + 1)
      break
    case 'T':
      writer.reserve(8)
      writer.position = writer.buffer.writeBigUInt64BE(field.value, writer.position)
      break
    case 'F':
      encodeNestedTable(writer, field.value, depth + 1)
      break
    case 'V':
      break
  }
}

/**
 * Walks the encoded table at `start`, checks it as strictly as {@link decodeTable} does, and returns the offset after
 * it. Allocates nothing unless a name is not ASCII. Throws a {@link CodecError} when the table is malformed.
 */
export function skipTable(buffer: Buffer, start: number, end: number): number {
  return skipNested(buffer, start, end, 1, true)
}

function skipNested(buffer: Buffer, start: number, end: number, depth: number, named: boolean): number {
  if (depth > FIELD_DEPTH_MAX) throw tooDeep()
  if (start + 4 > end) throw cannotDecode(buffer, start, end)
  let at = start + 4
  const nestedEnd = at + u32At(buffer, start)
  if (nestedEnd > end) throw cannotDecode(buffer, start, end)
  while (at < nestedEnd) {
    if (named) at = skipName(buffer, at, nestedEnd)
    if (at >= nestedEnd) throw cannotDecode(buffer, start, end)
    const tag = buffer[at]
    if (tag === 0x46) at = skipNested(buffer, at + 1, nestedEnd, depth + 1, true)
    else if (tag === 0x41) at = skipNested(buffer, at + 1, nestedEnd, depth + 1, false)
    else at = skipFlat(buffer, at, nestedEnd)
  }
  return at
}

function skipName(buffer: Buffer, start: number, end: number): number {
  const nameEnd = start + 1 + buffer[start]
  if (nameEnd > end) throw cannotDecode(buffer, start, end)
  if (!isText(buffer, start + 1, nameEnd)) throw malformedUtf8()
  return nameEnd
}

/** Passes over the value whose tag lies at `start`, a nested table or array by its length without a look inside. */
function skipFlat(buffer: Buffer, start: number, end: number): number {
  let at = start + 1
  switch (buffer[start]) {
    case 0x53: // S
    case 0x78: // x
    case 0x41: // A
    case 0x46: // F
      if (at + 4 > end) throw cannotDecode(buffer, start, end)
      at += 4 + u32At(buffer, at)
      break
    case 0x6c: // l
    case 0x4c: // L
    case 0x54: // T
    case 0x64: // d
      at += 8
      break
    case 0x44: // D
      at += 5
      break
    case 0x49: // I
    case 0x69: // i
    case 0x66: // f
      at += 4
      break
    case 0x73: // s
    case 0x75: // u
      at += 2
      break
    case 0x74: // t
    case 0x62: // b
    case 0x42: // B
      at += 1
      break
    case 0x56: // V
      break
    default:
      throw cannotDecode(buffer, start, end)
  }
  if (at > end) throw cannotDecode(buffer, start, end)
  return at
}

/**
 * Offset of the tag octet of the value that the encoded table at `start` has under `key`, -1 when there is none. As
 * in {@link decodeTable} the last of equal names counts. Throws a {@link CodecError} when the table is malformed
 * (what nested tables and arrays hold is not looked at).
 */
export function findTableEntry(buffer: Buffer, start: number, end: number, key: Buffer): number {
  if (start + 4 > end) throw cannotDecode(buffer, start, end)
  let at = start + 4
  const tableEnd = at + u32At(buffer, start)
  if (tableEnd > end) throw cannotDecode(buffer, start, end)
  let found = -1
  while (at < tableEnd) {
    const valueAt = at + 1 + buffer[at]
    if (valueAt >= tableEnd) throw cannotDecode(buffer, start, end)
    if (buffer[at] === key.length && octetsEqual(buffer, at + 1, key)) found = valueAt
    at = skipFlat(buffer, valueAt, tableEnd)
  }
  return found
}

function octetsEqual(buffer: Buffer, at: number, key: Buffer): boolean {
  for (let i = 0; i < key.length; i++) {
    if (buffer[at + i] !== key[i]) return false
  }
  return true
}

function u32At(buffer: Buffer, at: number): number {
  return buffer[at] * 0x1000000 + ((buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3])
}

function tooDeep(): CodecError {
  return new CodecError(`field table is nested deeper than ${FIELD_DEPTH_MAX} levels`)
}

/** True for the tags that RabbitMQ takes where it wants an integer, such as `x-message-ttl`. */
export function isIntegerField(field: FieldValue): boolean {
  return integerValue(field) !== undefined
}

/** The integer a field holds: a bigint for 64-bit tags, a number for smaller ones, undefined for all other tags. */
export function integerValue(field: FieldValue): number | bigint | undefined {
  switch (field.tag) {
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
    case 'l':
    case 'L':
      return field.value
    default:
      return undefined
  }
}

/** True when tag and value agree exactly (`l` and `L` are one type to RabbitMQ, and so they are here). */
export function fieldEquals(a: FieldValue, b: FieldValue): boolean {
  switch (a.tag) {
    case 'l':
    case 'L':
      return (b.tag === 'l' || b.tag === 'L') && a.value === b.value
    case 'D':
      return b.tag === 'D' && a.value.scale === b.value.scale && a.value.value === b.value.value
    case 'S':
    case 'x':
      return b.tag === a.tag && octetsOf(a.value).equals(octetsOf(b.value))
    case 'A': {
      if (b.tag !== 'A' || a.value.length !== b.value.length) return false
      const others = b.value
      return a.value.every((value, i) => fieldEquals(value, others[i]))
    }
    case 'F':
      return b.tag === 'F' && tableEquals(a.value, b.value)
    default:
      // Object.is, since a NaN that went over the wire and came back is the same value.
      return a.tag === b.tag && Object.is(a.value, b.value)
  }
}

/** True when both tables have the same names with equal values, in any order. */
export function tableEquals(a: ReadonlyFieldTable, b: ReadonlyFieldTable): boolean {
  if (a.size !== b.size) return false
  for (const [name, value] of a) {
    const other = b.get(name)
    if (other === undefined || !fieldEquals(value, other)) return false
  }
  return true
}

function octetsOf(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value
}

/** What a field becomes for people: fit for JSON. */
export type PlainValue = string | number | boolean | null | PlainValue[] | { [name: string]: PlainValue }

/**
 * A field's value without its tag. Integers beyond 2^53 become decimal strings (JSON readers would round them),
 * octets that are not text become base64, decimals become numbers, objects have no prototype.
 */
export function toPlain(field: FieldValue): PlainValue {
  switch (field.tag) {
    case 'l':
    case 'L':
    case 'T':
      return Number.isSafeInteger(Number(field.value)) ? Number(field.value) : field.value.toString()
    case 'D':
      return field.value.value / 10 ** field.value.scale
    case 'S':
    case 'x':
      return typeof field.value === 'string' ? field.value : field.value.toString('base64')
    case 'A':
      return field.value.map(toPlain)
    case 'F':
      return tableToPlain(field.value)
    default:
      return field.value
  }
}

/** {@link toPlain} of every value, by name. */
export function tableToPlain(table: ReadonlyFieldTable): { [name: string]: PlainValue } {
  const plain: { [name: string]: PlainValue } = Object.create(null)
  for (const [name, value] of table) plain[name] = toPlain(value)
  return plain
}

/**
 * The field for a value as JSON gives it: integers `l`, other numbers `d`, text `S`, booleans `t`, null `V`, arrays
 * `A`, objects `F`; also bigints `l` and octets `x`. Members that are undefined are left out. Throws a TypeError for
 * what has no place in a table and a {@link CodecError} when the value is nested too deep.
 */
export function fromPlain(value: unknown): FieldValue {
  return plainField(value, 1)
}

/** {@link fromPlain} of every member of an object. */
export function tableFromPlain(plain: object): FieldTable {
  return plainTable(plain, 1)
}

function plainField(value: unknown, depth: number): FieldValue {
  switch (typeof value) {
    case 'string':
      return { tag: 'S', value }
    case 'boolean':
      return value ? TRUE : FALSE
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63
        ? { tag: 'l', value: BigInt(value) }
        : { tag: 'd', value }
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) throw new TypeError(`${value} does not fit into 64 bits`)
      return { tag: 'l', value }
    case 'object':
      if (value === null) return VOID
      if (value instanceof Uint8Array) return { tag: 'x', value: Buffer.from(value) }
      if (Array.isArray(value)) return { tag: 'A', value: plainArray(value, depth + 1) }
      return { tag: 'F', value: plainTable(value, depth + 1) }
    default:
      throw new TypeError(`a field table cannot hold a ${typeof value}`)
  }
}

function plainArray(values: readonly unknown[], depth: number): FieldValue[] {
  if (depth > FIELD_DEPTH_MAX) throw tooDeep()
  return values.map((value) => plainField(value, depth))
}

function plainTable(plain: object, depth: number): FieldTable {
  if (depth > FIELD_DEPTH_MAX) throw tooDeep()
  const table: FieldTable = new Map()
  for (const [name, value] of Object.entries(plain)) {
    if (value !== undefined) table.set(name, plainField(value, depth))
  }
  return table
}
