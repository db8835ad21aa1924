import { clusterNameOf } from '../cluster-name.js'
import type { ApiRequest } from '../http/api-request.js'
import type { JsonObject } from '../json.js'
import { BASIC_RETENTION, GLOBAL_RETENTION, type Retention } from '../statistics/series.js'
import { exchangeTypesView } from './node-view.js'

/** The cluster at a glance, as far as the sender may see it. */
export function overviewView(request: ApiRequest): JsonObject {
  const { services, query } = request
  const { node, doors } = services
  return {
    cluster_name: clusterNameOf(services),
    cluster_tags: {},
    crypto_lib_version: process.versions.openssl ?? '',
    default_queue_type: node.defaultQueueType,
    disable_stats: false,
    enable_queue_totals: false,
    erlang_full_version: `Node.js ${process.version}`,
    erlang_version: process.versions.node,
    exchange_types: exchangeTypesView(doors.topology.types.all()),
    is_op_policy_updating_enabled: true,
    management_version: node.rabbitmqVersion,
    message_stats: {},
    node_tags: {},
    object_totals: objectTotals(request),
    product_name: node.productName,
    product_version: node.productVersion,
    queue_totals: queueTotals(request),
    rabbitmq_version: node.rabbitmqVersion,
    rates_mode: 'basic',
    require_definition_json_extension: false,
    sample_retention_policies: {
      global: GLOBAL_RETENTION.map(spanView),
      basic: BASIC_RETENTION.map(spanView),
      // Of what goes from channels to queues no past is kept.
      detailed: [],
    },
    statistics_db_event_queue: 0,
    ...(request.isMonitor ? nodeFacts(request) : {}),
    ...services.statistics?.overview(query, request.isMonitor ? undefined : request.vhosts),
  }
}

/** In seconds, rounded down to ten minutes or to hours. */
function spanView({ spanSeconds }: Retention): number {
  const unit = spanSeconds < 3600 ? 600 : 3600
  return Math.floor(spanSeconds / unit) * unit
}

function nodeFacts({ services }: ApiRequest): JsonObject {
  const { node } = services
  const listeners = node.listeners()
  return {
    contexts: listeners
      .filter(({ protocol }) => protocol.startsWith('http'))
      .map(({ host, port }) => ({
        cowboy_opts: '',
        description: 'RabbitMQ Management',
        ip: host,
        node: node.name,
        path: '/',
        port: String(port),
        ssl_opts: [],
      })),
    listeners: listeners.map(({ protocol, host, port, tls }) => ({
      ip_address: host,
      node: node.name,
      port,
      protocol,
      socket_opts: [],
      tls,
    })),
    node: node.name,
  }
}

function objectTotals(request: ApiRequest): JsonObject {
  let [connections, channels, consumers] = [0, 0, 0]
  for (const connection of request.services.peers.connections()) {
    if (!request.isMonitor && connection.user !== request.principal.name) continue
    connections += 1
    channels += connection.channelCount
    for (const channel of connection.channels()) consumers += channel.consumerCount
  }
  let [exchanges, queues] = [0, 0]
  for (const vhost of seenVhosts(request)) {
    exchanges += vhost.exchanges.size
    queues += vhost.queues.size
  }
  return { connections, channels, exchanges, queues, ...(request.isMonitor ? { consumers } : {}) }
}

function queueTotals(request: ApiRequest): JsonObject {
  let [ready, unacked] = [0, 0]
  for (const vhost of seenVhosts(request)) {
    for (const { id } of vhost.queues.values()) {
      const counts = request.services.shards.portFor(id).countsOf(id)
      ready += counts.ready
      unacked += counts.unacked
    }
  }
  return { messages: ready + unacked, messages_ready: ready, messages_unacknowledged: unacked }
}

function seenVhosts(request: ApiRequest) {
  return request.isMonitor ? [...request.services.doors.topology.vhosts.values()] : request.vhosts
}
