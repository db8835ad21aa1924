import type { Json, JsonObject } from '../json.js'
import { AmqpTable, type Cell } from './result.js'

/** A cell in a table, as rabbitmqctl writes it: text bare, lists and maps as Erlang terms. */
export function cellText(cell: Cell): string {
  if (cell === undefined || cell === null) return ''
  if (typeof cell === 'string') return printable(cell)
  if (cell instanceof AmqpTable) return termOf(cell.fields)
  if (Array.isArray(cell))
    return `[${cell.map((each) => (isPlain(each) ? cellText(each) : termOf(each))).join(', ')}]`
  if (typeof cell === 'object') return termOf(cell)
  return String(cell)
}

/** As {@link cellText}, but within a term: text is quoted. */
function termOf(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null) return 'undefined'
  if (Array.isArray(value)) return `[${value.map(termOf).join(',')}]`
  if (typeof value === 'object') return `[${pairsOf(value).join(',')}]`
  return String(value)
}

function pairsOf(fields: JsonObject): string[] {
  return Object.entries(fields).map(([name, value]) => `{${JSON.stringify(name)},${termOf(value)}}`)
}

function isPlain(value: Json): boolean {
  return typeof value !== 'object' || value === null
}

/**
 * Names come from strangers: what would move the cursor, recolour the terminal or make two rows of one is written as
 * an escape.
 */
export function printable(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    const code = character.charCodeAt(0)
    return `\\x${code.toString(16).padStart(2, '0')}`
  })
}

/** A cell in JSON: arguments of AMQP as triples of name, type and value. */
export function cellJson(cell: Cell): Json {
  if (cell === undefined || cell === null) return ''
  if (cell instanceof AmqpTable) return triplesOf(cell.fields)
  return cell
}

function triplesOf(fields: JsonObject): Json[] {
  return Object.entries(fields).map(([name, value]) => {
    const [type, inner] = typed(value)
    return [name, type, inner]
  })
}

function typed(value: Json): [type: string, value: Json] {
  if (typeof value === 'boolean') return ['bool', value]
  if (typeof value === 'number') return [Number.isInteger(value) ? 'long' : 'double', value]
  if (typeof value === 'string') return ['longstr', value]
  if (value === null) return ['void', null]
  if (Array.isArray(value)) return ['array', value.map((each) => typed(each))]
  return ['table', triplesOf(value)]
}
