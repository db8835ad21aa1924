import { get, type OperationCase, post, put, remove } from './case.js'
import type { Stage } from './stage.js'

const MESSAGE = { routing_key: 'k', properties: {}, payload: 'text', payload_encoding: 'string' }
const GET_BODY = { count: 1, ackmode: 'ack_requeue_false', encoding: 'auto' }
const BINDING = '/bindings/{vhost}/e/{source}'

const withQueue = (stage: Stage, name: string) => stage.make('PUT', `/queues/%2F/${name}`)
const withQuorumQueue = (stage: Stage, name: string) =>
  stage.make('PUT', `/queues/%2F/${name}`, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
const withExchange = (stage: Stage, name: string) => stage.make('PUT', `/exchanges/%2F/${name}`)

async function withMessage(stage: Stage, name: string): Promise<void> {
  await withQueue(stage, name)
  await stage.make('POST', '/exchanges/%2F/amq.default/publish', { ...MESSAGE, routing_key: name })
}

/** Binds a new queue, or exchange, to `amq.direct` with the key `key`. */
async function withBinding(stage: Stage, name: string, kind: 'q' | 'e'): Promise<void> {
  await (kind === 'q' ? withQueue : withExchange)(stage, name)
  await stage.make('POST', `/bindings/%2F/e/amq.direct/${kind}/${name}`, { routing_key: 'key' })
}

export const TOPOLOGY_CASES: readonly OperationCase[] = [
  get('/exchanges', 'any', { bad: [{ query: '?page=x', reason: /Pagination/ }] }),
  get('/exchanges/{vhost}', 'any', { bad: [{ query: '?page=9', reason: /Page out of range/ }] }),
  get('/exchanges/{vhost}/{exchange}', 'any', { arrange: withExchange }),
  put('/exchanges/{vhost}/{exchange}', 'any', 201, {
    body: { type: 'topic', durable: true },
    missing: { exchange: 201 },
    bad: [
      { body: { type: 'nonsense' }, reason: /unknown exchange type 'nonsense'|invalid exchange type/ },
      { fill: { exchange: 'amq.mine' }, body: {}, status: 401, reason: /^Access refused\.$/ },
      {
        fill: { exchange: 'amq.topic' },
        body: { type: 'direct' },
        reason: /^inequivalent arg 'type' for exchange/,
      },
    ],
  }),
  remove('/exchanges/{vhost}/{exchange}', 'any', {
    arrange: withExchange,
    bad: [{ fill: { exchange: 'amq.topic' }, status: 401, reason: /^Access refused\.$/ }],
  }),
  get('/exchanges/{vhost}/{exchange}/bindings/source', 'any', { arrange: withExchange }),
  get('/exchanges/{vhost}/{exchange}/bindings/destination', 'any', { arrange: withExchange }),
  get('/exchanges/{vhost}/{exchange}/route', 'any', {
    arrange: withExchange,
    query: '?routing_key=k&headers=%7B%22a%22:1%7D',
    bad: [{ query: '?headers=5', reason: /headers must be a JSON object/ }],
  }),
  post('/exchanges/{vhost}/{exchange}/publish', 'any', 200, {
    arrange: withExchange,
    body: MESSAGE,
    bad: [
      { body: { ...MESSAGE, payload_encoding: 'hex' }, reason: /unsupported_encoding/ },
      { body: { ...MESSAGE, payload_encoding: 'base64', payload: 'zzz!' }, reason: /not_base64/ },
      { body: { ...MESSAGE, properties: { delivery_mode: 'x' } }, reason: /not_int,delivery_mode/ },
      { body: { ...MESSAGE, properties: { headers: { a: null } } }, reason: /null_not_allowed/ },
      { body: { ...MESSAGE, routing_key: 'k'.repeat(256) }, reason: /too long/ },
    ],
  }),

  get('/queues', 'any', { bad: [{ query: '?page=1&page_size=501', reason: /page size 501/ }] }),
  get('/queues/{vhost}', 'any', { bad: [{ query: '?page=0', reason: /page number 0/ }] }),
  get('/queues/detailed', 'any', { bad: [{ query: '?page=x', reason: /Pagination/ }] }),
  get('/queues/{vhost}/{queue}', 'any', {
    arrange: withMessage,
    bad: [
      { query: '?lengths_age=6000&lengths_incr=5', reason: /^Invalid range parameters: age 6000, incr 5$/ },
    ],
  }),
  put('/queues/{vhost}/{queue}', 'any', 201, {
    body: { durable: true, arguments: { 'x-max-length': 5 } },
    missing: { queue: 201 },
    bad: [
      { body: { arguments: { 'x-max-length': -1 } }, reason: /x-max-length/ },
      { body: { arguments: { 'x-queue-type': 'nonsense' } }, reason: /x-queue-type/ },
      { fill: { queue: 'amq.mine' }, body: {}, status: 401, reason: /^Access refused\.$/ },
    ],
  }),
  remove('/queues/{vhost}/{queue}', 'any', { arrange: withQueue }),
  get('/queues/{vhost}/{queue}/bindings', 'any', { arrange: withQueue }),
  remove('/queues/{vhost}/{queue}/contents', 'any', { arrange: withQueue }),
  post('/queues/{vhost}/{queue}/get', 'any', 200, {
    arrange: withMessage,
    body: GET_BODY,
    bad: [
      { body: {}, reason: /^\[\{key_missing,count\},\{key_missing,ackmode\},\{key_missing,encoding\}\]$/ },
      { body: { ...GET_BODY, ackmode: 'maybe' }, reason: /Invalid ackmode/ },
      { body: { ...GET_BODY, encoding: 'hex' }, reason: /unsupported_encoding/ },
    ],
  }),
  get('/queues/{vhost}/{queue}/messages', 'any', {
    arrange: withMessage,
    query: '?count=5&header.a=1',
    bad: [
      { query: '?count=many', reason: /not_integer,count/ },
      { query: '?state=nonsense', reason: /state must be one of/ },
      { query: '?encoding=hex', reason: /unsupported_encoding/ },
    ],
  }),
  post('/queues/{vhost}/{queue}/messages/transfer', 'any', 200, {
    arrange: withMessage,
    body: { action: 'drop' },
    bad: [
      { body: { action: 'move' }, reason: /routing_key must name another queue/ },
      { body: { action: 'drop', positions: ['x'] }, reason: /positions/ },
      { body: { action: 'drop', count: 0 }, reason: /count/ },
    ],
  }),
  post('/queues/{vhost}/{queue}/actions', 'administrator', 400, {
    arrange: withQueue,
    body: { action: 'sync' },
    lenient: ['action'],
  }),
  get('/queues/quorum/{vhost}/{queue}/status', 'any', { arrange: withQuorumQueue }),
  post('/queues/quorum/{vhost}/{queue}/replicas/add', 'administrator', 400, {
    arrange: withQuorumQueue,
    body: { node: 'rabbit@elsewhere' },
  }),
  {
    ...remove('/queues/quorum/{vhost}/{queue}/replicas/delete', 'administrator', {
      arrange: withQuorumQueue,
      body: { node: 'rabbit@elsewhere' },
    }),
    status: 503,
  },
  post('/queues/quorum/replicas/on/{node}/grow', 'administrator', 204, {}),
  { ...remove('/queues/quorum/replicas/on/{node}/shrink', 'administrator'), status: 503 },
  post('/rebalance/queues', 'administrator', 204),

  get('/bindings', 'any'),
  get('/bindings/{vhost}', 'any'),
  ...(['q', 'e'] as const).flatMap((kind): OperationCase[] => [
    get(`${BINDING}/${kind}/{destination}`, 'any', {
      arrange: (stage, name) => withBinding(stage, name, kind),
      fill: { source: 'amq.direct' },
    }),
    post(`${BINDING}/${kind}/{destination}`, 'any', 201, {
      arrange: kind === 'q' ? withQueue : withExchange,
      fill: { source: 'amq.direct' },
      body: { routing_key: 'key', arguments: { a: 1 } },
      bad: [{ body: { routing_key: 'k'.repeat(6000) }, reason: /too large/ }],
    }),
    get(`${BINDING}/${kind}/{destination}/{props}`, 'any', {
      arrange: (stage, name) => withBinding(stage, name, kind),
      fill: { source: 'amq.direct', props: 'key' },
    }),
    remove(`${BINDING}/${kind}/{destination}/{props}`, 'any', {
      arrange: (stage, name) => withBinding(stage, name, kind),
      fill: { source: 'amq.direct', props: 'key' },
    }),
  ]),
]
