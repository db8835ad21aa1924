import {
  BOOLEAN,
  extended,
  INTEGER,
  INTEGER_OR_NULL,
  listOf,
  mapOf,
  membersOf,
  NUMBER,
  named,
  OBJECT,
  objectOf,
  oneOf,
  TEXT,
  TEXT_OR_NULL,
  TEXTS,
} from './basics.js'
import { counted, GARBAGE_COLLECTION, LENGTHS, MESSAGE_STATS } from './counted.js'
import { CHANNEL_DETAILS, CONSUMER } from './peers.js'

const INTEGER_OR_WORD = { type: ['integer', 'string'] } as const

/** An item of a list of queues. With `disable_stats` the required members are all there is. */
export const QUEUE = named(
  'Queue',
  objectOf(
    {
      name: TEXT,
      vhost: TEXT,
      type: oneOf('classic', 'quorum', 'stream'),
      durable: BOOLEAN,
      auto_delete: BOOLEAN,
      exclusive: BOOLEAN,
      internal: BOOLEAN,
      internal_owner: { enum: [false] },
      arguments: OBJECT,
      node: TEXT,
      state: TEXT,
    },
    {
      policy: TEXT_OR_NULL,
      operator_policy: TEXT_OR_NULL,
      effective_policy_definition: OBJECT,
      consumers: INTEGER,
      consumer_capacity: NUMBER,
      consumer_utilisation: NUMBER,
      ...LENGTHS,
      ...membersOf(
        [
          'messages_ram',
          'messages_ready_ram',
          'messages_unacknowledged_ram',
          'messages_persistent',
          'message_bytes',
          'message_bytes_ready',
          'message_bytes_unacknowledged',
          'message_bytes_ram',
          'message_bytes_persistent',
        ],
        INTEGER,
      ),
      message_stats: MESSAGE_STATS,
      memory: INTEGER,
      ...counted(['reductions']),
      storage_version: INTEGER,
      idle_since: TEXT,
      leader: TEXT,
      members: TEXTS,
      online: TEXTS,
    },
  ),
)

/** With what is looked up for one queue at a time. */
export const DETAILED_QUEUE = named(
  'DetailedQueue',
  extended(
    QUEUE,
    {},
    {
      exclusive_consumer_tag: TEXT_OR_NULL,
      single_active_consumer_tag: TEXT_OR_NULL,
      head_message_timestamp: INTEGER_OR_NULL,
      garbage_collection: GARBAGE_COLLECTION,
      backing_queue_status: OBJECT,
      owner_pid_details: objectOf({ name: TEXT, peer_host: TEXT, peer_port: INTEGER }),
      open_files: mapOf(INTEGER),
      delivery_limit: INTEGER_OR_WORD,
      delayed_retry: TEXT,
      ...membersOf(
        [
          'messages_delayed',
          'messages_ready_returned',
          'messages_active_priorities',
          'messages_dlx',
          'message_bytes_dlx',
          'publishers',
          'segments',
        ],
        INTEGER,
      ),
      messages_by_priority: mapOf(INTEGER),
      readers: mapOf(INTEGER),
      first_timestamp: INTEGER_OR_NULL,
    },
  ),
)

const ROUTED = objectOf({
  exchange: objectOf({ name: TEXT, vhost: TEXT }),
  stats: objectOf({}, counted(['publish'])),
})
const DELIVERED = objectOf({ channel_details: CHANNEL_DETAILS, stats: MESSAGE_STATS })

export const SINGLE_QUEUE = named(
  'SingleQueue',
  extended(
    DETAILED_QUEUE,
    {},
    { consumer_details: listOf(CONSUMER), incoming: listOf(ROUTED), deliveries: listOf(DELIVERED) },
  ),
)
