import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApi } from './api.js'

test("a user is told its own permissions, and nobody else's", async (t) => {
  const api = await startApi(t)
  const user = await api.addUser('u', 'management')
  const { status, json } = await api.get('/api/whoami/permissions', user)
  assert.equal(status, 200)
  assert.deepEqual(json, [{ user: 'u', vhost: '/', configure: '.*', write: '.*', read: '.*' }])
})
