import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect } from '../../src/client/index.js'
import type { BrokerOptions } from '../../src/config/broker-options.js'
import { cleanUp } from '../support/cleanup.js'
import { type Api, startApi } from './api.js'

const VHOST = '%2F'

async function startCounted(t: TestContext, options: Partial<BrokerOptions> = {}) {
  const api = await startApi(t, { prometheusPort: 0, statisticsIntervalMs: 100, ...options })
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${api.broker.port}`)
  cleanUp(t, () => connection.close())
  return { api, connection, channel: await connection.channel() }
}

/** Asks until the answer is as it should be. */
// biome-ignore lint/suspicious/noExplicitAny: answers have every shape; a wrong one fails the condition
async function until(api: Api, path: string, condition: (json: any) => boolean): Promise<any> {
  const deadline = Date.now() + 5000
  for (;;) {
    const { json } = await api.get(path)
    if (condition(json)) return json
    assert.ok(Date.now() < deadline, `${path} stays ${JSON.stringify(json)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('message_stats count what happened, on queue, channel, exchange, vhost and overview', async (t) => {
  const { api, channel } = await startCounted(t)
  await channel.declareQueue('q', { durable: true })
  const fresh = (await api.get(`/api/queues/${VHOST}/q`)).json
  assert.equal('message_stats' in fresh, false)
  await channel.confirmSelect()
  for (const body of ['aaa', 'bb', 'c']) channel.publish('', 'q', body, { deliveryMode: 2 })
  channel.publish('', 'nowhere', 'lost')
  await channel.waitForConfirms()
  const got = await channel.get('q')
  assert.ok(got !== undefined)
  channel.ack(got)
  await channel.get('q')
  await channel.get('q', { noAck: true })
  await channel.get('q')
  const queue = (await api.get(`/api/queues/${VHOST}/q`)).json
  assert.deepEqual(
    [queue.messages, queue.messages_unacknowledged, queue.message_bytes, queue.messages_persistent],
    [1, 1, 2, 1],
  )
  const { publish, get, get_no_ack, get_empty, deliver_get, ack } = queue.message_stats
  assert.deepEqual([publish, get, get_no_ack, get_empty, deliver_get, ack], [3, 2, 1, 1, 3, 1])
  const [one] = (await api.get('/api/channels')).json
  const { publish: published, confirm, drop_unroutable, get: taken } = one.message_stats
  assert.deepEqual([published, confirm, drop_unroutable, taken], [4, 4, 1, 2])
  const exchange = (await api.get(`/api/exchanges/${VHOST}/amq.default`)).json
  assert.equal(exchange.message_stats.publish_in, 4)
  assert.equal(exchange.message_stats.publish_out, 3)
  const overview = await until(api, '/api/overview', (json) => json.message_stats.ack === 1)
  assert.equal(overview.message_stats.publish, 4)
  const vhost = (await api.get(`/api/vhosts/${VHOST}`)).json
  assert.equal(vhost.message_stats.deliver_get, 3)
})

test('totals do not go back when queue, exchange and channel are gone', async (t) => {
  const { api, channel } = await startCounted(t)
  await channel.declareQueue('q')
  await channel.declareExchange('x', 'fanout')
  await channel.bindQueue('q', 'x')
  channel.publish('x', '', 'm')
  await channel.get('q', { noAck: true })
  await channel.deleteQueue('q')
  await channel.deleteExchange('x')
  await channel.close()
  const { message_stats: stats } = await until(
    api,
    '/api/overview',
    (json) => json.message_stats.get_no_ack === 1,
  )
  assert.equal(stats.publish, 1)
})

test('rates follow the traffic and fall back to 0', async (t) => {
  const { api, channel } = await startCounted(t)
  await channel.declareQueue('q')
  const path = `/api/queues/${VHOST}/q`
  channel.publish('', 'q', 'm')
  await until(api, path, (json) => json.message_stats?.publish_details.rate === 0)
  await until(api, path, (json) => {
    channel.publish('', 'q', 'm')
    return json.message_stats.publish_details.rate > 0
  })
  await until(api, path, (json) => json.message_stats.publish_details.rate === 0)
})

test('samples come with a range; more than 500 of them are refused', async (t) => {
  const { api } = await startCounted(t)
  await api.put(`/api/queues/${VHOST}/q`, {})
  const path = `/api/queues/${VHOST}/q?lengths_age=60&lengths_incr=5`
  const { messages_details: details } = (await api.get(path)).json
  assert.equal(details.samples.length, 13)
  assert.equal(details.samples[0].timestamp % 5000, 0)
  assert.ok('avg' in details && 'avg_rate' in details)
  const refused = await api.get('/api/overview?lengths_age=6000&lengths_incr=5')
  assert.equal(refused.status, 400)
  assert.deepEqual(refused.json, {
    error: 'invalid_range_parameters',
    reason: 'Invalid range parameters: age 6000, incr 5',
  })
})

test('connections, channels and consumers are listed with what they do', async (t) => {
  const { api, channel } = await startCounted(t)
  await channel.qos(7)
  await channel.declareQueue('q')
  await channel.consume('q', () => {})
  channel.publish('', 'q', 'm')
  const [listed] = await until(api, '/api/channels', (json) => json[0]?.messages_unacknowledged === 1)
  assert.deepEqual([listed.prefetch_count, listed.consumer_count, listed.confirm], [7, 1, false])
  const [consumer] = (await api.get('/api/consumers')).json
  assert.deepEqual([consumer.queue.name, consumer.active, consumer.prefetch_count], ['q', true, 7])
  const [connection] = (await api.get('/api/connections')).json
  assert.ok(connection.recv_oct > 0 && connection.send_oct > 0 && connection.channels === 1)
  const churn = (await api.get('/api/overview')).json.churn_rates
  assert.deepEqual([churn.connection_created, churn.channel_created, churn.queue_declared], [1, 1, 1])
})

test('a standby of a single active consumer is shown as waiting', async (t) => {
  const { api, channel } = await startCounted(t)
  await channel.declareQueue('sac', { arguments: { 'x-single-active-consumer': true } })
  await channel.consume('sac', () => {}, { consumerTag: 'first' })
  await channel.consume('sac', () => {}, { consumerTag: 'second' })
  const consumers: { consumer_tag: string; activity_status: string }[] = (await api.get('/api/consumers'))
    .json
  const states = Object.fromEntries(consumers.map((each) => [each.consumer_tag, each.activity_status]))
  assert.deepEqual(states, { first: 'single_active', second: 'waiting' })
})

test('the node tells of memory, disk and files; the memory breakdown has every part', async (t) => {
  const { api } = await startCounted(t)
  const [node] = (await api.get('/api/nodes')).json
  for (const field of ['mem_used', 'mem_limit', 'disk_free', 'fd_used', 'fd_total', 'proc_total'])
    assert.ok(node[field] > 0, field)
  const { memory } = (await api.get(`/api/nodes/${encodeURIComponent(node.name)}/memory`)).json
  assert.ok(memory.total.rss > 0 && memory.binary > 0 && memory.reserved_unallocated === 0)
  assert.equal((await api.get('/api/nodes/nobody/memory')).status, 404)
  const monitored = await api.addUser('manager', 'management')
  assert.equal((await api.get(`/api/nodes/${encodeURIComponent(node.name)}/memory`, monitored)).status, 401)
})

test('probes answer without credentials, and readiness says why not', async (t) => {
  const { api } = await startCounted(t)
  const nobody = { user: '' }
  assert.deepEqual((await api.get('/api/health/live', nobody)).json, { status: 'ok' })
  assert.deepEqual((await api.get('/api/health/ready', nobody)).json, { status: 'ok' })
  api.broker.alarms.set('disk')
  const refused = await api.get('/api/health/ready', nobody)
  assert.equal(refused.status, 503)
  assert.equal(refused.json.reason, 'the disk alarm blocks publishers')
  assert.equal((await api.get('/api/health/live', nobody)).status, 200)
})

test('single objects list what went between them and each channel', async (t) => {
  const { api, channel } = await startCounted(t)
  await channel.declareQueue('q')
  await channel.confirmSelect()
  for (const body of ['a', 'b']) channel.publish('', 'q', body)
  await channel.waitForConfirms()
  await channel.get('q', { noAck: true })
  const [listed] = (await api.get('/api/channels')).json
  const single = (await api.get(`/api/channels/${encodeURIComponent(listed.name)}`)).json
  const [publishes] = single.publishes
  assert.deepEqual(publishes.exchange, { name: '', vhost: '/' })
  assert.deepEqual([publishes.stats.publish, publishes.stats.confirm], [2, 2])
  const [deliveries] = single.deliveries
  assert.deepEqual(
    [deliveries.queue.name, deliveries.stats.deliver_get, deliveries.stats.get_no_ack],
    ['q', 1, 1],
  )
  const exchange = (await api.get(`/api/exchanges/${VHOST}/amq.default`)).json
  assert.deepEqual(
    exchange.incoming.map((each: { channel_details: { name: string }; stats: { publish: number } }) => [
      each.channel_details.name,
      each.stats.publish,
    ]),
    [[listed.name, 2]],
  )
  const queue = (await api.get(`/api/queues/${VHOST}/q`)).json
  assert.deepEqual(
    [queue.deliveries[0].channel_details.name, queue.deliveries[0].stats.get_no_ack],
    [listed.name, 1],
  )
})
