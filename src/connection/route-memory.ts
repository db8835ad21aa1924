import type { PublishTarget } from '../core/doors.js'
import type { Route } from '../core/route.js'
import type { ExchangeUse } from './exchange-use.js'

/** Where one exchange and routing key led the last time. */
export class RememberedRoute {
  /** The two short strings as in basic.publish. */
  readonly routing: Buffer
  readonly target: PublishTarget
  readonly routingKey: string
  readonly permissionVersion: number
  /** Where what is published there is counted. */
  readonly use: ExchangeUse
  /** Topic permissions were asked for this key. */
  topicChecked = false
  /** What the exchange said; `undefined` when it was not asked yet or the answer held for one message only. */
  route: Route | undefined

  constructor(routing: Buffer, use: ExchangeUse, routingKey: string, permissionVersion: number) {
    this.routing = routing
    this.use = use
    this.target = use.target
    this.routingKey = routingKey
    this.permissionVersion = permissionVersion
  }

  /** True when it was for these octets. */
  isFor(buffer: Buffer, start: number, end: number): boolean {
    const { routing } = this
    const octets = routing.length
    if (end - start !== octets) return false
    // From the end: keys differ there more often than exchanges do in front.
    for (let i = octets - 1; i >= 0; i--) {
      if (buffer[start + i] !== routing[i]) return false
    }
    return true
  }
}

/** How many a channel remembers; a power of two. */
const SLOTS = 256
/** Octets from the end that choose the slot. */
const HASHED_OCTETS_MAX = 24

/**
 * The routes that a channel used lately, found by the octets of its publishes without making strings: the last one,
 * and a table in which each has one place.
 */
export class RouteMemory {
  private last: RememberedRoute | undefined
  /** Made with the second route: many channels publish to one place only, or not at all. */
  private slots: (RememberedRoute | undefined)[] | undefined

  /** The remembered route, if it is one under the permissions of now and its exchange is still there. */
  find(buffer: Buffer, start: number, end: number, permissionVersion: number): RememberedRoute | undefined {
    let found = this.last
    if (found === undefined || !found.isFor(buffer, start, end)) {
      found = this.slots?.[slotOf(buffer, start, end)]
      if (found === undefined || !found.isFor(buffer, start, end)) return undefined
      this.last = found
    }
    return found.target.stale || found.permissionVersion !== permissionVersion ? undefined : found
  }

  remember(route: RememberedRoute): void {
    const before = this.last
    this.last = route
    if (this.slots === undefined) {
      if (before === undefined) return
      this.slots = new Array(SLOTS).fill(undefined)
      this.slots[slotOf(before.routing, 0, before.routing.length)] = before
    }
    this.slots[slotOf(route.routing, 0, route.routing.length)] = route
  }
}

function slotOf(buffer: Buffer, start: number, end: number): number {
  let hash = end - start
  for (let i = Math.max(start, end - HASHED_OCTETS_MAX); i < end; i++) hash = (hash * 31 + buffer[i]) | 0
  return (hash ^ (hash >>> 11)) & (SLOTS - 1)
}
