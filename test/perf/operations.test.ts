import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBroker } from '../support/broker.js'
import { clientChannel } from '../support/client.js'
import { operationRun } from './perf-run.js'

for (const scenario of ['connection-churn', 'queue-churn', 'binding-churn'] as const) {
  test(`${scenario} does its operation so many times in each worker and leaves nothing`, async (t) => {
    const broker = await startTestBroker(t)
    const report = await operationRun(broker, {
      scenario,
      exchange: 'churned',
      publishers: 3,
      publishLimit: 5,
    })
    assert.equal(report.operations, 15)
    assert.equal(report.latency!.count, 15)
    assert.ok(report.rate > 0)
    const vhost = broker.inner?.doors.topology.vhosts.get('/')
    assert.deepEqual([...(vhost?.queues.keys() ?? [])], [])
    assert.equal(vhost?.exchanges.get('churned'), undefined)
  })

  test(`${scenario} ends with its time`, async (t) => {
    const broker = await startTestBroker(t)
    const report = await operationRun(broker, { scenario, exchange: 'churned', seconds: 0.1 })
    assert.ok(report.operations > 0)
    assert.ok(report.seconds >= 0.1)
  })
}

test('connection-count holds exactly so many connections', async (t) => {
  const broker = await startTestBroker(t)
  let open = 0
  const look = (): void => {
    open = broker.inner?.connections.size ?? 11
  }
  const report = await operationRun(
    broker,
    { scenario: 'connection-count', count: 11, publishers: 3, seconds: 0.05 },
    { progress: look },
  )
  assert.deepEqual([report.operations, report.latency!.count, open], [11, 11, 11])
})

test('queue-count declares exactly so many queues and deletes them', async (t) => {
  const broker = await startTestBroker(t)
  const report = await operationRun(broker, { scenario: 'queue-count', count: 7, publishers: 2 })
  assert.equal(report.operations, 7)
  const channel = await clientChannel(t, broker)
  await assert.rejects(channel.checkQueue('leveret-perf-1'), /NOT_FOUND/)
})

test('queue-count leaves the queues when it is told to', async (t) => {
  const broker = await startTestBroker(t)
  await operationRun(broker, { scenario: 'queue-count', count: 3, keep: true })
  const channel = await clientChannel(t, broker)
  for (const number of [1, 2, 3]) await channel.checkQueue(`leveret-perf-${number}`)
})
