import {
  ANY,
  BOOLEAN,
  INTEGER,
  listOf,
  mapOf,
  NUMBER,
  named,
  OBJECT,
  objectOf,
  oneOf,
  TEXT,
  TEXTS,
} from './basics.js'
import { counted, LENGTHS, MESSAGE_STATS } from './counted.js'

/** Users, what they may do, and the vhosts that they may do it in. */

const USER_LIMIT_VALUES = objectOf({}, { 'max-connections': INTEGER, 'max-channels': INTEGER })
const VHOST_LIMIT_VALUES = objectOf({}, { 'max-connections': INTEGER, 'max-queues': INTEGER })

export const USER = named(
  'User',
  objectOf({
    name: TEXT,
    password_hash: TEXT,
    hashing_algorithm: TEXT,
    tags: TEXTS,
    limits: USER_LIMIT_VALUES,
  }),
)
export const WHO_AM_I = named('WhoAmI', objectOf({ name: TEXT, tags: TEXTS, is_internal_user: BOOLEAN }))
export const PERMISSION = named(
  'Permission',
  objectOf({ user: TEXT, vhost: TEXT, configure: TEXT, write: TEXT, read: TEXT }),
)
export const TOPIC_PERMISSION = named(
  'TopicPermission',
  objectOf({ user: TEXT, vhost: TEXT, exchange: TEXT, write: TEXT, read: TEXT }),
)
export const USER_LIMITS = named('UserLimits', objectOf({ user: TEXT, value: USER_LIMIT_VALUES }))
export const VHOST_LIMITS = named('VhostLimits', objectOf({ vhost: TEXT, value: VHOST_LIMIT_VALUES }))

const QUEUE_TYPE = oneOf('classic', 'quorum', 'stream')
const VHOST_METADATA = objectOf(
  { description: TEXT, tags: TEXTS, default_queue_type: QUEUE_TYPE },
  { protected_from_deletion: BOOLEAN },
)

export const VHOST = named(
  'Vhost',
  objectOf(
    {
      name: TEXT,
      description: TEXT,
      tags: TEXTS,
      default_queue_type: QUEUE_TYPE,
      metadata: VHOST_METADATA,
      protected_from_deletion: BOOLEAN,
      tracing: BOOLEAN,
      cluster_state: mapOf(TEXT),
    },
    { ...LENGTHS, ...counted(['recv_oct', 'send_oct']), message_stats: MESSAGE_STATS },
  ),
)

export const POLICY = named(
  'Policy',
  objectOf({
    vhost: TEXT,
    name: TEXT,
    pattern: TEXT,
    'apply-to': TEXT,
    definition: OBJECT,
    priority: NUMBER,
  }),
)
export const PARAMETER = named(
  'Parameter',
  objectOf({ value: ANY, vhost: TEXT, component: TEXT, name: TEXT }),
)
export const GLOBAL_PARAMETER = named('GlobalParameter', objectOf({ name: TEXT, value: ANY }))

export const BINDING = named(
  'Binding',
  objectOf({
    source: TEXT,
    vhost: TEXT,
    destination: TEXT,
    destination_type: oneOf('queue', 'exchange'),
    routing_key: TEXT,
    arguments: OBJECT,
    properties_key: TEXT,
  }),
)

const HEADING = {
  rabbit_version: TEXT,
  rabbitmq_version: TEXT,
  product_name: TEXT,
  product_version: TEXT,
  explanation: TEXT,
}

/** Everything declared. */
export const DEFINITIONS = named(
  'Definitions',
  objectOf({
    ...HEADING,
    rabbitmq_definition_format: oneOf('cluster'),
    original_cluster_name: TEXT,
    users: listOf(USER),
    vhosts: listOf(objectOf({ name: TEXT, metadata: VHOST_METADATA, limits: VHOST_LIMIT_VALUES })),
    permissions: listOf(PERMISSION),
    topic_permissions: listOf(TOPIC_PERMISSION),
    parameters: listOf(PARAMETER),
    global_parameters: listOf(GLOBAL_PARAMETER),
    policies: listOf(POLICY),
    ...topology({ vhost: TEXT }),
  }),
)

/** Everything declared in one vhost, which its entries do not name. */
export const VHOST_DEFINITIONS = named(
  'VhostDefinitions',
  objectOf({
    ...HEADING,
    rabbitmq_definition_format: oneOf('single_virtual_host'),
    original_vhost_name: TEXT,
    metadata: VHOST_METADATA,
    description: TEXT,
    limits: VHOST_LIMIT_VALUES,
    parameters: listOf(objectOf({ value: ANY, component: TEXT, name: TEXT })),
    policies: listOf(
      objectOf({ name: TEXT, pattern: TEXT, 'apply-to': TEXT, definition: OBJECT, priority: NUMBER }),
    ),
    ...topology({}),
  }),
)

function topology(place: { readonly vhost?: typeof TEXT }) {
  const declared = { name: TEXT, ...place, durable: BOOLEAN, auto_delete: BOOLEAN, arguments: OBJECT }
  return {
    queues: listOf(objectOf({ ...declared, type: QUEUE_TYPE })),
    exchanges: listOf(objectOf({ ...declared, type: TEXT })),
    bindings: listOf(
      objectOf({
        source: TEXT,
        ...place,
        destination: TEXT,
        destination_type: oneOf('queue', 'exchange'),
        routing_key: TEXT,
        arguments: OBJECT,
      }),
    ),
  }
}
