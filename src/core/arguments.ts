import type { FieldValue, ReadonlyFieldTable } from '../protocol/amqp091/field-table.js'

/** No arguments; never changed. */
export const NO_ARGUMENTS: ReadonlyFieldTable = new Map()

/**
 * One text per table, whatever the order of its names: equal texts mean that names, tags and values agree exactly.
 * What makes two bindings the same.
 */
export function canonicalTable(table: ReadonlyFieldTable): string {
  if (table.size === 0) return ''
  const names = [...table.keys()].sort()
  return names.map((name) => `${counted(name)}${canonicalValue(table.get(name)!)}`).join('')
}

function canonicalValue(field: FieldValue): string {
  switch (field.tag) {
    case 'A':
      return `A${counted(field.value.map(canonicalValue).join(''))}`
    case 'F':
      return `F${counted(canonicalTable(field.value))}`
    case 'D':
      return `D${field.value.scale}/${field.value.value};`
    case 'S':
      return typeof field.value === 'string' ? `S${counted(field.value)}` : `S!${octets(field.value)}`
    case 'x':
      return `x${octets(field.value)}`
    case 'L':
      return `l${field.value};`
    default:
      return `${field.tag}${Object.is(field.value, -0) ? '-0' : field.value};`
  }
}

/** A text that says where it ends, so that texts put together stay apart. */
export function counted(text: string): string {
  return `${text.length}:${text}`
}

function octets(buffer: Buffer): string {
  return counted(buffer.toString('latin1'))
}

/** The text of an argument, `undefined` when it is absent or no text. */
export function textArgument(table: ReadonlyFieldTable, name: string): string | undefined {
  const field = table.get(name)
  return field?.tag === 'S' ? field.value.toString() : undefined
}

/** The value of an integer argument, `undefined` when it is absent or no integer. */
export function integerArgument(table: ReadonlyFieldTable, name: string): number | undefined {
  const field = table.get(name)
  switch (field?.tag) {
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
      return field.value
    case 'l':
    case 'L':
      return Number(field.value)
    default:
      return undefined
  }
}

/** The value of a boolean argument, false when it is absent or no boolean. */
export function booleanArgument(table: ReadonlyFieldTable, name: string): boolean {
  const field = table.get(name)
  return field?.tag === 't' && field.value
}
