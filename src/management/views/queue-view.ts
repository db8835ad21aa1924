import { tableToPlain } from '../../core/field-table.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { Json, JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import type { Fields } from '../statistics/fields.js'
import { consumerViewsOf } from './consumer-view.js'
import { deliveriesFrom } from './pair-view.js'

/** What of a queue every answer shows: nothing that counts. */
function queueFacts(services: ManagementServices, queue: QueueRecord): Fields {
  return {
    arguments: tableToPlain(queue.arguments),
    auto_delete: queue.autoDelete,
    durable: queue.durable,
    exclusive: queue.exclusive,
    internal: false,
    internal_owner: false,
    name: queue.name,
    node: services.node.name,
    state: 'running',
    type: queue.type,
    vhost: queue.vhost.name,
  }
}

/** An item of a list of queues; `query` may ask for less. */
export function queueView(services: ManagementServices, queue: QueueRecord, query: URLSearchParams): Fields {
  if (query.get('disable_stats') === 'true') return queueWithoutStatistics(services, queue, query)
  const { policy, operatorPolicy } = queue.policies
  const view: Fields = queueFacts(services, queue)
  if (policy !== undefined) view.policy = policy.name
  if (operatorPolicy !== undefined) view.operator_policy = operatorPolicy.name
  view.effective_policy_definition = effectivePolicyView(services, queue)
  if (queue.type !== 'classic') Object.assign(view, placeFields(services, queue))
  if (services.statistics === undefined) Object.assign(view, countFields(services, queue))
  else services.statistics.addQueue(view, queue, query)
  return view
}

/** A queue by itself, or in the detailed list. */
export function detailedQueueView(
  services: ManagementServices,
  queue: QueueRecord,
  query: URLSearchParams,
): JsonObject {
  const view: Fields = queueView(services, queue, query)
  view.policy ??= null
  view.operator_policy ??= null
  return Object.assign(view, typeFields(queue), services.statistics?.queueDetails(queue))
}

export function singleQueueView(
  services: ManagementServices,
  queue: QueueRecord,
  query: URLSearchParams,
): JsonObject {
  return {
    consumer_details: consumerViewsOf(services, queue),
    deliveries: deliveriesFrom(services, queue),
    incoming: [],
    ...detailedQueueView(services, queue, query),
  }
}

function queueWithoutStatistics(
  services: ManagementServices,
  queue: QueueRecord,
  query: URLSearchParams,
): Fields {
  const facts = queueFacts(services, queue)
  if (query.get('enable_queue_totals') !== 'true') return facts
  const { ready, unacked } = services.shards.portFor(queue.id).countsOf(queue.id)
  return {
    ...facts,
    ...placeFields(services, queue),
    messages: ready + unacked,
    messages_ready: ready,
    messages_unacknowledged: unacked,
  }
}

function countFields(services: ManagementServices, queue: QueueRecord): JsonObject {
  const { ready, unacked, consumers, readyBytes } = services.shards.portFor(queue.id).countsOf(queue.id)
  return {
    consumers,
    ...(queue.type === 'stream' ? {} : { consumer_capacity: 0, consumer_utilisation: 0 }),
    messages: ready + unacked,
    messages_ready: ready,
    messages_unacknowledged: unacked,
    messages_ram: ready + unacked,
    messages_ready_ram: ready,
    messages_unacknowledged_ram: unacked,
    messages_persistent: 0,
    message_bytes: readyBytes,
    message_bytes_ready: readyBytes,
    message_bytes_unacknowledged: 0,
    message_bytes_ram: readyBytes,
    message_bytes_persistent: 0,
    memory: 0,
    reductions: 0,
    ...(queue.type === 'classic' ? { storage_version: 2 } : {}),
  }
}

/** Where a replicated queue lives. */
function placeFields({ node }: ManagementServices, queue: QueueRecord): JsonObject {
  if (queue.type === 'classic') return {}
  return { leader: node.name, members: [node.name], online: [node.name] }
}

function typeFields({ type, settings }: QueueRecord): JsonObject {
  switch (type) {
    case 'classic':
      return { exclusive_consumer_tag: null, single_active_consumer_tag: null, head_message_timestamp: null }
    case 'quorum':
      return {
        delivery_limit: settings.deliveryLimit ?? 'unlimited',
        delayed_retry: settings.delayedRetryType,
        single_active_consumer_tag: null,
        messages_dlx: 0,
        message_bytes_dlx: 0,
      }
    case 'stream':
      return { readers: {}, segments: 1, first_timestamp: null }
  }
}

function effectivePolicyView(services: ManagementServices, queue: QueueRecord): JsonObject {
  const members = [...services.doors.effectivePolicy(queue)].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members) as Record<string, Json>
}
