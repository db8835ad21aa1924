import { tableFromPlain } from '../../core/field-table.js'
import type { BasicProperties } from '../../core/message-content.js'
import { explainRoute } from '../explain/explain-route.js'
import { ok } from '../http/answer.js'
import { badRequest } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { isJsonObject } from '../json.js'
import { BOOLEAN, listOf, OBJECT, objectOf, TEXT } from './schemas.js'

export const ROUTE_EXPLANATION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/exchanges/:vhost/:exchange/route',
    access: 'management',
    summary:
      'Where a message would go: queues, the bindings that match, and why the others do not. Publishes nothing',
    query: ['routing_key', 'headers'],
    answer: objectOf({ queues: listOf(OBJECT), steps: listOf(OBJECT), routed: BOOLEAN, note: TEXT }),
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
