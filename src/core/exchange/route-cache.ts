import type { Route } from '../route.js'

/** Routes that an exchange keeps: at most twice this many. */
export const ROUTE_CACHE_GENERATION_MAX = 2_048
/** Weight of the routes of a generation: a few fanouts to very many queues count like many small routes. */
export const ROUTE_CACHE_WEIGHT_MAX = 262_144
/** Weight of all routes that a node keeps, some tens of megabytes. */
export const ALL_ROUTES_WEIGHT_MAX = 4_194_304

/** What a route costs besides its queue ids, in as many ids: its key, its objects. */
const ROUTE_WEIGHT = 32

/**
 * The routes of one exchange by routing key. Two generations: when the younger is full, the older goes, but for the
 * routes that were asked for since. A route that leaves is made stale, since whoever holds it will not hear of changes
 * any more.
 */
export class RouteCache {
  private young = new Map<string, Route>()
  private old = new Map<string, Route>()
  private youngWeight = 0
  private oldWeight = 0
  private readonly budget: RouteBudget

  constructor(budget: RouteBudget) {
    this.budget = budget
  }

  get(routingKey: string): Route | undefined {
    const route = this.young.get(routingKey)
    if (route !== undefined) return route
    const older = this.old.get(routingKey)
    if (older === undefined) return undefined
    this.old.delete(routingKey)
    this.oldWeight -= weightOf(older)
    this.budget.shrink(weightOf(older))
    this.set(routingKey, older)
    return older
  }

  /** Keeps a route for a key that has none. */
  set(routingKey: string, route: Route): void {
    if (this.young.size >= ROUTE_CACHE_GENERATION_MAX || this.youngWeight >= ROUTE_CACHE_WEIGHT_MAX) {
      this.dropOld()
      this.old = this.young
      this.oldWeight = this.youngWeight
      this.young = new Map()
      this.youngWeight = 0
    }
    const weight = weightOf(route)
    this.young.set(routingKey, route)
    this.youngWeight += weight
    this.budget.grow(this, weight)
  }

  /** Forgets every route. */
  drop(): void {
    this.dropOld()
    if (this.young.size === 0) return
    makeStale(this.young)
    this.young.clear()
    this.budget.shrink(this.youngWeight)
    this.youngWeight = 0
    this.budget.forget(this)
  }

  private dropOld(): void {
    if (this.old.size === 0) return
    makeStale(this.old)
    this.old.clear()
    this.budget.shrink(this.oldWeight)
    this.oldWeight = 0
  }
}

/** What the routes of all exchanges of a node weigh together. Over the limit whole caches go, the oldest first. */
export class RouteBudget {
  private weight = 0
  /** Caches that hold routes, in the order in which they began to. */
  private readonly caches = new Set<RouteCache>()

  grow(cache: RouteCache, weight: number): void {
    this.weight += weight
    this.caches.add(cache)
    for (const oldest of this.caches) {
      if (this.weight <= ALL_ROUTES_WEIGHT_MAX) return
      if (oldest !== cache) oldest.drop()
    }
  }

  shrink(weight: number): void {
    this.weight -= weight
  }

  forget(cache: RouteCache): void {
    this.caches.delete(cache)
  }
}

function weightOf(route: Route): number {
  return ROUTE_WEIGHT + route.queueIds.length
}

function makeStale(routes: ReadonlyMap<string, Route>): void {
  for (const route of routes.values()) route.stale = true
}
