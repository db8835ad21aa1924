import { Readable } from 'node:stream'
import { isJsonObject, type Json, type JsonObject } from '../json.js'
import { type Answer, ok } from './answer.js'
import type { ApiRequest } from './api-request.js'
import { Columns } from './columns.js'
import { nameFilterOf } from './name-filter.js'
import { type Page, pageCount, pageOf } from './pages.js'
import { sortInTurns, Turns } from './turns.js'

/** Longer lists are written item by item instead of at once. */
const ITEMS_AT_ONCE_MAX = 500
/** Characters of a list that are handed on together. */
const PART_CHARACTERS = 64 * 1024

/** What a list is made from. */
export interface ListSource<T> {
  /** In the default order, by vhost and then by name, unless `order` brings them into it. */
  readonly items: readonly T[]
  /** As for Array.sort; for lists that may be long. */
  order?(a: T, b: T): number
  /** What `name` filters by, and `sort=name` sorts by without looking at anything else. */
  nameOf?(item: T): string
  view(item: T): JsonObject
}

/**
 * Answers with a list as the query wants it: filtered, sorted, cut into a page, with the columns asked for. Items are
 * looked at no more than needed, and whatever takes time with their number is done in turns, so that a list of many
 * thousands leaves room for messages.
 */
export async function list<T>(request: ApiRequest, source: ListSource<T>): Promise<Answer> {
  const { query } = request
  const page = request.isPaged ? pageOf(query) : undefined
  const columns = Columns.of(query)
  const turns = new Turns()
  if (page === undefined) {
    const items = await sorted(source, source.items, query, turns)
    if (items.length > ITEMS_AT_ONCE_MAX) return streamed(source, items, columns)
    return ok(await viewsOf(source, items, columns, turns))
  }
  const filtered = await matching(source, query, turns)
  const count = pageCount(page, filtered.length)
  const ordered = await sorted(source, filtered, query, turns)
  const items = await viewsOf(source, pageFrom(ordered, page), columns, turns)
  return ok({
    filtered_count: filtered.length,
    item_count: items.length,
    items,
    page: page.number,
    page_count: count,
    page_size: page.size,
    total_count: source.items.length,
  })
}

/** The list of what there is none of, in the vhost of the path if it has one. Throws 404 for a vhost that is not there. */
export function emptyList(request: ApiRequest): Promise<Answer> {
  return list(request, { items: request.vhostsOfPath.slice(0, 0), view: () => ({}) })
}

/** One object with the columns that the query asks for. */
export function one(request: ApiRequest, view: JsonObject): Answer {
  return ok(Columns.of(request.query)?.pick(view) ?? view)
}

/** The items whose names the query asks for. */
async function matching<T>(
  source: ListSource<T>,
  query: URLSearchParams,
  turns: Turns,
): Promise<readonly T[]> {
  const { items, nameOf } = source
  const filter = nameOf === undefined ? undefined : nameFilterOf(query)
  if (filter === undefined || nameOf === undefined) return items
  const found: T[] = []
  for (const item of items) {
    if (turns.isOver) await turns.next()
    if (filter(nameOf(item))) found.push(item)
  }
  return found
}

async function sorted<T>(
  source: ListSource<T>,
  items: readonly T[],
  query: URLSearchParams,
  turns: Turns,
): Promise<readonly T[]> {
  const sign = query.get('sort_reverse') === 'true' ? -1 : 1
  const path = query.get('sort') ?? ''
  const inOrder = source.order === undefined ? items : await sortInTurns(items, source.order, turns)
  if (path === '') return sign === 1 ? inOrder : [...inOrder].reverse()
  const keyOf = keyFunction(source, path)
  const keyed: { readonly key: Json; readonly item: T }[] = []
  for (const item of inOrder) {
    if (turns.isOver) await turns.next()
    keyed.push({ key: keyOf(item), item })
  }
  const byKey = await sortInTurns(keyed, (a, b) => sign * compare(a.key, b.key), turns)
  return byKey.map(({ item }) => item)
}

/** Views that are made for their key are not kept: those of ten thousand would be moved about by the collector. */
function keyFunction<T>({ nameOf, view }: ListSource<T>, path: string): (item: T) => Json {
  if (path === 'name' && nameOf !== undefined) return nameOf
  const names = path.split('.')
  return (item) => valueAt(view(item), names)
}

function pageFrom<T>(items: readonly T[], page: Page): readonly T[] {
  const start = (page.number - 1) * page.size
  return items.slice(start, start + page.size)
}

async function viewsOf<T>(
  source: ListSource<T>,
  items: readonly T[],
  columns: Columns | undefined,
  turns: Turns,
): Promise<Json[]> {
  const views: Json[] = []
  for (const item of items) {
    if (turns.isOver) await turns.next()
    views.push(viewOf(source, item, columns))
  }
  return views
}

function viewOf<T>(source: ListSource<T>, item: T, columns: Columns | undefined): Json {
  const view = source.view(item)
  return columns === undefined ? view : columns.pick(view)
}

/** A list whose text is made while it is sent. */
function streamed<T>(source: ListSource<T>, items: readonly T[], columns: Columns | undefined): Answer {
  const stream = Readable.from(parts(), { objectMode: false })
  return { status: 200, stream, headers: { 'content-type': 'application/json' } }

  async function* parts(): AsyncGenerator<string> {
    const turns = new Turns()
    let text = '['
    for (let i = 0; i < items.length; i++) {
      if (turns.isOver) await turns.next()
      text += (i === 0 ? '' : ',') + JSON.stringify(viewOf(source, items[i]!, columns))
      if (text.length < PART_CHARACTERS) continue
      yield text
      text = ''
    }
    yield `${text}]`
  }
}

/** A missing value sorts as 0. */
function valueAt(view: JsonObject, path: readonly string[]): Json {
  let value: Json | undefined = view
  for (const name of path) {
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value ?? 0
}

/** Numbers before booleans before text before everything else. */
function compare(a: Json, b: Json): number {
  const rankA = rank(a)
  const rankB = rank(b)
  if (rankA !== rankB) return rankA - rankB
  if (typeof a === 'object' || typeof b === 'object') return 0
  return a < b ? -1 : a > b ? 1 : 0
}

function rank(value: Json): number {
  return ['number', 'boolean', 'string', 'object'].indexOf(typeof value)
}
