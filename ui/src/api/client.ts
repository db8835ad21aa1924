import type { Paths } from './schema.js'

/** Paths are relative to the page, so that the pages work below any prefix. */
const BASE = 'api/'
/** Keeps the browser from asking for a password, and other sites from writing in the reader's name. */
const OWN_PAGE = { 'x-requested-with': 'leveret' }

/** What the broker refused, in its words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

type Path = keyof Paths
type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
/** What the API says of a method of a path; `never` where the path has no such method. */
type Operation<P extends Path, M extends Method> = P extends Path
  ? M extends keyof Paths[P]
    ? Paths[P][M]
    : never
  : never
type Body<P extends Path, M extends Method> = Operation<P, M> extends { readonly body: infer B } ? B : never
type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never
/** The parameters of a path. */
type Parameters<P extends Path> = Readonly<Record<NamesIn<P>, string>>
type QueryValue = string | number | boolean | undefined
type QueryOf<P extends Path> = Paths[P] extends infer Methods
  ? Methods[keyof Methods] extends { readonly query: infer Names extends string }
    ? Readonly<Partial<Record<Names, QueryValue>>>
    : never
  : never

/** A page of a list. */
export interface Paged<T> {
  readonly items: readonly T[]
  readonly page: number
  readonly page_count: number
  readonly page_size: number
  readonly total_count: number
  readonly filtered_count: number
}

/** A place of the API: the path as the API has it, and the address below `/api`. `Kind` tells whole lists from pages. */
export interface Address<P extends Path = Path, Kind extends 'whole' | 'page' = 'whole' | 'page'> {
  readonly path: P
  readonly url: string
  readonly kind: Kind
}

/** What a GET answers there. */
export type Answer<P extends Path, Kind extends 'whole' | 'page' = 'whole'> =
  Operation<P, 'GET'> extends { readonly answer: infer A }
    ? Kind extends 'page'
      ? Extract<A, { readonly page_count: number }>
      : Exclude<A, { readonly page_count: number }>
    : never

/** An address; parameters are encoded, values of the query that are undefined or empty left out. */
export function api<P extends Path>(
  path: P,
  parameters: Parameters<P>,
  query?: QueryOf<P>,
): Address<P, 'whole'> {
  return { path, url: urlOf(path, parameters, query), kind: 'whole' }
}

/** The address of a page of a list. */
export function apiPage<P extends Path>(
  path: P,
  parameters: Parameters<P>,
  query: QueryOf<P> & { readonly page: number },
): Address<P, 'page'> {
  return { path, url: urlOf(path, parameters, query), kind: 'page' }
}

function urlOf(path: string, parameters: Readonly<Record<string, string>>, query: object = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''))
  return filled.slice(1) + (text === '' ? '' : `?${text}`)
}

/** The default exchange as a segment of a path. */
export function exchangeSegment(name: string): string {
  return name === '' ? 'amq.default' : name
}

async function request<T>(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Readonly<Record<string, string>>; signal?: AbortSignal } = {},
): Promise<T> {
  const { body, headers, signal } = options
  const response = await fetch(BASE + path, {
    method,
    headers: {
      ...OWN_PAGE,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'The broker does not answer')
  })
  const text = await response.text()
  if (!response.ok) {
    const error = new ApiError(response.status, reasonOf(text) ?? `The broker answered ${response.status}`)
    if (response.status === 401 && !path.startsWith('login')) sessionLost()
    throw error
  }
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export function get<P extends Path, Kind extends 'whole' | 'page'>(
  { url }: Address<P, Kind>,
  signal?: AbortSignal,
): Promise<Answer<P, Kind>> {
  return request('GET', url, signal === undefined ? {} : { signal })
}

export function put<P extends Path>({ url }: Address<P>, body: Body<P, 'PUT'>): Promise<void> {
  return request('PUT', url, { body: body ?? {} })
}

export function post<P extends Path>(
  { url }: Address<P>,
  body: Body<P, 'POST'>,
): Promise<Operation<P, 'POST'> extends { readonly answer: infer A } ? A : never> {
  return request('POST', url, { body: body ?? {} })
}

export function del<P extends Path>(
  { url }: Operation<P, 'DELETE'> extends never ? never : Address<P>,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  return request('DELETE', url, { headers })
}

let lostListener: (() => void) | undefined

/** Called when the broker does not know the session, so that the login can be shown. */
export function onSessionLost(listener: () => void): void {
  lostListener = listener
}

function sessionLost(): void {
  // A 401 is also how a lacking tag is told: whoever still has a session stays.
  void fetch(`${BASE}whoami`, { headers: OWN_PAGE }).then((response) => {
    if (response.status === 401) lostListener?.()
  })
}

function reasonOf(text: string): string | undefined {
  try {
    const { reason, error } = JSON.parse(text) as { reason?: unknown; error?: unknown }
    if (typeof reason === 'string') return reason.trim()
    if (reason !== undefined) return JSON.stringify(reason)
    return typeof error === 'string' ? error : undefined
  } catch {
    return undefined
  }
}
