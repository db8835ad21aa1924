import type { Route } from '../route.js'

/** Routes that an exchange keeps: at most twice this many. */
export const ROUTE_CACHE_GENERATION_MAX = 2_048
/** Queue ids in the routes of a generation: a few fanouts to very many queues count like many small routes. */
export const ROUTE_CACHE_IDS_MAX = 262_144

/**
 * The routes of one exchange by routing key. Two generations: when the younger is full, the older goes, but for the
 * routes that were asked for since. A route that leaves is made stale, since whoever holds it will not hear of changes
 * any more.
 */
export class RouteCache {
  private young = new Map<string, Route>()
  private old = new Map<string, Route>()
  private youngIds = 0

  get(routingKey: string): Route | undefined {
    const route = this.young.get(routingKey)
    if (route !== undefined) return route
    const older = this.old.get(routingKey)
    if (older === undefined) return undefined
    this.old.delete(routingKey)
    this.set(routingKey, older)
    return older
  }

  /** Keeps a route for a key that has none. */
  set(routingKey: string, route: Route): void {
    if (this.young.size >= ROUTE_CACHE_GENERATION_MAX || this.youngIds >= ROUTE_CACHE_IDS_MAX) {
      makeStale(this.old)
      this.old = this.young
      this.young = new Map()
      this.youngIds = 0
    }
    this.young.set(routingKey, route)
    this.youngIds += route.queueIds.length
  }

  /** Forgets every route. */
  drop(): void {
    if (this.young.size > 0) {
      makeStale(this.young)
      this.young.clear()
      this.youngIds = 0
    }
    if (this.old.size > 0) {
      makeStale(this.old)
      this.old.clear()
    }
  }
}

function makeStale(routes: ReadonlyMap<string, Route>): void {
  for (const route of routes.values()) route.stale = true
}
