import { isJsonObject, type Json, type JsonObject } from '../json.js'
import { type Answer, ok } from './answer.js'
import type { ApiRequest } from './api-request.js'
import { Columns } from './columns.js'
import { nameFilterOf } from './name-filter.js'
import { type Page, pageCount, pageOf } from './pages.js'

/** Items between two looks at whatever else the loop has to do. */
const ITEMS_PER_TURN = 200

/** What a list is made from. */
export interface ListSource<T> {
  /** In the default order: by vhost, then by name. */
  readonly items: readonly T[]
  /** What `name` filters by, and `sort=name` sorts by without looking at anything else. */
  nameOf?(item: T): string
  view(item: T): JsonObject
}

/**
 * Answers with a list as the query wants it: filtered, sorted, cut into a page, with the columns asked for. Items are
 * looked at no more than needed and a few at a time, so that a list of many thousands leaves room for messages.
 */
export async function list<T>(request: ApiRequest, source: ListSource<T>): Promise<Answer> {
  const { query } = request
  const page = request.isPaged ? pageOf(query) : undefined
  const columns = Columns.of(query)
  if (page === undefined) return ok(await viewsOf(await sorted(source, source.items, query), columns))
  const filter = source.nameOf === undefined ? undefined : nameFilterOf(query)
  const { nameOf } = source
  const filtered =
    filter === undefined || nameOf === undefined
      ? source.items
      : source.items.filter((item) => filter(nameOf(item)))
  const count = pageCount(page, filtered.length)
  const ordered = await sorted(source, filtered, query)
  const items = await viewsOf(pageFrom(ordered, page), columns)
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

/** An item whose view is made when it is needed. */
interface Entry {
  readonly view: () => JsonObject
}

async function sorted<T>(
  source: ListSource<T>,
  items: readonly T[],
  query: URLSearchParams,
): Promise<readonly Entry[]> {
  const reverse = query.get('sort_reverse') === 'true'
  const path = query.get('sort') ?? ''
  if (path === '') {
    const entries = items.map((item) => ({ view: () => source.view(item) }))
    return reverse ? entries.reverse() : entries
  }
  const keyed: { key: Json; view: () => JsonObject }[] = []
  const { nameOf } = source
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!
    if (path === 'name' && nameOf !== undefined) {
      keyed.push({ key: nameOf(item), view: () => source.view(item) })
      continue
    }
    if (i > 0 && i % ITEMS_PER_TURN === 0) await turn()
    const view = source.view(item)
    keyed.push({ key: valueAt(view, path.split('.')), view: () => view })
  }
  const sign = reverse ? -1 : 1
  return keyed.sort((a, b) => sign * compare(a.key, b.key))
}

function pageFrom(entries: readonly Entry[], page: Page): readonly Entry[] {
  const start = (page.number - 1) * page.size
  return entries.slice(start, start + page.size)
}

async function viewsOf(entries: readonly Entry[], columns: Columns | undefined): Promise<Json[]> {
  const views: Json[] = []
  for (let i = 0; i < entries.length; i++) {
    if (i > 0 && i % ITEMS_PER_TURN === 0) await turn()
    const view = entries[i]!.view()
    views.push(columns === undefined ? view : columns.pick(view))
  }
  return views
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

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
