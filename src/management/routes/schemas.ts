import type { Schema } from '../http/route.js'

/** Schemas that several routes share. */

export const TEXT: Schema = { type: 'string' }
export const INTEGER: Schema = { type: 'integer' }
export const BOOLEAN: Schema = { type: 'boolean' }
export const ANY: Schema = {}
/** Any members. */
export const OBJECT: Schema = { type: 'object', additionalProperties: true }
export const TEXT_OR_NULL: Schema = { type: ['string', 'null'] }
/** Words in a list, or with commas between them. */
export const WORDS: Schema = { oneOf: [{ type: 'array', items: TEXT }, TEXT] }

export function listOf(items: Schema): Schema {
  return { type: 'array', items }
}

/** An object whose members named first must be there; it may have more. */
export function objectOf(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: true,
  }
}

export const STATUS_OK: Schema = objectOf({ status: { enum: ['ok'] } })
