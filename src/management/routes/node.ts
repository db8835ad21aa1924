import type { AttemptCounts } from '../../auth/login-attempts.js'
import { NO_CONTENT, ok } from '../http/answer.js'
import { checkNode } from '../http/api-request.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import type { JsonObject } from '../json.js'
import { INTEGER, listOf, membersOf, objectOf, oneOf, TEXT } from '../schemas/basics.js'
import { NODE, OVERVIEW } from '../schemas/node.js'
import { nodeView } from '../views/node-view.js'
import { overviewView } from '../views/overview-view.js'

const ATTEMPTS = {
  protocol: oneOf('amqp091', 'http'),
  ...membersOf(['auth_attempts', 'auth_attempts_failed', 'auth_attempts_succeeded'], INTEGER),
}

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
  {
    method: 'GET',
    path: '/auth/attempts/:node',
    access: 'monitoring',
    summary: 'Logins, by protocol',
    answer: listOf(objectOf(ATTEMPTS)),
    handle: (request) => {
      checkNode(request)
      return ok([...request.services.loginAttempts.byProtocol()].map(attemptsView))
    },
  },
  {
    method: 'GET',
    path: '/auth/attempts/:node/source',
    access: 'monitoring',
    summary: 'Logins by user and address, when track_auth_attempt_source is set',
    answer: listOf(objectOf({ ...ATTEMPTS, remote_address: TEXT, username: TEXT })),
    handle: (request) => {
      checkNode(request)
      const sources = [...request.services.loginAttempts.bySource()]
      return ok(
        sources.map((source) => ({
          ...attemptsView(source),
          remote_address: source.peerAddress,
          username: source.username,
        })),
      )
    },
  },
  {
    method: 'DELETE',
    path: '/auth/attempts/:node',
    access: 'administrator',
    summary: 'Forgets the counts of logins',
    handle: (request) => {
      checkNode(request)
      request.services.loginAttempts.reset()
      return NO_CONTENT
    },
  },
  {
    method: 'DELETE',
    path: '/auth/attempts/:node/source',
    access: 'administrator',
    summary: 'Forgets the counts of logins by user and address',
    handle: (request) => {
      checkNode(request)
      request.services.loginAttempts.resetSources()
      return NO_CONTENT
    },
  },
]

function attemptsView({ protocol, failed, succeeded }: AttemptCounts): JsonObject {
  return {
    auth_attempts: failed + succeeded,
    auth_attempts_failed: failed,
    auth_attempts_succeeded: succeeded,
    protocol,
  }
}
