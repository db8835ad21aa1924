import { getServers, lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type Json, textIn } from '../json.js'
import { DONE, rows, text } from '../output/result.js'
import {
  alarmsOf,
  alarmText,
  listenerLine,
  listenersOf,
  memoryLines,
  memoryOf,
  nodeFacts,
  unitOf,
} from './node-facts.js'
import { UNIT_OPTION } from './status.js'

const TLS_VERSIONS = ['tlsv1.3', 'tlsv1.2'] as const
const base = { tools: ['rabbitmq-diagnostics'], group: 'Diagnostics' } as const

export const DIAGNOSTIC_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'server_version',
    summary: 'The release of RabbitMQ whose behaviour the node offers',
    banner: async ({ api }) => `Asking node ${await api.nodeName()} for its RabbitMQ version...`,
    run: async ({ api }) => text(textIn((await api.overview()).rabbitmq_version)),
  },
  {
    ...base,
    name: 'product_info',
    summary: 'Name and version of the broker itself',
    run: async ({ api }) => {
      const { product_name, product_version } = await api.overview()
      return text(`Product name: ${textIn(product_name)}\nProduct version: ${textIn(product_version)}`, {
        product_name: product_name ?? '',
        product_version: product_version ?? '',
      })
    },
  },
  {
    ...base,
    name: 'alarms',
    summary: 'Alarms in effect, as information: the status is always 0',
    banner: async ({ api }) => `Asking node ${await api.nodeName()} to report any known resource alarms ...`,
    run: async (invocation) => {
      const { api } = invocation
      const node = await api.nodeName()
      const found = (await api.list('/nodes')).flatMap((each) =>
        alarmsOf(each).map((alarm) => ({ node: textIn(each.name), resource: alarm })),
      )
      const json = {
        result: 'ok',
        node,
        alarms: found,
        local: found.filter((each) => each.node === node),
        global: found,
      }
      if (found.length === 0) return text(`Node ${node} reported no alarms, local or clusterwide`, json)
      return text(found.map((alarm) => alarmText(alarm.resource, alarm.node)).join('\n'), json)
    },
  },
  {
    ...base,
    name: 'listeners',
    summary: 'What the node listens on',
    banner: async ({ api }) => `Asking node ${await api.nodeName()} to report its protocol listeners ...`,
    run: async (invocation) => {
      const listeners = await listenersOf(invocation)
      return text(listeners.map(listenerLine).join('\n'), {
        result: 'ok',
        node: await invocation.api.nodeName(),
        listeners,
      })
    },
  },
  {
    ...base,
    name: 'memory_breakdown',
    summary: 'What the node uses memory for',
    options: UNIT_OPTION,
    banner: async ({ api }) => `Reporting memory breakdown on node ${await api.nodeName()}...`,
    run: async (invocation) => {
      const memory = await memoryOf(invocation)
      return text(memoryLines(memory, unitOf(invocation)).join('\n'), memory)
    },
  },
  {
    ...base,
    name: 'environment',
    aliases: ['print-config'],
    tools: ['rabbitmqctl', 'rabbitmq-diagnostics'],
    summary: 'Every setting in effect and where it comes from',
    banner: async ({ api }) => `Settings of node ${await api.nodeName()} ...`,
    run: async ({ api }) => {
      const answer = await api.raw({ method: 'GET', path: '/config/effective', headers: { accept: '*/*' } })
      if (answer.status !== 200) throw new CliError(EXIT.unavailable, 'the node does not tell its settings')
      return text(answer.body.toString().trimEnd())
    },
  },
  {
    ...base,
    name: 'log_location',
    summary: 'Where the node writes its log',
    options: { all: { kind: 'switch', short: 'a', doc: 'Every output' } },
    banner: async ({ api }) => `Asking node ${await api.nodeName()} for its log file location(s)...`,
    run: async (invocation) => {
      const files = await logFiles(invocation)
      const shown = invocation.flag('all') ? files : files.slice(0, 1)
      return text(shown.join('\n'), { result: 'ok', paths: shown })
    },
  },
  {
    ...base,
    name: 'list_node_auth_attempt_stats',
    summary: 'Logins by protocol',
    options: { 'by-source': { kind: 'switch', doc: 'By address and user too' } },
    banner: async ({ api }) => `Listing authentication attempts of node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      const { api } = invocation
      const bySource = invocation.flag('by-source')
      const node = encodeURIComponent(await api.nodeName())
      const columns = ['protocol', 'auth_attempts', 'auth_attempts_failed', 'auth_attempts_succeeded']
      return rows(
        bySource ? ['remote_address', 'username', ...columns] : columns,
        await api.list(`/auth/attempts/${node}${bySource ? '/source' : ''}`),
      )
    },
  },
  {
    ...base,
    name: 'reset_node_auth_attempt_metrics',
    summary: 'Forgets the counts of logins',
    banner: async ({ api }) => `Resetting auth attempt metrics on node ${await api.nodeName()} ...`,
    run: async ({ api }) => {
      await api.delete(`/auth/attempts/${encodeURIComponent(await api.nodeName())}`)
      return DONE
    },
  },
  {
    ...base,
    name: 'reset_stats_db',
    tools: ['rabbitmqctl'],
    summary: 'Forgets the history of statistics',
    options: { all: { kind: 'switch', doc: 'On every node' } },
    banner: () => 'Resetting statistics database ...',
    run: async ({ api }) => {
      await api.delete('/reset')
      return DONE
    },
  },
  {
    ...base,
    name: 'resolve_hostname',
    summary: 'The address of a host name, as this machine sees it',
    arguments: [{ name: 'HOST' }],
    run: async (invocation) => {
      try {
        const found = await lookup(invocation.arg(0), { all: true })
        const addresses = found.map(({ address }) => address)
        return text(addresses.join('\n'), { result: 'ok', addresses })
      } catch (error) {
        throw new CliError(EXIT.unavailable, (error as Error).message)
      }
    },
  },
  {
    ...base,
    name: 'list_network_interfaces',
    summary: 'Network interfaces of this machine',
    run: () => {
      const found = Object.entries(networkInterfaces()).map(([name, addresses]): [string, string[]] => [
        name,
        (addresses ?? []).map(({ address }) => address),
      ])
      return text(found.map(([name, addresses]) => `${name}: ${addresses.join(', ')}`).join('\n'), {
        result: 'ok',
        interfaces: Object.fromEntries(found) as Record<string, Json>,
      })
    },
  },
  {
    ...base,
    name: 'resolver_info',
    summary: 'How this machine resolves host names',
    run: () => {
      const servers = getServers()
      return text(`Name servers: ${servers.join(', ')}`, { result: 'ok', servers })
    },
  },
  {
    ...base,
    name: 'os_env',
    summary: 'Variables of the environment of this tool that concern the broker',
    run: ({ environment }) => {
      const names = Object.keys(environment).filter((name) => /^(LEVERET|RABBITMQ|RABBITMQADMIN)_/.test(name))
      const shown = names.sort().map((name) => [name, /PASS/.test(name) ? '***' : (environment[name] ?? '')])
      return text(shown.map(([name, value]) => `${name}=${value}`).join('\n'), Object.fromEntries(shown))
    },
  },
  {
    ...base,
    name: 'discover_peers',
    summary: 'Nodes that peer discovery finds: a node alone has none',
    run: async ({ api }) => text(`Discovered nodes: ${await api.nodeName()}`),
  },
  {
    ...base,
    name: 'tls_versions',
    summary: 'Versions of TLS that the runtime speaks',
    run: () => text(TLS_VERSIONS.join('\n'), { result: 'ok', versions: [...TLS_VERSIONS] }),
  },
  {
    ...base,
    name: 'cipher_suites',
    summary: 'Cipher suites that the runtime has, under the names of OpenSSL',
    options: {
      format: { kind: 'text', placeholder: 'F', doc: 'Accepted', choices: ['openssl', 'erlang', 'map'] },
      all: { kind: 'switch', doc: 'Accepted' },
    },
    run: async () => {
      const { getCiphers } = await import('node:tls')
      const suites = getCiphers().map((name) => name.toUpperCase())
      return text(suites.join('\n'), { result: 'ok', cipher_suites: suites, format: 'openssl' })
    },
  },
  {
    ...base,
    name: 'report',
    tools: ['rabbitmqctl', 'rabbitmq-diagnostics'],
    summary: 'Status and every list, for a bug report',
    banner: async ({ api }) => `Reporting server status of node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      const { reportText } = await import('./report.js')
      return text(await reportText(invocation))
    },
  },
]

async function logFiles(invocation: Invocation): Promise<string[]> {
  const { log_files: files } = await nodeFacts(invocation)
  return Array.isArray(files) ? files.map(textIn) : []
}
