import { done, NO_CONTENT, put } from '../http/answer.js'
import { type ApiRequest, checkNode } from '../http/api-request.js'
import { booleanIn } from '../http/body.js'
import { HttpError } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { PERMISSION, TOPIC_PERMISSION, VHOST } from '../schemas/access.js'
import { BOOLEAN, listOf, OBJECT, objectOf, TEXT, WORDS } from '../schemas/basics.js'
import { metadataFrom } from '../vhost-request.js'
import { permissionView, topicPermissionView } from '../views/user-view.js'
import { vhostView } from '../views/vhost-view.js'

const EVERYTHING = { configure: '.*', write: '.*', read: '.*' }

export const VHOST_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/vhosts',
    access: 'management',
    summary: 'Virtual hosts that the user may see',
    list: 'paged',
    answer: listOf(VHOST),
    handle: (request) =>
      list(request, {
        items: visibleVhosts(request),
        nameOf: ({ name }) => name,
        view: (vhost) => vhostView(request.services, vhost, request.query),
      }),
  },
  {
    method: 'GET',
    path: '/vhosts/:vhost',
    access: 'administrator',
    summary: 'One virtual host',
    answer: VHOST,
    handle: (request) => one(request, vhostView(request.services, request.vhost, request.query)),
  },
  {
    method: 'PUT',
    path: '/vhosts/:vhost',
    access: 'administrator',
    summary: 'Makes a virtual host, or replaces what is said of it',
    body: objectOf(
      {},
      {
        description: TEXT,
        tags: WORDS,
        default_queue_type: TEXT,
        protected_from_deletion: BOOLEAN,
        tracing: BOOLEAN,
        metadata: OBJECT,
      },
    ),
    handle: putVhost,
  },
  {
    method: 'DELETE',
    path: '/vhosts/:vhost',
    access: 'administrator',
    summary: 'Deletes a virtual host with everything in it',
    refusals: [412],
    handle: ({ services, actor, vhost }) => {
      if (vhost.metadata.protectedFromDeletion) throw isProtected(vhost.name)
      return done(services.doors.deleteVhost(actor, vhost.name))
    },
  },
  {
    method: 'POST',
    path: '/vhosts/:vhost/deletion/protection',
    access: 'administrator',
    summary: 'Protects a virtual host from deletion',
    handle: (request) => protect(request, true),
  },
  {
    method: 'DELETE',
    path: '/vhosts/:vhost/deletion/protection',
    access: 'administrator',
    summary: 'Lifts the protection from deletion',
    handle: (request) => protect(request, false),
  },
  {
    method: 'POST',
    path: '/vhosts/:vhost/start/:node',
    access: 'administrator',
    summary: 'Starts a virtual host on a node; they all run already',
    handle: (request) => {
      void request.vhost
      checkNode(request)
      return NO_CONTENT
    },
  },
  {
    method: 'GET',
    path: '/vhosts/:vhost/permissions',
    access: 'administrator',
    summary: 'Permissions of users in a virtual host',
    list: 'plain',
    answer: listOf(PERMISSION),
    handle: (request) => {
      const { name } = request.vhost
      const all = [...request.services.users.directory.permissions()]
      return list(request, {
        items: all.filter(({ vhost }) => vhost === name),
        view: permissionView,
      })
    },
  },
  {
    method: 'GET',
    path: '/vhosts/:vhost/topic-permissions',
    access: 'administrator',
    summary: 'Topic permissions of users in a virtual host',
    list: 'plain',
    answer: listOf(TOPIC_PERMISSION),
    handle: (request) => {
      const { name } = request.vhost
      const all = [...request.services.users.directory.topicPermissions()]
      return list(request, {
        items: all.filter(({ vhost }) => vhost === name),
        view: topicPermissionView,
      })
    },
  },
]

/** Monitors see all vhosts, others those that they may enter. */
function visibleVhosts(request: ApiRequest) {
  if (!request.isMonitor) return request.vhosts
  const all = [...request.services.doors.topology.vhosts.values()]
  return all.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function putVhost(request: ApiRequest) {
  const { services, actor, body } = request
  const name = request.param('vhost')
  const metadata = metadataFrom(body)
  const tracing = body.tracing === undefined ? undefined : booleanIn(body, 'tracing', false)
  const existing = services.doors.topology.vhosts.get(name)
  if (existing === undefined) {
    const created = services.doors.createVhost(actor, name, metadata)
    const { principal } = request
    // A user of another backend has no record to hang a permission on.
    if (services.users.directory.user(principal.name) !== undefined) {
      services.users.setPermission(actor, { user: principal.name, vhost: name, ...EVERYTHING })
    }
    if (tracing !== undefined) services.doors.setVhostTracing(name, tracing)
    return put(created)
  }
  const durable = services.doors.setVhostMetadata(actor, name, {
    ...metadata,
    protectedFromDeletion: metadata.protectedFromDeletion ?? existing.metadata.protectedFromDeletion,
  })
  if (tracing !== undefined) services.doors.setVhostTracing(name, tracing)
  return put({ created: false, durable })
}

function protect({ services, actor, vhost }: ApiRequest, protectedFromDeletion: boolean) {
  return done(services.doors.setVhostMetadata(actor, vhost.name, { protectedFromDeletion }))
}

function isProtected(name: string): HttpError {
  const reason = `Refusing to delete virtual host '${name}' because it is protected from deletion`
  return new HttpError(412, 'precondition_failed', reason)
}
