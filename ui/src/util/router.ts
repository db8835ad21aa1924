import { useCallback, useMemo, useSyncExternalStore } from 'react'

/** Where the reader is: `#/queues/%2F/orders?tab=messages` is the path `['queues', '/', 'orders']` and a query. */
export interface Place {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>

/** The address of a page. Values that are undefined or empty are left out. */
export function href(path: readonly string[], query: QueryValues = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

export function navigate(to: string, { replace = false } = {}): void {
  if (location.hash === to) return
  if (!replace) {
    location.hash = to
    return
  }
  history.replaceState(null, '', to)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(listen, () => location.hash)
  return useMemo(() => placeOf(hash), [hash])
}

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?')
  const segments = path === '' ? [] : path.split('/').map(decoded)
  return { path: segments, query: new URLSearchParams(query) }
}

/** A value that lives in the address, so that a link shows what its sender saw. The default is not written there. */
export function useQueryParam(name: string, fallback = ''): [string, (value: string) => void] {
  const { query } = usePlace()
  const value = query.get(name) ?? fallback
  const set = useCallback(
    (next: string) => setQuery({ [name]: next === fallback ? undefined : next }),
    [name, fallback],
  )
  return [value, set]
}

/** Changes some values of the query and keeps the rest. */
export function setQuery(values: QueryValues): void {
  const { path, query } = placeOf(location.hash)
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') query.delete(name)
    else query.set(name, String(value))
  }
  navigate(href(path, Object.fromEntries(query)), { replace: true })
}

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
