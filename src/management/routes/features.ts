import { NO_CONTENT, ok } from '../http/answer.js'
import { objectNotFound } from '../http/http-error.js'
import { list } from '../http/list.js'
import type { Route } from '../http/route.js'
import type { JsonObject } from '../json.js'
import { listOf, membersOf, named, objectOf, oneOf, TEXT } from '../schemas/basics.js'

const FEATURE_FLAG = named(
  'FeatureFlag',
  objectOf({
    ...membersOf(['name', 'desc', 'doc_url', 'provided_by', 'experiment_level', 'require_level'], TEXT),
    callbacks: listOf(TEXT),
    stability: oneOf('required'),
    state: oneOf('enabled'),
  }),
)
const DEPRECATED_FEATURE = named(
  'DeprecatedFeature',
  objectOf(membersOf(['name', 'desc', 'doc_url', 'provided_by', 'state', 'deprecation_phase'], TEXT)),
)

/** RabbitMQ's feature flags that clients and tools look for; all of ours are part of the broker. */
const FEATURE_FLAGS: readonly (readonly [name: string, description: string])[] = [
  ['classic_mirrored_queue_version', 'Support setting version for classic mirrored queues'],
  ['classic_queue_type_delivery_support', 'Bug fix for classic queue deliveries using mixed versions'],
  ['detailed_queues_endpoint', 'Add a detailed queues HTTP API endpoint'],
  ['direct_exchange_routing_v2', 'v2 direct exchange routing implementation'],
  ['drop_unroutable_metric', 'Count unroutable publishes to be dropped in stats'],
  ['empty_basic_get_metric', 'Count AMQP basic.get on empty queues in stats'],
  ['feature_flags_v2', 'Feature flags subsystem V2'],
  ['implicit_default_bindings', 'Default bindings are now implicit'],
  ['maintenance_mode_status', 'Maintenance mode status'],
  ['message_containers', 'Message containers'],
  ['quorum_queue', 'Support queues of type `quorum`'],
  ['quorum_queue_non_voters', 'Support for non-voting members in quorum queues'],
  ['restart_streams', 'Support for restarting streams with optional preferred next leader argument'],
  ['stream_queue', 'Support queues of type `stream`'],
  ['stream_single_active_consumer', 'Single active consumer for streams'],
  ['stream_filtering', 'Support for stream filtering'],
  ['user_limits', 'Configure connection and channel limits for a user'],
  ['virtual_host_metadata', 'Virtual host metadata (description, tags, etc)'],
]

export const FEATURE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/feature-flags',
    access: 'management',
    summary: 'Feature flags, which are all enabled',
    list: 'plain',
    answer: listOf(FEATURE_FLAG),
    handle: (request) => list(request, { items: FEATURE_FLAGS, view: flagView }),
  },
  {
    method: 'PUT',
    path: '/feature-flags/:name/enable',
    access: 'administrator',
    summary: 'Enables a feature flag; they are all enabled',
    contentType: 'application/json',
    successes: [204],
    handle: (request) => {
      const name = request.param('name')
      if (!FEATURE_FLAGS.some(([known]) => known === name)) throw objectNotFound()
      return NO_CONTENT
    },
  },
  ...['/deprecated-features', '/deprecated-features/used'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'management',
      summary: 'Deprecated features; there are none',
      answer: listOf(DEPRECATED_FEATURE),
      handle: () => ok([]),
    }),
  ),
]

function flagView([name, desc]: readonly [string, string]): JsonObject {
  return {
    callbacks: [],
    desc,
    doc_url: '',
    experiment_level: 'supported',
    name,
    provided_by: 'leveret',
    require_level: 'hard',
    stability: 'required',
    state: 'enabled',
  }
}
