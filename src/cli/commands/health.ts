import { connect } from 'node:net'
import { path } from '../api/api.js'
import { CliError } from '../cli-error.js'
import type { Command, Tool } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type Json, type JsonObject, objectIn, objectsIn, textIn } from '../json.js'
import { checked, type Result } from '../output/result.js'
import { alarmsOf, alarmText, listenersOf, nodeFacts } from './node-facts.js'

const base = { tools: ['rabbitmq-diagnostics'], group: 'Health checks' } as const
const BOTH: readonly Tool[] = ['rabbitmqctl', 'rabbitmq-diagnostics']
/** A listener on one of these is reached on the loopback address. */
const WILDCARDS: readonly string[] = ['0.0.0.0', '::', '']

/** Each asks one thing, says the answer in a sentence, and has status 0 or 69. */
export const HEALTH_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'ping',
    tools: BOTH,
    summary: 'Whether the node answers',
    banner: (invocation) => `Will ping the node. Timeout: ${invocation.timeoutSeconds(60) * 1000} ms.`,
    run: async ({ api }) => {
      const { status } = await api.raw({ method: 'GET', path: '/version' })
      if (status !== 200) throw new CliError(EXIT.unavailable, `the node answers with status ${status}`)
      return checked(true, 'Ping succeeded', EXIT.unavailable)
    },
  },
  {
    ...base,
    name: 'check_running',
    summary: 'Whether the node has started and takes connections',
    banner: async (invocation) => `Checking if RabbitMQ is running on node ${await nodeName(invocation)} ...`,
    run: async (invocation) => {
      const isRunning = await inService(invocation)
      return checked(isRunning, runningText(isRunning, await nodeName(invocation)), EXIT.unavailable)
    },
  },
  {
    ...base,
    name: 'is_running',
    summary: 'The same, as information: the status is always 0',
    banner: async (invocation) => `Asking node ${await nodeName(invocation)} for its status ...`,
    run: async (invocation) => {
      const isRunning = await inService(invocation)
      const message = runningText(isRunning, await nodeName(invocation))
      return { kind: 'text', text: message, json: { message, result: isRunning } }
    },
  },
  {
    ...base,
    name: 'is_booting',
    summary: 'Whether the node is about to start, as information: the status is always 0',
    banner: async (invocation) => `Asking node ${await nodeName(invocation)} for its boot status ...`,
    run: async (invocation) => {
      const isBooting = !(await inService(invocation))
      const node = await nodeName(invocation)
      const message = isBooting
        ? `RabbitMQ on node ${node} is booting`
        : `RabbitMQ on node ${node} is fully booted (check with is_running), stopped or has not started booting yet`
      return { kind: 'text', text: message, json: { message, result: isBooting } }
    },
  },
  {
    ...base,
    name: 'check_alarms',
    summary: 'Fails while a memory or disk alarm is in effect anywhere in the cluster',
    banner: async (invocation) =>
      `Asking node ${await nodeName(invocation)} to report any known resource alarms ...`,
    run: (invocation) => checkAlarms(invocation, false),
  },
  {
    ...base,
    name: 'check_local_alarms',
    summary: 'Fails while a memory or disk alarm is in effect on the node',
    banner: async (invocation) =>
      `Asking node ${await nodeName(invocation)} to report any local resource alarms ...`,
    run: (invocation) => checkAlarms(invocation, true),
  },
  {
    ...base,
    name: 'check_port_connectivity',
    summary: 'Connects to every port that the node listens on',
    options: {
      address: { kind: 'text', placeholder: 'A', doc: 'Instead of the addresses of the listeners' },
    },
    banner: async (invocation) =>
      `Testing TCP connections to all active listeners of node ${await nodeName(invocation)} ...`,
    run: async (invocation) => {
      const listeners = await listenersOf(invocation)
      const node = await invocation.api.nodeName()
      const ports = [...new Set(listeners.map(({ port }) => Number(port)))].sort((a, b) => a - b)
      const failures = await Promise.all(listeners.map((listener) => connectionFailure(listener, invocation)))
      const failed = failures.filter((failure) => failure !== undefined)
      if (failed.length === 0) {
        return checked(
          true,
          `Successfully connected to ports ${ports.join(', ')} on node ${node}.`,
          EXIT.unavailable,
          {
            node,
            ports,
          },
        )
      }
      const message = `Connection to ports of the following listeners on node ${node} failed:\n${failed.join('\n')}`
      return checked(false, message, EXIT.unavailable, { node, listeners: failed })
    },
  },
  {
    ...base,
    name: 'check_port_listener',
    summary: 'Whether the node listens on a port',
    arguments: [{ name: 'PORT' }],
    banner: async (invocation) =>
      `Asking node ${await nodeName(invocation)} if there's an active listener on port ${invocation.args[0]} ...`,
    run: async (invocation) => {
      const asked = invocation.arg(0)
      if (!/^\d+$/.test(asked)) throw new CliError(EXIT.data, `a port is a number, not ${asked}`)
      const ports = (await listenersOf(invocation)).map(({ port }) => textIn(port))
      return listenerCheck(invocation, 'port', asked, ports)
    },
  },
  {
    ...base,
    name: 'check_protocol_listener',
    summary: 'Whether the node listens for a protocol',
    arguments: [{ name: 'PROTOCOL', choices: ['amqp', 'amqps', 'http', 'https', 'mqtt', 'stomp', 'stream'] }],
    banner: async (invocation) =>
      `Asking node ${await nodeName(invocation)} if there's an active listener for protocol ${invocation.args[0]} ...`,
    run: async (invocation) => {
      const asked = invocation.arg(0)
      const protocols = (await listenersOf(invocation)).map(({ protocol }) => textIn(protocol))
      return listenerCheck(invocation, 'protocol', PROTOCOLS[asked.toLowerCase()] ?? asked, protocols, asked)
    },
  },
  {
    ...base,
    name: 'check_virtual_hosts',
    summary: 'Whether every virtual host runs',
    banner: async (invocation) =>
      `Checking if all vhosts are running on node ${await nodeName(invocation)} ...`,
    run: (invocation) =>
      health(invocation, '/virtual-hosts', (node) => `Node ${node} reported all vhosts as running`),
  },
  {
    ...base,
    name: 'check_certificate_expiration',
    summary: 'Fails when a certificate of a listener expires soon',
    options: {
      within: { kind: 'integer', placeholder: 'N', doc: 'Default 4' },
      unit: {
        kind: 'text',
        placeholder: 'U',
        doc: 'Default weeks',
        choices: ['days', 'weeks', 'months', 'years'],
      },
    },
    banner: async (invocation) => `Checking certificate expiration on node ${await nodeName(invocation)} ...`,
    run: (invocation) => {
      const within = invocation.text('within') ?? '4'
      const unit = invocation.text('unit') ?? 'weeks'
      return health(
        invocation,
        path`/certificate-expiration/${within}/${unit}`,
        () => `No certificates are expiring within ${within} ${unit}.`,
      )
    },
  },
  {
    ...base,
    name: 'check_if_node_is_quorum_critical',
    tools: ['rabbitmq-diagnostics', 'rabbitmq-queues'],
    summary: 'Fails when a quorum queue would lose its majority with the node',
    banner: async (invocation) =>
      `Checking if node ${await nodeName(invocation)} is critical for quorum of any quorum queues ...`,
    run: (invocation) =>
      health(invocation, '/node-is-quorum-critical', (node, answer) =>
        textIn(answer.reason) === 'single node cluster'
          ? `Node ${node} seems to be the only one in a single node cluster, the check does not apply`
          : `There are no quorum queues that would lose their quorum if node ${node} is shut down`,
      ),
  },
  {
    ...base,
    name: 'check_for_quorum_queues_without_an_elected_leader',
    summary: 'Fails when a quorum queue has no leader',
    arguments: [{ name: 'PATTERN', isOptional: true }],
    options: { 'across-all-vhosts': { kind: 'switch', doc: 'In every virtual host' } },
    banner: () => 'Checking for quorum queues without an elected leader ...',
    run: (invocation) => {
      const where = invocation.flag('across-all-vhosts') ? '/all-vhosts' : path`/vhost/${invocation.vhost}`
      const pattern = invocation.args[0] === undefined ? '' : path`/pattern/${invocation.args[0]}`
      return health(
        invocation,
        `/quorum-queues-without-elected-leaders${where}${pattern}`,
        (node) => `Node ${node} reported all quorum queues as having responsive leader replicas`,
      )
    },
  },
  {
    ...base,
    name: 'check_if_any_deprecated_features_are_used',
    summary: 'Fails when a deprecated feature is in use',
    banner: () => 'Checking if any deprecated features are used ...',
    run: async ({ api }) => {
      const used = await api.list('/deprecated-features/used')
      const names = used.map(({ name }) => textIn(name))
      return names.length === 0
        ? checked(true, 'Cluster reported no deprecated features in use', EXIT.unavailable)
        : checked(false, `Deprecated features are in use: ${names.join(', ')}`, EXIT.unavailable, { names })
    },
  },
]

const PROTOCOLS: Readonly<Record<string, string>> = {
  amqp091: 'amqp',
  'amqp0.9.1': 'amqp',
  amqp10: 'amqp',
  'amqp1.0': 'amqp',
  amqps: 'amqp/ssl',
  mqtts: 'mqtt/ssl',
  stomps: 'stomp/ssl',
  'web-mqtt': 'http/web-mqtt',
  management: 'http',
  ui: 'http',
  cli: 'clustering',
  distribution: 'clustering',
}

/** Open to all, so that a probe needs no password. */
async function inService({ api }: Invocation): Promise<boolean> {
  return (await api.raw({ method: 'GET', path: '/health/checks/is-in-service' })).status === 200
}

function runningText(isRunning: boolean, node: string): string {
  return isRunning
    ? `RabbitMQ on node ${node} is fully booted and running`
    : `RabbitMQ on node ${node} is not running or has not fully booted yet (check with is_booting)`
}

/** For the text only: a node that starts, or a probe without a password, need not know it. */
async function nodeName({ api }: Invocation): Promise<string> {
  try {
    return await api.nodeName()
  } catch {
    return '(unknown)'
  }
}

async function checkAlarms(invocation: Invocation, onlyLocal: boolean): Promise<Result> {
  const { api } = invocation
  const node = await api.nodeName()
  const nodes = onlyLocal ? [await nodeFacts(invocation)] : await api.list('/nodes')
  const found = nodes.flatMap((each) =>
    alarmsOf(each).map((alarm) => ({ node: textIn(each.name), resource: alarm })),
  )
  const local = found.filter((alarm) => alarm.node === node)
  if (found.length === 0) {
    const message = onlyLocal
      ? `Node ${node} reported no local alarms`
      : `Node ${node} reported no alarms, local or clusterwide`
    return checked(true, message, EXIT.unavailable, { local: [], global: [] })
  }
  const message = found.map((alarm) => alarmText(alarm.resource, alarm.node)).join('\n')
  return checked(false, message, EXIT.unavailable, { local, global: found })
}

/** A check that the API makes itself. */
async function health(
  { api }: Invocation,
  at: string,
  okText: (node: string, answer: JsonObject) => string,
): Promise<Result> {
  const answer = await api.raw({ method: 'GET', path: `/health/checks${at}` })
  const body = bodyOf(answer.body)
  if (answer.status === 200) return checked(true, okText(await api.nodeName(), body), EXIT.unavailable)
  const { reason, status: _status, ...details } = body
  const names = objectsIn(details.queues as Json).map((queue) => textIn(queue.readable_name ?? queue.name))
  const message = [textIn(reason) || `the node answers with status ${answer.status}`, ...names].join('\n')
  return checked(false, message, EXIT.unavailable, details)
}

function bodyOf(body: Buffer): JsonObject {
  try {
    return objectIn(JSON.parse(body.toString()) as Json)
  } catch {
    return {}
  }
}

async function listenerCheck(
  { api }: Invocation,
  kind: 'port' | 'protocol',
  wanted: string,
  found: readonly string[],
  asked = wanted,
): Promise<Result> {
  const node = await api.nodeName()
  const words = kind === 'port' ? `port ${asked}` : `protocol ${asked}`
  if (found.includes(wanted)) {
    return checked(true, `A listener for ${words} is running on node ${node}.`, EXIT.unavailable)
  }
  const others = [...new Set(found)].join(', ')
  const message = `No listener for ${words} is active on node ${node}. Found listeners that use the following ${kind}s: ${others}`
  return checked(false, message, EXIT.unavailable, { [kind]: asked, [`${kind}s`]: [...new Set(found)] })
}

function connectionFailure(listener: JsonObject, invocation: Invocation): Promise<string | undefined> {
  const own = textIn(listener.interface)
  const isPath = own.startsWith('/')
  const host = invocation.text('address') ?? (WILDCARDS.includes(own) ? 'localhost' : own)
  const port = Number(listener.port)
  return new Promise((resolve) => {
    const socket = isPath ? connect(own) : connect({ host, port })
    const end = (failure: string | undefined) => {
      socket.destroy()
      resolve(failure)
    }
    const milliseconds = Math.min(invocation.timeoutSeconds(60), 3600) * 1000
    socket.setTimeout(milliseconds, () => end(`${host}:${port}: no answer within ${milliseconds} ms`))
    socket.once('connect', () => end(undefined))
    socket.once('error', (error) => end(`${host}:${port}: ${error.message}`))
  })
}
