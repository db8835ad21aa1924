import { createReadStream } from 'node:fs'
import { type Answer, CREATED, NO_CONTENT, ok } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { integerIn, requireKeys, textIn } from '../http/body.js'
import { badRequest, HttpError, objectNotFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import type { JsonObject } from '../json.js'
import { INTEGER, listOf, named, objectOf, oneOf, TEXT } from '../schemas/basics.js'
import type { Trace, TraceSpec } from '../traces/trace.js'
import { TRACE_FORMATS } from '../traces/trace-record.js'
import { isFileName, TRACE_NAME_BYTES_MAX, TRACES_MAX, type Traces } from '../traces/traces.js'

const TRACE = named(
  'Trace',
  objectOf(
    {
      vhost: TEXT,
      name: TEXT,
      format: oneOf(...TRACE_FORMATS),
      pattern: TEXT,
      queue: objectOf({ name: TEXT, vhost: TEXT }),
    },
    { max_payload_bytes: INTEGER },
  ),
)
const TRACE_FILE = named('TraceFile', objectOf({ name: TEXT, size: INTEGER }))
/** Names of a user are taken and do not matter: the broker reads what it traces by itself. */
const NEW_TRACE = objectOf(
  { format: oneOf(...TRACE_FORMATS), pattern: TEXT },
  { max_payload_bytes: INTEGER, tracer_connection_username: TEXT, tracer_connection_password: TEXT },
)

type Handler = (traces: Traces, request: ApiRequest) => Answer | Promise<Answer>

/** Traces that write to files, and the files, as RabbitMQ's tracing plugin has them. */
export const TRACE_ROUTES: readonly Route[] = [
  ...route('GET', '/traces', 'Every trace that writes to a file', { answer: listOf(TRACE) }, (traces) =>
    ok(traces.list().map(traceView)),
  ),
  ...route(
    'GET',
    '/traces/:vhost',
    'The traces of a virtual host',
    { answer: listOf(TRACE) },
    (traces, request) => ok(traces.list(request.vhost.name).map(traceView)),
  ),
  ...route('GET', '/traces/:vhost/:name', 'A trace', { answer: TRACE }, (traces, request) =>
    ok(traceView(traceOf(traces, request))),
  ),
  ...route(
    'PUT',
    '/traces/:vhost/:name',
    'Starts a trace, which begins to trace its virtual host; one of that name starts anew',
    { body: NEW_TRACE },
    start,
  ),
  ...route('DELETE', '/traces/:vhost/:name', 'Ends a trace; its file stays', {}, async (traces, request) => {
    const { name, vhost } = traceOf(traces, request).spec
    await traces.stop(vhost, name)
    return NO_CONTENT
  }),
  ...route('GET', '/trace-files', 'The files of traces', { answer: listOf(TRACE_FILE) }, (traces) =>
    ok(traces.files().map(({ name, sizeBytes }) => ({ name, size: sizeBytes }))),
  ),
  ...route(
    'GET',
    '/trace-files/:name',
    'The file of a trace',
    { answerType: 'text/plain' },
    (traces, request) => {
      const path = traces.pathOf(request.param('name'))
      if (path === undefined) throw objectNotFound()
      return {
        status: 200,
        stream: createReadStream(path),
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      }
    },
  ),
  ...route('DELETE', '/trace-files/:name', 'Deletes the file of a trace', {}, (traces, request) => {
    if (!traces.deleteFile(request.param('name'))) throw objectNotFound()
    return NO_CONTENT
  }),
]

/** Each is also there below the name of the node. */
function route(
  method: Route['method'],
  path: string,
  summary: string,
  description: Pick<Route, 'answer' | 'answerType' | 'body'>,
  handle: Handler,
): Route[] {
  const ofNode = path.replace(/^\/(traces|trace-files)/, '/$1/node/:node')
  return [path, ofNode].map((each) => ({
    method,
    path: each,
    access: 'administrator',
    summary,
    ...description,
    handle: async (request) => {
      if (each !== path && request.param('node') !== request.services.node.name) throw objectNotFound()
      return handle(await request.services.traces(), request)
    },
  }))
}

async function start(traces: Traces, request: ApiRequest): Promise<Answer> {
  const { body } = request
  const vhost = request.vhostToWrite.name
  const name = request.param('name')
  requireKeys(body, 'format', 'pattern')
  if (!isFileName(name) || Buffer.byteLength(name) > TRACE_NAME_BYTES_MAX)
    throw badRequest(
      'the name of a trace is that of its file: no slashes, no dot at its start, 200 octets at most',
    )
  if (traces.isTaken(vhost, name)) throw badRequest('a trace of another virtual host writes to that file')
  const isNew = traces.get(vhost, name) === undefined
  if (isNew && traces.isFull) throw badRequest(`there are ${TRACES_MAX} traces, and no more at a time`)
  try {
    await traces.start({ vhost, name, ...specIn(body) })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new HttpError(503, 'service_unavailable', `the file of the trace cannot be opened: ${message}`)
  }
  return isNew ? CREATED : NO_CONTENT
}

function specIn(body: JsonObject): Pick<TraceSpec, 'format' | 'pattern' | 'payloadBytesMax'> {
  const format = TRACE_FORMATS.find((each) => each === body.format)
  if (format === undefined) throw badRequest(`the format is one of ${TRACE_FORMATS.join(', ')}`)
  const payloadBytesMax =
    body.max_payload_bytes === undefined ? undefined : integerIn(body, 'max_payload_bytes')
  if (payloadBytesMax !== undefined && payloadBytesMax < 0) throw badRequest('max_payload_bytes is negative')
  return { format, pattern: textIn(body, 'pattern', ''), payloadBytesMax }
}

function traceOf(traces: Traces, request: ApiRequest): Trace {
  const trace = traces.get(request.vhost.name, request.param('name'))
  if (trace === undefined) throw objectNotFound()
  return trace
}

function traceView({ spec, queue }: Trace): JsonObject {
  const { vhost, name, format, pattern, payloadBytesMax } = spec
  return {
    vhost,
    name,
    format,
    pattern,
    ...(payloadBytesMax !== undefined && { max_payload_bytes: payloadBytesMax }),
    queue: { name: queue, vhost },
  }
}
