import type { Statistics } from '../statistics/statistics.js'

/** Connections and channels that are looked at before the event loop has its turn. */
export const PEERS_PER_PART = 100

/** Sums over all connections and channels that are open. */
export class PeerTotals {
  connections = 0
  /** Channels that published since they were opened. */
  publishers = 0
  consumers = 0
  unacked = 0
  unconfirmed = 0
  uncommitted = 0
  acksUncommitted = 0
  prefetch = 0
  globalPrefetch = 0
  reads = 0
  writes = 0
  /** Connections whose peer is slow to read. */
  pending = 0
  channelsOfConnections = 0
}

/** Looks at every peer once, in slices: each `yield` is a place to let the event loop go. */
export function* peerTotals({ sources }: Statistics): Generator<void, PeerTotals> {
  const totals = new PeerTotals()
  let looked = 0
  for (const connection of sources.peers.connections()) {
    if (++looked % PEERS_PER_PART === 0) yield
    totals.connections += 1
    totals.reads += connection.reads
    totals.writes += connection.writes
    totals.pending += connection.unsentBytes > 0 ? 1 : 0
    totals.channelsOfConnections += connection.channelCount
    for (const channel of connection.channels()) {
      if (++looked % PEERS_PER_PART === 0) yield
      // Exchanges learn by this what was published.
      if (channel.counts().published.publish > 0) totals.publishers += 1
      totals.consumers += channel.consumerCount
      totals.unacked += channel.unackedCount
      totals.unconfirmed += channel.unconfirmedCount
      totals.uncommitted += channel.uncommittedCount
      totals.acksUncommitted += channel.uncommittedAckCount
      totals.prefetch += channel.prefetchCount
      totals.globalPrefetch += channel.globalPrefetchCount
    }
  }
  return totals
}
