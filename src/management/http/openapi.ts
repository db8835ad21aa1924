import type { JsonObject } from '../json.js'
import type { Route, Schema } from './route.js'

/** Query parameters of lists, and of those that are cut into pages. */
const LIST_QUERY = ['columns', 'sort', 'sort_reverse']
const PAGE_QUERY = ['page', 'page_size', 'name', 'use_regex']
const ERROR: Schema = {
  title: 'Error',
  type: 'object',
  properties: { error: { type: 'string' }, reason: { type: ['string', 'array'] } },
  required: ['error', 'reason'],
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'the request will not do',
  401: 'not logged in, or not allowed; the body is empty without credentials',
  403: 'a page of another site sent it',
  404: 'not there',
  406: 'the peer takes no such answer; the body is empty',
  412: 'its state forbids it',
  415: 'the body is of another content type; the answer has no body',
  429: 'too many failed logins; retry-after tells when',
  503: 'not possible now, or with this node',
}
const SUCCESSES: Readonly<Record<number, string>> = {
  201: 'made',
  202: 'begun',
  204: 'done',
  303: 'done; see there',
  304: 'as it was',
}

/** The OpenAPI 3.1 description of the routes, which are below `basePath`. */
export function openApiDocument(routes: readonly Route[], version: string, basePath: string): JsonObject {
  const paths: { [path: string]: { [method: string]: JsonObject } } = {}
  const components = new Components()
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operation(route, components)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leveret HTTP API',
      version,
      description: "RabbitMQ's management API, and a little more.",
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath }],
    components: {
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
      schemas: components.schemas,
    },
    paths,
  }
}

/** Schemas with a title, each kept once and referred to by it. */
class Components {
  readonly schemas: { [title: string]: JsonObject } = {}

  /** The schema as the document has it. */
  of(schema: Schema): JsonObject {
    const { title } = schema
    if (title === undefined) return this.#inner(schema)
    this.schemas[title] ??= this.#inner(schema)
    return { $ref: `#/components/schemas/${title}` }
  }

  #inner(schema: Schema): JsonObject {
    const { properties, items, oneOf, additionalProperties: more, ...rest } = schema
    return {
      ...(rest as JsonObject),
      ...(properties && {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, property]) => [name, this.of(property)]),
        ),
      }),
      ...(items && { items: this.of(items) }),
      ...(oneOf && { oneOf: oneOf.map((each) => this.of(each)) }),
      ...(more !== undefined && { additionalProperties: typeof more === 'boolean' ? more : this.of(more) }),
    }
  }
}

function operation(route: Route, components: Components): JsonObject {
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: `Needs: ${route.access === 'open' ? 'nothing' : `tag ${route.access}`}.`,
    tags: [route.path.split('/')[1]!],
    security: route.access === 'open' ? [] : [{ basic: [] }],
    parameters: parametersOf(route),
    ...(route.body === undefined ? {} : { requestBody: { content: json(components.of(route.body)) } }),
    responses: responsesOf(route, components),
  }
}

function responsesOf(route: Route, components: Components): JsonObject {
  const responses: { [status: string]: JsonObject } = {}
  for (const status of successesOf(route)) {
    responses[status] =
      status === 200 ? answerOf(route, components) : { description: SUCCESSES[status] ?? 'done' }
  }
  for (const status of refusalsOf(route)) {
    responses[status] = { description: REFUSALS[status] ?? 'refused', content: json(components.of(ERROR)) }
  }
  if (route.failure !== undefined) {
    responses[503] = { description: 'not well', content: json(components.of(route.failure)) }
  }
  return responses
}

function successesOf({ successes, answer, answerType, method }: Route): readonly number[] {
  if (successes !== undefined) return successes
  if (answer !== undefined || answerType !== undefined || method === 'GET') return [200]
  return method === 'PUT' ? [201, 204] : [204]
}

function refusalsOf({ access, method, contentType, refusals = [] }: Route): number[] {
  return [
    400,
    ...(access === 'open' ? [] : [401, 429]),
    ...(method === 'GET' ? [406] : [403]),
    404,
    ...(contentType === undefined ? [] : [415]),
    ...refusals,
  ]
}

function answerOf(route: Route, components: Components): JsonObject {
  const description = 'as asked'
  if (route.answerType !== undefined) return { description, content: { [route.answerType]: {} } }
  return { description, content: json(paged(components.of(route.answer ?? {}), route)) }
}

/** A list that is asked for by pages comes in an envelope. */
function paged(answer: JsonObject, { list }: Route): JsonObject {
  if (list !== 'paged') return answer
  const counts = ['filtered_count', 'item_count', 'page', 'page_count', 'page_size', 'total_count']
  const members = Object.fromEntries(counts.map((name) => [name, { type: 'integer' }]))
  const properties = { items: answer, ...members }
  return { oneOf: [answer, { type: 'object', properties, required: Object.keys(properties) }] }
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } }
}

function parametersOf(route: Route): JsonObject[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name: name!,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const names = [
    ...(route.list === undefined ? [] : LIST_QUERY),
    ...(route.list === 'paged' ? PAGE_QUERY : []),
    ...(route.query ?? []),
  ]
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
