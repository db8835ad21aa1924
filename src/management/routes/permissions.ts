import { patternFault } from '../../auth/permission-pattern.js'
import type { Permission } from '../../auth/users.js'
import { done, ok, put } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { requireKeys, textIn } from '../http/body.js'
import { badRequest, HttpError, objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import type { Json, JsonObject } from '../json.js'
import { PERMISSION, TOPIC_PERMISSION } from '../schemas/access.js'
import { listOf, objectOf, TEXT } from '../schemas/basics.js'
import { permissionView, topicPermissionView } from '../views/user-view.js'

export const PERMISSION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/permissions',
    access: 'administrator',
    summary: 'Permissions of all users in all virtual hosts',
    list: 'plain',
    answer: listOf(PERMISSION),
    handle: (request) => {
      const items = [...request.services.users.directory.permissions()]
      return list(request, { items, view: permissionView })
    },
  },
  {
    method: 'GET',
    path: '/permissions/:vhost/:user',
    access: 'administrator',
    summary: 'What a user may do in a virtual host',
    answer: PERMISSION,
    handle: (request) => one(request, permissionView(permissionOf(request))),
  },
  {
    method: 'PUT',
    path: '/permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Sets what a user may do in a virtual host',
    body: objectOf({ configure: TEXT, write: TEXT, read: TEXT }),
    handle: (request) => {
      const { services, actor, body } = request
      const { user, vhost } = userAndVhost(request)
      requireKeys(body, 'configure', 'write', 'read')
      const patterns = {
        configure: patternIn(body, 'configure'),
        write: patternIn(body, 'write'),
        read: patternIn(body, 'read'),
      }
      return put(services.users.setPermission(actor, { user, vhost, ...patterns }))
    },
  },
  {
    method: 'DELETE',
    path: '/permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Takes the permissions of a user in a virtual host away',
    handle: (request) => {
      const { user, vhost } = permissionOf(request)
      return done(request.services.users.clearPermission(request.actor, user, vhost))
    },
  },
  {
    method: 'GET',
    path: '/topic-permissions',
    access: 'administrator',
    summary: 'Topic permissions of all users in all virtual hosts',
    list: 'plain',
    answer: listOf(TOPIC_PERMISSION),
    handle: (request) => {
      const items = [...request.services.users.directory.topicPermissions()]
      return list(request, { items, view: topicPermissionView })
    },
  },
  {
    method: 'GET',
    path: '/topic-permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Topic permissions of a user in a virtual host',
    answer: listOf(TOPIC_PERMISSION),
    handle: (request) => ok(topicPermissionsOf(request).map(topicPermissionView)),
  },
  {
    method: 'PUT',
    path: '/topic-permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Sets what a user may publish to and bind on a topic exchange',
    body: objectOf({ exchange: TEXT, write: TEXT, read: TEXT }),
    handle: (request) => {
      const { services, actor, body } = request
      const { user, vhost } = userAndVhost(request)
      requireKeys(body, 'exchange', 'write', 'read')
      const exchange = textIn(body, 'exchange', '')
      if (!services.doors.topology.vhosts.get(vhost)?.exchanges.has(exchange)) {
        throw badRequest('exchange_not_found')
      }
      const patterns = { write: patternIn(body, 'write'), read: patternIn(body, 'read') }
      return put(services.users.setTopicPermission(actor, { user, vhost, exchange, ...patterns }))
    },
  },
  {
    method: 'DELETE',
    path: '/topic-permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Takes all topic permissions of a user in a virtual host away',
    handle: (request) => clearTopicPermissions(request, undefined),
  },
  {
    method: 'DELETE',
    path: '/topic-permissions/:vhost/:user/:exchange',
    access: 'administrator',
    summary: 'Takes the topic permission of a user on one exchange away',
    handle: (request) => clearTopicPermissions(request, request.param('exchange')),
  },
]

function permissionOf(request: ApiRequest): Permission {
  const { directory } = request.services.users
  const permission = directory.permission(request.param('user'), request.param('vhost'))
  if (permission === undefined) throw objectNotFound()
  return permission
}

function topicPermissionsOf(request: ApiRequest) {
  const { directory } = request.services.users
  const vhost = request.param('vhost')
  const permissions = [...directory.topicPermissions(request.param('user'))].filter(
    (each) => each.vhost === vhost,
  )
  if (permissions.length === 0) throw objectNotFound()
  return permissions
}

function clearTopicPermissions(request: ApiRequest, exchange: string | undefined) {
  const [user, vhost] = [request.param('user'), request.param('vhost')]
  const matching = topicPermissionsOf(request).filter(
    (each) => exchange === undefined || each.exchange === exchange,
  )
  if (matching.length === 0) throw objectNotFound()
  return done(request.services.users.clearTopicPermissions(request.actor, user, vhost, exchange))
}

function userAndVhost(request: ApiRequest): { readonly user: string; readonly vhost: string } {
  const { users, doors } = request.services
  const [user, vhost] = [request.param('user'), request.param('vhost')]
  if (users.directory.user(user) === undefined || !doors.topology.vhosts.has(vhost)) {
    throw badRequest('vhost_or_user_not_found')
  }
  return { user, vhost }
}

/** A pattern that can be compiled. Throws 400 with what is wrong in RabbitMQ's form: texts as lists of characters. */
function patternIn(body: JsonObject, key: string): string {
  const pattern = textIn(body, key, '')
  const fault = patternFault(pattern)
  if (fault === undefined) return pattern
  const reason: Json = ['invalid_regexp', characters(pattern), [characters(fault.reason), fault.offset]]
  throw new HttpError(400, 'bad_request', reason)
}

function characters(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0)!)
}
