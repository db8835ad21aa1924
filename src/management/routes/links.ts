import { objectNotFound } from '../http/http-error.js'
import { emptyList } from '../http/list.js'
import type { Method, Route } from '../http/route.js'
import { listOf, OBJECT } from '../schemas/basics.js'

/** Links to other brokers, under RabbitMQ's paths. None run yet, so lists are empty and no link is found. */
export const LINK_ROUTES: readonly Route[] = [
  ...[
    '/shovels',
    '/shovels/:vhost',
    '/federation-links',
    '/federation-links/:vhost',
    '/federation-links/state/down',
    '/federation-links/:vhost/state/down',
  ].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'monitoring',
      summary: 'Links to other brokers; none run',
      list: 'plain',
      answer: listOf(OBJECT),
      handle: emptyList,
    }),
  ),
  {
    ...ofNoLink('GET', '/shovels/vhost/:vhost/:name', 'The state of a shovel; none run'),
    access: 'monitoring',
    answer: OBJECT,
  },
  ofNoLink('DELETE', '/shovels/vhost/:vhost/:name', 'Deletes a shovel; none run'),
  ofNoLink('DELETE', '/shovels/vhost/:vhost/:name/restart', 'Restarts a shovel; none run'),
  ofNoLink(
    'DELETE',
    '/federation-links/vhost/:vhost/:id/:node/restart',
    'Restarts a federation link; none run',
  ),
]

function ofNoLink(method: Method, path: string, summary: string): Route {
  return {
    method,
    path,
    access: 'policymaker',
    summary,
    handle: () => {
      throw objectNotFound()
    },
  }
}
