import type { BindingChange } from '../core/definition-log.js'

/** Field tables and their values as `core` has them. */
export type Table = BindingChange['arguments']
export type Field = Table extends ReadonlyMap<string, infer Value> ? Value : never

/**
 * A field table in JSON, with order, tags and values as they are: `[name, tag, value]` for each entry. What JSON
 * cannot say is text: integers of 64 bits in decimal; floats that are no JSON number, by their name; octets as
 * `{"base64": "..."}`.
 */
export type TableJson = readonly (readonly [name: string, tag: string, value: FieldJson])[]
type FieldJson = string | number | boolean | null | TableJson | ArrayJson | { readonly base64: string }
type ArrayJson = readonly (readonly [tag: string, value: FieldJson])[]

export function tableToJson(table: Table): TableJson {
  return [...table].map(([name, field]) => [name, field.tag, valueToJson(field)] as const)
}

function valueToJson(field: Field): FieldJson {
  switch (field.tag) {
    case 'l':
    case 'L':
    case 'T':
      return String(field.value)
    case 'f':
    case 'd':
      return Number.isFinite(field.value) && !Object.is(field.value, -0)
        ? field.value
        : floatName(field.value)
    case 'D':
      return `${field.value.value}/${field.value.scale}`
    case 'S':
      return typeof field.value === 'string' ? field.value : { base64: field.value.toString('base64') }
    case 'x':
      return { base64: field.value.toString('base64') }
    case 'A':
      return field.value.map((each) => [each.tag, valueToJson(each)] as const)
    case 'F':
      return tableToJson(field.value)
    default:
      return field.value
  }
}

function floatName(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Throws a TypeError when the JSON is not what {@link tableToJson} makes. */
export function tableFromJson(json: unknown): Table {
  return new Map(entriesOf(json, 3).map(([name, tag, value]) => [textOf(name), fieldFromJson(tag, value)]))
}

function fieldFromJson(tag: unknown, json: unknown): Field {
  switch (tag) {
    case 't':
      if (typeof json !== 'boolean') throw unexpected('a boolean', json)
      return { tag, value: json }
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
      if (!Number.isSafeInteger(json)) throw unexpected('an integer', json)
      return { tag, value: json as number }
    case 'l':
    case 'L':
    case 'T':
      return { tag, value: BigInt(textOf(json)) }
    case 'f':
    case 'd':
      return { tag, value: typeof json === 'number' ? json : Number(textOf(json)) }
    case 'D': {
      const [value, scale] = textOf(json).split('/').map(Number)
      if (value === undefined || scale === undefined) throw unexpected('a decimal', json)
      return { tag, value: { scale, value } }
    }
    case 'S':
      return { tag, value: typeof json === 'string' ? json : octetsOf(json) }
    case 'x':
      return { tag, value: octetsOf(json) }
    case 'A':
      return { tag, value: entriesOf(json, 2).map(([each, value]) => fieldFromJson(each, value)) }
    case 'F':
      return { tag, value: tableFromJson(json) }
    case 'V':
      return { tag, value: null }
    default:
      throw unexpected('a tag', tag)
  }
}

function entriesOf(json: unknown, length: number): unknown[][] {
  const isList = Array.isArray(json) && json.every((entry) => Array.isArray(entry) && entry.length === length)
  if (!isList) throw unexpected(`a list of ${length} values each`, json)
  return json as unknown[][]
}

function textOf(json: unknown): string {
  if (typeof json !== 'string') throw unexpected('a text', json)
  return json
}

function octetsOf(json: unknown): Buffer {
  const isOctets = typeof json === 'object' && json !== null && 'base64' in json
  if (!isOctets) throw unexpected('octets', json)
  return Buffer.from(textOf(json.base64), 'base64')
}

function unexpected(what: string, json: unknown): TypeError {
  return new TypeError(`expected ${what}, found ${JSON.stringify(json)}`)
}
