/**
 * Where an exchange sends a routing key. Cached per (exchange, key) by the exchange and by channels; whoever caches one
 * asks `stale` before each use.
 */
export class Route {
  /** Each matching queue once. */
  readonly queueIds: readonly number[]
  /** False when the message's headers had a say, so that the route holds for this message only. */
  readonly cacheable: boolean
  /** True once a binding, exchange, queue or policy that it was worked out from has changed. */
  stale = false

  constructor(queueIds: readonly number[], cacheable: boolean) {
    this.queueIds = queueIds
    this.cacheable = cacheable
  }
}
