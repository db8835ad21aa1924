import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Tool } from '../../src/cli/command.js'
import { COMMANDS, commandNamed } from '../../src/cli/commands/index.js'

const DIFFERENCES = new URL('../../../docs/differences.md', import.meta.url)

/** Commands of RabbitMQ 4.3 that scripts, probes, configuration tools and runbooks call. */
const MUST_HAVE: Readonly<Partial<Record<Tool, readonly string[]>>> = {
  rabbitmqctl: [
    ...words(
      'add_user delete_user change_password clear_password authenticate_user set_user_tags list_users',
    ),
    ...words('set_permissions clear_permissions list_permissions list_user_permissions'),
    ...words(
      'set_topic_permissions clear_topic_permissions list_topic_permissions list_user_topic_permissions',
    ),
    ...words('set_user_limits clear_user_limits list_user_limits'),
    ...words('add_vhost delete_vhost update_vhost_metadata set_vhost_tags list_vhosts'),
    ...words('set_vhost_limits clear_vhost_limits list_vhost_limits trace_on trace_off'),
    ...words('set_parameter clear_parameter list_parameters'),
    ...words('set_global_parameter clear_global_parameter list_global_parameters'),
    ...words('set_policy clear_policy list_policies'),
    ...words('set_operator_policy clear_operator_policy list_operator_policies'),
    ...words('export_definitions import_definitions set_cluster_name'),
    ...words('list_queues list_exchanges list_bindings list_connections list_channels list_consumers'),
    ...words('list_feature_flags status cluster_status ping await_startup await_online_nodes wait version'),
    ...words('environment report shutdown stop stop_app start_app reset force_reset'),
    ...words('join_cluster forget_cluster_node force_boot force_standalone_khepri_boot'),
    ...words('set_vm_memory_high_watermark set_disk_free_limit set_log_level rotate_logs'),
    ...words('suspend_listeners resume_listeners enable_feature_flag'),
    ...words('close_connection close_all_connections close_all_user_connections purge_queue delete_queue'),
    ...words('shovel_status restart_shovel delete_shovel federation_status restart_federation_link'),
    ...words('help autocomplete'),
  ],
  'rabbitmq-diagnostics': [
    ...words(
      'ping check_running check_alarms check_local_alarms check_port_connectivity check_port_listener',
    ),
    ...words('check_protocol_listener check_virtual_hosts check_certificate_expiration'),
    ...words('check_for_quorum_queues_without_an_elected_leader is_running is_booting'),
    ...words('alarms listeners status cluster_status environment memory_breakdown server_version'),
    ...words('log_location log_tail log_tail_stream consume_event_stream list_policies_that_match'),
  ],
  'rabbitmq-queues': [
    ...words('quorum_status peek add_member delete_member grow grow_to_count shrink transfer_leadership'),
    ...words('rebalance check_if_node_is_quorum_critical'),
    'check_if_new_quorum_queue_replicas_have_finished_initial_sync',
  ],
  'rabbitmq-streams': [
    ...words('stream_status add_super_stream delete_super_stream list_stream_connections'),
    ...words('list_stream_consumers list_stream_publishers list_stream_consumer_groups'),
    ...words('list_stream_group_consumers list_stream_tracking add_replica delete_replica'),
    ...words('restart_stream coordinator_status'),
  ],
  'rabbitmq-upgrade': words(
    'drain revive await_online_quorum_plus_one post_upgrade has_reached_target_cluster_size',
  ),
  'rabbitmq-plugins': [
    'plugins list',
    'plugins enable',
    'plugins disable',
    'plugins set',
    'plugins is_enabled',
  ],
}

test('every command that is relied on is there, or the list of differences says why it does nothing', () => {
  const differences = readFileSync(DIFFERENCES, 'utf8')
  const explained = new Set([...differences.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name))
  const unexplained: string[] = []
  for (const [tool, names] of Object.entries(MUST_HAVE)) {
    for (const name of names) {
      const command = commandNamed(name, tool as Tool)
      assert.ok(command !== undefined, `${tool} ${name} is missing`)
      if (command.group === 'Without effect here' && !explained.has(name)) unexplained.push(name)
    }
  }
  assert.deepEqual(unexplained, [])
})

test('no command is explained away that works', () => {
  const section = readFileSync(DIFFERENCES, 'utf8').split('## Commands')[1] ?? ''
  const named = [...section.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name!),
  )
  assert.ok(named.length > 0)
  const idle = COMMANDS.filter(({ group }) => group === 'Without effect here').map(({ name }) => name)
  assert.deepEqual(
    named.filter((name) => !idle.includes(name)),
    [],
  )
})

function words(text: string): readonly string[] {
  return text.split(' ')
}
