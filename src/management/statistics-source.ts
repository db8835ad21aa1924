import type { PeerChannel, PeerConnection } from '../core/peers.js'
import type { Exchange } from '../core/topology/exchange.js'
import type { QueueRecord } from '../core/topology/queue-record.js'
import type { Vhost } from '../core/topology/vhost.js'
import type { JsonObject } from './json.js'
import type { Fields } from './statistics/fields.js'

/**
 * Counters and rates of things, as fields to be added to their views; they win over the views' own. `query` holds the
 * ranges of samples that are asked for (`lengths_age` and the like).
 */
export interface StatisticsSource {
  /** Adds to the view itself: there may be ten thousand. */
  addQueue(view: Fields, queue: QueueRecord, query: URLSearchParams): void
  exchange(exchange: Exchange, query: URLSearchParams): JsonObject
  vhost(vhost: Vhost, query: URLSearchParams): JsonObject
  connection(connection: PeerConnection, query: URLSearchParams): JsonObject
  channel(connection: PeerConnection, channel: PeerChannel, query: URLSearchParams): JsonObject
  overview(query: URLSearchParams): JsonObject
  node(query: URLSearchParams): JsonObject
  /** Forgets what was counted so far. */
  reset(): void
}
