import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { ROUTES } from '../../src/management/routes/index.js'
import { startApi } from './api.js'

test('every route that is not open answers 401 without credentials and to a user without a management tag', async (t) => {
  const api = await startApi(t)
  const nobody = await api.addUser('nobody', 'custom')
  for (const { method, path, access } of ROUTES) {
    if (access === 'open') continue
    const url = `/api${path.replaceAll(/:\w+/g, 'x')}`
    const anonymous = await api.send(method, url, { user: '' })
    assert.equal(anonymous.status, 401, `${method} ${path}`)
    assert.equal(anonymous.text, '')
    assert.equal(anonymous.headers.get('www-authenticate'), 'Basic realm="RabbitMQ Management"')
    const refused = await api.send(method, url, nobody)
    assert.deepEqual(
      [refused.status, refused.json],
      [401, { error: 'not_authorised', reason: 'Not management user' }],
      `${method} ${path}`,
    )
  }
})

test('routes for administrators and monitors refuse users whose tag is too low', async (t) => {
  const api = await startApi(t)
  const users = {
    management: await api.addUser('m', 'management'),
    policymaker: await api.addUser('p', 'policymaker'),
    monitoring: await api.addUser('o', 'monitoring'),
  }
  const implied: Record<string, readonly string[]> = {
    management: ['management'],
    policymaker: ['management', 'policymaker'],
    monitoring: ['management', 'monitoring'],
  }
  for (const { method, path, access } of ROUTES) {
    for (const [tag, credentials] of Object.entries(users)) {
      if (access === 'open' || implied[tag]!.includes(access)) continue
      const reply = await api.send(method, `/api${path.replaceAll(/:\w+/g, 'x')}`, credentials)
      assert.equal(reply.status, 401, `${method} ${path} as ${tag}`)
      assert.equal(reply.json.error, 'not_authorised')
    }
  }
})

test('a wrong password is refused in other words, and after many of them not even looked at', async (t) => {
  const api = await startApi(t)
  const wrong = await api.get('/api/whoami', { password: 'wrong' })
  assert.deepEqual([wrong.status, wrong.json], [401, { error: 'not_authorized', reason: 'Not_Authorized' }])
  assert.equal(wrong.headers.get('www-authenticate'), null)
  for (let i = 0; i < 40; i++) await api.get('/api/whoami', { user: 'victim', password: `guess ${i}` })
  const late = await api.get('/api/whoami', { user: 'victim', password: 'guess' })
  assert.equal(late.status, 429)
  assert.ok(Number(late.headers.get('retry-after')) > 0)
  assert.equal((await api.get('/api/whoami')).status, 200, 'others are not held up')
})

test('a vhost that a user may not enter is not found, and left out of lists', async (t) => {
  const api = await startApi(t)
  const user = await api.addUser('m', 'management')
  await api.put('/api/vhosts/secret', {})
  await api.put('/api/queues/secret/q', {})
  const hidden = await api.get('/api/queues/secret', user)
  assert.deepEqual([hidden.status, hidden.json], [404, { error: 'not_found', reason: 'Not Found' }])
  assert.deepEqual((await api.get('/api/queues', user)).json, [])
  assert.deepEqual(
    (await api.get('/api/vhosts', user)).json.map(({ name }: { name: string }) => name),
    ['/'],
  )
})

test('declaring without the configure permission is refused as 401, publishing without write as 400', async (t) => {
  const api = await startApi(t)
  const user = await api.addUser('m', 'management')
  await api.put('/api/permissions/%2F/m', { configure: '^mine', write: '^mine', read: '' })
  const declared = await api.put('/api/queues/%2F/yours', {}, user)
  assert.deepEqual([declared.status, declared.json.reason], [401, 'Access refused.'])
  const message = { routing_key: 'k', payload: '', payload_encoding: 'string', properties: {} }
  const published = await api.post('/api/exchanges/%2F/amq.topic/publish', message, user)
  assert.equal(published.status, 400)
  assert.match(published.json.reason, /^403 ACCESS_REFUSED - write access to exchange 'amq.topic'/)
})

test('a password that the rule of the node refuses is not set, and the refusal says why', async (t) => {
  const api = await startApi(t, { passwordRule: { kind: 'min-length', minLength: 8 } })
  const refused = await api.put('/api/users/u', { password: 'short', tags: '' })
  assert.deepEqual([refused.status, refused.json.reason], [400, 'minimum required password length: 8'])
  assert.equal((await api.get('/api/users/u')).status, 404)
  assert.equal((await api.put('/api/users/u', { password: 'long enough', tags: '' })).status, 201)
  assert.equal((await api.put('/api/users/nobody', { tags: '' })).status, 201, 'no password is none to judge')
})

test('logins are counted by protocol, and by user and address where that is asked for', async (t) => {
  const api = await startApi(t, { trackLoginSources: true })
  const node = api.broker.options.nodeName
  await api.get('/api/whoami', { password: 'wrong' })
  const amqp = `amqp://127.0.0.1:${api.broker.port}`
  await assert.rejects(connect(amqp, { password: 'wrong' }))
  await (await connect(amqp)).close()
  const counts = new Map<string, { auth_attempts_failed: number; auth_attempts_succeeded: number }>()
  for (const each of (await api.get(`/api/auth/attempts/${node}`)).json) counts.set(each.protocol, each)
  assert.deepEqual(counts.get('amqp091'), {
    protocol: 'amqp091',
    auth_attempts: 2,
    auth_attempts_failed: 1,
    auth_attempts_succeeded: 1,
  })
  assert.equal(counts.get('http')?.auth_attempts_failed, 1)
  const sources = (await api.get(`/api/auth/attempts/${node}/source`)).json
  const [ofAmqp] = sources.filter(({ protocol }: { protocol: string }) => protocol === 'amqp091')
  assert.deepEqual([ofAmqp.remote_address, ofAmqp.username, ofAmqp.auth_attempts], ['127.0.0.1', 'guest', 2])
  await api.delete(`/api/auth/attempts/${node}`)
  const after = (await api.get(`/api/auth/attempts/${node}`)).json
  assert.deepEqual(
    after.map(({ protocol }: { protocol: string }) => protocol),
    ['http'],
  )
})
