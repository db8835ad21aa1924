import { badValue } from '../cli-error.js'
import { isObject, type Json, type JsonObject, objectIn } from '../json.js'
import { type Result, rows, text } from '../output/result.js'
import { parsedJson } from './values.js'

/** Limits as rabbitmqctl takes them: `{"max-connections": 5}`. */
export function limitsIn(given: string): [name: string, value: number][] {
  const value = parsedJson(given)
  if (!isObject(value)) throw badValue('limits are a JSON object such as {"max-connections": 5}')
  return Object.entries(value).map(([name, limit]) => {
    if (typeof limit !== 'number' || !Number.isInteger(limit)) {
      throw badValue(`the limit ${name} is a whole number, not ${JSON.stringify(limit)}`)
    }
    return [name, limit]
  })
}

/** The limits of one user or vhost: JSON and nothing else, empty when there are none. */
export function limitText(items: readonly JsonObject[]): Result {
  const limits: JsonObject = objectIn(items[0]?.value)
  const isEmpty = Object.keys(limits).length === 0
  return text(isEmpty ? '' : JSON.stringify(limits), limits)
}

export function allLimits(items: readonly JsonObject[], column: 'user' | 'vhost'): Result {
  return rows(
    [column, 'limits'],
    items.map((item) => ({ [column]: item[column] as Json, limits: JSON.stringify(item.value) })),
  )
}
