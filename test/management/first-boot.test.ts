import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startBroker } from '../../src/broker.js'
import type { BrokerOptions } from '../../src/config/broker-options.js'
import { cleanUp } from '../support/cleanup.js'
import { startApi } from './api.js'

const LISTENERS = { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] }
const QUIET = { listeners: LISTENERS, logLevel: 'none' } as const
const EVERYTHING = { configure: '.*', write: '.*', read: '.*' }

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-first-boot-'))
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const DEFAULTS: BrokerOptions['vhostDefaults'] = {
  users: [
    {
      name: 'qa',
      vhostPattern: '^qa',
      password: 'pw',
      permissions: { ...EVERYTHING, configure: '^qa' },
      tags: ['management'],
    },
    { name: 'everywhere', vhostPattern: '.*', password: undefined, permissions: EVERYTHING, tags: [] },
  ],
  operatorPolicies: [
    {
      name: 'short',
      vhostPattern: '^qa',
      queuePattern: '.*',
      applyTo: 'queues',
      definition: { 'max-length': 10 },
    },
  ],
  limits: [
    { vhostPattern: '^qa', maxConnections: 3, maxQueues: undefined },
    { vhostPattern: '.*', maxConnections: undefined, maxQueues: 7 },
  ],
}

test('a new virtual host has the users, permissions, operator policies and limits that match its name', async (t) => {
  const api = await startApi(t, { vhostDefaults: DEFAULTS })
  await api.put('/api/vhosts/qa-1', {})
  await api.put('/api/vhosts/prod', {})
  const asQa = await api.get('/api/whoami', { user: 'qa', password: 'pw' })
  assert.deepEqual([asQa.status, asQa.json.tags], [200, ['management']])
  const permissions = (await api.get('/api/permissions')).json as readonly Record<string, string>[]
  assert.deepEqual(permissions.map(({ user, vhost, configure }) => `${user} ${vhost} ${configure}`).sort(), [
    'everywhere / .*',
    'everywhere prod .*',
    'everywhere qa-1 .*',
    'guest / .*',
    // Who makes a vhost may use it.
    'guest prod .*',
    'guest qa-1 .*',
    'qa qa-1 ^qa',
  ])
  const [policy] = (await api.get('/api/operator-policies/qa-1')).json
  assert.deepEqual([policy.name, policy.definition], ['short', { 'max-length': 10 }])
  assert.deepEqual((await api.get('/api/operator-policies/prod')).json, [])
  const limits = (await api.get('/api/vhost-limits')).json as readonly { vhost: string; value: unknown }[]
  assert.deepEqual(Object.fromEntries(limits.map(({ vhost, value }) => [vhost, value])), {
    '/': { 'max-queues': 7 },
    'qa-1': { 'max-connections': 3 },
    prod: { 'max-queues': 7 },
  })
})

test('a user who is there keeps the password when a virtual host is made', async (t) => {
  const api = await startApi(t, { vhostDefaults: DEFAULTS })
  await api.put('/api/users/qa', { password: 'own', tags: 'monitoring' })
  await api.put('/api/vhosts/qa-1', {})
  const who = await api.get('/api/whoami', { user: 'qa', password: 'own' })
  assert.deepEqual([who.status, who.json.tags], [200, ['monitoring']])
})

test('a pattern of virtual hosts that is none keeps the node down', async () => {
  const limits = [{ vhostPattern: '(', maxConnections: 1, maxQueues: undefined }]
  await assert.rejects(
    startBroker({ ...QUIET, vhostDefaults: { users: [], operatorPolicies: [], limits } }),
    {
      name: 'ConfigError',
      message: /"\(" is no pattern of virtual hosts/,
    },
  )
})

test('definitions that are those of the last start are left alone, and others are imported', async (t) => {
  const folder = folderOf(t)
  const path = join(folder, 'definitions.json')
  const dataDir = join(folder, 'data')
  const loadDefinitions = { from: { path }, skipIfUnchanged: 'sha256' } as const
  const startWith = async (vhosts: readonly string[]): Promise<string[]> => {
    writeFileSync(path, JSON.stringify({ vhosts: vhosts.map((name) => ({ name })) }))
    const broker = await startBroker({ ...QUIET, dataDir, loadDefinitions })
    const found = [...broker.doors.topology.vhosts.keys()]
    if (found.includes('a')) await broker.admin.deleteVhost('a')
    await broker.stop()
    return found
  }
  assert.deepEqual(await startWith(['a', 'b']), ['a', 'b'])
  // It was deleted, and is not made again.
  assert.deepEqual(await startWith(['a', 'b']), ['b'])
  assert.deepEqual((await startWith(['a', 'b', 'c'])).sort(), ['a', 'b', 'c'])
})

test('definitions are imported from a web server, and a node that gets none does not start', async (t) => {
  let status = 200
  const server = createServer((_request, response) => {
    response.writeHead(status).end(JSON.stringify({ vhosts: [{ name: 'from-the-web' }] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp(t, () => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/d.json`
  const loadDefinitions = { from: { url, tls: undefined }, skipIfUnchanged: undefined }
  const broker = await startBroker({ ...QUIET, loadDefinitions })
  cleanUp(t, () => broker.stop())
  assert.deepEqual([...broker.doors.topology.vhosts.keys()], ['from-the-web'])
  status = 404
  await assert.rejects(startBroker({ ...QUIET, loadDefinitions }), /d\.json answers with status 404/)
})
