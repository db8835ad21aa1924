import { absent, get, type OperationCase, post, put, remove } from './case.js'
import type { Stage } from './stage.js'

const DEFINITIONS = { queues: [{ name: 'imported', vhost: '/', durable: true, arguments: {} }] }
const VHOST_DEFINITIONS = { queues: [{ name: 'imported-too', durable: true, arguments: {} }] }
const CHECKS = '/health/checks'
const QUORUM = `${CHECKS}/quorum-queues-without-elected-leaders`

const TRACE = { format: 'json', pattern: '#', max_payload_bytes: 100 }

const withTrace = (stage: Stage) => stage.make('PUT', '/traces/%2F/traced', TRACE)
const portOf = (stage: Stage) => ({ port: String(stage.api.broker.port) })

export const NODE_CASES: readonly OperationCase[] = [
  get('/overview', 'any', { bad: [{ query: '?lengths_age=6000&lengths_incr=5', reason: /^Invalid range/ }] }),
  get('/whoami', 'any'),
  get('/whoami/permissions', 'any'),
  get('/version', 'open'),
  get('/extensions', 'any'),
  get('/cluster-name', 'any'),
  // The default name is no parameter yet, so the first call makes one.
  put('/cluster-name', 'administrator', 204, {
    arrange: (stage) => stage.make('PUT', '/cluster-name', { name: 'first' }),
    body: { name: 'hares' },
  }),
  get('/auth/hash_password/{password}', 'administrator', { missing: { password: 200 } }),
  get('/nodes', 'monitoring'),
  get('/nodes/{node}', 'monitoring'),
  get('/nodes/{node}/memory', 'monitoring'),
  get('/nodes/{node}/memory/relative', 'monitoring'),
  get('/nodes/{node}/memory/ets', 'monitoring'),
  get('/nodes/{node}/memory/ets/relative', 'monitoring'),
  get('/nodes/{node}/memory/ets/{filter}', 'monitoring', { missing: { filter: 200 } }),
  get('/nodes/{node}/memory/ets/{filter}/relative', 'monitoring', { missing: { filter: 200 } }),
  ...['memory-high-watermark', 'disk-free-limit'].map((limit) =>
    put(`/nodes/{node}/${limit}`, 'administrator', 204, {
      body: { absolute: 1_000_000_000 },
      bad: [
        { body: {}, reason: /expected/ },
        { body: { relative: -1 }, reason: /expected/ },
      ],
    }),
  ),
  put('/nodes/{node}/log-level', 'administrator', 204, { body: { level: 'debug' } }),
  post('/nodes/{node}/stop', 'administrator', 204),
  ...['drain', 'revive', 'suspend-listeners', 'resume-listeners', 'rotate-logs'].map((verb) =>
    post(`/nodes/{node}/${verb}`, 'administrator', 204),
  ),
  get('/config/effective', 'administrator'),
  remove('/reset', 'administrator'),
  remove('/reset/{node}', 'administrator'),
  get('/auth/attempts/{node}', 'monitoring'),
  get('/auth/attempts/{node}/source', 'monitoring'),
  remove('/auth/attempts/{node}', 'administrator'),
  remove('/auth/attempts/{node}/source', 'administrator'),

  ...['', '/per-object', '/detailed', '/memory-breakdown'].map((kind) =>
    get(`/metrics${kind}`, 'monitoring'),
  ),
  get('/health/live', 'open'),
  get('/health/ready', 'open'),
  ...['alarms', 'local-alarms', 'virtual-hosts', 'node-is-quorum-critical'].map((check) =>
    get(`${CHECKS}/${check}`, 'any'),
  ),
  ...[
    'is-in-service',
    'below-node-connection-limit',
    'ready-to-serve-clients',
    'reached-target-cluster-size',
  ].map((check) => get(`${CHECKS}/${check}`, 'open')),
  get(`${CHECKS}/metadata-store/initialized`, 'any'),
  get(`${CHECKS}/metadata-store/initialized/with-data`, 'any'),
  get(`${CHECKS}/port-listener/{port}`, 'any', {
    fill: portOf,
    missing: { port: 400 },
    bad: [{ fill: { port: '1' }, status: 503, reason: /^No active listener$/ }],
  }),
  get(`${CHECKS}/protocol-listener/{protocols}`, 'any', {
    fill: { protocols: 'amqp,http' },
    missing: { protocols: 503 },
  }),
  get(`${CHECKS}/certificate-expiration/{within}/{unit}`, 'any', {
    fill: { within: '1', unit: 'months' },
    missing: { within: 400, unit: 400 },
  }),
  get(`${QUORUM}/all-vhosts`, 'any'),
  get(`${QUORUM}/all-vhosts/pattern/{pattern}`, 'any', { missing: { pattern: 200 } }),
  get(`${QUORUM}/vhost/{name}`, 'any', { fill: { name: '%2F' }, missing: { name: 404 } }),
  get(`${QUORUM}/vhost/{name}/pattern/{pattern}`, 'any', {
    fill: { name: '%2F' },
    missing: { name: 404, pattern: 200 },
  }),
  get('/aliveness-test/{vhost}', 'any'),
  get('/healthchecks/node', 'any'),
  get('/healthchecks/node/{node}', 'any'),

  ...['definitions', 'all-configuration'].flatMap((path): OperationCase[] => [
    get(`/${path}`, 'administrator', { query: '?download=f.json' }),
    post(`/${path}`, 'administrator', 204, {
      body: DEFINITIONS,
      bad: [
        { body: { queues: [{ vhost: '/' }] }, reason: /name/ },
        { body: { queues: 5 }, reason: /queues/ },
        { raw: 'x', headers: { 'content-type': 'text/plain' }, status: 415, reason: /^$/ },
        {
          raw: '--b--',
          headers: { 'content-type': 'multipart/form-data; boundary=b' },
          reason: /no part named file/,
        },
      ],
    }),
    get(`/${path}/{vhost}`, 'administrator'),
    post(`/${path}/{vhost}`, 'administrator', 204, {
      body: VHOST_DEFINITIONS,
      bad: [{ body: { queues: [{}] }, reason: /name/ }],
    }),
  ]),

  get('/feature-flags', 'any'),
  put('/feature-flags/{name}/enable', 'administrator', 204, {
    fill: { name: 'quorum_queue' },
    body: {},
    bad: [{ raw: '{}', headers: { 'content-type': 'text/plain' }, status: 415, reason: /^$/ }],
  }),
  get('/deprecated-features', 'any'),
  get('/deprecated-features/used', 'any'),
  ...['', '/node/{node}'].flatMap((at): OperationCase[] => [
    get(`/traces${at}`, 'administrator'),
    get(`/traces${at}/{vhost}`, 'administrator'),
    get(`/traces${at}/{vhost}/{name}`, 'administrator', { arrange: withTrace, fill: { name: 'traced' } }),
    put(`/traces${at}/{vhost}/{name}`, 'administrator', 201, {
      body: TRACE,
      missing: { name: 201 },
      // RabbitMQ's plugin reads as that user; here they do not matter.
      lenient: ['tracer_connection_username', 'tracer_connection_password'],
      bad: [{ fill: { name: '.hidden' }, body: TRACE, reason: /no dot at its start/ }],
    }),
    remove(`/traces${at}/{vhost}/{name}`, 'administrator', { arrange: withTrace, fill: { name: 'traced' } }),
    get(`/trace-files${at}`, 'administrator'),
    get(`/trace-files${at}/{name}`, 'administrator', {
      arrange: withTrace,
      fill: { name: 'traced.log' },
      bad: [{ fill: { name: '..%2Fsecret' }, status: 404, reason: /Not Found/ }],
    }),
    remove(`/trace-files${at}/{name}`, 'administrator', { arrange: withTrace, fill: { name: 'traced.log' } }),
  ]),
  get('/shovels', 'monitoring'),
  get('/shovels/{vhost}', 'monitoring'),
  absent('GET /shovels/vhost/{vhost}/{name}', 'monitoring'),
  absent('DELETE /shovels/vhost/{vhost}/{name}', 'policymaker'),
  absent('DELETE /shovels/vhost/{vhost}/{name}/restart', 'policymaker'),
  get('/federation-links', 'monitoring'),
  get('/federation-links/{vhost}', 'monitoring'),
  get('/federation-links/state/down', 'monitoring'),
  get('/federation-links/{vhost}/state/down', 'monitoring'),
  absent('DELETE /federation-links/vhost/{vhost}/{id}/{node}/restart', 'policymaker'),

  get('/events', 'any', { isStream: true }),
  get('/events/lines', 'administrator', { isStream: true, arrange: (stage) => stage.announceSomething() }),
  post('/login', 'open', 200, {
    body: { username: 'guest', password: 'guest' },
    bad: [
      { body: { username: 'guest', password: 'wrong' }, status: 401, reason: /^Not_Authorized$/ },
      { raw: 'username=guest', reason: /username and password are needed/ },
    ],
  }),
  remove('/login', 'open'),
  get('/docs', 'open'),
  get('/docs/openapi.json', 'open'),
  get('/index.html', 'open'),
]
