import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Api, type Reply, startApi } from './api.js'

const OWN_PAGE = { 'x-requested-with': 'leveret' }

async function logIn(api: Api, user = 'guest', password = 'guest'): Promise<Reply> {
  return api.post('/api/login', { username: user, password }, { user: '', headers: OWN_PAGE })
}

function cookieOf(reply: Reply): string {
  return reply.headers.get('set-cookie')?.split(';')[0] ?? ''
}

test('a login answers with a cookie that scripts cannot read and other sites cannot use', async (t) => {
  const api = await startApi(t)
  const reply = await logIn(api)
  assert.equal(reply.status, 200)
  assert.equal(reply.json.user.name, 'guest')
  const attributes = reply.headers.get('set-cookie') ?? ''
  for (const each of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=28800']) {
    assert.ok(attributes.includes(each), `${each} in ${attributes}`)
  }
  const who = await api.get('/api/whoami', { user: '', headers: { cookie: cookieOf(reply) } })
  assert.equal(who.json.name, 'guest')
})

test('a login takes a form as well, and is refused in the words of Basic', async (t) => {
  const api = await startApi(t)
  const form = await api.send('POST', '/api/login', {
    user: '',
    raw: 'username=guest&password=guest',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(form.status, 200)
  const wrong = await logIn(api, 'guest', 'wrong')
  assert.deepEqual([wrong.status, wrong.json.error], [401, 'not_authorized'])
  assert.equal(wrong.headers.get('set-cookie'), null)
})

test('a session writes only for our own pages', async (t) => {
  const api = await startApi(t)
  const cookie = cookieOf(await logIn(api))
  const foreign = await api.put('/api/queues/%2F/q', {}, { user: '', headers: { cookie } })
  assert.equal(foreign.status, 401)
  const own = await api.put('/api/queues/%2F/q', {}, { user: '', headers: { cookie, ...OWN_PAGE } })
  assert.equal(own.status, 201)
})

test('a session ends by logout, and when its user is deleted or gets another password or other tags', async (t) => {
  const api = await startApi(t)
  const isIn = async (cookie: string): Promise<boolean> =>
    (await api.get('/api/whoami', { user: '', headers: { cookie } })).status === 200
  await api.addUser('u', 'management')
  const ends: readonly (() => Promise<Reply>)[] = [
    () => api.put('/api/users/u', { password: 'pw', tags: 'monitoring' }),
    () => api.put('/api/users/u', { password: 'other', tags: 'monitoring' }),
    () => api.delete('/api/users/u'),
  ]
  const passwords = ['pw', 'pw', 'other']
  for (const [i, end] of ends.entries()) {
    const cookie = cookieOf(await logIn(api, 'u', passwords[i]))
    assert.ok(await isIn(cookie))
    await end()
    assert.ok(!(await isIn(cookie)), `after change ${i}`)
  }
  const cookie = cookieOf(await logIn(api))
  const out = await api.delete('/api/login', { user: '', headers: { cookie } })
  assert.equal(out.status, 204)
  assert.match(out.headers.get('set-cookie') ?? '', /Max-Age=0/)
  assert.ok(!(await isIn(cookie)))
})

test('a page of ours that is not logged in gets no challenge, so that the browser asks for no password', async (t) => {
  const api = await startApi(t)
  const reply = await api.get('/api/whoami', { user: '', headers: OWN_PAGE })
  assert.deepEqual([reply.status, reply.headers.get('www-authenticate')], [401, null])
})

test('a session lasts as long as it is set to, for the browser and for the broker', async (t) => {
  const api = await startApi(t, { managementSessionMinutes: 5 })
  const reply = await logIn(api)
  assert.match(reply.headers.get('set-cookie') ?? '', /Max-Age=300;/)
})
