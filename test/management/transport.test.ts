import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApi } from './api.js'

test('methods that a resource lacks are 405 with the ones that it has; OPTIONS needs no credentials; HEAD has no body', async (t) => {
  const api = await startApi(t)
  const wrong = await api.send('POST', '/api/overview', { body: {} })
  assert.deepEqual([wrong.status, wrong.text, wrong.headers.get('allow')], [405, '', 'HEAD, GET, OPTIONS'])
  const options = await api.send('OPTIONS', '/api/vhosts/x', { user: '' })
  assert.deepEqual([options.status, options.headers.get('allow')], [200, 'HEAD, GET, PUT, DELETE, OPTIONS'])
  const head = await api.send('HEAD', '/api/overview')
  assert.deepEqual([head.status, head.text], [200, ''])
})

test('a trailing slash changes nothing; unknown paths are 404; bad escapes are 400', async (t) => {
  const api = await startApi(t)
  assert.equal((await api.get('/api/users/')).status, 200)
  assert.deepEqual((await api.get('/api/nothing')).json, { error: 'Object Not Found', reason: 'Not Found' })
  assert.equal((await api.get('/api/vhosts/%zz')).status, 400)
  assert.equal((await api.get('/api/../../etc/passwd')).status, 404)
})

test('a body that is no JSON object, or too large, is 400; nothing, null and undefined count as {}', async (t) => {
  const api = await startApi(t)
  for (const raw of ['{bad', '[1]', '5', '"x"']) {
    const reply = await api.send('PUT', '/api/queues/%2F/q', { raw })
    assert.deepEqual([reply.status, reply.json], [400, { error: 'bad_request', reason: 'not_json' }])
  }
  assert.equal((await api.send('PUT', '/api/queues/%2F/q', { raw: 'undefined' })).status, 201)
  const large = { routing_key: 'k'.repeat(6000) }
  const refused = await api.post('/api/bindings/%2F/e/amq.topic/q/q', large)
  assert.deepEqual([refused.status, refused.json.error], [400, 'bad_request'])
})

test('a body beyond the limit of the node is 400, and neither read whole nor kept', async (t) => {
  const api = await startApi(t, { managementBodyBytesMax: 2000 })
  const body = { arguments: { 'x-note': 'n'.repeat(3000) } }
  const refused = await api.put('/api/queues/%2F/q', body)
  assert.deepEqual(
    [refused.status, refused.json],
    [400, { error: 'bad_request', reason: 'payload is too large' }],
  )
  assert.equal((await api.get('/api/queues/%2F/q')).status, 404)
})

test('a path that leaves its folder, once its escapes are read, names nothing', async (t) => {
  const api = await startApi(t)
  for (const path of [
    '/api/..%2f..%2fetc%2fpasswd',
    '/api/vhosts/..%2f..',
    '/api/trace-files/..%2f..%2fetc%2fpasswd',
  ]) {
    assert.equal((await api.get(path)).status, 404, path)
  }
})

test('no answer tells of the inside, and each carries what keeps browsers safe', async (t) => {
  const api = await startApi(t)
  const reply = await api.get('/api/overview')
  assert.match(reply.headers.get('content-security-policy') ?? '', /frame-ancestors/)
  assert.equal(reply.headers.get('x-frame-options'), 'SAMEORIGIN')
  assert.equal(reply.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(reply.headers.get('cache-control'), 'no-cache')
  const foreign = await api.put('/api/queues/%2F/q', {}, { headers: { 'sec-fetch-site': 'cross-site' } })
  assert.equal(foreign.status, 403)
})

test('a path prefix and CORS', async (t) => {
  const api = await startApi(t, {
    managementPathPrefix: '/broker',
    managementCorsOrigins: ['https://pages.example'],
  })
  const origin = { origin: 'https://pages.example' }
  const reply = await api.get('/api/whoami', { headers: origin })
  assert.deepEqual(
    [reply.status, reply.headers.get('access-control-allow-origin')],
    [200, 'https://pages.example'],
  )
  const other = await api.get('/api/whoami', { headers: { origin: 'https://evil.example' } })
  assert.equal(other.headers.get('access-control-allow-origin'), null)
  const preflight = await api.send('OPTIONS', '/api/queues/%2F/q', { user: '', headers: origin })
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PUT/)
  assert.equal(preflight.headers.get('access-control-max-age'), '1800')
})

test('the OpenAPI document describes every path, with its parameters', async (t) => {
  const api = await startApi(t)
  const { json } = await api.get('/api/docs/openapi.json', { user: '' })
  assert.equal(json.openapi, '3.1.0')
  const operation = json.paths['/queues/{vhost}/{queue}'].put
  assert.deepEqual(
    operation.parameters.map(({ name }: { name: string }) => name),
    ['vhost', 'queue'],
  )
  const ids = Object.values(json.paths).flatMap((path) =>
    Object.values(path as object).map((each: { operationId: string }) => each.operationId),
  )
  assert.equal(new Set(ids).size, ids.length)
})
