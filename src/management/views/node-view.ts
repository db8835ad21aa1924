import { availableParallelism } from 'node:os'
import { BUILT_IN_PLUGINS } from '../../util/built-in-plugins.js'
import type { JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'

/** A node. What is measured comes from the statistics; members that mean nothing here are there for clients. */
export function nodeView(services: ManagementServices, query: URLSearchParams): JsonObject {
  const { node, alarms, clock, doors } = services
  return {
    applications: [{ name: 'leveret', description: node.productName, version: node.productVersion }],
    auth_mechanisms: [],
    being_drained: services.control?.maintenance?.isDrained ?? false,
    cluster_links: [],
    config_files: [],
    contexts: [],
    crypto_lib_version: process.versions.openssl ?? '',
    db_dir: node.dataDir ?? '',
    disk_free: 0,
    disk_free_alarm: alarms.active.has('disk'),
    disk_free_limit: 0,
    enabled_plugins: BUILT_IN_PLUGINS,
    erlang_full_version: `Node.js ${process.version}`,
    erlang_version: process.versions.node,
    exchange_types: exchangeTypesView(doors.topology.types.all()),
    fd_total: 0,
    fd_used: 0,
    log_files: [services.control?.logFile ?? '<stderr>'],
    mem_alarm: alarms.active.has('memory'),
    mem_calculation_strategy: 'rss',
    mem_limit: 0,
    mem_used: process.memoryUsage.rss(),
    metrics_gc_queue_length: {},
    name: node.name,
    net_ticktime: 60,
    os_pid: String(process.pid),
    partitions: [],
    proc_total: 1_048_576,
    proc_used: 1,
    processors: availableParallelism(),
    ra_open_file_metrics: { ra_log_wal: 0, ra_log_segment_writer: 0 },
    rabbitmq_version: node.rabbitmqVersion,
    rates_mode: 'basic',
    run_queue: 0,
    running: true,
    sockets_total: 0,
    sockets_used: 0,
    type: 'disc',
    uptime: Math.max(0, Math.round(clock.now() - node.startedAtMs)),
    ...services.statistics?.node(query),
  }
}

export function exchangeTypesView(
  types: Iterable<{ readonly name: string; readonly description: string }>,
): JsonObject[] {
  return [...types].map(({ name, description }) => ({ name, description, enabled: true }))
}
