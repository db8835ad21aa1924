import type { FieldValue, ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { fieldEquals, integerValue } from '../../protocol/amqp091/field-table.js'
import { fieldTerm, fieldTypeName } from '../erlang-text.js'
import { BrokerError } from '../errors.js'

/** Something that is declared again has to be the same. `resource` is how texts name it. */
export function checkSame(
  resource: string,
  property: string,
  current: boolean | string,
  received: boolean | string,
): void {
  if (current !== received) throw inequivalent(resource, property, `'${current}'`, `'${received}'`)
}

/** Compares the named arguments, in that order. Integers and floats of all widths are one type each. */
export function checkSameArguments(
  resource: string,
  names: readonly string[],
  current: ReadonlyFieldTable,
  received: ReadonlyFieldTable,
): void {
  for (const name of names) {
    const now = current.get(name)
    const asked = received.get(name)
    if (now !== undefined && asked !== undefined) {
      if (!isSame(now, asked)) throw inequivalent(resource, name, quoted(now), quoted(asked))
    } else if (now !== asked) {
      throw inequivalent(resource, name, withType(now), withType(asked))
    }
  }
}

function isSame(a: FieldValue, b: FieldValue): boolean {
  const left = integerValue(a)
  const right = integerValue(b)
  if (left !== undefined && right !== undefined) return BigInt(left) === BigInt(right)
  if ((a.tag === 'f' || a.tag === 'd') && (b.tag === 'f' || b.tag === 'd')) return a.value === b.value
  return fieldEquals(a, b)
}

function inequivalent(resource: string, name: string, current: string, received: string): BrokerError {
  return new BrokerError(
    'PRECONDITION_FAILED',
    `inequivalent arg '${name}' for ${resource}: received ${received} but current is ${current}`,
  )
}

function quoted(field: FieldValue): string {
  return `'${shown(field)}'`
}

function withType(field: FieldValue | undefined): string {
  return field === undefined ? 'none' : `the value '${shown(field)}' of type '${fieldTypeName(field)}'`
}

function shown(field: FieldValue): string {
  return field.tag === 'S' ? field.value.toString() : fieldTerm(field)
}
