import { tableToPlain } from '../../core/field-table.js'
import type { PeerChannel, PeerConnection, PeerConsumer } from '../../core/peers.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { channelName } from './connection-view.js'

/** A consumer with what it belongs to. */
export interface ConsumerPlace {
  readonly connection: PeerConnection
  readonly channel: PeerChannel
  readonly consumer: PeerConsumer
  readonly queue: QueueRecord
}

/** All consumers of queues that there are. */
export function* allConsumers({ doors, peers }: ManagementServices): IterableIterator<ConsumerPlace> {
  for (const connection of peers.connections()) {
    for (const channel of connection.channels()) {
      for (const consumer of channel.consumers()) {
        const queue = doors.topology.queue(consumer.queueId)
        if (queue !== undefined) yield { connection, channel, consumer, queue }
      }
    }
  }
}

export function consumerViewsOf(services: ManagementServices, queue: QueueRecord): JsonObject[] {
  const views: JsonObject[] = []
  for (const place of allConsumers(services)) {
    if (place.queue === queue) views.push(consumerView(services, place))
  }
  return views
}

/** Which channel it is, in the answers for something else. */
export function channelDetails(
  { node }: ManagementServices,
  connection: PeerConnection,
  channel: PeerChannel,
): JsonObject {
  return {
    connection_name: connection.name,
    name: channelName(connection, channel),
    node: node.name,
    number: channel.number,
    peer_host: connection.peerHost,
    peer_port: connection.peerPort,
    user: connection.user,
  }
}

export function consumerView(services: ManagementServices, place: ConsumerPlace): JsonObject {
  const { connection, channel, consumer, queue } = place
  return {
    ack_required: !consumer.noAck,
    active: consumer.active,
    activity_status: consumer.active ? (queue.singleActiveConsumer ? 'single_active' : 'up') : 'waiting',
    arguments: tableToPlain(consumer.arguments),
    channel_details: channelDetails(services, connection, channel),
    consumer_tag: consumer.tag,
    consumer_timeout: queue.settings.consumerTimeoutMs ?? 'infinity',
    exclusive: consumer.exclusive,
    prefetch_count: consumer.prefetchCount,
    queue: { name: queue.name, vhost: queue.vhost.name },
  }
}
