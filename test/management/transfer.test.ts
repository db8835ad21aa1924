import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Api, startApi } from './api.js'

async function publish(api: Api, queue: string, payload: string): Promise<void> {
  const message = {
    routing_key: queue,
    payload,
    payload_encoding: 'string',
    properties: { delivery_mode: 2 },
  }
  await api.post('/api/exchanges/%2F/amq.default/publish', message)
}

async function peek(api: Api, queue: string): Promise<{ payload: string; position: string }[]> {
  return (await api.get(`/api/queues/%2F/${queue}/messages`)).json.messages
}

async function payloads(api: Api, queue: string): Promise<string[]> {
  return (await peek(api, queue)).map(({ payload }) => payload)
}

async function startWith(t: Parameters<typeof startApi>[0], ...messages: readonly string[]): Promise<Api> {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/from', { durable: true })
  await api.put('/api/queues/%2F/to', { durable: true })
  for (const payload of messages) await publish(api, 'from', payload)
  return api
}

const TRANSFER = '/api/queues/%2F/from/messages/transfer'

test('chosen messages move, in their order, and the others keep their places', async (t) => {
  const api = await startWith(t, 'a', 'b', 'c', 'd')
  const positions = (await peek(api, 'from')).map(({ position }) => position)
  const chosen = [positions[3], positions[1]]
  const reply = await api.post(TRANSFER, { action: 'move', routing_key: 'to', positions: chosen })
  assert.deepEqual(reply.json, { moved: 2, failed: 0, reason: null })
  assert.deepEqual(await payloads(api, 'from'), ['a', 'c'])
  assert.deepEqual(await payloads(api, 'to'), ['b', 'd'])
})

test('all messages move at once, up to the number that is asked for', async (t) => {
  const api = await startWith(t, 'a', 'b', 'c')
  const reply = await api.post(TRANSFER, { action: 'move', routing_key: 'to', count: 2 })
  assert.equal(reply.json.moved, 2)
  assert.deepEqual([await payloads(api, 'from'), await payloads(api, 'to')], [['c'], ['a', 'b']])
})

test('messages that nothing takes where they should go stay where they are', async (t) => {
  const api = await startWith(t, 'a', 'b')
  const reply = await api.post(TRANSFER, { action: 'move', exchange: 'amq.direct', routing_key: 'nowhere' })
  assert.deepEqual([reply.json.moved, reply.json.failed], [0, 2])
  assert.match(reply.json.reason, /nothing is bound/)
  assert.deepEqual(await payloads(api, 'from'), ['a', 'b'])
})

test('dead letters go back to the queue that they first died in, and to no other', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/dead', {})
  const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' }
  await api.put('/api/queues/%2F/jobs', { arguments: args })
  await publish(api, 'jobs', 'job')
  await api.post('/api/queues/%2F/jobs/get', { count: 1, ackmode: 'reject_requeue_false', encoding: 'auto' })
  assert.deepEqual(await payloads(api, 'dead'), ['job'])
  const reply = await api.post('/api/queues/%2F/dead/messages/transfer', { action: 'send_back' })
  assert.equal(reply.json.moved, 1)
  assert.deepEqual([await payloads(api, 'dead'), await payloads(api, 'jobs')], [[], ['job']])
})

test('messages are dropped, dead-lettered and put at the end of their queue', async (t) => {
  const api = await startApi(t)
  const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'to' }
  await api.put('/api/queues/%2F/from', { arguments: args })
  await api.put('/api/queues/%2F/to', {})
  for (const payload of ['a', 'b', 'c', 'd']) await publish(api, 'from', payload)
  const first = async (): Promise<string[]> => [(await peek(api, 'from'))[0]?.position ?? '']
  await api.post(TRANSFER, { action: 'drop', positions: await first() })
  await api.post(TRANSFER, { action: 'dead_letter', positions: await first() })
  const toEnd = { action: 'move', routing_key: 'from', to_end: true, positions: await first() }
  await api.post(TRANSFER, toEnd)
  assert.deepEqual([await payloads(api, 'from'), await payloads(api, 'to')], [['d', 'c'], ['b']])
})

test('whoever may not read a queue, or not write to the target, moves nothing', async (t) => {
  const api = await startWith(t, 'a')
  const user = await api.addUser('u', 'management')
  await api.put('/api/permissions/%2F/u', { configure: '', write: '.*', read: '^to$' })
  assert.equal((await api.post(TRANSFER, { action: 'drop' }, user)).status, 401)
  await api.put('/api/permissions/%2F/u', { configure: '', write: '^$', read: '.*' })
  await api.put('/api/permissions/%2F/u', { configure: '', write: '^x$', read: '.*' })
  const reply = await api.post(TRANSFER, { action: 'move', exchange: 'amq.fanout' }, user)
  assert.deepEqual([reply.json.moved, reply.json.failed], [0, 1])
  assert.deepEqual(await payloads(api, 'from'), ['a'])
})

test('wishes that make no sense are refused', async (t) => {
  const api = await startWith(t, 'a')
  const wishes = [
    { action: 'fly' },
    { action: 'move' },
    { action: 'move', routing_key: 'from' },
    { action: 'move', routing_key: 'to', positions: ['x'] },
    { action: 'move', routing_key: 'to', count: 0 },
  ]
  for (const wish of wishes) assert.equal((await api.post(TRANSFER, wish)).status, 400, JSON.stringify(wish))
  await api.put('/api/queues/%2F/s', { durable: true, arguments: { 'x-queue-type': 'stream' } })
  assert.equal((await api.post('/api/queues/%2F/s/messages/transfer', { action: 'drop' })).status, 400)
})
