import { tableFromPlain } from '../../core/field-table.js'
import type { BasicProperties } from '../../core/message-content.js'
import { explainRoute } from '../explain/explain-route.js'
import { ok } from '../http/answer.js'
import { badRequest } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { isJsonObject } from '../json.js'
import { BINDING } from '../schemas/access.js'
import { BOOLEAN, extended, INTEGER, listOf, named, objectOf, TEXT, TEXTS } from '../schemas/basics.js'

const STEP = objectOf(
  {
    exchange: TEXT,
    type: TEXT,
    path: TEXTS,
    matched: listOf(BINDING),
    unmatched: listOf(extended(BINDING, { reason: TEXT })),
    unmatched_left_out: INTEGER,
  },
  { note: TEXT },
)
const ROUTE = named(
  'ExplainedRoute',
  objectOf({
    queues: listOf(objectOf({ name: TEXT, type: TEXT, paths: listOf(TEXTS) })),
    steps: listOf(STEP),
    routed: BOOLEAN,
    note: TEXT,
  }),
)

export const ROUTE_EXPLANATION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/exchanges/:vhost/:exchange/route',
    access: 'management',
    summary:
      'Where a message would go: queues, the bindings that match, and why the others do not. Publishes nothing',
    query: ['routing_key', 'headers'],
    answer: ROUTE,
    handle: (request) => {
      const routingKey = request.query.get('routing_key') ?? ''
      return ok(explainRoute(request.services, request.exchange, routingKey, headersOf(request.query)))
    },
  },
]

/** `headers` is a JSON object. Throws 400. */
function headersOf(query: URLSearchParams): BasicProperties {
  const text = query.get('headers')
  if (text === null || text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return { headers: tableFromPlain(value) }
  } catch {
    // Told below.
  }
  throw badRequest('headers must be a JSON object')
}
