import type { JsonObject } from '../json.js'
import type { Route, Schema } from './route.js'

const LIST_QUERY = ['columns', 'sort', 'sort_reverse', 'page', 'page_size', 'name', 'use_regex'] as const
const ERROR: Schema = {
  type: 'object',
  properties: { error: { type: 'string' }, reason: {} },
  required: ['error', 'reason'],
}

/** The OpenAPI 3.1 description of the routes. */
export function openApiDocument(routes: readonly Route[], version: string): JsonObject {
  const paths: { [path: string]: { [method: string]: JsonObject } } = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operation(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leveret HTTP API',
      version,
      description: "RabbitMQ's management API, and a little more.",
    },
    servers: [{ url: '/api' }],
    components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
    paths,
  }
}

function operation(route: Route): JsonObject {
  const json = (schema: Schema): JsonObject => ({ 'application/json': { schema: schema as JsonObject } })
  const refusal = (description: string): JsonObject => ({ description, content: json(ERROR) })
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: `Needs: ${route.access === 'open' ? 'nothing' : `tag ${route.access}`}.`,
    tags: [route.path.split('/')[1]!],
    security: route.access === 'open' ? [] : [{ basic: [] }],
    parameters: parametersOf(route),
    ...(route.body === undefined ? {} : { requestBody: { content: json(route.body) } }),
    responses: {
      ...(route.answer === undefined
        ? { 201: { description: 'made' }, 204: { description: 'done' } }
        : { 200: { description: 'as asked', content: json(paged(route)) } }),
      400: refusal('the request will not do'),
      401: refusal('not logged in, or not allowed'),
      404: refusal('not there'),
    },
  }
}

/** A list that is asked for by pages comes in an envelope. */
function paged({ answer = {}, isList }: Route): Schema {
  if (isList !== true) return answer
  const integer: Schema = { type: 'integer' }
  const members = {
    items: answer,
    page: integer,
    page_count: integer,
    page_size: integer,
    total_count: integer,
  }
  return { oneOf: [answer, { type: 'object', properties: members, required: Object.keys(members) }] }
}

function parametersOf(route: Route): JsonObject[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name: name!,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const names = [...(route.isList ? LIST_QUERY : []), ...(route.query ?? [])]
  return [...inPath, ...names.map((name) => ({ name, in: 'query', schema: { type: 'string' } }))]
}

/** `get queues/:vhost/:queue` is getQueuesByVhostByQueue. */
function operationId({ method, path }: Route): string {
  const words = path.split('/').filter((word) => word !== '')
  const named = words.map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word)))
  return (
    method.toLowerCase() +
    named.join('').replace(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
