import { tableToPlain } from '../../core/field-table.js'
import type { PeerChannel, PeerConnection } from '../../core/peers.js'
import type { Json, JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'

export function connectionView(
  services: ManagementServices,
  connection: PeerConnection,
  query: URLSearchParams,
): JsonObject {
  const clientProperties = tableToPlain(connection.clientProperties)
  const facts: JsonObject = {
    auth_mechanism: connection.mechanism,
    channel_max: connection.channelMax,
    client_properties: clientProperties,
    connected_at: connection.connectedAtMs,
    frame_max: connection.frameMax,
    host: connection.host,
    name: connection.name,
    node: services.node.name,
    peer_cert_issuer: null,
    peer_cert_subject: null,
    peer_cert_validity: null,
    peer_host: connection.peerHost,
    peer_port: connection.peerPort,
    port: connection.port,
    protocol: connection.protocol,
    ssl: connection.tls !== undefined,
    ssl_cipher: connection.tls?.cipher ?? null,
    ssl_hash: null,
    ssl_key_exchange: null,
    ssl_protocol: connection.tls?.protocol ?? null,
    timeout: connection.heartbeatSeconds,
    type: 'network',
    user: connection.user,
    user_who_performed_action: connection.user,
    ...providedName(clientProperties.connection_name),
    vhost: connection.vhost,
  }
  if (query.get('disable_stats') === 'true') return facts
  return {
    ...facts,
    channels: connection.channelCount,
    recv_cnt: connection.reads,
    recv_oct: connection.receivedBytes,
    reductions: 0,
    send_cnt: connection.writes,
    send_oct: connection.sentBytes,
    send_pend: connection.unsentBytes,
    state: connection.state,
    ...services.statistics?.connection(connection, query),
  }
}

/** An item of the connections of one user. */
export function shortConnectionView(services: ManagementServices, connection: PeerConnection): JsonObject {
  const { name, vhost, user } = connection
  return { name, vhost, user, node: services.node.name }
}

export function channelView(
  services: ManagementServices,
  connection: PeerConnection,
  channel: PeerChannel,
  query: URLSearchParams,
): JsonObject {
  return {
    acks_uncommitted: channel.uncommittedAckCount,
    confirm: channel.confirm,
    connection_details: {
      name: connection.name,
      peer_host: connection.peerHost,
      peer_port: connection.peerPort,
    },
    consumer_count: channel.consumerCount,
    ...(channel.globalPrefetchCount === 0 ? {} : { global_prefetch_count: channel.globalPrefetchCount }),
    messages_unacknowledged: channel.unackedCount,
    messages_uncommitted: channel.uncommittedCount,
    messages_unconfirmed: channel.unconfirmedCount,
    name: channelName(connection, channel),
    node: services.node.name,
    number: channel.number,
    pending_raft_commands: 0,
    prefetch_count: channel.prefetchCount,
    state: channel.state,
    transactional: channel.transactional,
    user: connection.user,
    user_who_performed_action: connection.user,
    vhost: connection.vhost,
    ...services.statistics?.channel(connection, channel, query),
  }
}

export function channelName(connection: PeerConnection, channel: PeerChannel): string {
  return `${connection.name} (${channel.number})`
}

function providedName(name: Json | undefined): JsonObject {
  return typeof name === 'string' ? { user_provided_name: name } : {}
}
