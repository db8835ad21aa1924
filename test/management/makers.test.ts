import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cleanUp } from '../support/cleanup.js'
import { type Api, startApi } from './api.js'

async function makerOf(api: Api, path: string): Promise<string> {
  return (await api.get(path)).json.user_who_performed_action
}

test('whose doing virtual hosts, exchanges and queues are is known after a restart', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'leveret-makers-'))
  cleanUp(t, () => rm(dataDir, { recursive: true }))
  const api = await startApi(t, { dataDir })
  const user = await api.addUser('maker', 'administrator')
  await api.put('/api/vhosts/made', {}, user)
  await api.put('/api/exchanges/%2F/x', { durable: true }, user)
  await api.put('/api/queues/%2F/q', { durable: true }, user)
  const check = async (now: Api): Promise<void> => {
    assert.equal(await makerOf(now, '/api/exchanges/%2F/x'), 'maker')
    assert.equal(await makerOf(now, '/api/exchanges/made/amq.topic'), 'maker')
    assert.equal(await makerOf(now, '/api/exchanges/made/amq.default'), 'maker')
    assert.equal(await makerOf(now, '/api/exchanges/%2F/amq.topic'), 'rmq-internal')
    const [queue] = (await now.get('/api/users/maker/queues')).json
    assert.equal(queue.name, 'q')
  }
  await check(api)
  await api.broker.stop()
  const again = await startApi(t, { dataDir })
  await check(again)
  await again.broker.stop()
})
