import { isJsonObject, type Json, type JsonObject } from '../json.js'
import { badRequest } from './http-error.js'

/**
 * The body of a request as an object. Nothing, `null` and the bare word `undefined` count as `{}`, as in RabbitMQ.
 * Throws 400 `not_json`.
 */
export function parseBody(body: Buffer | undefined): JsonObject {
  if (body === undefined) return {}
  const text = body.toString('utf8').trim()
  if (text === '' || text === 'null' || text === 'undefined') return {}
  const value = parseJson(text)
  if (!isJsonObject(value)) throw badRequest('not_json')
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('not_json')
  }
}

/** Throws one 400 that names all the keys that are missing. */
export function requireKeys(body: JsonObject, ...keys: readonly string[]): void {
  const missing = keys.filter((key) => !Object.hasOwn(body, key))
  if (missing.length > 0) throw badRequest(`[${missing.map((key) => `{key_missing,${key}}`).join(',')}]`)
}

/** A boolean, or its name as text. */
export function booleanIn(body: JsonObject, key: string, fallback: boolean): boolean {
  const value = body[key]
  if (value === undefined || value === null) return fallback
  if (typeof value === 'boolean') return value
  if (value === 'true') return true
  if (value === 'false') return false
  throw badRequest(['not_boolean', value])
}

/** An integer, or one in decimal as text. */
export function integerIn(body: JsonObject, key: string): number {
  const value = body[key]
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value.trim())) return Number(value)
  throw badRequest(['not_integer', value ?? null])
}

export function textIn(body: JsonObject, key: string, fallback: string): string {
  const value = body[key]
  if (value === undefined || value === null) return fallback
  if (typeof value !== 'string') throw badRequest(['not_string', value])
  return value
}

/** An object; an empty array counts as one, since that is what some clients make of it. */
export function objectIn(body: JsonObject, key: string): JsonObject {
  const value = body[key]
  if (value === undefined || value === null) return {}
  if (isJsonObject(value)) return value
  if (Array.isArray(value) && value.length === 0) return {}
  throw badRequest(['not_object', value as Json])
}

/** Words in a list, or in a text with commas between them. */
export function wordsIn(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return []
  const words = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(words)) throw badRequest(['not_list', value])
  return words
    .map((word) => {
      if (typeof word !== 'string') throw badRequest(['not_string', word])
      return word.trim()
    })
    .filter((word) => word !== '')
}
