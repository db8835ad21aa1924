import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startBroker } from '../../src/broker.js'
import { type Channel, connect, type GetResult } from '../../src/client/index.js'
import { startTestBroker, type TestBrokerOptions } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'

const LISTEN = { listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] } }

async function start(t: TestContext, options: TestBrokerOptions = {}) {
  const { inner, url } = await startTestBroker(t, options)
  assert.ok(inner !== undefined)
  const connection = await connect(url)
  cleanUp(t, () => connection.close())
  return { broker: inner, channel: await connection.channel() }
}

/** The next message, once it is there. */
async function next(channel: Channel, queue: string): Promise<GetResult> {
  const deadline = Date.now() + 5000
  for (;;) {
    const got = await channel.get(queue, { noAck: true })
    if (got !== undefined) return got
    assert.ok(Date.now() < deadline, `nothing came to ${queue}`)
  }
}

function plain(headers: GetResult['properties']['headers'], name: string): unknown {
  const found = headers?.get(name)
  return found?.tag === 'A' ? found.value.map((each) => each.value) : found?.value
}

test('publishes and deliveries of a traced vhost are copied to amq.rabbitmq.trace', async (t) => {
  const { broker, channel } = await start(t)
  await channel.declareQueue('work')
  await channel.declareQueue('trace')
  await channel.bindQueue('trace', 'amq.rabbitmq.trace', '#')
  channel.publish('', 'work', 'before')
  await channel.checkQueue('work')
  broker.doors.setVhostTracing('/', true)
  channel.publish('', 'work', 'body', { contentType: 'text/plain', priority: 3 })
  await next(channel, 'work')
  await next(channel, 'work')
  broker.doors.setVhostTracing('/', false)
  channel.publish('', 'work', 'after')
  const published = await next(channel, 'trace')
  assert.equal(published.routingKey, 'publish.')
  assert.equal(String(published.body), 'body')
  const { headers } = published.properties
  assert.deepEqual(plain(headers, 'routing_keys'), ['work'])
  assert.deepEqual(plain(headers, 'routed_queues'), ['work'])
  assert.deepEqual(
    ['exchange_name', 'vhost', 'user', 'channel'].map((name) => plain(headers, name)),
    ['', '/', 'guest', 1],
  )
  const properties = headers?.get('properties')
  assert.ok(properties?.tag === 'F')
  assert.deepEqual([...properties.value.keys()].sort(), ['content_type', 'priority'])
  const deliveries = [await next(channel, 'trace'), await next(channel, 'trace')]
  assert.deepEqual(
    deliveries.map(({ routingKey, body }) => [routingKey, String(body)]),
    [
      ['deliver.work', 'before'],
      ['deliver.work', 'body'],
    ],
  )
  assert.equal(plain(deliveries[0]!.properties.headers, 'redelivered'), 0)
  // Gets of traces while tracing was on would have been traced; it is off, and what came after is not there.
  assert.equal(await channel.get('trace', { noAck: true }), undefined)
})

test('copies are not traced in turn', async (t) => {
  const { broker, channel } = await start(t)
  await channel.declareQueue('trace')
  await channel.bindQueue('trace', 'amq.rabbitmq.trace', '#')
  broker.doors.setVhostTracing('/', true)
  channel.publish('amq.fanout', '', 'lost')
  assert.equal((await next(channel, 'trace')).routingKey, 'publish.amq.fanout')
  assert.equal(await channel.get('trace', { noAck: true }), undefined)
})

test('events of the broker go to amq.rabbitmq.event, with what is known of them in the headers', async (t) => {
  const { broker, channel } = await start(t, { eventExchange: true })
  await channel.declareQueue('events')
  await channel.bindQueue('events', 'amq.rabbitmq.event', 'queue.*')
  await channel.declareQueue('new', { durable: true, arguments: { 'x-max-length': 5 } })
  const created = await next(channel, 'events')
  assert.equal(created.routingKey, 'queue.created')
  assert.equal(created.body.length, 0)
  const { headers, deliveryMode, timestamp } = created.properties
  assert.equal(deliveryMode, 2)
  assert.ok(Number(timestamp) > 1_600_000_000)
  const of = (name: string) => plain(headers, name)
  assert.deepEqual(['name', 'vhost', 'durable', 'type', 'user_who_performed_action'].map(of), [
    'new',
    '/',
    true,
    'rabbit_classic_queue',
    'guest',
  ])
  assert.equal(headers?.get('arguments')?.tag, 'F')
  assert.equal(headers?.get('timestamp_in_ms')?.tag, 'l')
  await channel.deleteQueue('new')
  assert.equal((await next(channel, 'events')).routingKey, 'queue.deleted')
  const exchange = broker.doors.topology.vhosts.get('/')?.exchanges.get('amq.rabbitmq.event')
  assert.deepEqual([exchange?.internal, exchange?.durable, exchange?.type], [true, true, 'topic'])
})

test('the event exchange and what is bound to it outlive a restart', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'events-'))
  cleanUp(t, () => rm(dataDir, { recursive: true }))
  const options = { ...LISTEN, dataDir, eventExchange: true, logLevel: 'none' } as const
  const first = await startBroker(options)
  const connection = await connect(first.url)
  const channel = await connection.channel()
  await channel.declareQueue('events', { durable: true })
  await channel.bindQueue('events', 'amq.rabbitmq.event', 'queue.created')
  await connection.close()
  await first.stop()
  const second = await startBroker(options)
  cleanUp(t, () => second.stop())
  const again = await connect(second.url)
  cleanUp(t, () => again.close())
  const other = await again.channel()
  await other.declareQueue('new')
  assert.equal((await next(other, 'events')).routingKey, 'queue.created')
})
