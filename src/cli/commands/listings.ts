import { isNotFound, path } from '../api/api.js'
import type { Command, Tool } from '../command.js'
import type { Invocation } from '../invocation.js'
import { isObject, type JsonObject, objectIn, textIn } from '../json.js'
import { AmqpTable } from '../output/result.js'
import { channelPid, connectionPid } from './peer-ids.js'
import { type ColumnTable, columnsOf, field, fields, tableOf } from './values.js'

const TOOLS: readonly Tool[] = ['rabbitmqctl', 'rabbitmq-diagnostics']

/** A list that is asked for by columns. */
interface Listing {
  readonly name: string
  readonly summary: string
  readonly table: ColumnTable
  readonly defaults: readonly string[]
  readonly options?: Command['options']
  readonly formatter?: Command['formatter']
  banner(invocation: Invocation): string | readonly string[]
  items(invocation: Invocation, columns: readonly string[]): Promise<JsonObject[]>
}

const amqpTable = (name: string) => (item: JsonObject) => new AmqpTable(objectIn(item[name]))

const QUEUE_FACTS = ['name', 'durable', 'auto_delete', 'arguments', 'exclusive', 'state', 'type']
const QUEUES: ColumnTable = {
  ...fields('name', 'messages', 'durable', 'auto_delete'),
  arguments: amqpTable('arguments'),
  ...fields('policy', 'operator_policy'),
  effective_policy_definition: (queue) => queue.effective_policy_definition ?? [],
  pid: (queue) => `<${textIn(queue.node)}.${textIn(queue.vhost)}.${textIn(queue.name)}>`,
  owner_pid: (queue) =>
    isObject(queue.owner_pid_details)
      ? connectionPid({ ...queue.owner_pid_details, node: queue.node ?? '' })
      : '',
  ...fields(
    'exclusive',
    'exclusive_consumer_pid',
    'exclusive_consumer_tag',
    'messages_ready',
    'messages_unacknowledged',
    'messages_ram',
    'messages_ready_ram',
    'messages_unacknowledged_ram',
    'messages_persistent',
    'message_bytes',
    'message_bytes_ready',
    'message_bytes_unacknowledged',
    'message_bytes_ram',
    'message_bytes_persistent',
    'head_message_timestamp',
    'disk_reads',
    'disk_writes',
    'consumers',
    'consumer_utilisation',
    'consumer_capacity',
    'memory',
    'state',
    'type',
    'leader',
    'members',
    'online',
  ),
}
/** What only a queue by itself, or the detailed list, tells. */
const QUEUE_DETAILS = ['owner_pid', 'exclusive_consumer_tag', 'head_message_timestamp', 'members', 'online']

const EXCHANGES: ColumnTable = {
  ...fields('name', 'type', 'durable', 'auto_delete', 'internal'),
  arguments: amqpTable('arguments'),
  policy: field('policy'),
}

const BINDINGS: ColumnTable = {
  source_name: field('source'),
  source_kind: () => 'exchange',
  destination_name: field('destination'),
  destination_kind: field('destination_type'),
  routing_key: field('routing_key'),
  arguments: amqpTable('arguments'),
}

const CONNECTIONS: ColumnTable = {
  pid: connectionPid,
  ...fields('name', 'port', 'host', 'peer_port', 'peer_host', 'ssl', 'ssl_protocol', 'ssl_key_exchange'),
  ...fields('ssl_cipher', 'ssl_hash', 'peer_cert_subject', 'peer_cert_issuer', 'peer_cert_serial_number'),
  ...fields('peer_cert_validity', 'state', 'channels', 'protocol', 'auth_mechanism', 'user', 'vhost'),
  ...fields('container_id', 'timeout', 'frame_max', 'channel_max'),
  client_properties: amqpTable('client_properties'),
  ...fields('recv_oct', 'recv_cnt', 'send_oct', 'send_cnt', 'send_pend', 'connected_at'),
  ...fields('user_provided_name', 'node'),
}

const CHANNELS: ColumnTable = {
  pid: channelPid,
  connection: (channel) =>
    connectionPid({ ...objectIn(channel.connection_details), node: channel.node ?? '' }),
  ...fields('name', 'number', 'user', 'vhost', 'transactional', 'confirm', 'consumer_count'),
  ...fields('messages_unacknowledged', 'messages_uncommitted', 'acks_uncommitted', 'messages_unconfirmed'),
  ...fields('prefetch_count', 'global_prefetch_count', 'state'),
}

const CONSUMERS: ColumnTable = {
  queue_name: (consumer) => objectIn(consumer.queue).name,
  channel_pid: (consumer) => channelPid(objectIn(consumer.channel_details)),
  ...fields('consumer_tag', 'ack_required', 'prefetch_count', 'active', 'activity_status'),
  arguments: amqpTable('arguments'),
}

const FEATURE_FLAGS = fields('name', 'state', 'stability', 'provided_by', 'desc', 'doc_url')
const DEPRECATED = fields('name', 'deprecation_phase', 'state', 'provided_by', 'desc', 'doc_url')

const LISTINGS: readonly Listing[] = [
  {
    name: 'list_queues',
    summary: 'Queues of a virtual host',
    table: QUEUES,
    defaults: ['name', 'messages'],
    options: {
      online: { kind: 'switch', doc: 'Those whose leader is up' },
      offline: { kind: 'switch', doc: 'Those whose leader is down' },
      local: { kind: 'switch', doc: 'Those of this node' },
    },
    banner: (invocation) => [
      `Timeout: ${invocation.timeoutSeconds(60).toFixed(1)} seconds ...`,
      `Listing queues for vhost ${invocation.vhost} ...`,
    ],
    items: async (invocation, columns) => {
      const { vhost } = invocation
      const isPlain = columns.every((column) => QUEUE_FACTS.includes(column))
      const needsDetails = columns.some((column) => QUEUE_DETAILS.includes(column))
      const queues = await pagedOrNone(
        invocation,
        needsDetails ? '/queues/detailed' : path`/queues/${vhost}`,
        isPlain ? { disable_stats: 'true' } : {},
      )
      const isUp = (queue: JsonObject) => !['down', 'stopped', 'crashed'].includes(textIn(queue.state))
      return queues.filter(
        (queue) =>
          queue.vhost === vhost &&
          (!invocation.flag('online') || isUp(queue)) &&
          (!invocation.flag('offline') || !isUp(queue)),
      )
    },
  },
  {
    name: 'list_unresponsive_queues',
    summary: 'Queues that do not answer: none, since queues here have no process of their own',
    table: QUEUES,
    defaults: ['name'],
    options: {
      local: { kind: 'switch', doc: 'Those of this node' },
      'queue-timeout': { kind: 'integer', placeholder: 'MS', doc: 'Accepted' },
    },
    banner: ({ vhost }) => `Listing unresponsive queues for vhost ${vhost} ...`,
    // The node answers, and with it all its queues.
    items: async ({ api }) => {
      await api.overview()
      return []
    },
  },
  {
    name: 'list_exchanges',
    summary: 'Exchanges of a virtual host',
    table: EXCHANGES,
    defaults: ['name', 'type'],
    banner: ({ vhost }) => `Listing exchanges for vhost ${vhost} ...`,
    items: (invocation) =>
      pagedOrNone(invocation, path`/exchanges/${invocation.vhost}`, { disable_stats: 'true' }),
  },
  {
    name: 'list_bindings',
    summary: 'Bindings of a virtual host',
    table: BINDINGS,
    defaults: Object.keys(BINDINGS),
    banner: ({ vhost }) => `Listing bindings for vhost ${vhost}...`,
    items: (invocation) => listOrNone(invocation, path`/bindings/${invocation.vhost}`),
  },
  {
    name: 'list_connections',
    summary: 'Connections',
    table: CONNECTIONS,
    defaults: ['user', 'peer_host', 'peer_port', 'state'],
    banner: () => 'Listing connections ...',
    items: ({ api }) => api.paged('/connections'),
  },
  {
    name: 'list_channels',
    summary: 'Channels',
    table: CHANNELS,
    defaults: ['pid', 'user', 'consumer_count', 'messages_unacknowledged'],
    banner: () => 'Listing channels ...',
    items: ({ api }) => api.paged('/channels'),
  },
  {
    name: 'list_consumers',
    summary: 'Consumers of a virtual host',
    table: CONSUMERS,
    defaults: [
      'queue_name',
      'channel_pid',
      'consumer_tag',
      'ack_required',
      'prefetch_count',
      'active',
      'arguments',
    ],
    banner: ({ vhost }) => `Listing consumers in vhost ${vhost} ...`,
    items: (invocation) => listOrNone(invocation, path`/consumers/${invocation.vhost}`),
  },
  {
    name: 'list_feature_flags',
    summary: 'Feature flags',
    table: FEATURE_FLAGS,
    defaults: ['name', 'state'],
    banner: () => 'Listing feature flags ...',
    items: ({ api }) => api.list('/feature-flags'),
  },
  {
    name: 'list_deprecated_features',
    summary: 'Deprecated features',
    table: DEPRECATED,
    defaults: ['name', 'deprecation_phase', 'state'],
    formatter: 'pretty_table',
    options: { used: { kind: 'switch', doc: 'Those in use' } },
    banner: (invocation) => `Listing ${invocation.flag('used') ? 'used ' : ''}deprecated features ...`,
    items: (invocation) =>
      invocation.api.list(invocation.flag('used') ? '/deprecated-features/used' : '/deprecated-features'),
  },
]

export const LISTING_COMMANDS: readonly Command[] = LISTINGS.map((listing) => ({
  name: listing.name,
  tools: TOOLS,
  group: 'Listing',
  summary: listing.summary,
  arguments: [{ name: 'COLUMN', isOptional: true, isRepeated: true }],
  columns: Object.keys(listing.table),
  ...(listing.options === undefined ? {} : { options: listing.options }),
  ...(listing.formatter === undefined ? {} : { formatter: listing.formatter }),
  banner: (invocation) => {
    // An unknown column is told before anything else.
    columnsOf(invocation, listing.table, listing.defaults)
    return listing.banner(invocation)
  },
  run: async (invocation) => {
    const columns = columnsOf(invocation, listing.table, listing.defaults)
    return tableOf(await listing.items(invocation, columns), columns, listing.table)
  },
}))

/** A vhost that does not exist has nothing to list. */
async function pagedOrNone(
  { api }: Invocation,
  at: string,
  query: Readonly<Record<string, string>>,
): Promise<JsonObject[]> {
  return orNone(() => api.paged(at, query))
}

function listOrNone({ api }: Invocation, at: string): Promise<JsonObject[]> {
  return orNone(() => api.list(at))
}

async function orNone(ask: () => Promise<JsonObject[]>): Promise<JsonObject[]> {
  try {
    return await ask()
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}
