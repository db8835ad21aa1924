import { NO_CONTENT, ok } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { listOf, OBJECT } from '../schemas/basics.js'
import { NODE, OVERVIEW } from '../schemas/node.js'
import { nodeView } from '../views/node-view.js'
import { overviewView } from '../views/overview-view.js'

export const NODE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/overview',
    access: 'management',
    summary: 'The cluster at a glance',
    answer: OVERVIEW,
    handle: (request) => one(request, overviewView(request)),
  },
  {
    method: 'GET',
    path: '/nodes',
    access: 'monitoring',
    summary: 'Nodes',
    list: 'plain',
    answer: listOf(NODE),
    handle: (request) =>
      list(request, {
        items: [request.services.node],
        view: () => nodeView(request.services, request.query),
      }),
  },
  {
    method: 'GET',
    path: '/nodes/:node',
    access: 'monitoring',
    summary: 'One node',
    answer: NODE,
    handle: (request) => {
      checkNode(request)
      return one(request, nodeView(request.services, request.query))
    },
  },
  ...['/reset', '/reset/:node'].map(
    (path): Route => ({
      method: 'DELETE',
      path,
      access: 'administrator',
      summary: 'Forgets statistics; nothing else',
      handle: (request) => {
        if (request.params.node !== undefined) checkNode(request)
        request.services.statistics?.reset()
        return NO_CONTENT
      },
    }),
  ),
  ...['/auth/attempts/:node', '/auth/attempts/:node/source'].flatMap((path): Route[] => [
    {
      method: 'GET',
      path,
      access: 'monitoring',
      summary: 'Logins, by protocol',
      answer: listOf(OBJECT),
      handle: (request) => {
        checkNode(request)
        return ok([])
      },
    },
    {
      method: 'DELETE',
      path,
      access: 'administrator',
      summary: 'Forgets the counts of logins',
      handle: (request) => {
        checkNode(request)
        return NO_CONTENT
      },
    },
  ]),
]

function checkNode(request: ApiRequest): void {
  if (request.param('node') !== request.services.node.name) throw objectNotFound()
}
