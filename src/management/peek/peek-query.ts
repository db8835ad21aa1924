import { badRequest } from '../http/http-error.js'
import type { PayloadEncoding } from '../views/message-view.js'

const COUNT_DEFAULT = 50
export const PEEK_COUNT_MAX = 500
const TRUNCATE_DEFAULT_BYTES = 50_000
const STATES = ['ready', 'unacked', 'held', 'all'] as const

/** What a peek shows: its place, its size and what messages must be like. Texts are looked for anywhere, as they are. */
export interface PeekQuery {
  /** Where to go on; undefined begins at the first message. */
  readonly from: number | undefined
  readonly count: number
  readonly state: (typeof STATES)[number]
  readonly encoding: PayloadEncoding
  readonly truncateBytes: number
  readonly routingKey: string | undefined
  /** Values of headers, as text. An empty one asks for the header alone. */
  readonly headers: ReadonlyMap<string, string>
  /** Values of properties, by RabbitMQ's names, as text. */
  readonly properties: ReadonlyMap<string, string>
  /** Octets that the body holds. */
  readonly body: Buffer | undefined
  readonly minAgeMs: number
  readonly maxAgeMs: number
}

/** Throws 400. */
export function peekQueryOf(query: URLSearchParams): PeekQuery {
  const state = STATES.find((known) => known === (query.get('state') ?? 'all'))
  if (state === undefined) throw badRequest(`state must be one of ${STATES.join(', ')}`)
  const encoding = query.get('encoding') ?? 'auto'
  if (encoding !== 'auto' && encoding !== 'base64') throw badRequest(['unsupported_encoding', encoding])
  const body = query.get('body')
  return {
    from: query.has('cursor') ? countIn(query, 'cursor', 0) : undefined,
    count: Math.min(Math.max(1, countIn(query, 'count', COUNT_DEFAULT)), PEEK_COUNT_MAX),
    state,
    encoding,
    truncateBytes: countIn(query, 'truncate', TRUNCATE_DEFAULT_BYTES),
    routingKey: query.get('routing_key') ?? undefined,
    headers: prefixed(query, 'header.'),
    properties: prefixed(query, 'property.'),
    body: body === null || body === '' ? undefined : Buffer.from(body),
    minAgeMs: countIn(query, 'min_age_ms', 0),
    maxAgeMs: countIn(query, 'max_age_ms', Number.POSITIVE_INFINITY),
  }
}

function countIn(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw badRequest(['not_integer', name])
  return value
}

function prefixed(query: URLSearchParams, prefix: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of query) {
    if (name.startsWith(prefix)) found.set(name.slice(prefix.length), value)
  }
  return found
}
