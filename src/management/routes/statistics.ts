import { Readable } from 'node:stream'
import { type Answer, ok } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { objectNotFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { METRICS_CONTENT_TYPE } from '../metrics/metrics-server.js'
import { metricsAt } from '../metrics/registries.js'
import { objectOf, oneOf } from '../schemas/basics.js'
import { HEALTHY, UNHEALTHY } from '../schemas/health.js'
import { MEMORY, RELATIVE_MEMORY } from '../schemas/node.js'
import { memoryView, relativeMemoryView } from '../statistics/memory-breakdown.js'
import type { Statistics } from '../statistics/statistics.js'

/** What is measured: memory of the node, metrics for Prometheus, probes for orchestrators. */
export const STATISTICS_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes/:node/memory',
    access: 'monitoring',
    summary: 'Where the memory of a node is, in octets',
    answer: MEMORY,
    handle: (request) => ok(memoryView(statisticsOfNode(request))),
  },
  {
    method: 'GET',
    path: '/nodes/:node/memory/relative',
    access: 'monitoring',
    summary: 'Where the memory of a node is, in percent',
    answer: RELATIVE_MEMORY,
    handle: (request) => ok(relativeMemoryView(statisticsOfNode(request))),
  },
  ...['', '/relative', '/:filter', '/:filter/relative'].map(
    (rest): Route => ({
      method: 'GET',
      path: `/nodes/:node/memory/ets${rest}`,
      access: 'monitoring',
      summary: "Tables of RabbitMQ's runtime: there are none",
      answer: objectOf({ ets_tables_memory: oneOf('no_tables') }),
      handle: (request) => {
        statisticsOfNode(request)
        return ok({ ets_tables_memory: 'no_tables' })
      },
    }),
  ),
  ...['/metrics', '/metrics/per-object', '/metrics/detailed', '/metrics/memory-breakdown'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'monitoring',
      summary: 'Metrics in the text format of Prometheus',
      answerType: 'text/plain',
      query: path.endsWith('detailed') ? ['family', 'vhost', 'queue'] : [],
      handle: (request) => metricsAnswer(request, path),
    }),
  ),
  {
    method: 'GET',
    path: '/health/live',
    access: 'open',
    summary: 'The event loop of the node turns; for liveness probes',
    answer: HEALTHY,
    handle: () => ok({ status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/health/ready',
    access: 'open',
    summary: 'The node takes clients and publishes; for readiness probes',
    answer: HEALTHY,
    failure: UNHEALTHY,
    handle: readiness,
  },
]

function statisticsOfNode({ services, params }: ApiRequest): Statistics {
  const { statistics, node } = services
  if (params.node !== node.name || statistics === undefined) throw objectNotFound()
  return statistics
}

function metricsAnswer({ services, query }: ApiRequest, path: string): Answer {
  const parts = services.metrics && metricsAt(services.metrics, path, query)
  if (parts === undefined) throw objectNotFound()
  const headers = { 'content-type': METRICS_CONTENT_TYPE }
  return { status: 200, stream: Readable.from(turns(parts), { objectMode: false }), headers }
}

/** Lets the event loop go after each part. */
async function* turns(parts: Generator<string>): AsyncGenerator<string> {
  for (const part of parts) {
    if (part !== '') yield part
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

/** Every reason at once, so that nobody needs to look twice. */
function readiness({ services }: ApiRequest): Answer {
  const { node, alarms, peers } = services
  const reasons: string[] = []
  if (!node.isInService()) reasons.push('the node is starting or stopping')
  if (!node.listeners().some(({ protocol }) => protocol.startsWith('amqp')))
    reasons.push('nothing listens for clients')
  if (peers.size >= node.maxConnections) reasons.push('the connection limit is reached')
  for (const source of alarms.active) reasons.push(`the ${source} alarm blocks publishers`)
  if (reasons.length === 0) return ok({ status: 'ok' })
  return { status: 503, json: { status: 'failed', reason: reasons.join('; '), reasons } }
}
