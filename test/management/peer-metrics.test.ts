import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { startApi } from './api.js'

/** A broker that is scraped, with a channel that published, consumed and fetched. */
async function startBusy(t: TestContext) {
  const api = await startApi(t, { prometheusPort: 0 })
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${api.broker.port}`)
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.confirmSelect()
  await channel.qos(5)
  await channel.declareQueue('q')
  await channel.declareExchange('x', 'fanout')
  await channel.bindQueue('q', 'x')
  for (const body of ['a', 'b', 'c']) channel.publish('x', '', body)
  channel.publish('', 'nowhere', 'lost')
  await channel.waitForConfirms()
  await channel.get('q', { noAck: true })
  const got = await channel.get('q')
  assert.ok(got !== undefined)
  const listed = (await api.get('/api/connections')).json[0].name as string
  const scrape = async (path: string) =>
    (await fetch(`http://127.0.0.1:${api.broker.prometheusPort}${path}`)).text()
  return { api, channel, scrape, connectionName: listed, channelName: `${listed} (1)` }
}

/** The lines of a scrape as a map from series to values. */
function seriesIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

const FAMILIES = [
  'channel_metrics',
  'channel_process_metrics',
  'channel_exchange_metrics',
  'channel_queue_metrics',
  'channel_queue_exchange_metrics',
  'queue_exchange_metrics',
  'connection_coarse_metrics',
  'connection_metrics',
] as const

test('families of channels and connections have a series for each of them', async (t) => {
  const { scrape, connectionName, channelName } = await startBusy(t)
  const query = FAMILIES.map((family) => `family=${family}`).join('&')
  const series = seriesIn(await scrape(`/metrics/detailed?${query}`))
  const of = (name: string, labels: string) => series.get(`rabbitmq_detailed_${name}{${labels}}`)
  const channel = `channel="${channelName}"`
  assert.equal(of('channel_messages_unacked', channel), 1)
  assert.equal(of('channel_messages_unconfirmed', channel), 0)
  assert.equal(of('consumer_prefetch', channel), 5)
  assert.equal(of('channel_process_reductions_total', channel), 0)
  assert.equal(of('channel_messages_published_total', `${channel},vhost="/",exchange="x"`), 3)
  assert.equal(of('channel_messages_confirmed_total', `${channel},vhost="/",exchange="x"`), 3)
  assert.equal(of('channel_messages_unroutable_dropped_total', `${channel},vhost="/",exchange=""`), 1)
  assert.equal(of('channel_get_total', `${channel},vhost="/",queue="q"`), 1)
  assert.equal(of('channel_get_ack_total', `${channel},vhost="/",queue="q"`), 1)
  const connection = `channel="${connectionName}"`
  assert.ok(of('connection_incoming_bytes_total', connection)! > 0)
  assert.ok(of('connection_outgoing_packets_total', connection)! > 0)
  assert.equal(of('connection_channels', connection), 1)
})

test('each family is given only when it is asked for, of the vhosts and queues asked for', async (t) => {
  const { scrape } = await startBusy(t)
  for (const family of FAMILIES) {
    const text = await scrape(`/metrics/detailed?family=${family}`)
    const names = new Set(text.match(/^# TYPE rabbitmq_detailed_\w+/gm))
    assert.ok(names.size > 0, family)
    for (const other of FAMILIES.filter((each) => each !== family)) {
      const others = (await scrape(`/metrics/detailed?family=${other}`)).match(
        /^# TYPE rabbitmq_detailed_\w+/gm,
      )
      assert.deepEqual(
        others?.filter((name) => names.has(name)),
        [],
        `${family} and ${other}`,
      )
    }
  }
  const elsewhere = await scrape('/metrics/detailed?family=channel_metrics&vhost=other')
  assert.doesNotMatch(elsewhere, /^rabbitmq_detailed_channel_consumers/m)
  const another = await scrape('/metrics/detailed?family=channel_queue_metrics&queue=%5Eother')
  assert.doesNotMatch(another, /^rabbitmq_detailed_channel_get_total/m)
})

test('channels are sums on /metrics/per-object unless they are asked for, and sums do not fall', async (t) => {
  const { api, channel, scrape, channelName } = await startBusy(t)
  const sums = seriesIn(await scrape('/metrics/per-object'))
  assert.equal(sums.get('rabbitmq_channel_messages_published_total'), 4)
  assert.equal(sums.get('rabbitmq_channel_messages_unacked'), 1)
  assert.equal(sums.get('rabbitmq_connection_channels'), 1)
  const each = seriesIn(await scrape('/metrics/per-object?channels=true'))
  const published = `rabbitmq_channel_messages_published_total{channel="${channelName}",vhost="/",exchange="x"}`
  assert.equal(each.get(published), 3)
  assert.equal(each.has('rabbitmq_channel_messages_published_total'), false)
  assert.equal(each.get('rabbitmq_queue_messages_unacked{vhost="/",queue="q"}'), 1)
  await channel.close()
  const later = seriesIn(await scrape('/metrics'))
  assert.equal(later.get('rabbitmq_channel_messages_published_total'), 4)
  assert.equal(later.get('rabbitmq_channel_messages_unacked'), 0)
  assert.equal((await api.get('/api/metrics/per-object?channels=true')).status, 200)
})

test('logins are counted by protocol, and by address and user where that is asked for', async (t) => {
  const api = await startApi(t, { prometheusPort: 0, trackLoginSources: true })
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${api.broker.port}`)
  cleanUp(t, () => connection.close())
  await assert.rejects(connect(`amqp://guest:wrong@127.0.0.1:${api.broker.port}`))
  const scrape = async (path: string) =>
    seriesIn(await (await fetch(`http://127.0.0.1:${api.broker.prometheusPort}${path}`)).text())
  const sums = await scrape('/metrics')
  const labels = 'protocol="amqp091"'
  assert.equal(sums.get(`rabbitmq_auth_attempts_total{${labels}}`), 2)
  assert.equal(sums.get(`rabbitmq_auth_attempts_succeeded_total{${labels}}`), 1)
  assert.equal(sums.get(`rabbitmq_auth_attempts_failed_total{${labels}}`), 1)
  const source = `remote_address="127.0.0.1",username="guest",${labels}`
  const each = await scrape('/metrics/per-object')
  assert.equal(each.get(`rabbitmq_auth_attempts_detailed_total{${source}}`), 2)
  const detailed = await scrape(
    '/metrics/detailed?family=auth_attempt_metrics&family=auth_attempt_detailed_metrics',
  )
  assert.equal(detailed.get(`rabbitmq_detailed_auth_attempts_total{${labels}}`), 2)
  assert.equal(detailed.get(`rabbitmq_detailed_auth_attempts_detailed_failed_total{${source}}`), 1)
})

test('streams tell of their segments, and nothing else does', async (t) => {
  const api = await startApi(t, { prometheusPort: 0 })
  await api.put('/api/queues/%2F/s', { durable: true, arguments: { 'x-queue-type': 'stream' } })
  await api.put('/api/queues/%2F/c', {})
  const url = `http://127.0.0.1:${api.broker.prometheusPort}`
  const each = seriesIn(await (await fetch(`${url}/metrics/per-object`)).text())
  assert.equal(each.get('rabbitmq_stream_segments{vhost="/",queue="s"}'), 1)
  assert.equal(each.has('rabbitmq_stream_segments{vhost="/",queue="c"}'), false)
  assert.equal(seriesIn(await (await fetch(`${url}/metrics`)).text()).get('rabbitmq_stream_segments'), 1)
})
