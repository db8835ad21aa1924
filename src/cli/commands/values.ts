import { badValue, UsageError } from '../cli-error.js'
import type { Invocation } from '../invocation.js'
import type { Json, JsonObject } from '../json.js'
import { type Cell, type Result, type Row, rows } from '../output/result.js'

/** Throws with status 65 when the text is no JSON. */
export function parsedJson(given: string): Json {
  try {
    return JSON.parse(given) as Json
  } catch {
    throw badValue(`failed to parse JSON: ${given}`)
  }
}

/** How a column is got from an object of the API. */
export type ColumnTable = Readonly<Record<string, (item: JsonObject) => Cell>>

/** The field of the same name. */
export function field(name: string): (item: JsonObject) => Cell {
  return (item) => item[name]
}

export function fields(...names: readonly string[]): ColumnTable {
  return Object.fromEntries(names.map((name) => [name, field(name)]))
}

/** The columns that were asked for, in that order, or the default ones. Throws a {@link UsageError} for unknown ones. */
export function columnsOf(
  { args }: Invocation,
  table: ColumnTable,
  defaults: readonly string[],
): readonly string[] {
  const asked = args.flatMap((arg) => arg.split(',')).filter((name) => name !== '')
  const unknown = asked.filter((name) => !Object.hasOwn(table, name))
  if (unknown.length > 0) throw new UsageError(`Info key(s) ${unknown.join(',')} are not supported`)
  return asked.length === 0 ? defaults : asked
}

/** A table of objects. */
export function tableOf(
  items: readonly JsonObject[],
  columns: readonly string[],
  table: ColumnTable,
): Result {
  return rows(
    columns,
    items.map((item): Row => Object.fromEntries(columns.map((name) => [name, table[name]?.(item)]))),
  )
}
