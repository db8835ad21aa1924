import { tableFromPlain } from '../../core/field-table.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import { CREATED, done, NO_CONTENT } from '../http/answer.js'
import { type ApiRequest, checkNode, compareText } from '../http/api-request.js'
import { booleanIn, objectIn, requireKeys, textIn } from '../http/body.js'
import { badRequest, HttpError } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import type { Json } from '../json.js'
import { BOOLEAN, listOf, OBJECT, objectOf, oneOf, TEXT } from '../schemas/basics.js'
import { DETAILED_QUEUE, QUEUE, SINGLE_QUEUE } from '../schemas/queue.js'
import { detailedQueueView, queueView, singleQueueView } from '../views/queue-view.js'

export const QUEUE_ROUTES: readonly Route[] = [
  ...['/queues', '/queues/:vhost', '/queues/detailed'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'management',
      summary: path === '/queues/detailed' ? 'Queues with everything known of each' : 'Queues',
      list: 'paged',
      query: ['disable_stats', 'enable_queue_totals'],
      answer: listOf(path === '/queues/detailed' ? DETAILED_QUEUE : QUEUE),
      handle: (request) => {
        const view = path === '/queues/detailed' ? detailedQueueView : queueView
        return list(request, {
          items: request.vhostsOfPath.flatMap(({ queues }) => [...queues.values()]),
          order: byVhostAndName,
          nameOf: ({ name }) => name,
          view: (queue) => view(request.services, queue, request.query),
        })
      },
    }),
  ),
  {
    method: 'GET',
    path: '/queues/:vhost/:queue',
    access: 'management',
    summary: 'One queue',
    answer: SINGLE_QUEUE,
    handle: (request) => one(request, singleQueueView(request.services, request.queue, request.query)),
  },
  {
    method: 'PUT',
    path: '/queues/:vhost/:queue',
    access: 'management',
    summary: 'Declares a queue',
    body: objectOf({}, { durable: BOOLEAN, auto_delete: BOOLEAN, arguments: OBJECT, node: TEXT }),
    handle: putQueue,
  },
  {
    method: 'DELETE',
    path: '/queues/:vhost/:queue',
    access: 'management',
    summary: 'Deletes a queue',
    query: ['if-unused', 'if-empty'],
    handle: (request) => {
      const { vhost, name } = request.queue
      const conditions = { ifUnused: request.flag('if-unused'), ifEmpty: request.flag('if-empty') }
      const { durable } = request.services.doors.deleteQueue(request.actor, vhost.name, name, conditions)
      return done(durable)
    },
  },
  {
    method: 'DELETE',
    path: '/queues/:vhost/:queue/contents',
    access: 'management',
    summary: 'Drops the ready messages of a queue',
    handle: (request) => {
      const { vhost, name } = request.queue
      request.services.doors.purgeQueue(request.actor, vhost.name, name)
      return NO_CONTENT
    },
  },
  {
    method: 'POST',
    path: '/queues/:vhost/:queue/actions',
    access: 'administrator',
    summary: 'No action is left: always 400',
    body: objectOf({ action: TEXT }),
    successes: [],
    handle: ({ body, queue }) => {
      void queue
      throw badRequest(['unknown', (body.action ?? 'undefined') as Json])
    },
  },
  {
    method: 'GET',
    path: '/queues/quorum/:vhost/:queue/status',
    access: 'management',
    summary: 'The members of a quorum queue',
    answer: listOf(objectOf({ 'Node Name': TEXT, 'Raft State': TEXT, Membership: TEXT })),
    failure: objectOf({ status: oneOf('failed'), reason: TEXT }),
    handle: (request) => {
      const { queue, services } = request
      if (queue.type !== 'quorum') {
        return { status: 503, json: { status: 'failed', reason: `${queue.type}_queue_not_supported` } }
      }
      return {
        status: 200,
        json: [{ 'Node Name': services.node.name, 'Raft State': 'leader', Membership: 'voter' }],
      }
    },
  },
  {
    method: 'POST',
    path: '/queues/quorum/:vhost/:queue/replicas/add',
    access: 'administrator',
    summary: 'Adds a member to a quorum queue; a node alone has none to add',
    body: objectOf({ node: TEXT }),
    handle: ({ queue, body }) => {
      void queue
      requireKeys(body, 'node')
      throw badRequest(`node ${textIn(body, 'node', '')} is not a member of the cluster`)
    },
  },
  {
    method: 'DELETE',
    path: '/queues/quorum/:vhost/:queue/replicas/delete',
    access: 'administrator',
    summary: 'Takes a member from a quorum queue; the last one stays',
    body: objectOf({ node: TEXT }),
    successes: [202],
    refusals: [503],
    handle: ({ queue, body }) => {
      void queue
      requireKeys(body, 'node')
      textIn(body, 'node', '')
      throw new HttpError(503, 'service_unavailable', 'last_node')
    },
  },
  {
    method: 'POST',
    path: '/queues/quorum/replicas/on/:node/grow',
    access: 'administrator',
    summary: 'Adds members on a node; a node alone has nothing to do',
    handle: (request) => {
      checkNode(request)
      return NO_CONTENT
    },
  },
  {
    method: 'DELETE',
    path: '/queues/quorum/replicas/on/:node/shrink',
    access: 'administrator',
    summary: 'Takes the members on a node away; the last ones stay',
    successes: [202],
    refusals: [503],
    handle: (request) => {
      checkNode(request)
      throw new HttpError(503, 'service_unavailable', 'last_node')
    },
  },
  {
    method: 'POST',
    path: '/rebalance/queues',
    access: 'administrator',
    summary: 'Spreads the leaders of queues over the nodes, in the background',
    handle: () => NO_CONTENT,
  },
]

function byVhostAndName(a: QueueRecord, b: QueueRecord): number {
  return a.vhost === b.vhost ? compareText(a.name, b.name) : compareText(a.vhost.name, b.vhost.name)
}

async function putQueue(request: ApiRequest) {
  const { services, actor, body } = request
  const vhost = request.vhostToWrite
  const name = request.param('queue')
  const isNew = !vhost.queues.has(name)
  // Which node it lives on is settled where there is one, but a mistake is told all the same.
  textIn(body, 'node', '')
  const { durable } = services.doors.declareQueue(actor, vhost.name, {
    name,
    durable: booleanIn(body, 'durable', false),
    exclusive: false,
    autoDelete: booleanIn(body, 'auto_delete', false),
    arguments: tableFromPlain(objectIn(body, 'arguments')),
  })
  await durable
  return isNew ? CREATED : NO_CONTENT
}
