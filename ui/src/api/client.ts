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

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** A path below `/api`: segments are encoded, the default exchange has its name in paths. */
export function apiPath(segments: readonly string[], query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return segments.map(encodeURIComponent).join('/') + (text === '' ? '' : `?${text}`)
}

/** The default exchange as a segment of a path. */
export function exchangeSegment(name: string): string {
  return name === '' ? 'amq.default' : name
}

export async function request<T>(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
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

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path, signal === undefined ? {} : { signal })
export const put = (path: string, body: unknown = {}): Promise<void> => request('PUT', path, { body })
export const post = <T = void>(path: string, body: unknown = {}): Promise<T> =>
  request<T>('POST', path, { body })
export const del = (path: string, headers?: Record<string, string>): Promise<void> =>
  request('DELETE', path, headers === undefined ? {} : { headers })

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
