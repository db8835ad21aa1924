import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Api, startApi } from './api.js'

async function withQueues(api: Api, ...names: readonly string[]): Promise<void> {
  for (const name of names) await api.put(`/api/queues/%2F/${name}`, {})
}

function namesIn(items: readonly { readonly name: string }[]): string[] {
  return items.map(({ name }) => name)
}

test('lists are sorted by name, or as asked, and cut into pages', async (t) => {
  const api = await startApi(t)
  await withQueues(api, 'c', 'a', 'B', 'b2')
  assert.deepEqual(namesIn((await api.get('/api/queues')).json), ['B', 'a', 'b2', 'c'])
  const page = (await api.get('/api/queues?page=2&page_size=3&columns=name')).json
  assert.deepEqual(page, {
    filtered_count: 4,
    item_count: 1,
    items: [{ name: 'c' }],
    page: 2,
    page_count: 2,
    page_size: 3,
    total_count: 4,
  })
  const reversed = await api.get('/api/queues?sort=durable&sort_reverse=true')
  assert.equal(reversed.json.length, 4)
})

test('name filters without regard to case; a pattern that makes no sense finds nothing', async (t) => {
  const api = await startApi(t)
  await withQueues(api, 'c', 'a', 'B', 'b2')
  const find = async (query: string) => namesIn((await api.get(`/api/queues?page=1&${query}`)).json.items)
  assert.deepEqual(await find('name=b'), ['B', 'b2'])
  assert.deepEqual(await find('name=%5EB%24&use_regex=true'), ['B'])
  assert.deepEqual(await find('name=*(&use_regex=true'), [])
  const evil = await find(`name=${encodeURIComponent(`(a|a)*${'x'.repeat(40)}`)}&use_regex=true`)
  assert.deepEqual(evil, [])
})

test('pages out of range or out of sense are 400', async (t) => {
  const api = await startApi(t)
  const errorOf = async (query: string) => (await api.get(`/api/queues?${query}`)).json.error
  assert.equal(await errorOf('page=2'), 'page_out_of_range')
  assert.equal(await errorOf('page=0'), 'invalid_pagination_parameters')
  assert.equal(await errorOf('page=1&page_size=501'), 'invalid_pagination_parameters')
  assert.equal(await errorOf('page=x'), 'bad_request')
  assert.equal((await api.get('/api/queues?page=1')).json.page_count, 0)
})

test('columns keep nested fields nested, and names of inherited members are none', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/q', { arguments: { 'x-max-length': 5 } })
  const { json } = await api.get(
    '/api/queues/%2F/q?columns=name,arguments.x-max-length,constructor,__proto__',
  )
  assert.deepEqual(json, { name: 'q', arguments: { 'x-max-length': 5 } })
})

test('disable_stats leaves the counters out; enable_queue_totals brings three of them back', async (t) => {
  const api = await startApi(t)
  await withQueues(api, 'q')
  const [bare] = (await api.get('/api/queues?disable_stats=true')).json
  assert.equal(bare.messages, undefined)
  const [totals] = (await api.get('/api/queues?disable_stats=true&enable_queue_totals=true')).json
  assert.deepEqual([totals.messages, totals.messages_ready, totals.messages_unacknowledged], [0, 0, 0])
})
