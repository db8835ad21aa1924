import { get, type OperationCase, post, put, remove } from './case.js'
import type { Stage } from './stage.js'

const PATTERNS = { configure: '.*', write: '.*', read: '.*' }
const TOPIC_PATTERNS = { exchange: 'amq.topic', write: '.*', read: '.*' }
const POLICY = { pattern: '^p', definition: { 'max-length': 5 }, 'apply-to': 'queues', priority: 1 }
const JSON_ONLY = { raw: '{}', headers: { 'content-type': 'text/plain' }, status: 415, reason: /^$/ } as const

const withUser = (stage: Stage, name: string) => stage.make('PUT', `/users/${name}`, { tags: '' })
const withVhost = (stage: Stage, name: string) => stage.make('PUT', `/vhosts/${name}`)

async function withPermission(stage: Stage, name: string): Promise<void> {
  await withUser(stage, name)
  await stage.make('PUT', `/permissions/%2F/${name}`, PATTERNS)
}

async function withTopicPermission(stage: Stage, name: string): Promise<void> {
  await withPermission(stage, name)
  await stage.make('PUT', `/topic-permissions/%2F/${name}`, TOPIC_PATTERNS)
}

async function withUserLimit(stage: Stage, name: string): Promise<void> {
  await withUser(stage, name)
  await stage.make('PUT', `/user-limits/${name}/max-channels`, { value: 5 })
}

async function withVhostLimit(stage: Stage, name: string): Promise<void> {
  await withVhost(stage, name)
  await stage.make('PUT', `/vhost-limits/${name}/max-queues`, { value: 5 })
}

const ofVhost = (_stage: Stage, name: string) => ({ vhost: name })

export const ACCESS_CASES: readonly OperationCase[] = [
  get('/users', 'administrator', { bad: [{ query: '?page=x', reason: /Pagination/ }] }),
  get('/users/without-permissions', 'administrator'),
  post('/users/bulk-delete', 'administrator', 204, {
    arrange: withUser,
    body: (name: string) => ({ users: [name, 'nobody'] }),
  }),
  get('/users/{user}', 'administrator', { arrange: withUser }),
  put('/users/{user}', 'administrator', 201, {
    body: { password: 'pw', tags: 'management' },
    missing: { user: 201 },
    bad: [
      { body: { password: 'pw' }, reason: /^tags_not_present$/ },
      { body: { tags: '', password: 'a', password_hash: '' }, reason: /^both_password_and_password_hash/ },
      { body: { tags: '', password_hash: '!' }, reason: /hash/ },
      { body: { tags: Array.from({ length: 33 }, (_, i) => `t${i}`), password: 'a' }, reason: /tags/ },
    ],
  }),
  remove('/users/{user}', 'administrator', { arrange: withUser }),
  get('/users/{user}/permissions', 'administrator', { arrange: withPermission }),
  get('/users/{user}/topic-permissions', 'administrator', { arrange: withTopicPermission }),
  get('/users/{user}/queues', 'any', { missing: { user: 200 } }),

  get('/permissions', 'administrator'),
  get('/permissions/{vhost}/{user}', 'administrator', { arrange: withPermission }),
  put('/permissions/{vhost}/{user}', 'administrator', 201, {
    arrange: withUser,
    body: PATTERNS,
    // RabbitMQ takes the two for parts of what is asked.
    missing: { vhost: 400, user: 400 },
    bad: [
      { fill: { user: 'nobody' }, body: PATTERNS, reason: /^vhost_or_user_not_found$/ },
      { body: { ...PATTERNS, read: '(' }, reason: /invalid_regexp/ },
    ],
  }),
  remove('/permissions/{vhost}/{user}', 'administrator', { arrange: withPermission }),
  get('/topic-permissions', 'administrator'),
  get('/topic-permissions/{vhost}/{user}', 'administrator', { arrange: withTopicPermission }),
  put('/topic-permissions/{vhost}/{user}', 'administrator', 201, {
    arrange: withUser,
    body: TOPIC_PATTERNS,
    missing: { vhost: 400, user: 400 },
    bad: [
      { body: { ...TOPIC_PATTERNS, exchange: 'nothing' }, reason: /^exchange_not_found$/ },
      { body: { ...TOPIC_PATTERNS, write: '[' }, reason: /invalid_regexp/ },
    ],
  }),
  remove('/topic-permissions/{vhost}/{user}', 'administrator', { arrange: withTopicPermission }),
  remove('/topic-permissions/{vhost}/{user}/{exchange}', 'administrator', {
    arrange: withTopicPermission,
    fill: { exchange: 'amq.topic' },
  }),

  get('/vhosts', 'any', { bad: [{ query: '?page=9', reason: /Page out of range/ }] }),
  get('/vhosts/{vhost}', 'administrator'),
  put('/vhosts/{vhost}', 'administrator', 201, {
    fill: ofVhost,
    body: { description: 'd', tags: 'a,b', default_queue_type: 'quorum' },
    missing: { vhost: 201 },
    bad: [{ body: { default_queue_type: 'foo' }, reason: /^foo is not a valid queue type$/ }],
  }),
  remove('/vhosts/{vhost}', 'administrator', { arrange: withVhost, fill: ofVhost }),
  post('/vhosts/{vhost}/deletion/protection', 'administrator', 204, { arrange: withVhost, fill: ofVhost }),
  remove('/vhosts/{vhost}/deletion/protection', 'administrator', { arrange: withVhost, fill: ofVhost }),
  post('/vhosts/{vhost}/start/{node}', 'administrator', 204),
  get('/vhosts/{vhost}/permissions', 'administrator'),
  get('/vhosts/{vhost}/topic-permissions', 'administrator'),

  get('/vhost-limits', 'any'),
  get('/vhost-limits/{vhost}', 'any'),
  put('/vhost-limits/{vhost}/{limit}', 'administrator', 204, {
    arrange: withVhost,
    fill: (_stage, name) => ({ vhost: name, limit: 'max-queues' }),
    body: { value: 5 },
    missing: { limit: 400 },
    bad: [JSON_ONLY],
  }),
  remove('/vhost-limits/{vhost}/{limit}', 'administrator', {
    arrange: withVhostLimit,
    fill: (_stage, name) => ({ vhost: name, limit: 'max-queues' }),
  }),
  get('/user-limits', 'administrator'),
  {
    ...get('/user-limits/{user}', 'own or administrator'),
    refusal: 'Not administrator user',
    fill: (_stage, _name, owner) => ({ user: owner }),
    arrange: (stage, _name, owner) =>
      stage.make('PUT', `/user-limits/${owner}/max-channels`, { value: 100_000 }),
  },
  put('/user-limits/{user}/{limit}', 'administrator', 204, {
    arrange: withUser,
    fill: { limit: 'max-channels' },
    body: { value: 5 },
    missing: { limit: 400 },
    bad: [JSON_ONLY],
  }),
  remove('/user-limits/{user}/{limit}', 'administrator', {
    arrange: withUserLimit,
    fill: { limit: 'max-channels' },
  }),

  ...(['policies', 'operator-policies'] as const).flatMap((path): OperationCase[] => {
    const arrange = (stage: Stage, name: string) => stage.make('PUT', `/${path}/%2F/${name}`, POLICY)
    const who = path === 'policies' ? 'policymaker' : 'administrator'
    return [
      get(`/${path}`, 'any'),
      get(`/${path}/{vhost}`, 'any'),
      get(`/${path}/{vhost}/{policy}`, who, { arrange }),
      put(`/${path}/{vhost}/{policy}`, who, 201, {
        body: POLICY,
        missing: { policy: 201 },
        bad: [
          { body: {}, reason: /^\[\{key_missing,pattern\},\{key_missing,definition\}\]$/ },
          { body: { ...POLICY, definition: {} }, reason: /^Validation failed\n\nno policy provided/ },
          { body: { ...POLICY, definition: { foo: 1 } }, reason: /are not recognised policy settings/ },
          { body: { ...POLICY, 'apply-to': 'zz' }, reason: /unrecognised; should be one of/ },
          { body: { ...POLICY, pattern: '(' }, reason: /^Validation failed/ },
          ...(path === 'policies' ? [] : [JSON_ONLY]),
        ],
      }),
      remove(`/${path}/{vhost}/{policy}`, who, { arrange }),
    ]
  }),

  get('/parameters', 'policymaker'),
  get('/parameters/{component}', 'policymaker', { missing: { component: 200 } }),
  get('/parameters/{component}/{vhost}', 'policymaker', { missing: { component: 200 } }),
  get('/parameters/{component}/{vhost}/{name}', 'policymaker', {
    arrange: (stage, name) => stage.make('PUT', `/operator-policies/%2F/${name}`, POLICY),
    fill: { component: 'operator_policy' },
  }),
  put('/parameters/{component}/{vhost}/{name}', 'policymaker', 201, {
    // The one component that a node alone has and that is set in this way.
    arrange: (stage) => stage.make('DELETE', '/vhost-limits/%2F/max-queues'),
    fill: { component: 'vhost-limits' },
    body: { value: { 'max-queues': 1_000_000 } },
    missing: { component: 400, name: 201 },
    lenient: ['value'],
    bad: [{ body: {}, reason: /^\[\{key_missing,value\}\]$/ }],
  }),
  remove('/parameters/{component}/{vhost}/{name}', 'policymaker', {
    arrange: (stage, name) => stage.make('PUT', `/operator-policies/%2F/${name}`, POLICY),
    fill: { component: 'operator_policy' },
  }),
  get('/global-parameters', 'policymaker'),
  get('/global-parameters/{name}', 'policymaker', {
    arrange: (stage, name) => stage.make('PUT', `/global-parameters/${name}`, { value: 1 }),
  }),
  put('/global-parameters/{name}', 'policymaker', 201, {
    body: { value: { a: [1, 'b', null] } },
    missing: { name: 201 },
    lenient: ['value'],
  }),
  remove('/global-parameters/{name}', 'policymaker', {
    arrange: (stage, name) => stage.make('PUT', `/global-parameters/${name}`, { value: 1 }),
  }),
]
