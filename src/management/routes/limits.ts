import { USER_LIMIT_NAMES, type UserLimitName } from '../../auth/user-doors.js'
import type { User } from '../../auth/users.js'
import { VHOST_LIMIT_NAMES, type VhostLimitName } from '../../core/doors/parameter-doors.js'
import type { Durable } from '../../core/doors.js'
import type { ParameterValue } from '../../core/policy/parameter-value.js'
import { done } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { requireKeys } from '../http/body.js'
import { badRequest, notAuthorised, objectNotFound } from '../http/http-error.js'
import { list } from '../http/list.js'
import type { Route } from '../http/route.js'
import { USER_LIMITS, VHOST_LIMITS } from '../schemas/access.js'
import { INTEGER, listOf, objectOf } from '../schemas/basics.js'
import { userLimitViews, vhostLimitViews } from '../views/limits-view.js'

const LIMIT_BODY = objectOf({ value: INTEGER })

export const LIMIT_ROUTES: readonly Route[] = [
  ...['/vhost-limits', '/vhost-limits/:vhost'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'management',
      summary: 'Limits of virtual hosts',
      list: 'plain',
      answer: listOf(VHOST_LIMITS),
      handle: (request) => {
        const all = request.isMonitor && request.params.vhost === undefined
        const vhosts = all ? [...request.services.doors.topology.vhosts.values()] : request.vhostsOfPath
        return list(request, { items: vhostLimitViews(vhosts), view: (limits) => limits })
      },
    }),
  ),
  {
    method: 'PUT',
    path: '/vhost-limits/:vhost/:limit',
    access: 'administrator',
    summary: 'Sets a limit of a virtual host; a negative value is none',
    body: LIMIT_BODY,
    successes: [204],
    contentType: 'application/json',
    handle: (request) => {
      const { services, actor, body } = request
      const vhost = request.vhostToWrite.name
      requireKeys(body, 'value')
      // RabbitMQ answers 204 whether there was a limit or not.
      const name = request.param('limit') as VhostLimitName
      return done(services.doors.setVhostLimit(actor, vhost, name, body.value as ParameterValue).durable)
    },
  },
  {
    method: 'DELETE',
    path: '/vhost-limits/:vhost/:limit',
    access: 'administrator',
    summary: 'Clears a limit of a virtual host',
    handle: (request) => {
      const name = request.param('limit')
      if (!isVhostLimit(name)) throw objectNotFound()
      return done(request.services.doors.clearVhostLimit(request.actor, request.vhost.name, name))
    },
  },
  {
    method: 'GET',
    path: '/user-limits',
    access: 'administrator',
    summary: 'Limits of users',
    list: 'plain',
    answer: listOf(USER_LIMITS),
    handle: (request) => {
      const items = userLimitViews([...request.services.users.directory.users()])
      return list(request, { items, view: (limits) => limits })
    },
  },
  {
    method: 'GET',
    path: '/user-limits/:user',
    access: 'management',
    summary: 'Limits of a user: oneself, for all but administrators',
    list: 'plain',
    answer: listOf(USER_LIMITS),
    handle: (request) => {
      if (!request.isAdministrator && request.param('user') !== request.principal.name) {
        throw notAuthorised('Not administrator user')
      }
      const items = userLimitViews([userOf(request)])
      return list(request, { items, view: (limits) => limits })
    },
  },
  {
    method: 'PUT',
    path: '/user-limits/:user/:limit',
    access: 'administrator',
    summary: 'Sets a limit of a user; a negative value is none',
    body: LIMIT_BODY,
    successes: [204],
    contentType: 'application/json',
    handle: (request) => {
      requireKeys(request.body, 'value')
      const { name } = userOf(request)
      return done(setUserLimit(request, name, request.body.value as ParameterValue))
    },
  },
  {
    method: 'DELETE',
    path: '/user-limits/:user/:limit',
    access: 'administrator',
    summary: 'Clears a limit of a user',
    handle: (request) => {
      const limit = request.param('limit')
      if (!isUserLimit(limit)) throw objectNotFound()
      return done(request.services.users.clearLimit(request.actor, userOf(request).name, limit))
    },
  },
]

function setUserLimit(request: ApiRequest, user: string, value: ParameterValue): Durable {
  const limit = request.param('limit')
  if (!isUserLimit(limit)) throw badRequest(`Unrecognised terms [${limit}] in limits`)
  if (!Number.isSafeInteger(value)) throw badRequest(`${limit} should be a number`)
  return request.services.users.setLimit(request.actor, user, limit, value as number).durable
}

function userOf(request: ApiRequest): User {
  const user = request.services.users.directory.user(request.param('user'))
  if (user === undefined) throw objectNotFound()
  return user
}

function isVhostLimit(name: string): name is VhostLimitName {
  return (VHOST_LIMIT_NAMES as readonly string[]).includes(name)
}

function isUserLimit(name: string): name is UserLimitName {
  return (USER_LIMIT_NAMES as readonly string[]).includes(name)
}
