import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { startBroker } from '../../src/broker.js'
import { cleanUp } from '../support/cleanup.js'

/** A ring of files that need one another is loaded as one, and the files of a turn may be small. */
const FILES_AT_ONCE_MAX = 12

const { cache } = createRequire(import.meta.url)

test('the first request loads the HTTP API in turns, without what nothing of it uses', async (t) => {
  const broker = await startBroker({
    logLevel: 'none',
    managementPort: 0,
    listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] },
  })
  cleanUp(t, () => broker.stop())
  const before = Object.keys(cache).length
  let [known, most] = [before, 0]
  let isAnswered = false
  const watch = (): void => {
    const now = Object.keys(cache).length
    most = Math.max(most, now - known)
    known = now
    if (!isAnswered) setImmediate(watch)
  }
  watch()
  const answer = await fetch(`http://127.0.0.1:${broker.managementPort}/api/whoami`, {
    headers: { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` },
  })
  isAnswered = true
  assert.equal(answer.status, 200)
  assert.ok(known - before > 100, `${known - before} files were loaded`)
  assert.ok(most <= FILES_AT_ONCE_MAX, `${most} files were loaded in one turn`)
  const compilers = Object.keys(cache).filter((file) => /ajv|json-stringify-compiler/.test(file))
  assert.deepEqual(compilers, [])
})
