import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect } from '../../src/client/index.js'
import type { BrokerOptions } from '../../src/config/broker-options.js'
import { cleanUp } from '../support/cleanup.js'
import { startApi } from './api.js'
import { ALERT_RULES, OLDER_OVERVIEW_DASHBOARD, OVERVIEW_DASHBOARD } from './fixtures/dashboard-metrics.js'

async function startScraped(t: TestContext, options: Partial<BrokerOptions> = {}) {
  const api = await startApi(t, {
    prometheusPort: 0,
    nodeName: 'rabbit@host',
    clusterName: 'cluster',
    ...options,
  })
  const url = `http://127.0.0.1:${api.broker.prometheusPort}`
  const scrape = async (path: string) => (await fetch(`${url}${path}`)).text()
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${api.broker.port}`)
  cleanUp(t, () => connection.close())
  return { api, url, scrape, channel: await connection.channel() }
}

/** Series with their values, checked against the grammar of the text format. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>()
  let current = ''
  for (const line of text.split('\n')) {
    if (line === '') continue
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line)
    if (comment !== null) {
      current = comment[2]!
      continue
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$/.exec(
      line,
    )
    assert.ok(sample !== null, `not a sample: ${line}`)
    assert.ok(sample[1]!.startsWith(current), `${sample[1]} stands under ${current}`)
    const name = `${sample[1]}${sample[2] ?? ''}`
    assert.ok(!series.has(name), `${name} comes twice`)
    assert.ok(Number.isFinite(Number(sample[3])), line)
    series.set(name, Number(sample[3]))
  }
  return series
}

test('every series that the published dashboard and alert rules read is there', async (t) => {
  const { scrape } = await startScraped(t)
  const names = new Set([...parse(await scrape('/metrics')).keys()].map((name) => name.replace(/\{.*/, '')))
  const read = [...OVERVIEW_DASHBOARD, ...OLDER_OVERVIEW_DASHBOARD, ...ALERT_RULES]
  const missing = read.filter((name) => !names.has(name))
  // A metric without series still has its name; these have series from the start.
  assert.deepEqual(missing, [])
})

test('identity series carry the labels that panels join by', async (t) => {
  const { scrape } = await startScraped(t)
  for (const [path, endpoint] of [
    ['/metrics', 'aggregated'],
    ['/metrics/per-object', 'per-object'],
    ['/metrics/detailed', 'detailed'],
    ['/metrics/memory-breakdown', 'memory-breakdown'],
  ] as const) {
    const found = [...parse(await scrape(path)).keys()].filter((name) =>
      name.startsWith('rabbitmq_identity_info'),
    )
    assert.equal(found.length, 1)
    assert.match(found[0]!, /rabbitmq_node="rabbit@host",rabbitmq_cluster="cluster"/)
    assert.match(found[0]!, new RegExp(`rabbitmq_endpoint="${endpoint}"`))
  }
})

test('queues are summed on /metrics and told apart on /metrics/per-object, odd names escaped', async (t) => {
  const { scrape, channel } = await startScraped(t)
  await channel.declareQueue('a')
  await channel.declareQueue('odd "\\ name')
  channel.publish('', 'a', 'x'.repeat(150))
  channel.publish('', 'odd "\\ name', 'm')
  await channel.checkQueue('a')
  const sums = parse(await scrape('/metrics'))
  assert.equal(sums.get('rabbitmq_queue_messages_ready'), 2)
  assert.equal(sums.get('rabbitmq_queue_messages_ready_bytes'), 151)
  assert.equal(sums.has('rabbitmq_queue_head_message_timestamp'), false)
  assert.equal(sums.get('rabbitmq_message_size_bytes_bucket{protocol="amqp091",le="100"}'), 1)
  assert.equal(sums.get('rabbitmq_message_size_bytes_bucket{protocol="amqp091",le="+Inf"}'), 2)
  const each = parse(await scrape('/metrics/per-object'))
  assert.equal(each.get('rabbitmq_queue_messages_ready{vhost="/",queue="a"}'), 1)
  assert.equal(each.get('rabbitmq_queue_messages_ready{vhost="/",queue="odd \\"\\\\ name"}'), 1)
})

test('/metrics/detailed has the families asked for, of the vhosts and queues asked for', async (t) => {
  const { api, scrape, channel } = await startScraped(t)
  await channel.declareQueue('orders-1')
  await channel.declareQueue('other')
  await api.put('/api/vhosts/v2', {})
  await api.put('/api/queues/v2/orders-2', {})
  const names = async (query: string) => [...parse(await scrape(`/metrics/detailed?${query}`)).keys()]
  const coarse = await names('family=queue_coarse_metrics&queue=%5Eorders-')
  assert.ok(coarse.includes('rabbitmq_detailed_queue_messages{vhost="/",queue="orders-1"}'))
  assert.ok(coarse.includes('rabbitmq_detailed_queue_messages{vhost="v2",queue="orders-2"}'))
  assert.ok(!coarse.some((name) => name.includes('"other"') || name.includes('_ram')))
  const both = await names('family=queue_metrics&family=queue_consumer_count&vhost=v2')
  assert.ok(both.includes('rabbitmq_detailed_queue_consumers{vhost="v2",queue="orders-2"}'))
  assert.ok(!both.some((name) => name.includes('orders-1')))
  const status = await names('family=vhost_status&family=unknown')
  assert.ok(status.includes('rabbitmq_cluster_vhost_status{vhost="v2"}'))
  const none = await names('')
  assert.ok(none.every((name) => /^(rabbitmq_(build|identity)_info|telemetry_)/.test(name)))
  await names('family=queue_metrics&queue=*(')
})

test('metrics come zipped when asked, unknown paths are 404, and nothing can be written', async (t) => {
  const { url, scrape } = await startScraped(t)
  const zipped = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(zipped.headers.get('content-encoding'), 'gzip')
  assert.equal(zipped.headers.get('content-type'), 'text/plain; version=0.0.4')
  parse(await zipped.text())
  const unknown = await fetch(`${url}/nothing`)
  assert.deepEqual([unknown.status, await unknown.text()], [404, 'Unknown Registry'])
  assert.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 405)
  const count =
    'telemetry_scrape_size_bytes_count{registry="/metrics",content_type="text/plain; version=0.0.4"}'
  assert.equal(parse(await scrape('/metrics')).get(count), 1)
})

test('the API shows the same to monitoring users', async (t) => {
  const { api } = await startScraped(t)
  const answer = await api.get('/api/metrics')
  assert.equal(answer.status, 200)
  assert.ok(parse(answer.text).has('rabbitmq_connections'))
  const manager = await api.addUser('manager', 'management')
  assert.equal((await api.get('/api/metrics', manager)).status, 401)
})
