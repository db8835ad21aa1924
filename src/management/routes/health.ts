import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Answer, ok } from '../http/answer.js'
import { checkNode } from '../http/api-request.js'
import { badRequest, objectNotFound } from '../http/http-error.js'
import type { Access, Route } from '../http/route.js'
import type { Json, JsonObject } from '../json.js'
import type { ListenerFacts, ManagementServices } from '../management-services.js'
import { HEALTHY, UNHEALTHY } from '../schemas/health.js'

const CHECKS = '/health/checks'
const DAY_MS = 86_400_000
const UNIT_DAYS: Readonly<Record<string, number>> = { days: 1, weeks: 7, months: 30, years: 365 }

/** Other names of protocols, by what listeners are called. */
const PROTOCOL_ALIASES: Readonly<Record<string, string>> = {
  amqp091: 'amqp',
  'amqp0.9.1': 'amqp',
  'amqp0-9-1': 'amqp',
  amqp10: 'amqp',
  'amqp1.0': 'amqp',
  'amqp1-0': 'amqp',
  amqps: 'amqp/ssl',
  mqtts: 'mqtt/ssl',
  stomps: 'stomp/ssl',
  management: 'http',
  ui: 'http',
  cli: 'clustering',
  distribution: 'clustering',
}

export const HEALTH_ROUTES: readonly Route[] = [
  check('alarms', 'No alarm is on in the cluster', (services) => alarms(services, 'in the cluster')),
  check('local-alarms', 'No alarm is on at this node', (services) => alarms(services, 'on the node')),
  check('port-listener/:port', 'Something listens on the port', ({ node }, params) => {
    const port = Number(params.port)
    if (!/^\d+$/.test(params.port ?? '')) throw badRequest('Invalid port')
    const ports = [...new Set(node.listeners().map((listener) => listener.port))]
    if (ports.includes(port)) return healthy({ port })
    return failed('No active listener', { missing: port, ports })
  }),
  check('protocol-listener/:protocols', 'Something listens for each of the protocols', ({ node }, params) => {
    const asked = (params.protocols ?? '').split(',').filter((each) => each !== '')
    const protocols = [...new Set(node.listeners().map(({ protocol }) => protocol))]
    const missing = asked.filter((each) => {
      const name = each.toLowerCase()
      return !protocols.includes(PROTOCOL_ALIASES[name] ?? name)
    })
    if (missing.length === 0) return healthy({ protocols: asked })
    return failed('No active listener', { missing, protocols })
  }),
  check(
    'certificate-expiration/:within/:unit',
    'No certificate of a listener expires within a time',
    async (services, params) => {
      const days = UNIT_DAYS[params.unit ?? '']
      const within = Number(params.within)
      if (days === undefined) throw badRequest(`Time unit not recognised: ${params.unit}`)
      if (!Number.isSafeInteger(within) || within < 0) throw badRequest('Invalid time')
      const expired = await expiring(services, services.clock.now() + within * days * DAY_MS)
      return expired.length === 0 ? healthy() : failed('Certificates expiring', { expired })
    },
  ),
  check('virtual-hosts', 'Every virtual host runs', () => healthy()),
  check('node-is-quorum-critical', 'The node can stop without costing anyone a majority', () =>
    healthy({ reason: 'single node cluster' }),
  ),
  ...['all-vhosts', 'all-vhosts/pattern/:pattern', 'vhost/:name', 'vhost/:name/pattern/:pattern'].map(
    (scope) =>
      check(`quorum-queues-without-elected-leaders/${scope}`, 'Every quorum queue has a leader', leaders),
  ),
  check('metadata-store/initialized', 'The definitions are loaded', () => healthy()),
  check('metadata-store/initialized/with-data', 'There are definitions', ({ doors }) =>
    doors.topology.vhosts.size > 0 ? healthy() : failed('Metadata store has not yet been initialized'),
  ),
  check('is-in-service', 'The node is up and not about to stop', inService, 'open'),
  check('below-node-connection-limit', 'The node takes another connection', belowLimit, 'open'),
  check(
    'ready-to-serve-clients',
    'The node is up, listens and takes another connection',
    (services) => {
      const inServiceAnswer = inService(services)
      if (inServiceAnswer.status !== 200) return inServiceAnswer
      const listens = services.node.listeners().some(({ protocol }) => protocol.startsWith('amqp'))
      if (!listens) return failed('this rabbit node has no client listeners')
      return belowLimit(services)
    },
    'open',
  ),
  check('reached-target-cluster-size', 'As many nodes run as there should be', () => healthy(), 'open'),
  {
    method: 'GET',
    path: '/aliveness-test/:vhost',
    access: 'management',
    summary: 'The virtual host is there',
    answer: HEALTHY,
    handle: ({ vhost }) => {
      void vhost
      return ok({ status: 'ok' })
    },
  },
  ...['/healthchecks/node', '/healthchecks/node/:node'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'management',
      summary: 'No alarm is on; deprecated',
      answer: HEALTHY,
      failure: UNHEALTHY,
      handle: (request) => {
        const { services, params } = request
        if (params.node !== undefined) checkNode(request)
        const active = [...services.alarms.active]
        if (active.length === 0) return ok({ status: 'ok' })
        return failed(`resource alarm(s) in effect:[${active.join(',')}]`)
      },
    }),
  ),
]

type Check = (
  services: ManagementServices,
  params: Readonly<Record<string, string>>,
) => Answer | Promise<Answer>

function check(path: string, summary: string, run: Check, access: Access = 'management'): Route {
  return {
    method: 'GET',
    path: `${CHECKS}/${path}`,
    access,
    summary,
    answer: HEALTHY,
    failure: UNHEALTHY,
    handle: ({ services, params }) => run(services, params),
  }
}

function healthy(facts: JsonObject = {}): Answer {
  return ok({ status: 'ok', ...facts })
}

function failed(reason: string, facts: JsonObject = {}): Answer {
  return { status: 503, json: { status: 'failed', reason, ...facts } }
}

function alarms({ alarms: { active }, node }: ManagementServices, where: string): Answer {
  if (active.size === 0) return healthy()
  const list = [...active].map((resource) => ({ node: node.name, resource }))
  return failed(`There are alarms in effect ${where}`, { alarms: list })
}

/** A node alone leads every queue that it has. */
function leaders({ doors }: ManagementServices, { name }: Readonly<Record<string, string>>): Answer {
  if (name !== undefined && !doors.topology.vhosts.has(name)) throw objectNotFound()
  return healthy()
}

function inService({ node }: ManagementServices): Answer {
  return node.isInService() ? healthy() : failed('this rabbit node is not currently available to serve')
}

function belowLimit({ node, peers }: ManagementServices): Answer {
  return peers.size < node.maxConnections
    ? healthy()
    : failed('this rabbit node has reached its connection limit')
}

async function expiring({ node }: ManagementServices, beforeMs: number): Promise<Json[]> {
  const found: Json[] = []
  for (const listener of node.listeners()) {
    const certificate = await expiresOn(listener.certFile)
    const authority = await expiresOn(listener.caFile)
    if (Math.min(certificate ?? Infinity, authority ?? Infinity) > beforeMs) continue
    found.push(expiryView(node.name, listener, certificate, authority))
  }
  return found
}

function expiryView(
  node: string,
  { protocol, host, port, certFile, caFile }: ListenerFacts,
  certificate: number | undefined,
  authority: number | undefined,
): JsonObject {
  return {
    node,
    protocol,
    interface: host,
    port,
    certfile: certFile ?? '',
    cacertfile: caFile ?? '',
    certfile_expires_on: certificate === undefined ? [] : [new Date(certificate).toISOString()],
    cacertfile_expires_on: authority === undefined ? [] : [new Date(authority).toISOString()],
  }
}

/** When a certificate in a file ends, in ms since the epoch; undefined when there is none to be read. */
async function expiresOn(file: string | undefined): Promise<number | undefined> {
  if (file === undefined) return undefined
  try {
    return Date.parse(new X509Certificate(await readFile(file)).validTo)
  } catch {
    return undefined
  }
}
