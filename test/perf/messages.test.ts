import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageReport } from '../../src/perf/report.js'
import { startTestBroker } from '../support/broker.js'
import { clientChannel } from '../support/client.js'
import { messageRun } from './perf-run.js'

function assertConsistent(report: MessageReport): void {
  assert.ok(report.published > 0)
  assert.equal(report.published, report.consumed + report.left)
}

test('without acknowledgements every message is consumed or left', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, { autoAck: true, seconds: 0.2 })
  assertConsistent(report)
  assert.ok(report.consumed > 0 && report.publishRate > 0 && report.consumeRate > 0)
  assert.ok(report.latency!.count > 0 && report.latency!.p50 > 0)
})

test('with acknowledgements and confirms every message is confirmed, and consumed or left', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, { confirmWindow: 100, prefetch: 50, ackEvery: 7, seconds: 0.2 })
  assertConsistent(report)
  assert.equal(report.confirmed, report.published)
  assert.ok(report.confirmLatency!.count > 0)
})

test('several publishers, consumers and queues in threads add up', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, {
    publishers: 4,
    consumers: 4,
    queues: ['a', 'b', 'c', 'd'],
    prefetch: 10,
    confirmWindow: 20,
    threads: 2,
    seconds: 0.2,
  })
  assertConsistent(report)
  assert.equal(report.confirmed, report.published)
})

test('limits end a run after exactly so many messages', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, {
    publishers: 2,
    publishLimit: 500,
    consumers: 3,
    consumeLimit: 300,
    prefetch: 40,
    ackEvery: 20,
  })
  assert.deepEqual([report.published, report.consumed, report.left], [1000, 900, 100])
})

test('bodies larger than a frame, and empty ones, arrive', async (t) => {
  const broker = await startTestBroker(t)
  for (const sizeBytes of [0, 7, 300_000]) {
    const limits = { publishLimit: 20, consumeLimit: 20 }
    const report = await messageRun(broker, { sizeBytes, prefetch: 5, ...limits })
    assert.deepEqual([report.published, report.consumed, report.left], [20, 20, 0])
    assert.equal(report.latency === undefined, sizeBytes < 8)
  }
})

test('an exchange is declared, bound and removed with the queues', async (t) => {
  const broker = await startTestBroker(t)
  const exchange = { exchange: 'run-exchange', exchangeType: 'topic', routingKey: 'a.b' }
  const report = await messageRun(broker, { ...exchange, publishLimit: 50, consumeLimit: 50, prefetch: 9 })
  assert.deepEqual([report.published, report.consumed, report.left], [50, 50, 0])
  const channel = await clientChannel(t, broker)
  await assert.rejects(channel.checkExchange('run-exchange'), /NOT_FOUND/)
})

test('mandatory messages that no queue takes are counted as returned', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, {
    exchange: 'amq.fanout',
    mandatory: true,
    predeclared: true,
    publishers: 1,
    consumers: 0,
    publishLimit: 30,
    confirmWindow: 10,
  })
  assert.deepEqual([report.published, report.confirmed, report.returned], [30, 30, 30])
})

test('publishes that a full queue refuses are counted as refused', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, {
    queueArguments: { 'x-max-length': 10, 'x-overflow': 'reject-publish' },
    consumers: 0,
    confirmWindow: 5,
    publishLimit: 100,
  })
  assert.deepEqual([report.confirmed + report.nacked, report.left], [100, report.confirmed])
  assert.ok(report.nacked > 0)
})

test('latency publishes at its rate', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, { scenario: 'latency', rate: 500, confirmWindow: 10, seconds: 0.4 })
  assertConsistent(report)
  assert.equal(report.confirmed, report.published)
  // No more than is due; how many less depends on the machine.
  assert.ok(report.published <= 500 * 0.4 + 100 && report.published >= 20, String(report.published))
})

test('backlog fills the queue and empties it', async (t) => {
  const broker = await startTestBroker(t)
  const report = await messageRun(broker, {
    scenario: 'backlog',
    publishers: 2,
    publishLimit: 1000,
    consumers: 2,
    prefetch: 100,
    ackEvery: 10,
    confirmWindow: 100,
  })
  assert.deepEqual([report.published, report.confirmed, report.consumed, report.left], [2000, 2000, 2000, 0])
  assert.equal(report.latency, undefined)
})

test('a signal ends a run that has no other end, with a report', async (t) => {
  const broker = await startTestBroker(t)
  const stop = new AbortController()
  const report = await messageRun(
    broker,
    { autoAck: true, intervalSeconds: 0.05 },
    { signal: stop.signal, progress: () => stop.abort() },
  )
  assertConsistent(report)
})

test('a queue that is deleted under a run ends it with an error', async (t) => {
  const broker = await startTestBroker(t)
  const channel = await clientChannel(t, broker)
  await channel.declareQueue('short-lived', { durable: false })
  const run = messageRun(
    broker,
    { queues: ['short-lived'], predeclared: true, intervalSeconds: 0.02 },
    {
      progress: () => {
        void channel.deleteQueue('short-lived')
      },
    },
  )
  await assert.rejects(run, /cancelled the consumer|NOT_FOUND/)
})

test('a broker that stops under a run ends it with its reason', async (t) => {
  const broker = await startTestBroker(t)
  let stopped: Promise<void> | undefined
  const run = messageRun(
    broker,
    { confirmWindow: 10, intervalSeconds: 0.02 },
    {
      progress: () => {
        stopped ??= broker.inner?.stop()
      },
    },
  )
  await assert.rejects(run, /CONNECTION_FORCED|socket was closed/)
  await stopped
})
