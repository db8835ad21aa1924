import type { FieldValue } from '../protocol/amqp091/field-table.js'
import type { ParameterValue } from './policy/parameter-value.js'

/** RabbitMQ's names of the field types, by tag, as its texts have them. */
const FIELD_TYPE_NAMES: Readonly<Record<FieldValue['tag'], string>> = {
  t: 'bool',
  b: 'byte',
  B: 'unsignedbyte',
  s: 'short',
  u: 'unsignedshort',
  I: 'signedint',
  i: 'unsignedint',
  l: 'long',
  L: 'long',
  f: 'float',
  d: 'double',
  D: 'decimal',
  S: 'longstr',
  x: 'binary',
  A: 'array',
  T: 'timestamp',
  F: 'table',
  V: 'void',
}

export function fieldTypeName(field: FieldValue): string {
  return FIELD_TYPE_NAMES[field.tag]
}

/** A field's value as RabbitMQ prints the Erlang term that it is there. */
export function fieldTerm(field: FieldValue): string {
  switch (field.tag) {
    case 'S':
    case 'x':
      return binaryTerm(field.value)
    case 'f':
    case 'd':
      return floatTerm(field.value)
    case 'D':
      return `{${field.value.scale},${field.value.value}}`
    case 'A':
      return `[${field.value.map((value) => `{${fieldTypeName(value)},${fieldTerm(value)}}`).join(',')}]`
    case 'F':
      return `[${[...field.value]
        .map(([name, value]) => `{${binaryTerm(name)},${fieldTypeName(value)},${fieldTerm(value)}}`)
        .join(',')}]`
    case 'V':
      return 'undefined'
    default:
      return String(field.value)
  }
}

/** A JSON-like value as RabbitMQ prints it. */
export function parameterTerm(value: ParameterValue): string {
  if (typeof value === 'string') return binaryTerm(value)
  if (Array.isArray(value)) return `[${value.map(parameterTerm).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, v]) => `${binaryTerm(name)} => ${parameterTerm(v)}`)
    return `#{${members.join(',')}}`
  }
  return String(value)
}

/** `<<"text">>`. */
export function binaryTerm(text: string | Buffer): string {
  if (typeof text !== 'string') return `<<${[...text].join(',')}>>`
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
  return /^[\x00-\x7f]*$/.test(text) ? `<<"${escaped}">>` : `<<"${escaped}"/utf8>>`
}

function floatTerm(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}
