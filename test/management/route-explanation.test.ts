import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Api, startApi } from './api.js'

async function bind(api: Api, path: string, key: string, args = {}): Promise<void> {
  await api.post(`/api/bindings/%2F/e/${path}`, { routing_key: key, arguments: args })
}

test('a route is followed through exchanges, and every binding that is in the way says why', async (t) => {
  const api = await startApi(t)
  for (const [name, type] of [
    ['in', 'topic'],
    ['all', 'fanout'],
  ])
    await api.put(`/api/exchanges/%2F/${name}`, { type })
  for (const name of ['one', 'two', 'three']) await api.put(`/api/queues/%2F/${name}`, {})
  await bind(api, 'in/q/one', 'a.*')
  await bind(api, 'in/e/all', 'a.#')
  await bind(api, 'in/q/two', 'b.#')
  await bind(api, 'all/q/three', '')
  const { json } = await api.get('/api/exchanges/%2F/in/route?routing_key=a.x')
  assert.deepEqual(
    json.queues.map(({ name, paths }: { name: string; paths: string[][] }) => [name, paths]),
    [
      ['one', [['in', 'a.*']]],
      ['three', [['in', 'a.#', 'all', '']]],
    ],
  )
  assert.equal(json.steps[0].unmatched[0].reason, "word 1 is 'a', the pattern wants 'b'")
})

test('the explanation names the queues that a publish reaches, whatever the exchange', async (t) => {
  const api = await startApi(t)
  const queues = ['q1', 'q2', 'q3', 'q4']
  for (const name of queues) await api.put(`/api/queues/%2F/${name}`, {})
  await api.put('/api/exchanges/%2F/spare', { type: 'fanout' })
  await bind(api, 'spare/q/q4', '')
  const types = ['direct', 'topic', 'fanout', 'headers']
  for (const type of types) {
    await api.put(`/api/exchanges/%2F/x-${type}`, { type, arguments: { 'alternate-exchange': 'spare' } })
    await bind(api, `x-${type}/q/q1`, 'k.1', { 'x-match': 'all', h: 1 })
    await bind(api, `x-${type}/q/q2`, 'k.*', { 'x-match': 'any', h: 2, g: 'x' })
    await bind(api, `x-${type}/q/q3`, '#', { 'x-match': 'all', g: 'x' })
  }
  for (const type of types) {
    for (const [key, headers] of [
      ['k.1', { h: 1 }],
      ['k.2', { g: 'x' }],
      ['other', { h: '1' }],
    ] as const) {
      const query = new URLSearchParams({ routing_key: key, headers: JSON.stringify(headers) })
      const { json } = await api.get(`/api/exchanges/%2F/x-${type}/route?${query}`)
      const explained = json.queues.map(({ name }: { name: string }) => name).sort()
      for (const name of queues) await api.delete(`/api/queues/%2F/${name}/contents`)
      const message = { routing_key: key, payload: '', payload_encoding: 'string', properties: { headers } }
      await api.post(`/api/exchanges/%2F/x-${type}/publish`, message)
      const reached = []
      for (const name of queues) {
        const page = await api.get(`/api/queues/%2F/${name}/messages`)
        if (page.json.messages.length > 0) reached.push(name)
      }
      assert.deepEqual(explained, reached, `${type} ${key} ${JSON.stringify(headers)}`)
    }
  }
})

test('the default exchange, and headers that are no JSON', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/q', {})
  const found = await api.get('/api/exchanges/%2F/amq.default/route?routing_key=q')
  assert.equal(found.json.routed, true)
  const lost = await api.get('/api/exchanges/%2F/amq.default/route?routing_key=other')
  assert.equal(lost.json.routed, false)
  assert.match(lost.json.steps[0].note, /there is no queue 'other'/)
  assert.equal((await api.get('/api/exchanges/%2F/amq.topic/route?headers=zz')).status, 400)
})
