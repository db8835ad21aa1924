import type { IncomingHttpHeaders } from 'node:http'
import type { Actor } from '../../core/doors.js'
import { BrokerError } from '../../core/errors.js'
import type { Principal } from '../../core/permission.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { Vhost } from '../../core/topology/vhost.js'
import type { JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { parseBody } from './body.js'
import { notFound, objectNotFound } from './http-error.js'
import { hasTag } from './tags.js'

/** How the default exchange is written in a path. */
const DEFAULT_EXCHANGE_NAME = 'amq.default'

/** One request, after its sender is known. */
export class ApiRequest {
  readonly services: ManagementServices
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly rawBody: Buffer | undefined
  readonly principal: Principal
  readonly actor: Actor
  readonly peerAddress: string
  /** The route cuts its list into pages when asked. */
  readonly isPaged: boolean
  #body: JsonObject | undefined

  constructor(
    services: ManagementServices,
    parts: Pick<
      ApiRequest,
      'params' | 'query' | 'headers' | 'rawBody' | 'principal' | 'peerAddress' | 'isPaged'
    >,
  ) {
    this.services = services
    this.params = parts.params
    this.query = parts.query
    this.headers = parts.headers
    this.rawBody = parts.rawBody
    this.principal = parts.principal
    this.peerAddress = parts.peerAddress
    this.isPaged = parts.isPaged
    this.actor = { principal: parts.principal, connectionId: 0 }
  }

  /** A parameter of the path, which the route has. */
  param(name: string): string {
    return this.params[name] ?? ''
  }

  /** The body as an object. Throws 400 `not_json`. */
  get body(): JsonObject {
    this.#body ??= parseBody(this.rawBody)
    return this.#body
  }

  get isAdministrator(): boolean {
    return hasTag(this.principal, 'administrator')
  }

  get isMonitor(): boolean {
    return hasTag(this.principal, 'monitoring')
  }

  flag(name: string): boolean {
    return this.query.get(name) === 'true'
  }

  /** True when the sender has some permission in the vhost. */
  mayEnter(vhost: string): boolean {
    try {
      this.services.authorizer.checkVhost(this.principal, vhost, this.peerAddress)
      return true
    } catch (error) {
      if (error instanceof BrokerError) return false
      throw error
    }
  }

  /** The vhosts that lists without one in their path speak of: those of the sender, all for administrators. */
  get vhosts(): Vhost[] {
    const { vhosts } = this.services.doors.topology
    const asked = this.headers['x-vhost']
    const candidates = [...vhosts.values()].sort((a, b) => compareText(a.name, b.name))
    return candidates.filter(
      ({ name }) => (asked === undefined || asked === name) && (this.isAdministrator || this.mayEnter(name)),
    )
  }

  /** The vhost of the path, or all of {@link vhosts} when the path has none. */
  get vhostsOfPath(): Vhost[] {
    return this.params.vhost === undefined ? this.vhosts : [this.vhost]
  }

  /** The vhost of the path. Throws 404. */
  get vhost(): Vhost {
    const vhost = this.services.doors.topology.vhosts.get(this.param('vhost'))
    if (vhost === undefined) throw objectNotFound()
    return vhost
  }

  /** As {@link vhost}, for requests that would make something in it. */
  get vhostToWrite(): Vhost {
    const vhost = this.services.doors.topology.vhosts.get(this.param('vhost'))
    if (vhost === undefined) throw notFound('vhost_not_found')
    return vhost
  }

  /** The queue of the path. Throws 404. */
  get queue(): QueueRecord {
    const queue = this.vhost.queues.get(this.param('queue'))
    if (queue === undefined) throw objectNotFound()
    return queue
  }

  /** The exchange of the path. Throws 404. */
  get exchange(): Exchange {
    const exchange = this.vhost.exchanges.get(exchangeName(this.param('exchange')))
    if (exchange === undefined) throw objectNotFound()
    return exchange
  }
}

/** Throws 404 unless the path names this node. */
export function checkNode(request: ApiRequest): void {
  if (request.param('node') !== request.services.node.name) throw objectNotFound()
}

/** The name of an exchange as a path has it. */
export function exchangeName(inPath: string): string {
  return inPath === DEFAULT_EXCHANGE_NAME ? '' : inPath
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
