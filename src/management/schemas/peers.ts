import {
  BOOLEAN,
  extended,
  INTEGER,
  listOf,
  membersOf,
  named,
  OBJECT,
  objectOf,
  oneOf,
  TEXT,
  TEXT_OR_NULL,
} from './basics.js'
import { counted, EXCHANGE_STATS, GARBAGE_COLLECTION, MESSAGE_STATS } from './counted.js'

const CERTIFICATE_FACTS = [
  'ssl_cipher',
  'ssl_hash',
  'ssl_key_exchange',
  'ssl_protocol',
  'peer_cert_issuer',
  'peer_cert_subject',
  'peer_cert_validity',
] as const

/** A connection in the list of those of a user. */
export const SHORT_CONNECTION = named(
  'ShortConnection',
  objectOf({ name: TEXT, vhost: TEXT, user: TEXT, node: TEXT }),
)

export const CONNECTION = named(
  'Connection',
  objectOf(
    {
      ...SHORT_CONNECTION.properties,
      user_who_performed_action: TEXT,
      protocol: TEXT,
      type: oneOf('network', 'direct'),
      host: TEXT,
      port: INTEGER,
      peer_host: TEXT,
      peer_port: INTEGER,
      connected_at: INTEGER,
      timeout: INTEGER,
      frame_max: INTEGER,
      channel_max: INTEGER,
      auth_mechanism: TEXT,
      client_properties: OBJECT,
      ssl: BOOLEAN,
      ...membersOf(CERTIFICATE_FACTS, TEXT_OR_NULL),
    },
    {
      user_provided_name: TEXT,
      state: TEXT,
      channels: INTEGER,
      ...counted(['recv_oct', 'send_oct', 'reductions']),
      recv_cnt: INTEGER,
      send_cnt: INTEGER,
      send_pend: INTEGER,
      garbage_collection: GARBAGE_COLLECTION,
    },
  ),
)

const CONNECTION_DETAILS = objectOf({ name: TEXT, peer_host: TEXT, peer_port: INTEGER })

export const CHANNEL = named(
  'Channel',
  objectOf(
    {
      name: TEXT,
      number: INTEGER,
      node: TEXT,
      vhost: TEXT,
      user: TEXT,
      user_who_performed_action: TEXT,
      state: TEXT,
      connection_details: CONNECTION_DETAILS,
      ...membersOf(
        [
          'consumer_count',
          'prefetch_count',
          'messages_unacknowledged',
          'messages_unconfirmed',
          'messages_uncommitted',
          'acks_uncommitted',
          'pending_raft_commands',
        ],
        INTEGER,
      ),
      confirm: BOOLEAN,
      transactional: BOOLEAN,
    },
    {
      global_prefetch_count: INTEGER,
      cached_segments: INTEGER,
      idle_since: TEXT,
      message_stats: MESSAGE_STATS,
      ...counted(['reductions']),
      garbage_collection: GARBAGE_COLLECTION,
    },
  ),
)

export const CHANNEL_DETAILS = objectOf({
  name: TEXT,
  number: INTEGER,
  user: TEXT,
  connection_name: TEXT,
  node: TEXT,
  peer_host: TEXT,
  peer_port: INTEGER,
})

const QUEUE_NAME = objectOf({ name: TEXT, vhost: TEXT })

export const CONSUMER = named(
  'Consumer',
  objectOf({
    consumer_tag: TEXT,
    queue: QUEUE_NAME,
    channel_details: CHANNEL_DETAILS,
    ack_required: BOOLEAN,
    active: BOOLEAN,
    activity_status: oneOf('up', 'single_active', 'waiting', 'blocked', 'suspected_down'),
    arguments: OBJECT,
    consumer_timeout: { type: ['integer', 'string'] },
    exclusive: BOOLEAN,
    prefetch_count: INTEGER,
  }),
)

export const SINGLE_CHANNEL = named(
  'SingleChannel',
  extended(CHANNEL, {
    consumer_details: listOf(CONSUMER),
    publishes: listOf(objectOf({ exchange: QUEUE_NAME, stats: MESSAGE_STATS })),
    deliveries: listOf(objectOf({ queue: QUEUE_NAME, stats: MESSAGE_STATS })),
  }),
)

export const EXCHANGE = named(
  'Exchange',
  objectOf(
    {
      name: TEXT,
      vhost: TEXT,
      type: TEXT,
      durable: BOOLEAN,
      auto_delete: BOOLEAN,
      internal: BOOLEAN,
      arguments: OBJECT,
      user_who_performed_action: TEXT,
    },
    { policy: TEXT, message_stats: EXCHANGE_STATS },
  ),
)

export const SINGLE_EXCHANGE = named(
  'SingleExchange',
  extended(EXCHANGE, {
    incoming: listOf(objectOf({ channel_details: CHANNEL_DETAILS, stats: MESSAGE_STATS })),
    outgoing: listOf(objectOf({ queue: QUEUE_NAME, stats: MESSAGE_STATS })),
  }),
)
