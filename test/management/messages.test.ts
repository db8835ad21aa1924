import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanUp } from '../support/cleanup.js'
import { type Api, startApi } from './api.js'

async function publish(api: Api, queue: string, payload: string, properties: object = {}): Promise<void> {
  const body = { routing_key: queue, payload, payload_encoding: 'string', properties }
  const { json } = await api.post('/api/exchanges/%2F/amq.default/publish', body)
  assert.equal(json.routed, true)
}

test('a peek shows ready and unacknowledged messages and touches neither', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/q', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  for (const text of ['one', 'two', 'three']) await publish(api, 'q', text)
  const amqp = await import('amqplib')
  const connection = await amqp.connect(api.broker.url)
  cleanUp(t, () => connection.close())
  const channel = await connection.createChannel()
  const got = await channel.get('q')
  assert.ok(got)
  const peek = () => api.get('/api/queues/%2F/q/messages')
  const { json } = await peek()
  assert.deepEqual(
    json.messages.map((each: { payload: string; state: string }) => [each.payload, each.state]),
    [
      ['one', 'unacked'],
      ['two', 'ready'],
      ['three', 'ready'],
    ],
  )
  assert.equal(json.next_cursor, null)
  assert.deepEqual((await peek()).json.messages.length, 3)
  channel.nack(got, false, true)
  const again = await channel.get('q')
  assert.ok(again)
  assert.equal(again.content.toString(), 'one')
  assert.equal(again.properties.headers?.['x-delivery-count'], undefined, 'looking is no delivery')
})

test('a peek pages by cursor and filters by header, property and body', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/q', {})
  for (let i = 0; i < 250; i++) {
    await publish(api, 'q', `number ${i}`, { message_id: `m${i}`, headers: { even: i % 2 === 0, i } })
  }
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { json } = await api.get(`/api/queues/%2F/q/messages?count=60${query}`)
    seen.push(...json.messages.map(({ payload }: { payload: string }) => payload))
    cursor = json.next_cursor
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 250 }, (_, i) => `number ${i}`),
  )
  const find = async (query: string) =>
    (await api.get(`/api/queues/%2F/q/messages?${query}`)).json.messages.map(
      ({ payload }: { payload: string }) => payload,
    )
  assert.deepEqual(await find('header.i=77'), ['number 77'])
  assert.deepEqual(await find('property.message_id=m249'), ['number 249'])
  assert.deepEqual(await find('body=number%2024&header.even=true'), [
    'number 24',
    'number 240',
    'number 242',
    'number 244',
    'number 246',
    'number 248',
  ])
  assert.deepEqual(await find('state=unacked'), [])
  assert.equal((await api.get('/api/queues/%2F/q/messages?count=x')).status, 400)
})

test('a get that rejects with requeue gives the messages back in their order', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/q', {})
  for (const text of ['one', 'two', 'three']) await publish(api, 'q', text)
  const get = async (ackmode: string) =>
    (await api.post('/api/queues/%2F/q/get', { count: '2', ackmode, encoding: 'auto' })).json.map(
      ({ payload }: { payload: string }) => payload,
    )
  assert.deepEqual(await get('ack_requeue_true'), ['one', 'two'])
  assert.deepEqual(await get('ack_requeue_false'), ['one', 'two'])
  assert.deepEqual(await get('ack_requeue_false'), ['three'])
})
