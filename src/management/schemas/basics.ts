import type { Schema } from '../http/route.js'

/** Schemas that others are made of. */

export const TEXT: Schema = { type: 'string' }
export const INTEGER: Schema = { type: 'integer' }
export const NUMBER: Schema = { type: 'number' }
export const BOOLEAN: Schema = { type: 'boolean' }
export const ANY: Schema = {}
/** Any members. */
export const OBJECT: Schema = { type: 'object', additionalProperties: true }
export const TEXT_OR_NULL: Schema = { type: ['string', 'null'] }
export const INTEGER_OR_NULL: Schema = { type: ['integer', 'null'] }
export const TEXTS: Schema = { type: 'array', items: TEXT }
/** Words in a list, or with commas between them. */
export const WORDS: Schema = { oneOf: [{ type: 'array', items: TEXT }, TEXT] }

/** A schema that the document keeps among its components, so that a client made from it has a type of that name. */
export function named(title: string, schema: Schema): Schema {
  return { ...schema, title }
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items }
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values }
}

/** Members of any name, all of one kind. */
export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

/** An object whose members named first must be there, and whose others may be. Further ones come with later versions. */
export function objectOf(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
  }
}

/** The object with more members that must, and more that may be there. */
export function extended(
  base: Schema,
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...base.properties, ...required, ...optional },
    required: [...(base.required ?? []), ...Object.keys(required)],
  }
}

/** So many members of one kind, by their names. */
export function membersOf(names: readonly string[], schema: Schema): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, schema]))
}
