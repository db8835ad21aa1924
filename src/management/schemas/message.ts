import type { Schema } from '../http/route.js'
import {
  BOOLEAN,
  INTEGER,
  INTEGER_OR_NULL,
  listOf,
  membersOf,
  NUMBER,
  named,
  OBJECT,
  objectOf,
  oneOf,
  TEXT,
  TEXT_OR_NULL,
} from './basics.js'

const TEXT_PROPERTIES = [
  'content_type',
  'content_encoding',
  'correlation_id',
  'reply_to',
  'expiration',
  'message_id',
  'type',
  'user_id',
  'app_id',
  'cluster_id',
] as const
const PROPERTIES_OBJECT = objectOf(
  {},
  {
    ...membersOf(TEXT_PROPERTIES, TEXT),
    ...membersOf(['delivery_mode', 'priority', 'timestamp'], NUMBER),
    headers: OBJECT,
  },
)
/** RabbitMQ writes no properties as an empty list. */
const PROPERTIES: Schema = named('MessageProperties', {
  oneOf: [PROPERTIES_OBJECT, { type: 'array', maxItems: 0 }],
})

const CONTENT = {
  exchange: TEXT,
  routing_key: TEXT,
  redelivered: BOOLEAN,
  properties: PROPERTIES,
  payload: TEXT,
  payload_bytes: INTEGER,
  payload_encoding: oneOf('string', 'base64'),
}

/** A message as `get` takes it. */
export const TAKEN_MESSAGE = named('TakenMessage', objectOf({ ...CONTENT, message_count: INTEGER }))

/** A message as it lies in its queue. */
const SEEN_MESSAGE = named(
  'SeenMessage',
  objectOf(
    { ...CONTENT, position: TEXT, state: oneOf('ready', 'unacked', 'held'), age_ms: INTEGER_OR_NULL },
    { delivery_count: INTEGER, stream_offset: INTEGER, expires_in_ms: INTEGER },
  ),
)
export const MESSAGE_PAGE = named(
  'MessagePage',
  objectOf({ messages: listOf(SEEN_MESSAGE), next_cursor: TEXT_OR_NULL, scanned: INTEGER }),
)
