import { Readable } from 'node:stream'
import type { AnyEventListener, EventBus } from '../../core/events.js'
import type { Answer } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { HttpError } from '../http/http-error.js'
import type { Route } from '../http/route.js'

/** Changes of this long are told together, in ms. */
const BATCH_MS = 250
/** A comment keeps proxies from closing a silent stream, in ms. */
const HEARTBEAT_MS = 20_000
/** Listeners of one node. */
export const EVENT_STREAMS_MAX = 500

/** Open streams of each node, by its bus: many nodes live in one process. */
const openStreams = new WeakMap<EventBus, number>()

/** Live changes, for pages that show them. */
export const EVENT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/events',
    access: 'management',
    summary:
      'Server-sent events: what has changed, as {"changes":[{"event":"queue.created","vhost":"/","name":"q"}]}',
    answerType: 'text/event-stream',
    refusals: [503],
    handle: events,
  },
]

function events(request: ApiRequest): Answer {
  if ((openStreams.get(request.services.events) ?? 0) >= EVENT_STREAMS_MAX) {
    throw new HttpError(503, 'service_unavailable', 'too many listeners of events')
  }
  return {
    status: 200,
    stream: eventStream(request),
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  }
}

interface Change {
  readonly event: string
  readonly vhost?: string
  readonly name?: string
}

function eventStream(request: ApiRequest): Readable {
  const { services, principal } = request
  const changes = new Map<string, Change>()
  let batchTimer: NodeJS.Timeout | undefined
  const stream = new Readable({
    read() {},
    destroy(_error, done) {
      close()
      done(null)
    },
  })

  const tell: AnyEventListener = (event, facts) => {
    const { vhost, name, user } = facts as { readonly [member in 'vhost' | 'name' | 'user']?: unknown }
    if (event === 'user.deleted' && name === principal.name) return void stream.push(null)
    if (!mayHear(request, event, typeof vhost === 'string' ? vhost : undefined, user)) return
    // One of each: whoever hears looks again anyway.
    changes.set(`${event} ${String(vhost)} ${String(name)}`, {
      event,
      ...(typeof vhost === 'string' && { vhost }),
      ...(typeof name === 'string' && { name }),
    })
    batchTimer ??= setTimeout(send, BATCH_MS)
  }
  function send(): void {
    batchTimer = undefined
    // A listener that does not read hears of the latest only.
    if (stream.readableLength > 64 * 1024) return
    const told = [...changes.values()].slice(-200)
    changes.clear()
    stream.push(`data: ${JSON.stringify({ changes: told })}\n\n`)
  }
  function close(): void {
    count(-1)
    stop()
    clearTimeout(batchTimer)
    clearInterval(heartbeat)
  }

  function count(by: 1 | -1): void {
    openStreams.set(services.events, (openStreams.get(services.events) ?? 0) + by)
  }

  count(1)
  const stop = services.events.onAny(tell)
  const heartbeat = setInterval(() => stream.push(': still here\n\n'), HEARTBEAT_MS)
  heartbeat.unref()
  stream.push('retry: 3000\n\n')
  return stream
}

/**
 * What happens in a vhost is for those who may enter it; users and permissions are for administrators; connections are
 * for monitors and whoever they belong to.
 */
function mayHear(request: ApiRequest, event: string, vhost: string | undefined, user: unknown): boolean {
  if (request.isAdministrator) return true
  if (/^(user|permission|topic)\./.test(event)) return false
  if (/^(connection|channel|consumer)\./.test(event)) {
    return request.isMonitor || user === request.principal.name
  }
  return vhost === undefined || request.mayEnter(vhost)
}
