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
  ['khepri_db', 'Definitions are kept in one log'],
  ['listener_records_in_ets', 'Listeners are kept in memory'],
  ['maintenance_mode_status', 'Maintenance mode status'],
  ['message_containers', 'Message containers'],
  ['message_containers_deaths_v2', 'Dead letters keep the order of their deaths'],
  ['quorum_queue', 'Support queues of type `quorum`'],
  ['quorum_queue_non_voters', 'Support for non-voting members in quorum queues'],
  ['rabbit_exchange_type_local_random', 'Exchanges of type x-local-random'],
  ['rabbitmq_4.0.0', 'What RabbitMQ 4.0 does'],
  ['rabbitmq_4.1.0', 'What RabbitMQ 4.1 does'],
  ['rabbitmq_4.2.0', 'What RabbitMQ 4.2 does'],
  ['rabbitmq_4.3.0', 'What RabbitMQ 4.3 does'],
  ['restart_streams', 'Support for restarting streams with optional preferred next leader argument'],
  ['stream_queue', 'Support queues of type `stream`'],
  ['stream_single_active_consumer', 'Single active consumer for streams'],
  ['stream_filtering', 'Support for stream filtering'],
  ['stream_sac_coordinator_unblock_group', 'A group of stream consumers never waits for one that is gone'],
  ['stream_update_config_command', 'Retention of a stream follows its policy'],
  ['tie_binding_to_dest_with_keep_while_cond', 'Bindings go with what they lead to'],
  ['topic_binding_projection_v4', 'Topic bindings are a trie'],
  ['track_qq_members_uids', 'Members of quorum queues have identities of their own'],
  ['tracking_records_in_ets', 'Connections are counted in memory'],
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
