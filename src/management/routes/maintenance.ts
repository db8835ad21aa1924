import { NO_CONTENT } from '../http/answer.js'
import { HttpError } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import type { Maintenance } from '../node-control.js'
import { controlDoor } from './node-control.js'

/** What rabbitmq-upgrade and rabbitmqctl do to a node that shall be left alone, where RabbitMQ has no route. */
export const MAINTENANCE_ROUTES: readonly Route[] = [
  maintenance(
    'drain',
    'Enters maintenance mode: takes no clients, and closes the connections of those there are',
    (node) => node.drain(),
  ),
  maintenance('revive', 'Leaves maintenance mode', (node) => node.revive()),
  maintenance('suspend-listeners', 'Takes no further clients; those that are there stay', (node) =>
    node.suspendListeners(),
  ),
  maintenance('resume-listeners', 'Listens for clients again', (node) => node.resumeListeners()),
  {
    method: 'POST',
    path: '/nodes/:node/rotate-logs',
    access: 'administrator',
    summary: 'Puts the log file aside and begins a new one',
    successes: [204],
    refusals: [503],
    handle: (request) => {
      if (!controlDoor(request, 'rotateLogs')()) {
        throw new HttpError(503, 'service_unavailable', 'the node writes no log file')
      }
      return NO_CONTENT
    },
  },
]

function maintenance(verb: string, summary: string, act: (node: Maintenance) => void | Promise<void>): Route {
  return {
    method: 'POST',
    path: `/nodes/:node/${verb}`,
    access: 'administrator',
    summary,
    successes: [204],
    refusals: [503],
    handle: async (request) => {
      const node = controlDoor(request, 'maintenance')
      try {
        await act(node)
      } catch (error) {
        throw new HttpError(
          503,
          'service_unavailable',
          error instanceof Error ? error.message : String(error),
        )
      }
      return NO_CONTENT
    },
  }
}
