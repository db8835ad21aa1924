import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { textArgument } from '../arguments.js'
import type { PublishTarget } from '../doors.js'
import type { ExchangeMatcher } from '../exchange/exchange-matcher.js'
import { RouteCache } from '../exchange/route-cache.js'
import type { Router } from '../exchange/router.js'
import type { MessageView } from '../message.js'
import type { PolicyPair } from '../policy/policy.js'
import { NO_POLICIES } from '../policy/policy.js'
import type { Route } from '../route.js'
import { PublishCounters } from '../statistics.js'
import type { Binding } from './binding.js'
import type { Vhost } from './vhost.js'

/** What an exchange is made from. */
export interface ExchangeDefinition {
  readonly name: string
  readonly type: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly internal: boolean
  readonly arguments: ReadonlyFieldTable
  /** The user whose doing it is; undefined for the broker's own. */
  readonly maker?: string | undefined
}

/** An exchange: its record, its bindings on both sides, and the routes worked out from them. */
export class Exchange implements PublishTarget {
  readonly kind = 'exchange'
  readonly vhost: Vhost
  readonly name: string
  readonly type: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly internal: boolean
  readonly arguments: ReadonlyFieldTable
  readonly maker: string | undefined
  readonly isTopic: boolean
  readonly matcher: ExchangeMatcher
  /** Bindings that start here, by {@link Binding.identity}. */
  readonly outgoing = new Map<string, Binding>()
  /** Bindings that lead here. */
  readonly incoming = new Set<Binding>()
  /** What applies to it now; {@link Vhost.setExchangePolicies} changes it. */
  policies: PolicyPair = NO_POLICIES
  /** The alternate exchange's name, from arguments or policy. */
  alternateName: string | undefined
  stale = false
  readonly counters: PublishCounters
  /** Number of the last search that came by. */
  routedAt = 0
  protected readonly router: Router
  private readonly routes: RouteCache

  constructor(vhost: Vhost, definition: ExchangeDefinition, matcher: ExchangeMatcher, router: Router) {
    this.vhost = vhost
    this.name = definition.name
    this.type = definition.type
    this.durable = definition.durable
    this.autoDelete = definition.autoDelete
    this.internal = definition.internal
    this.arguments = definition.arguments
    this.maker = definition.maker
    this.isTopic = definition.type === 'topic'
    this.matcher = matcher
    this.router = router
    this.counters = new PublishCounters(vhost.counters)
    this.routes = new RouteCache(router.budget)
  }

  get alternate(): Exchange | undefined {
    return this.alternateName === undefined ? undefined : this.vhost.exchanges.get(this.alternateName)
  }

  /** The alternate exchange that the arguments name; it wins over that of a policy. */
  get alternateArgument(): string | undefined {
    return textArgument(this.arguments, 'alternate-exchange')
  }

  route(routingKey: string, message: MessageView): Route {
    const cached = this.routes.get(routingKey)
    if (cached !== undefined) return cached
    const route = this.router.route(this, [routingKey], message)
    if (route.cacheable) this.routes.set(routingKey, route)
    return route
  }

  routeAll(routingKeys: readonly string[], message: MessageView): Route {
    return this.router.route(this, routingKeys, message)
  }

  /** Something that routes from here depend on has changed. {@link Vhost} tells those upstream as well. */
  dropRoutes(): void {
    this.routes.drop()
  }
}
