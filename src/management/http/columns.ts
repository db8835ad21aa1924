import { isJsonObject, type Json, type JsonObject } from '../json.js'

/** A tree of field names; a leaf keeps everything below it. */
type ColumnTree = Map<string, ColumnTree>

/** Picks fields out of answers: `columns=name,message_stats.publish_details.rate`. */
export class Columns {
  readonly #tree: ColumnTree

  /** Undefined when the query asks for no columns. */
  static of(query: URLSearchParams): Columns | undefined {
    const text = query.get('columns')
    return text === null || text === '' ? undefined : new Columns(text.split(','))
  }

  constructor(paths: readonly string[]) {
    this.#tree = new Map()
    for (const path of paths) {
      let tree = this.#tree
      for (const name of path.trim().split('.')) {
        const inner = tree.get(name) ?? new Map()
        tree.set(name, inner)
        tree = inner
      }
    }
  }

  pick(item: Json): Json {
    return pickFrom(item, this.#tree)
  }
}

function pickFrom(item: Json, tree: ColumnTree): Json {
  if (tree.size === 0) return item
  if (Array.isArray(item)) return item.map((each: Json) => pickFrom(each, tree))
  if (!isJsonObject(item)) return item
  // Names come from outside: no prototype, and nothing that is not the item's own.
  const picked: { [name: string]: Json } = Object.create(null)
  for (const [name, inner] of tree) {
    const value = Object.hasOwn(item, name) ? (item as JsonObject)[name] : undefined
    if (value === undefined) continue
    if (inner.size === 0) picked[name] = value
    else if (typeof value === 'object' && value !== null) picked[name] = pickFrom(value, inner)
  }
  return picked
}
