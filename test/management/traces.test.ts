import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../support/wait.js'
import { type Api, startApi } from './api.js'

/** As the pages start a trace, but one that ends at once when nobody looks at it. */
async function startTrace(api: Api, name: string): Promise<void> {
  await api.put(`/api/queues/%2F/${name}`, { durable: false, arguments: { 'x-expires': 50 } })
  await api.post(`/api/bindings/%2F/e/amq.rabbitmq.trace/q/${name}`, { routing_key: '#' })
}

const isTraced = (api: Api) => api.broker.doors.topology.vhosts.get('/')?.tracing

test('tracing ends when the last trace of the pages expires', async (t) => {
  const api = await startApi(t)
  await api.get('/api/whoami')
  // Before the trace, which may be over sooner than the next answer comes.
  await api.put('/api/vhosts/%2F', { tracing: true })
  assert.equal(isTraced(api), true)
  await startTrace(api, 'leveret.trace.a')
  await until(() => isTraced(api) === false, 'the end of tracing')
})

test('tracing goes on while something else is bound to the trace exchange', async (t) => {
  const api = await startApi(t)
  await api.put('/api/queues/%2F/auditor', {})
  await api.post('/api/bindings/%2F/e/amq.rabbitmq.trace/q/auditor', { routing_key: '#' })
  await api.put('/api/vhosts/%2F', { tracing: true })
  await startTrace(api, 'leveret.trace.a')
  const queues = api.broker.doors.topology.vhosts.get('/')?.queues
  await until(() => queues?.has('leveret.trace.a') === false, 'the end of the trace')
  assert.equal(isTraced(api), true)
})
