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
  ['rotate_logs', 'rabbitmqctl', 'the log goes to stderr, and whoever reads it rotates'],
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
  ['join_cluster', 'rabbitmqctl', 'this version has no clusters'],
  ['forget_cluster_node', 'rabbitmqctl', 'this version has no clusters'],
  ['stop_app', 'rabbitmqctl', 'node and application are one here: use stop'],
  ['start_app', 'rabbitmqctl', 'node and application are one here: start leveret'],
  ['reset', 'rabbitmqctl', 'stop the node and remove its data directory'],
  ['force_reset', 'rabbitmqctl', 'stop the node and remove its data directory'],
  ['suspend_listeners', 'rabbitmqctl', 'this version cannot'],
  ['resume_listeners', 'rabbitmqctl', 'this version cannot'],
  ['drain', 'rabbitmq-upgrade', 'this version has no maintenance mode'],
  ['revive', 'rabbitmq-upgrade', 'this version has no maintenance mode'],
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
