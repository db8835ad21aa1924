import { LOG_LEVELS, type LogLevel } from '../../util/logger.js'
import { NO_CONTENT } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { badRequest, HttpError, objectNotFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import type { JsonObject } from '../json.js'
import type { NodeControl, SizeSetting } from '../node-control.js'
import { objectOf, oneOf } from '../schemas/basics.js'

const SIZE = objectOf({}, { relative: { type: 'number' }, absolute: { type: 'integer' } })
/** A watermark is a share of the memory there is. */
const WATERMARK_MAX = 1

/** What rabbitmqctl changes about a running node, where RabbitMQ has no route. */
export const NODE_CONTROL_ROUTES: readonly Route[] = [
  {
    method: 'PUT',
    path: '/nodes/:node/memory-high-watermark',
    access: 'administrator',
    summary: 'Memory use above which publishers are blocked, until the next start',
    body: SIZE,
    successes: [204],
    refusals: [503],
    handle: (request) => {
      controlDoor(request, 'setMemoryHighWatermark')(sizeIn(request.body, WATERMARK_MAX))
      return NO_CONTENT
    },
  },
  {
    method: 'PUT',
    path: '/nodes/:node/disk-free-limit',
    access: 'administrator',
    summary: 'Free disk space below which publishers are blocked, until the next start',
    body: SIZE,
    successes: [204],
    refusals: [503],
    handle: (request) => {
      controlDoor(request, 'setDiskFreeLimit')(sizeIn(request.body, Number.MAX_SAFE_INTEGER))
      return NO_CONTENT
    },
  },
  {
    method: 'PUT',
    path: '/nodes/:node/log-level',
    access: 'administrator',
    summary: 'How much the node writes to its log, until the next start',
    body: objectOf({ level: oneOf(...LOG_LEVELS) }),
    successes: [204],
    refusals: [503],
    handle: (request) => {
      controlDoor(request, 'setLogLevel')(levelIn(request.body))
      return NO_CONTENT
    },
  },
  {
    method: 'POST',
    path: '/nodes/:node/stop',
    access: 'administrator',
    summary: 'Stops the node; the answer comes before',
    refusals: [503],
    handle: (request) => {
      const stop = controlDoor(request, 'stop')
      // The answer is on its way before the connections are closed.
      setImmediate(stop)
      return NO_CONTENT
    },
  },
  {
    method: 'GET',
    path: '/config/effective',
    access: 'administrator',
    summary: 'Every setting in effect, as lines of the configuration file',
    answerType: 'text/plain',
    refusals: [503],
    handle: ({ services }) => {
      const settings = services.control?.settings
      if (settings === undefined) throw unavailable()
      return { status: 200, text: settings(), headers: { 'content-type': 'text/plain; charset=utf-8' } }
    },
  },
]

/** What changes it. Throws 404 for another node, and 503 where this one cannot be changed so. */
export function controlDoor<K extends keyof NodeControl>(
  request: ApiRequest,
  name: K,
): NonNullable<NodeControl[K]> {
  const { control, node } = request.services
  if (request.param('node') !== node.name) throw objectNotFound()
  const door = control?.[name]
  if (door === undefined) throw unavailable()
  return door
}

function unavailable(): HttpError {
  return new HttpError(503, 'service_unavailable', 'this node cannot be controlled so')
}

function sizeIn(body: JsonObject, relativeMax: number): SizeSetting {
  const { relative, absolute } = body
  if (relative !== undefined && absolute !== undefined) throw badRequest('either relative or absolute')
  if (typeof absolute === 'number' && Number.isSafeInteger(absolute) && absolute >= 0) {
    return { absoluteBytes: absolute }
  }
  if (typeof relative === 'number' && relative >= 0 && relative <= relativeMax) return { relative }
  throw badRequest(`expected {"relative": 0 to ${relativeMax}} or {"absolute": bytes}`)
}

function levelIn({ level }: JsonObject): LogLevel {
  const known = LOG_LEVELS.find((each) => each === level)
  if (known === undefined) throw badRequest(`the level is one of ${LOG_LEVELS.join(', ')}`)
  return known
}
