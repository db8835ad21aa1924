import { createPasswordHash } from '../../auth/password-hash.js'
import { ok } from '../http/answer.js'
import { list } from '../http/list.js'
import type { Route } from '../http/route.js'
import { PERMISSION, WHO_AM_I } from '../schemas/access.js'
import { listOf, OBJECT, objectOf, TEXT } from '../schemas/basics.js'
import { permissionView } from '../views/user-view.js'

/** Who asks, and what the node is. */
export const IDENTITY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/whoami',
    access: 'management',
    summary: 'The user whose credentials were sent',
    answer: WHO_AM_I,
    handle: ({ principal, services }) =>
      ok({
        is_internal_user: services.users.directory.user(principal.name) !== undefined,
        name: principal.name,
        tags: principal.tags,
      }),
  },
  {
    method: 'GET',
    path: '/whoami/permissions',
    access: 'management',
    summary: 'What that user may do in each virtual host, as far as the broker keeps it itself',
    list: 'plain',
    answer: listOf(PERMISSION),
    handle: (request) => {
      const items = [...request.services.users.directory.permissions(request.principal.name)]
      return list(request, { items, view: permissionView })
    },
  },
  {
    method: 'GET',
    path: '/version',
    access: 'open',
    summary: 'The RabbitMQ release whose behaviour is offered',
    answer: TEXT,
    handle: ({ services }) => ok(services.node.rabbitmqVersion),
  },
  {
    method: 'GET',
    path: '/extensions',
    access: 'management',
    summary: 'Scripts that plugins add to the pages',
    answer: listOf(OBJECT),
    handle: () => ok([]),
  },
  {
    method: 'GET',
    path: '/auth/hash_password/:password',
    access: 'administrator',
    summary: 'The hash of a password, as definitions carry it',
    answer: objectOf({ ok: TEXT }),
    handle: async (request) => {
      const { hash } = await createPasswordHash(request.param('password'), request.services.hashing)
      return ok({ ok: hash })
    },
  },
]
