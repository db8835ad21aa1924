import { hostname } from 'node:os'
import type { Command } from '../command.js'
import type { Invocation } from '../invocation.js'
import { type Json, type JsonObject, numberIn, objectIn, objectsIn, textIn } from '../json.js'
import { text } from '../output/result.js'
import {
  alarmsOf,
  alarmText,
  inUnit,
  listenerLine,
  listenersOf,
  listText,
  memoryLines,
  memoryOf,
  nodeFacts,
  totalOf,
  UNITS,
  unitOf,
} from './node-facts.js'

const base = { tools: ['rabbitmqctl', 'rabbitmq-diagnostics'], group: 'Node' } as const

export const UNIT_OPTION = {
  unit: { kind: 'text', placeholder: 'U', doc: 'Of sizes. Default gb', choices: UNITS },
} as const

export const STATUS_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'status',
    summary: 'What the node is, uses and listens on',
    options: UNIT_OPTION,
    banner: async ({ api }) => `Status of node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      const [overview, node, memory, listeners] = await Promise.all([
        invocation.api.overview(),
        nodeFacts(invocation),
        memoryOf(invocation),
        listenersOf(invocation),
      ])
      const facts: Facts = { overview, node, memory, listeners, vhostCount: await vhostCount(invocation) }
      return text(statusText(facts, invocation), statusJson(facts))
    },
  },
  {
    ...base,
    name: 'cluster_status',
    summary: 'The nodes of the cluster',
    banner: async ({ api }) => `Cluster status of node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      const { api } = invocation
      const overview = await api.overview()
      const [nodes, listeners, flags] = await Promise.all([
        api.list('/nodes'),
        listenersOf(invocation),
        api.list('/feature-flags'),
      ])
      const json = clusterJson(overview, nodes, listeners, flags)
      return text(clusterText(json, overview), json)
    },
  },
]

interface Facts {
  readonly overview: JsonObject
  readonly node: JsonObject
  readonly memory: JsonObject
  readonly listeners: JsonObject[]
  readonly vhostCount: number
}

async function vhostCount({ api }: Invocation): Promise<number> {
  return (await api.list('/vhosts?columns=name')).length
}

function statusText(facts: Facts, invocation: Invocation): string {
  const { overview, node, memory, listeners } = facts
  const unit = unitOf(invocation)
  const totals = objectIn(overview.object_totals)
  return sections([
    [
      'Runtime',
      [
        `OS PID: ${textIn(node.os_pid)}`,
        `OS: ${process.platform}`,
        `Uptime (seconds): ${Math.floor(numberIn(node.uptime) / 1000)}`,
        `Is under maintenance?: ${node.being_drained === true}`,
        `RabbitMQ version: ${textIn(overview.rabbitmq_version)}`,
        `Product name: ${textIn(overview.product_name)}`,
        `Product version: ${textIn(overview.product_version)}`,
        `Node name: ${textIn(overview.node)}`,
        `Host: ${hostname()}`,
        `Processors: ${textIn(node.processors)}`,
      ],
    ],
    ['Plugins', ['Enabled plugins:', '', ...listItems(node.enabled_plugins)]],
    ['Data directory', [`Node data directory: ${textIn(node.db_dir)}`]],
    ['Config files', listItems(node.config_files)],
    ['Log file(s)', listItems(node.log_files)],
    ['Alarms', [listText(alarmsOf(node).map((alarm) => alarmText(alarm, textIn(overview.node))))]],
    ['Tags', ['(none)']],
    [
      'Memory',
      [
        `Total memory used: ${inUnit(totalOf(memory) || numberIn(node.mem_used), unit)}`,
        `Calculation strategy: ${textIn(node.mem_calculation_strategy)}`,
        `Memory high watermark limit: ${inUnit(numberIn(node.mem_limit), unit)}`,
        '',
        ...memoryLines(memory, unit),
      ],
    ],
    [
      'Free Disk Space',
      [
        `Low free disk space watermark: ${inUnit(numberIn(node.disk_free_limit), unit)}`,
        `Free disk space: ${inUnit(numberIn(node.disk_free), unit)}`,
      ],
    ],
    [
      'Totals',
      [
        `Connection count: ${numberIn(totals.connections)}`,
        `Queue count: ${numberIn(totals.queues)}`,
        `Virtual host count: ${facts.vhostCount}`,
      ],
    ],
    ['Listeners', listeners.map(listenerLine)],
  ])
}

function statusJson({ overview, node, memory, listeners, vhostCount: count }: Facts): JsonObject {
  const totals = objectIn(overview.object_totals)
  return {
    pid: Number(node.os_pid),
    os: process.platform,
    uptime: Math.floor(numberIn(node.uptime) / 1000),
    is_under_maintenance: node.being_drained === true,
    rabbitmq_version: overview.rabbitmq_version ?? '',
    product_name: overview.product_name ?? '',
    product_version: overview.product_version ?? '',
    erlang_version: overview.erlang_version ?? '',
    crypto_lib_version: overview.crypto_lib_version ?? '',
    processes: { used: numberIn(node.proc_used), limit: numberIn(node.proc_total) },
    run_queue: numberIn(node.run_queue),
    net_ticktime: numberIn(node.net_ticktime),
    enabled_plugin_file: '',
    active_plugins: node.enabled_plugins ?? [],
    data_directory: node.db_dir ?? '',
    raft_data_directory: node.db_dir ?? '',
    config_files: node.config_files ?? [],
    log_files: node.log_files ?? [],
    alarms: alarmsOf(node),
    tags: [],
    memory,
    vm_memory_calculation_strategy: node.mem_calculation_strategy ?? 'rss',
    vm_memory_high_watermark_setting: { absolute: numberIn(node.mem_limit) },
    vm_memory_high_watermark_limit: numberIn(node.mem_limit),
    disk_free_limit: numberIn(node.disk_free_limit),
    disk_free: numberIn(node.disk_free),
    totals: {
      connection_count: numberIn(totals.connections),
      queue_count: numberIn(totals.queues),
      virtual_host_count: count,
    },
    listeners,
  }
}

function clusterJson(
  overview: JsonObject,
  nodes: readonly JsonObject[],
  listeners: readonly JsonObject[],
  flags: readonly JsonObject[],
): JsonObject {
  const running = nodes.filter(({ running: is }) => is === true)
  const byNode = (value: (node: JsonObject) => Json) =>
    Object.fromEntries(running.map((node) => [textIn(node.name), value(node)]))
  return {
    cluster_name: overview.cluster_name ?? '',
    cluster_tags: overview.cluster_tags ?? {},
    disk_nodes: nodes.map(({ name }) => textIn(name)),
    running_nodes: running.map(({ name }) => textIn(name)),
    versions: byNode((node) => ({
      rabbitmq_name: overview.product_name ?? '',
      rabbitmq_version: node.rabbitmq_version ?? overview.rabbitmq_version ?? '',
      erlang_version: overview.erlang_version ?? '',
    })),
    cpu_cores: byNode((node) => numberIn(node.processors)),
    maintenance_status: byNode((node) =>
      node.being_drained === true ? 'in maintenance' : 'not under maintenance',
    ),
    alarms: nodes.flatMap((node) => alarmsOf(node).map((alarm) => alarmText(alarm, textIn(node.name)))),
    partitions: {},
    listeners: byNode((node) => listeners.filter((listener) => listener.node === node.name)),
    feature_flags: [...flags],
  }
}

function clusterText(json: JsonObject, overview: JsonObject): string {
  const pairs = (value: Json | undefined, show: (each: Json) => string = textIn) =>
    Object.entries(objectIn(value)).map(([node, each]) => `Node: ${node}, ${show(each)}`)
  return sections([
    [
      'Basics',
      [
        `Cluster name: ${textIn(json.cluster_name)}`,
        `Total CPU cores available cluster-wide: ${cores(json)}`,
      ],
    ],
    ['Cluster Tags', [listText(Object.keys(objectIn(json.cluster_tags)))]],
    ['Disk Nodes', listItems(json.disk_nodes)],
    ['Running Nodes', listItems(json.running_nodes)],
    [
      'Versions',
      listItems(json.running_nodes).map(
        (node) => `${node}: ${textIn(overview.product_name)} ${textIn(overview.product_version)}`,
      ),
    ],
    ['CPU Cores', pairs(json.cpu_cores, (count) => `available CPU cores: ${textIn(count)}`)],
    ['Maintenance status', pairs(json.maintenance_status, (status) => `status: ${textIn(status)}`)],
    ['Alarms', [listText(json.alarms as Json[])]],
    ['Network Partitions', ['(none)']],
    [
      'Listeners',
      Object.entries(objectIn(json.listeners)).flatMap(([node, listeners]) =>
        objectsIn(listeners).map((listener) => `Node: ${node}, ${listenerLine(listener).replace('I', 'i')}`),
      ),
    ],
    [
      'Feature flags',
      objectsIn(json.feature_flags).map(
        ({ name, state }) => `Flag: ${textIn(name)}, state: ${textIn(state)}`,
      ),
    ],
  ])
}

function cores(json: JsonObject): number {
  return Object.values(objectIn(json.cpu_cores)).reduce<number>((sum, count) => sum + numberIn(count), 0)
}

function listItems(value: Json | undefined): string[] {
  const items = Array.isArray(value) ? value.map(textIn) : []
  return items.length === 0 ? ['(none)'] : items
}

/** Titled blocks with empty lines between them. */
function sections(blocks: readonly (readonly [title: string, lines: readonly string[]])[]): string {
  return blocks.map(([title, lines]) => `${title}\n\n${lines.join('\n')}`).join('\n\n')
}
