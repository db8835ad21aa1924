import type { PeerChannel, PeerConnection } from '../../core/peers.js'
import type { DeliveryCounters, PublishCounts } from '../../core/statistics.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { channelDetails } from './consumer-view.js'

/**
 * What went between a channel and an exchange or a queue, in the lists of single objects. Totals alone: of pairs no
 * past is kept, so there are no rates.
 */

/** By the exchange that a channel published to. */
export function publishesBy(connection: PeerConnection, channel: PeerChannel): JsonObject[] {
  const { vhost } = connection
  return [...channel.counts().byExchange].map(([name, counts]) => ({
    exchange: { name, vhost },
    stats: published(counts),
  }))
}

/** By the queue that a channel took from. */
export function deliveriesTo({ doors }: ManagementServices, channel: PeerChannel): JsonObject[] {
  const views: JsonObject[] = []
  for (const [queueId, counts] of channel.counts().byQueue) {
    const queue = doors.topology.queue(queueId)
    if (queue === undefined) continue
    views.push({ queue: { name: queue.name, vhost: queue.vhost.name }, stats: taken(counts) })
  }
  return views
}

/** By the channel that published to an exchange. */
export function publishesTo(services: ManagementServices, { name, vhost }: Exchange): JsonObject[] {
  const views: JsonObject[] = []
  for (const { connection, channel } of channelsIn(services, vhost.name)) {
    const counts = channel.counts().byExchange.get(name)
    if (counts === undefined) continue
    views.push({
      channel_details: channelDetails(services, connection, channel),
      stats: published(counts),
    })
  }
  return views
}

/** By the channel that took from a queue. */
export function deliveriesFrom(services: ManagementServices, queue: QueueRecord): JsonObject[] {
  const views: JsonObject[] = []
  for (const { connection, channel } of channelsIn(services, queue.vhost.name)) {
    const counts = channel.counts().byQueue.get(queue.id)
    if (counts === undefined) continue
    views.push({ channel_details: channelDetails(services, connection, channel), stats: taken(counts) })
  }
  return views
}

function* channelsIn({ peers }: ManagementServices, vhost: string) {
  for (const connection of peers.connections()) {
    if (connection.vhost !== vhost) continue
    for (const channel of connection.channels()) yield { connection, channel }
  }
}

function published({ publish, confirm, returnUnroutable, dropUnroutable }: PublishCounts): JsonObject {
  return {
    confirm,
    drop_unroutable: dropUnroutable,
    publish,
    return_unroutable: returnUnroutable,
  }
}

function taken(counts: DeliveryCounters): JsonObject {
  const { deliver, deliverNoAck, get, getNoAck, getEmpty, redeliver, ack } = counts
  return {
    ack,
    deliver,
    deliver_get: deliver + deliverNoAck + get + getNoAck,
    deliver_no_ack: deliverNoAck,
    get,
    get_empty: getEmpty,
    get_no_ack: getNoAck,
    redeliver,
  }
}
