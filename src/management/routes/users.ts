import type { User } from '../../auth/users.js'
import { done, NO_CONTENT, put } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { compareText } from '../http/api-request.js'
import { requireKeys, wordsIn } from '../http/body.js'
import { badRequest, objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { makerOf } from '../makers.js'
import { PERMISSION, TOPIC_PERMISSION, USER } from '../schemas/access.js'
import { listOf, objectOf, TEXT, WORDS } from '../schemas/basics.js'
import { QUEUE } from '../schemas/queue.js'
import { userFrom } from '../user-request.js'
import { queueView } from '../views/queue-view.js'
import { permissionView, topicPermissionView, userView } from '../views/user-view.js'

export const USER_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/users',
    access: 'administrator',
    summary: 'Users',
    list: 'paged',
    answer: listOf(USER),
    handle: (request) => listUsers(request, () => true),
  },
  {
    method: 'GET',
    path: '/users/without-permissions',
    access: 'administrator',
    summary: 'Users without a permission in any virtual host',
    list: 'paged',
    answer: listOf(USER),
    handle: (request) => {
      const { directory } = request.services.users
      const withSome = new Set([...directory.permissions()].map(({ user }) => user))
      return listUsers(request, ({ name }) => !withSome.has(name))
    },
  },
  {
    method: 'POST',
    path: '/users/bulk-delete',
    access: 'administrator',
    summary: 'Deletes several users; unknown names are passed over',
    body: objectOf({ users: listOf(TEXT) }),
    handle: async ({ services, actor, body }) => {
      const { users } = services
      requireKeys(body, 'users')
      if (!Array.isArray(body.users)) throw badRequest(['not_list', body.users ?? null])
      const known = wordsIn(body.users).filter((name) => users.directory.user(name) !== undefined)
      await Promise.all(known.map((name) => users.deleteUser(actor, name)))
      return NO_CONTENT
    },
  },
  {
    method: 'GET',
    path: '/users/:user',
    access: 'administrator',
    summary: 'One user',
    answer: USER,
    handle: (request) => one(request, userView(userOf(request))),
  },
  {
    method: 'PUT',
    path: '/users/:user',
    access: 'administrator',
    summary: 'Makes a user, or replaces password and tags of one',
    body: objectOf({ tags: WORDS }, { password: TEXT, password_hash: TEXT, hashing_algorithm: TEXT }),
    handle: async (request) => {
      const { services, body, actor } = request
      const name = request.param('user')
      const user = await userFrom(services, { ...body, name })
      const limits = services.users.directory.user(name)?.limits ?? {}
      return put(services.users.putUser(actor, { ...user, limits }))
    },
  },
  {
    method: 'DELETE',
    path: '/users/:user',
    access: 'administrator',
    summary: 'Deletes a user and closes the connections made in that name',
    handle: (request) => {
      const { name } = userOf(request)
      return done(request.services.users.deleteUser(request.actor, name))
    },
  },
  {
    method: 'GET',
    path: '/users/:user/permissions',
    access: 'administrator',
    summary: 'Permissions of a user',
    list: 'plain',
    answer: listOf(PERMISSION),
    handle: (request) => {
      const items = [...request.services.users.directory.permissions(userOf(request).name)]
      return list(request, { items, view: permissionView })
    },
  },
  {
    method: 'GET',
    path: '/users/:user/topic-permissions',
    access: 'administrator',
    summary: 'Topic permissions of a user',
    list: 'plain',
    answer: listOf(TOPIC_PERMISSION),
    handle: (request) => {
      const items = [...request.services.users.directory.topicPermissions(userOf(request).name)]
      return list(request, { items, view: topicPermissionView })
    },
  },
  {
    method: 'GET',
    path: '/users/:user/queues',
    access: 'management',
    summary: 'Queues that a user declared',
    list: 'paged',
    answer: listOf(QUEUE),
    handle: (request) => {
      const { services, query } = request
      const maker = request.param('user')
      const queues = request.vhosts.flatMap((vhost) => [...vhost.queues.values()])
      return list(request, {
        items: queues.filter((queue) => makerOf(queue) === maker),
        nameOf: ({ name }) => name,
        view: (queue) => queueView(services, queue, query),
      })
    },
  },
]

function listUsers(request: ApiRequest, isShown: (user: User) => boolean) {
  const users = [...request.services.users.directory.users()].filter(isShown)
  return list(request, {
    items: users.sort((a, b) => compareText(a.name, b.name)),
    nameOf: ({ name }) => name,
    view: userView,
  })
}

function userOf(request: ApiRequest): User {
  const user = request.services.users.directory.user(request.param('user'))
  if (user === undefined) throw objectNotFound()
  return user
}
