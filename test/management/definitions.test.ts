import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../../src/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { type Api, startApi } from './api.js'

/** SHA-256 of `test12` with the salt 90 8D C6 0A, as RabbitMQ documents it. */
const HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR'

const FILE = {
  rabbitmq_version: '4.3.5',
  users: [
    {
      name: 'shop',
      password_hash: HASH,
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: ['monitoring'],
      limits: { 'max-connections': 50 },
    },
  ],
  vhosts: [
    {
      name: 'orders',
      metadata: { description: 'order flow', tags: ['prod'], default_queue_type: 'quorum' },
      limits: [],
    },
  ],
  permissions: [{ user: 'shop', vhost: 'orders', configure: '^shop', write: '.*', read: '^shop' }],
  topic_permissions: [{ user: 'shop', vhost: 'orders', exchange: 'amq.topic', write: '^a', read: '.*' }],
  parameters: [
    { vhost: 'orders', component: 'vhost-limits', name: 'limits', value: { 'max-queues': 500 } },
    {
      vhost: 'orders',
      component: 'operator_policy',
      name: 'cap',
      value: { pattern: '.*', 'apply-to': 'queues', priority: 1, definition: { 'max-length': 1000000 } },
    },
  ],
  global_parameters: [{ name: 'cluster_name', value: 'shop@eu' }],
  policies: [
    {
      vhost: 'orders',
      name: 'dlx',
      pattern: '^shop',
      'apply-to': 'quorum_queues',
      priority: 10,
      definition: { 'dead-letter-exchange': 'dead', 'delivery-limit': 5 },
    },
  ],
  queues: [
    {
      name: 'shop.new',
      vhost: 'orders',
      type: 'quorum',
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'quorum' },
    },
  ],
  exchanges: [
    {
      name: 'dead',
      vhost: 'orders',
      type: 'fanout',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    },
  ],
  bindings: [
    {
      source: 'dead',
      vhost: 'orders',
      destination: 'shop.new',
      destination_type: 'queue',
      routing_key: '',
      arguments: {},
    },
  ],
}

async function exportOf(api: Api): Promise<Record<string, unknown>> {
  return (await api.get('/api/definitions')).json
}

test("a file of RabbitMQ's imports, passwords included, and comes out again as it went in", async (t) => {
  const api = await startApi(t)
  assert.equal((await api.post('/api/definitions', FILE)).status, 204)
  assert.equal((await api.get('/api/whoami', { user: 'shop', password: 'test12' })).json.name, 'shop')
  const exported = await exportOf(api)
  for (const section of [
    'policies',
    'queues',
    'bindings',
    'global_parameters',
    'topic_permissions',
  ] as const) {
    assert.deepEqual(exported[section], FILE[section], section)
  }
  assert.deepEqual((exported.users as object[])[1], FILE.users[0])
  assert.deepEqual((exported.parameters as object[])[0], FILE.parameters[1])
  const other = await startApi(t)
  assert.equal((await other.post('/api/definitions', exported)).status, 204)
  assert.deepEqual(await exportOf(other), exported)
})

test('an import that fails changes nothing and names the entry', async (t) => {
  const api = await startApi(t)
  const before = await exportOf(api)
  const broken: readonly (readonly [change: object, reason: RegExp])[] = [
    [
      { bindings: [{ ...FILE.bindings[0], source: 'gone' }] },
      /^bindings\[0\] 'gone': no exchange 'gone' in vhost 'orders'/,
    ],
    [
      { queues: [{ ...FILE.queues[0], arguments: { 'x-max-length': -1 } }] },
      /^queues\[0\] 'shop.new': invalid arg/,
    ],
    [
      { policies: [{ ...FILE.policies[0], definition: { nonsense: 1 } }] },
      /^policies\[0\] 'dlx': Validation failed/,
    ],
    [
      { permissions: [{ ...FILE.permissions[0], user: 'who' }] },
      /^permissions\[0\] 'who': there is no user 'who'/,
    ],
    [
      { permissions: [{ ...FILE.permissions[0], read: '*(' }] },
      /^permissions\[0\] 'shop': invalid regular expression/,
    ],
    [{ users: [{ ...FILE.users[0], password_hash: 'short' }] }, /^users\[0\] 'shop': password hash/],
    [{ exchanges: [{ ...FILE.exchanges[0], type: 'odd' }] }, /^exchanges\[0\] 'dead': unknown exchange type/],
    [{ queues: 'none' }, /^queues is not a list/],
  ]
  for (const [change, reason] of broken) {
    const reply = await api.post('/api/definitions', { ...FILE, ...change })
    assert.equal(reply.status, 400)
    assert.match(reply.json.reason, reason)
    assert.deepEqual(await exportOf(api), before)
  }
})

test('one vhost is exported without names of vhosts and imported into another', async (t) => {
  const api = await startApi(t)
  await api.post('/api/definitions', FILE)
  const { json } = await api.get('/api/definitions/orders')
  assert.equal(json.rabbitmq_definition_format, 'single_virtual_host')
  assert.ok(json.queues.every((queue: object) => !('vhost' in queue)))
  await api.put('/api/vhosts/copy', {})
  assert.equal((await api.post('/api/definitions/copy', json)).status, 204)
  assert.equal((await api.get('/api/queues/copy/shop.new')).json.type, 'quorum')
  assert.equal((await api.get('/api/bindings/copy/e/dead/q/shop.new')).json.length, 1)
  assert.equal((await api.post('/api/definitions/nowhere', json)).status, 404)
})

test('a form with a file works as the body does, and an etag spares the second download', async (t) => {
  const api = await startApi(t)
  const form = new FormData()
  form.set('file', new Blob([JSON.stringify(FILE)]), 'definitions.json')
  const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`
  const sent = await fetch(`${api.url}/api/definitions`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  })
  assert.equal(sent.status, 204)
  const first = await api.get('/api/definitions?download=my.json')
  assert.equal(first.headers.get('content-disposition'), 'attachment; filename=my.json')
  const etag = first.headers.get('etag') ?? ''
  assert.equal((await api.get('/api/definitions', { headers: { 'if-none-match': etag } })).status, 304)
})

test('definitions are loaded at boot, and a file that does not import keeps the node down', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-definitions-'))
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'definitions.json')
  writeFileSync(path, JSON.stringify(FILE))
  const loadDefinitions = { from: { path }, skipIfUnchanged: undefined }
  const api = await startApi(t, { loadDefinitions })
  const shop = { user: 'shop', password: 'test12' }
  assert.equal((await api.get('/api/queues/orders/shop.new', shop)).status, 200)
  // Whoever brings users of their own has no default one with a password that everybody knows.
  assert.equal((await api.get('/api/whoami')).status, 401)
  writeFileSync(path, JSON.stringify({ ...FILE, vhosts: [] }))
  const listeners = { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] }
  await assert.rejects(
    startBroker({ logLevel: 'none', loadDefinitions, listeners }),
    /definitions\.json cannot be imported: permissions\[0\] 'shop': there is no vhost 'orders'/,
  )
})
