import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApi } from './api.js'

const NO_USER = { user: '' }

test('the pages come with a policy that forbids everything inline and everything from elsewhere', async (t) => {
  const api = await startApi(t)
  const page = await api.get('/', NO_USER)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.equal(page.headers.get('cache-control'), 'no-cache')
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.ok(policy.startsWith("default-src 'none'"))
  assert.ok(!/unsafe|https?:|\*/.test(policy), policy)
  assert.ok(!/<script(?![^>]*src=)|<style|style=/.test(page.text), 'nothing is inline')
})

test('built files are kept for ever by their hash, and the page is asked for again', async (t) => {
  const api = await startApi(t)
  const page = await api.get('/', NO_USER)
  const script = /assets\/[\w.-]+\.js/.exec(page.text)?.[0]
  const asset = await api.get(`/${script}`, { ...NO_USER, headers: { 'accept-encoding': 'br, gzip' } })
  assert.equal(asset.status, 200)
  assert.match(asset.headers.get('cache-control') ?? '', /max-age=31536000, immutable/)
  assert.match(asset.headers.get('content-type') ?? '', /^text\/javascript/)
  assert.equal(asset.headers.get('content-encoding'), 'br')
  const again = await api.get('/', {
    ...NO_USER,
    headers: { 'if-none-match': page.headers.get('etag') ?? '' },
  })
  assert.equal(again.status, 304)
})

test('nothing outside the built pages is served', async (t) => {
  const api = await startApi(t)
  for (const path of [
    '/assets/nothing.js',
    '/assets/..%2Findex.html',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
  ]) {
    const { status } = await api.get(path, NO_USER)
    assert.equal(status, 404, path)
  }
})

test('below a prefix the pages are at its slash', async (t) => {
  const api = await startApi(t, { managementPathPrefix: '/broker' })
  const bare = await api.get('', NO_USER)
  assert.deepEqual([bare.status, bare.headers.get('location')], [302, '/broker/'])
  const page = await api.get('/', NO_USER)
  const script = /assets\/[\w.-]+\.js/.exec(page.text)?.[0]
  assert.equal((await api.get(`/${script}`, NO_USER)).status, 200)
})
