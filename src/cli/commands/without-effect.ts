import { UsageError } from '../cli-error.js'
import type { Command, Tool } from '../command.js'
import { text } from '../output/result.js'

/** Names that scripts call and whose purpose is met: they say so, with status 0. */
const HARMLESS: readonly (readonly [name: string, tool: Tool, reason: string])[] = [
  ['restart_vhost', 'rabbitmqctl', 'a virtual host runs for as long as the node does'],
  ['reconcile_vhosts', 'rabbitmqctl', 'virtual hosts need no reconciliation'],
  ['node_health_check', 'rabbitmqctl', 'use check_running and check_alarms instead'],
  ['rename_cluster_node', 'rabbitmqctl', 'a node takes its name at every start'],
  ['update_cluster_nodes', 'rabbitmqctl', 'there is nothing to update'],
  ['remove_classic_queue_mirroring_from_policies', 'rabbitmqctl', 'mirroring is not known here'],
  ['force_boot', 'rabbitmqctl', 'a node starts by itself'],
  ['force_standalone_khepri_boot', 'rabbitmqctl', 'a node starts by itself'],
  [
    'enable_auth_attempt_source_tracking',
    'rabbitmq-diagnostics',
    'track_auth_attempt_source in the configuration says whether logins are counted by source',
  ],
  [
    'disable_auth_attempt_source_tracking',
    'rabbitmq-diagnostics',
    'track_auth_attempt_source in the configuration says whether logins are counted by source',
  ],
  ['activate_free_disk_space_monitoring', 'rabbitmqctl', 'free disk space is always watched'],
  ['clear_auth_backend_cache', 'rabbitmqctl', 'changes of users take effect at once'],
  ['force_gc', 'rabbitmqctl', 'memory is given back by itself'],
  ['erlang_version', 'rabbitmq-diagnostics', 'the node runs on Node.js'],
  [
    'check_if_metadata_store_is_initialized',
    'rabbitmq-diagnostics',
    'a node that answers has its definitions',
  ],
  [
    'check_if_cluster_has_classic_queue_mirroring_policy',
    'rabbitmq-diagnostics',
    'mirroring is not known here',
  ],
  ['check_if_node_is_mirror_sync_critical', 'rabbitmq-queues', 'mirroring is not known here'],
  ['check_if_new_quorum_queue_replicas_have_finished_initial_sync', 'rabbitmq-queues', 'all have'],
  ['list_policies_with_classic_queue_mirroring', 'rabbitmq-queues', 'mirroring is not known here'],
  ['reclaim_quorum_memory', 'rabbitmq-queues', 'memory is given back by itself'],
  ['force_checkpoint', 'rabbitmq-queues', 'checkpoints are made by themselves'],
  ['post_upgrade', 'rabbitmq-upgrade', 'nothing is to be done after an upgrade'],
  ['await_online_synchronized_mirror', 'rabbitmq-upgrade', 'mirroring is not known here'],
]

const NO_CLUSTERS = 'this version has no clusters'
const NO_STREAM_PROTOCOL = 'this version does not speak the stream protocol'

/** Names of what needs Erlang, or a cluster: refused with a reason rather than as unknown. */
const REFUSED: readonly (readonly [name: string, tool: Tool, reason: string])[] = [
  ['eval', 'rabbitmqctl', 'there is no Erlang to evaluate'],
  ['eval_file', 'rabbitmqctl', 'there is no Erlang to evaluate'],
  ['exec', 'rabbitmqctl', 'there is no Elixir to execute'],
  ['remote_shell', 'rabbitmq-diagnostics', 'there is no Erlang shell'],
  ['observer', 'rabbitmq-diagnostics', 'there is no Erlang to observe'],
  ['runtime_thread_stats', 'rabbitmq-diagnostics', 'there is no Erlang runtime'],
  ['maybe_stuck', 'rabbitmq-diagnostics', 'there are no Erlang processes'],
  ['erlang_cookie_hash', 'rabbitmq-diagnostics', 'there is no Erlang cookie'],
  ['erlang_cookie_sources', 'rabbitmq-diagnostics', 'there is no Erlang cookie'],
  ['list_channel_interceptors', 'rabbitmqctl', 'there are none'],
  ['join_cluster', 'rabbitmqctl', NO_CLUSTERS],
  ['forget_cluster_node', 'rabbitmqctl', NO_CLUSTERS],
  ['add_member', 'rabbitmq-queues', NO_CLUSTERS],
  ['delete_member', 'rabbitmq-queues', NO_CLUSTERS],
  ['grow', 'rabbitmq-queues', NO_CLUSTERS],
  ['grow_to_count', 'rabbitmq-queues', NO_CLUSTERS],
  ['shrink', 'rabbitmq-queues', NO_CLUSTERS],
  ['transfer_leadership', 'rabbitmq-queues', NO_CLUSTERS],
  ['add_replica', 'rabbitmq-streams', NO_CLUSTERS],
  ['delete_replica', 'rabbitmq-streams', NO_CLUSTERS],
  ['restart_stream', 'rabbitmq-streams', NO_CLUSTERS],
  ['coordinator_status', 'rabbitmq-streams', NO_CLUSTERS],
  ['metadata_store_status', 'rabbitmq-diagnostics', NO_CLUSTERS],
  ['list_stream_consumer_groups', 'rabbitmq-streams', NO_STREAM_PROTOCOL],
  ['list_stream_group_consumers', 'rabbitmq-streams', NO_STREAM_PROTOCOL],
  ['list_stream_tracking', 'rabbitmq-streams', NO_STREAM_PROTOCOL],
  ['activate_stream_consumer', 'rabbitmq-streams', NO_STREAM_PROTOCOL],
  ['reset_offset', 'rabbitmq-streams', NO_STREAM_PROTOCOL],
  ['set_channel_interceptor_priorities', 'rabbitmqctl', 'there are none'],
  ['encode', 'rabbitmqctl', 'values of the configuration are not encrypted'],
  ['decode', 'rabbitmqctl', 'values of the configuration are not encrypted'],
  ['encrypt_conf_value', 'rabbitmqctl', 'values of the configuration are not encrypted'],
  ['decrypt_conf_value', 'rabbitmqctl', 'values of the configuration are not encrypted'],
  ['deactivate_free_disk_space_monitoring', 'rabbitmqctl', 'free disk space is always watched'],
  ['stop_app', 'rabbitmqctl', 'node and application are one here: use stop, or suspend_listeners'],
  ['start_app', 'rabbitmqctl', 'node and application are one here: start leveret, or resume_listeners'],
  ['reset', 'rabbitmqctl', 'stop the node and remove its data directory'],
  ['force_reset', 'rabbitmqctl', 'stop the node and remove its data directory'],
]

export const COMMANDS_WITHOUT_EFFECT: readonly Command[] = [
  ...HARMLESS.map(
    ([name, tool, reason]): Command => ({
      ...common(name, tool, `Does nothing: ${reason}`),
      run: () => text(`${name} does nothing here: ${reason}`),
    }),
  ),
  ...REFUSED.map(
    ([name, tool, reason]): Command => ({
      ...common(name, tool, `Refused: ${reason}`),
      run: () => {
        throw new UsageError(`${name} does not apply here: ${reason}`)
      },
    }),
  ),
]

function common(name: string, tool: Tool, summary: string): Omit<Command, 'run'> {
  return {
    name,
    tools: [tool],
    group: 'Without effect here',
    summary,
    arguments: [{ name: 'ARGUMENT', isOptional: true, isRepeated: true }],
  }
}
