import type { IncomingMessage, ServerResponse } from 'node:http'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { BrokerError } from '../core/errors.js'
import { UnrestrictedPrincipal } from '../core/permission.js'
import { endAbandonedTraces } from './abandoned-traces.js'
import type { OperatorApp } from './control-socket.js'
import type { Answer } from './http/answer.js'
import { ApiRequest } from './http/api-request.js'
import { Authentication } from './http/authentication.js'
import { compressed } from './http/compression.js'
import { type CorsOptions, corsHeaders, preflightHeaders } from './http/cors.js'
import { badRequest, HttpError, httpErrorOf, objectNotFound } from './http/http-error.js'
import { LoginGuard } from './http/login-guard.js'
import type { Route } from './http/route.js'
import { SECURITY_HEADERS } from './http/security-headers.js'
import { Sessions } from './http/sessions.js'
import { Turns } from './http/turns.js'
import type { HttpApp } from './http-front.js'
import { INTERNAL_USER } from './makers.js'
import type { ManagementServices } from './management-services.js'
import { docsRoutes } from './routes/docs.js'
import { ROUTES } from './routes/index.js'
import { sessionRoutes } from './routes/sessions.js'
import { addPages } from './ui-assets.js'

/** Who speaks through the control socket. */
const OPERATOR = new UnrestrictedPrincipal(INTERNAL_USER)
/** The control socket has no addresses, and is as near as can be. */
const LOOPBACK = '127.0.0.1'
const BODY_BYTES_MAX_DEFAULT = 10_000_000
/** Longest name in a path, percent-encoded. */
const PARAMETER_CHARACTERS_MAX = 4096
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const

export interface ManagementOptions {
  /** Put before every path, `/broker`; empty for none. */
  readonly pathPrefix?: string
  readonly cors?: CorsOptions
  /** How long a login to the pages lasts, in minutes. Default: eight hours. */
  readonly sessionMinutes?: number | undefined
  /** True when peers reach it over TLS. */
  readonly secure: boolean
  /** Largest body in bytes. Default 10 million. */
  readonly bodyBytesMax?: number
}

/** The HTTP API of a node over the routes of `routes/`; an {@link HttpFront} listens for it. */
export class ManagementServer implements HttpApp, OperatorApp {
  readonly #services: ManagementServices
  readonly #options: ManagementOptions
  readonly #app: FastifyInstance
  readonly #authentication: Authentication
  readonly #sessions: Sessions
  readonly #stopTraceWatch: () => void
  /** Requests that came by the control socket. */
  readonly #ofOperator = new WeakSet<IncomingMessage>()

  private constructor(services: ManagementServices, options: ManagementOptions) {
    this.#services = services
    this.#options = options
    this.#sessions = new Sessions(services.clock, services.events, options.sessionMinutes)
    this.#stopTraceWatch = endAbandonedTraces(services.events, services.doors)
    this.#authentication = new Authentication(services, new LoginGuard(services.clock), this.#sessions)
    this.#app = createApp((error, request, reply) => this.#fail(error, request, reply))
    this.#addHooks()
    this.#app.setNotFoundHandler((request, reply) => this.#fail(objectNotFound(), request, reply))
    this.#app.setErrorHandler((error, request, reply) => this.#fail(error, request, reply))
  }

  /** Makes the API of a node, ready to answer; messages go on meanwhile. */
  static async create(services: ManagementServices, options: ManagementOptions): Promise<ManagementServer> {
    const turns = new Turns()
    // Between what takes ten milliseconds each: this module, which was just loaded, the framework and the first answer.
    await turns.rest()
    const server = new ManagementServer(services, options)
    await server.#addRoutes(turns)
    await turns.rest()
    await server.#app.ready()
    await turns.rest()
    return server
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#app.routing(request, response)
  }

  /** A request of whoever may open the control socket: without credentials it comes from the node itself. */
  handleOperator(request: IncomingMessage, response: ServerResponse): void {
    this.#ofOperator.add(request)
    this.#app.routing(request, response)
  }

  async close(): Promise<void> {
    this.#sessions.close()
    this.#stopTraceWatch()
    await this.#app.close()
  }

  #addHooks(): void {
    this.#app.addHook('onRequest', async (request, reply) => {
      reply.headers(SECURITY_HEADERS)
      reply.headers(corsHeaders(this.#options.cors, request.headers.origin))
      if (isForeignWrite(request, this.#options.cors)) {
        throw new HttpError(403, 'forbidden', 'Requests of other sites are refused')
      }
    })
    this.#app.addHook('onSend', compressed)
  }

  async #addRoutes(turns: Turns): Promise<void> {
    const { pathPrefix = '' } = this.#options
    await turns.rest()
    addPages(this.#app, pathPrefix)
    this.#app.get(`${pathPrefix}/api`, (_request, reply) => reply.redirect(`${pathPrefix}/api/docs`, 302))
    for (const [path, routes] of byPath(this.#routes())) {
      if (turns.isOver) await turns.rest()
      this.#addPath(path, routes)
    }
  }

  #routes(): Route[] {
    const ofSessions = sessionRoutes({
      authentication: this.#authentication,
      sessions: this.#sessions,
      cookiePath: `${this.#options.pathPrefix ?? ''}/`,
      secure: this.#options.secure,
    })
    const routes = [...ROUTES, ...ofSessions]
    return [...routes, ...docsRoutes(routes, `${this.#options.pathPrefix ?? ''}/api`)]
  }

  /** One route of the framework for all methods: what each route costs is paid before the first answer. */
  #addPath(path: string, routes: readonly Route[]): void {
    const byMethod = new Map<string, Route>(routes.map((route) => [route.method, route]))
    const methods = [...byMethod.keys(), 'OPTIONS']
    const allow = allowedMethods(byMethod).join(', ')
    this.#app.route({
      method: [...METHODS],
      url: `${this.#options.pathPrefix ?? ''}/api${path}`,
      bodyLimit: bodyBytesMaxOf(routes, this.#options.bodyBytesMax ?? BODY_BYTES_MAX_DEFAULT),
      handler: (request, reply) => {
        reply.header('allow', allow)
        if (request.method === 'OPTIONS') {
          return reply.headers(preflightHeaders(this.#options.cors, request.headers, methods)).send()
        }
        const route = byMethod.get(request.method === 'HEAD' ? 'GET' : request.method)
        return route === undefined ? reply.code(405).send() : this.#handle(route, request, reply)
      },
    })
  }

  async #handle(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const params = request.params as Record<string, string>
    const { method } = route
    const isOfOperator = this.#ofOperator.has(request.raw)
    const peerAddress = isOfOperator ? LOOPBACK : request.ip
    const sender = { method, headers: request.headers, peerAddress }
    const principal =
      isOfOperator && request.headers.authorization === undefined
        ? OPERATOR
        : await this.#authentication.identify(sender, route.access)
    this.#authentication.authorise(principal, route.access, params.vhost, peerAddress)
    checkAccepts(request.headers.accept, route)
    checkContentType(request, route)
    const answer = await route.handle(
      new ApiRequest(this.#services, {
        params,
        query: new URL(request.url, 'http://localhost').searchParams,
        headers: request.headers,
        rawBody: request.body as Buffer | undefined,
        principal,
        peerAddress,
        isPaged: route.list === 'paged',
      }),
    )
    return send(reply, answer)
  }

  #fail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const known = knownError(error)
    if (known === undefined) {
      this.#services.logger.error(`HTTP ${request.method} ${request.routeOptions.url ?? ''} failed`, error)
      const text = 'Internal Server Error'
      return reply
        .code(500)
        .header('content-type', 'application/json')
        .send(JSON.stringify({ error: text, reason: text }))
    }
    reply.code(known.status).headers(known.headers)
    if (known.reason === undefined) return reply.removeHeader('content-type').send()
    const body = { error: known.error, reason: known.reason }
    return reply.header('content-type', 'application/json').send(JSON.stringify(body))
  }
}

type FailureHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) => unknown

function createApp(fail: FailureHandler): FastifyInstance {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    // Routes have no schemas of the framework's sort, and what would compile them takes as long to load as all else.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAMETER_CHARACTERS_MAX },
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      fail(badRequest('the path is not one'), request, reply)
    },
  })
  // Bodies are JSON whatever they are called; handlers read them, in RabbitMQ's words where they cannot.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

function noCompiler(): never {
  throw new Error('schemas of routes are not compiled')
}

function byPath(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const paths = new Map<string, Route[]>()
  for (const route of routes) {
    const known = paths.get(route.path)
    if (known === undefined) paths.set(route.path, [route])
    else known.push(route)
  }
  return paths
}

/** What the routes of a path read at most. Nothing reads the body of a GET. */
function bodyBytesMaxOf(routes: readonly Route[], usual: number): number {
  const readers = routes.filter(({ method }) => method !== 'GET')
  return readers.length === 0 ? usual : Math.max(...readers.map(({ bodyBytesMax = usual }) => bodyBytesMax))
}

/** In RabbitMQ's order. */
function allowedMethods(has: ReadonlyMap<string, Route>): string[] {
  const allowed = has.has('GET') ? ['HEAD', 'GET'] : []
  for (const method of ['POST', 'PUT', 'DELETE']) if (has.has(method)) allowed.push(method)
  return [...allowed, 'OPTIONS']
}

/** Throws 406 when the peer takes no JSON. */
function checkAccepts(accept: string | undefined, route: Route): void {
  if (accept === undefined || route.method !== 'GET') return
  const taken = accept.split(',').map((each) => each.split(';')[0]!.trim().toLowerCase())
  if (taken.some((type) => type === '*/*' || type.startsWith('application/') || type.startsWith('text/')))
    return
  throw new HttpError(406, 'not_acceptable', undefined)
}

function checkContentType(request: FastifyRequest, { contentType }: Route): void {
  if (contentType === undefined) return
  const given = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (given !== contentType) throw new HttpError(415, 'unsupported_media_type', undefined)
}

/** A browser that was sent here by another site would attach the password it remembers. */
function isForeignWrite(request: FastifyRequest, cors: CorsOptions | undefined): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return false
  if (request.headers['sec-fetch-site'] !== 'cross-site') return false
  return Object.keys(corsHeaders(cors, request.headers.origin)).length === 0
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status)
  if (answer.headers !== undefined) reply.headers(answer.headers)
  if (answer.stream !== undefined) return reply.send(answer.stream)
  if (answer.text !== undefined) return reply.send(answer.text)
  if (answer.json === undefined) return reply.send()
  return reply.header('content-type', 'application/json').send(JSON.stringify(answer.json))
}

function knownError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error
  if (error instanceof BrokerError) return httpErrorOf(error)
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500
  if (status === 413) return badRequest('payload is too large')
  if (typeof status === 'number' && status >= 400 && status < 500) return badRequest('malformed request')
  return undefined
}
