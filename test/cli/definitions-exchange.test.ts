import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { startApi } from '../management/api.js'
import { cleanUp } from '../support/cleanup.js'
import { type RabbitmqNode, startRabbitmq } from './rabbitmq-node.js'

type Entry = Readonly<Record<string, unknown>>
type Definitions = Readonly<Record<string, readonly Entry[]>>

/** What a file of definitions lists; each entry is told from others by some of its members. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  users: ['name', 'password_hash', 'hashing_algorithm', 'tags', 'limits'],
  permissions: ['user', 'vhost', 'configure', 'write', 'read'],
  topic_permissions: ['user', 'vhost', 'exchange', 'write', 'read'],
  policies: ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
  queues: ['vhost', 'name', 'durable', 'auto_delete', 'arguments'],
  exchanges: ['vhost', 'name', 'type', 'durable', 'auto_delete', 'internal', 'arguments'],
  bindings: ['vhost', 'source', 'destination', 'destination_type', 'routing_key', 'arguments'],
}

test('definitions of a RabbitMQ are taken over, and ours by it, with nothing lost on the way', async (t) => {
  const rabbitmq = await startRabbitmq(t)
  if (rabbitmq === undefined) return
  const api = await startApi(t)
  await populate(rabbitmq)
  const theirs = (await ask(rabbitmq, 'GET', '/definitions')) as Definitions

  assert.equal((await api.post('/api/definitions', theirs)).status, 204)
  const ours = (await api.get('/api/definitions')).json as Definitions
  for (const list of Object.keys(LISTS)) assert.deepEqual(entries(ours, list), entries(theirs, list), list)
  assert.deepEqual(namesOf(ours.vhosts), namesOf(theirs.vhosts))
  const limits = (await api.get('/api/vhost-limits/orders')).json
  assert.deepEqual(limits, [{ vhost: 'orders', value: { 'max-connections': 7, 'max-queues': 50 } }])
  assert.equal(globalParameter(ours, 'cluster_tags')?.region, 'north')
  for (const user of ['sha256', 'sha512', 'md5']) {
    const connection = await connect(`amqp://${user}:secret@127.0.0.1:${api.broker.port}/orders`)
    await connection.close()
  }
  await assert.rejects(connect(`amqp://sha256:wrong@127.0.0.1:${api.broker.port}/orders`))

  // Back to where they come from, which has forgotten them meanwhile.
  await forget(rabbitmq, theirs)
  assert.deepEqual(entries((await ask(rabbitmq, 'GET', '/definitions')) as Definitions, 'queues'), [])
  await ask(rabbitmq, 'POST', '/definitions', ours)
  const again = (await ask(rabbitmq, 'GET', '/definitions')) as Definitions
  for (const list of Object.keys(LISTS)) assert.deepEqual(entries(again, list), entries(theirs, list), list)
  assert.deepEqual(namesOf(again.vhosts), namesOf(theirs.vhosts))
  const connection = await connect(`amqp://sha512:secret@127.0.0.1:${rabbitmq.port}/orders`)
  cleanUp(t, () => connection.close())
  await (await connection.channel()).checkQueue('quorum')
})

test('the definitions of one virtual host go from RabbitMQ to another one here, and back', async (t) => {
  const rabbitmq = await startRabbitmq(t)
  if (rabbitmq === undefined) return
  const api = await startApi(t)
  await populate(rabbitmq)
  const theirs = (await ask(rabbitmq, 'GET', '/definitions/orders')) as Definitions
  await api.put('/api/vhosts/copy', {})
  assert.equal((await api.post('/api/definitions/copy', theirs)).status, 204)
  const ours = (await api.get('/api/definitions/copy')).json as Definitions
  const lists = ['policies', 'queues', 'exchanges', 'bindings']
  for (const list of lists) assert.deepEqual(anywhere(ours, list), anywhere(theirs, list), list)
  await ask(rabbitmq, 'PUT', '/vhosts/copy', {})
  await ask(rabbitmq, 'POST', '/definitions/copy', ours)
  const again = (await ask(rabbitmq, 'GET', '/definitions/copy')) as Definitions
  for (const list of lists) assert.deepEqual(anywhere(again, list), anywhere(theirs, list), list)
})

/** One of everything, with names and arguments of every kind. */
async function populate(rabbitmq: RabbitmqNode): Promise<void> {
  const put = (path: string, body: Entry) => ask(rabbitmq, 'PUT', path, body)
  await put('/vhosts/orders', { description: 'Bestellungen', tags: 'one,two' })
  await put('/vhosts/odd%2Fname', {})
  for (const [name, algorithm, hash] of HASHES) {
    const user = { password_hash: hash, hashing_algorithm: algorithm, tags: 'management,own-tag' }
    await put(`/users/${name}`, user)
    await put(`/permissions/orders/${name}`, { configure: '^a.*', write: '.*', read: '' })
  }
  await put('/users/nobody', { password_hash: '', tags: '' })
  await put('/topic-permissions/orders/sha256', { exchange: 'amq.topic', write: '^a', read: '.*' })
  await put('/vhost-limits/orders/max-connections', { value: 7 })
  await put('/vhost-limits/orders/max-queues', { value: 50 })
  await put('/global-parameters/cluster_tags', { value: { region: 'north' } })
  await put('/policies/orders/p', {
    pattern: '^classic$',
    definition: { 'max-length': 10, overflow: 'reject-publish', 'message-ttl': 60_000 },
    priority: 5,
    'apply-to': 'queues',
  })
  await put('/policies/orders/alternate', {
    pattern: '^x',
    definition: { 'alternate-exchange': 'amq.fanout' },
    'apply-to': 'exchanges',
  })
  for (const type of ['direct', 'topic', 'fanout', 'headers'])
    await put(`/exchanges/orders/${type}`, {
      type,
      durable: true,
      arguments: { 'alternate-exchange': 'amq.fanout' },
    })
  const args = {
    'x-message-ttl': 1000,
    'x-dead-letter-exchange': 'topic',
    'x-dead-letter-routing-key': 'dead',
    'x-max-priority': 5,
  }
  await put('/queues/orders/classic', { durable: true, arguments: args })
  await put('/queues/orders/quorum', {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 3 },
  })
  await put('/queues/orders/stream', {
    durable: true,
    arguments: { 'x-queue-type': 'stream', 'x-max-age': '1h' },
  })
  await put('/queues/odd%2Fname/gr%C3%BC%C3%9Fe%20%F0%9F%90%87', {
    durable: true,
    arguments: { 'x-single-active-consumer': true },
  })
  const bind = (path: string, body: Entry) => ask(rabbitmq, 'POST', `/bindings/orders/e/${path}`, body)
  await bind('topic/q/classic', { routing_key: 'a.#', arguments: {} })
  await bind('topic/q/classic', { routing_key: '', arguments: {} })
  await bind('headers/q/quorum', {
    routing_key: '',
    arguments: { 'x-match': 'any', n: 7, on: true, s: 'text' },
  })
  await bind('topic/e/fanout', { routing_key: '*.b', arguments: {} })
}

/** `secret`, as RabbitMQ hashes it. */
const HASHES = [
  ['sha256', 'rabbit_password_hashing_sha256', hashOf('sha256')],
  ['sha512', 'rabbit_password_hashing_sha512', hashOf('sha512')],
  ['md5', 'rabbit_password_hashing_md5', hashOf('md5')],
] as const

function hashOf(algorithm: string): string {
  const salt = Buffer.from([1, 2, 3, 4])
  return Buffer.concat([salt, createHash(algorithm).update(salt).update('secret').digest()]).toString(
    'base64',
  )
}

/** Takes away what {@link populate} made. */
async function forget(rabbitmq: RabbitmqNode, { users = [], vhosts = [] }: Definitions): Promise<void> {
  for (const name of namesOf(vhosts).filter((each) => each !== '/'))
    await ask(rabbitmq, 'DELETE', `/vhosts/${encodeURIComponent(name)}`)
  for (const name of namesOf(users).filter((each) => each !== 'guest'))
    await ask(rabbitmq, 'DELETE', `/users/${encodeURIComponent(name)}`)
  await ask(rabbitmq, 'DELETE', '/global-parameters/cluster_tags')
}

async function ask(
  { managementPort }: RabbitmqNode,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${managementPort}/api${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path} is answered with ${answer.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** A list in an order that does not depend on who wrote it, with the members that both know. */
function entries(definitions: Definitions, list: string, members = LISTS[list]!): string[] {
  const picked = (definitions[list] ?? []).map((entry) => {
    const told = members.filter((member) => member in entry && !isDefault(member, entry[member]))
    return JSON.stringify(Object.fromEntries(told.map((member) => [member, comparable(entry[member])])))
  })
  return picked.sort()
}

/** The same, whatever virtual host it is in. */
function anywhere(definitions: Definitions, list: string): string[] {
  return entries(
    definitions,
    list,
    LISTS[list]!.filter((member) => member !== 'vhost'),
  )
}

/** Written by one side and left out by the other. */
function isDefault(member: string, value: unknown): boolean {
  return member === 'internal' && value === false
}

/** With members in one order. RabbitMQ 4 and we write down the type of a queue that was declared without. */
function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => !(name === 'x-queue-type' && each === 'classic'))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function namesOf(list: readonly Entry[] | undefined): string[] {
  return (list ?? []).map(({ name }) => String(name)).sort()
}

function globalParameter(definitions: Definitions, name: string): Record<string, unknown> | undefined {
  const found = definitions.global_parameters?.find((each) => each.name === name)
  return found?.value as Record<string, unknown> | undefined
}
