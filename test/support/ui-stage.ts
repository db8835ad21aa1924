import { type Broker, startBroker } from '../../src/broker.js'
import { type Channel, type Connection, connect } from '../../src/client/index.js'

/** A broker with something on it: what the pages are tested and photographed with. */
export interface UiStage {
  readonly broker: Broker
  /** Where the pages are. */
  readonly url: string
  /** A connection to do things with. */
  readonly connection: Connection
  readonly channel: Channel
  close(): Promise<void>
}

/** Users beside guest, each with the password `secret`. */
export const MONITOR = 'watcher'
export const STAGE_PASSWORD = 'secret'
/** Between two rounds of the traffic, in ms. */
const TRAFFIC_MS = 50

/** A shop: orders come in by topic, are billed and shipped, some die; a second vhost; users, policies, limits. */
export async function openUiStage(): Promise<UiStage> {
  const broker = await startBroker({
    logLevel: 'error',
    listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] },
    managementPort: 0,
    managementHost: '127.0.0.1',
  })
  const url = `http://127.0.0.1:${broker.managementPort}/`
  const connection = await connect({
    host: '127.0.0.1',
    port: broker.port,
    connectionName: 'shop front',
  })
  const channel = await connection.channel()
  await declare(channel)
  await administer(url)
  const worker = await connect({
    host: '127.0.0.1',
    port: broker.port,
    connectionName: 'billing worker',
  })
  const workerChannel = await worker.channel()
  await work(workerChannel)
  await fill(channel)
  let round = 0
  const timer = setInterval(() => traffic(channel, round++), TRAFFIC_MS)
  // A test may have it closed.
  connection.on('closed', () => clearInterval(timer))
  return {
    broker,
    url,
    connection,
    channel,
    async close() {
      clearInterval(timer)
      await worker.close().catch(() => undefined)
      await connection.close().catch(() => undefined)
      await broker.stop()
    },
  }
}

async function declare(channel: Channel): Promise<void> {
  await channel.declareExchange('orders', 'topic', { durable: true })
  await channel.declareExchange('audit', 'fanout', { durable: true })
  await channel.declareExchange('documents', 'headers', { durable: true })
  await channel.declareExchange('dead', 'direct', { durable: true })
  await channel.declareExchange('unrouted', 'fanout', { durable: true })
  await channel.declareExchange('payments', 'direct', {
    durable: true,
    arguments: { 'alternate-exchange': 'unrouted' },
  })
  const dying = { 'x-dead-letter-exchange': 'dead', 'x-dead-letter-routing-key': 'orders' }
  await channel.declareQueue('orders.billing', {
    durable: true,
    arguments: { ...dying, 'x-max-priority': 5 },
  })
  await channel.declareQueue('orders.shipping', {
    durable: true,
    arguments: { ...dying, 'x-message-ttl': 3_600_000, 'x-max-length': 100_000, 'x-overflow': 'drop-head' },
  })
  await channel.declareQueue('orders.eu', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await channel.declareQueue('orders.dead', { durable: true })
  await channel.declareQueue('audit.log', { durable: true, arguments: { 'x-queue-type': 'stream' } })
  await channel.declareQueue('documents.pdf', { durable: true })
  await channel.declareQueue('payments.card', { durable: true })
  await channel.declareQueue('payments.lost', { durable: true })
  await channel.bindQueue('orders.billing', 'orders', 'order.*.created')
  await channel.bindQueue('orders.shipping', 'orders', 'order.#')
  await channel.bindQueue('orders.eu', 'orders', 'order.eu.*')
  await channel.bindExchange('audit', 'orders', '#')
  await channel.bindQueue('audit.log', 'audit')
  await channel.bindQueue('orders.dead', 'dead', 'orders')
  await channel.bindQueue('documents.pdf', 'documents', '', { 'x-match': 'all', format: 'pdf' })
  await channel.bindQueue('payments.card', 'payments', 'card')
  await channel.bindQueue('payments.lost', 'unrouted')
}

async function work(channel: Channel): Promise<void> {
  await channel.qos(20)
  await channel.consume('orders.billing', (delivery) => channel.ack(delivery))
  await channel.consume('payments.card', (delivery) => channel.ack(delivery))
}

/** Messages that stay: orders that wait, some that have died, one that is no text. */
async function fill(channel: Channel): Promise<void> {
  for (let i = 0; i < 40; i++) {
    channel.publish(
      'orders',
      i % 3 === 0 ? 'order.eu.created' : 'order.us.paid',
      json({ order: 1000 + i, lines: 3 }),
      {
        contentType: 'application/json',
        deliveryMode: 2,
        messageId: `order-${1000 + i}`,
        timestamp: Math.floor(Date.now() / 1000),
        headers: { region: i % 3 === 0 ? 'eu' : 'us', attempt: i },
      },
    )
  }
  channel.publish('documents', '', Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 1, 2, 0xff]), {
    headers: { format: 'pdf' },
  })
  await channel.declareQueue('orders.checked', {
    durable: true,
    arguments: { 'x-dead-letter-exchange': 'dead', 'x-dead-letter-routing-key': 'orders' },
  })
  for (let i = 0; i < 6; i++) {
    channel.publish('', 'orders.checked', json({ order: 7000 + i, problem: 'no such customer' }), {
      contentType: 'application/json',
      deliveryMode: 2,
    })
  }
  for (let i = 0; i < 6; ) {
    const taken = await channel.get('orders.checked')
    if (taken === undefined) continue
    channel.reject(taken, false)
    i++
  }
}

function traffic(channel: Channel, round: number): void {
  channel.publish('orders', `order.${round % 4 === 0 ? 'eu' : 'us'}.created`, json({ order: round }), {
    contentType: 'application/json',
  })
  channel.publish('payments', round % 10 === 0 ? 'cheque' : 'card', json({ payment: round }), {})
}

async function administer(url: string): Promise<void> {
  const put = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${url}api/${path}`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`)
  }
  await put('vhosts/staging', {
    description: 'What comes next',
    tags: ['test'],
    default_queue_type: 'quorum',
  })
  await put(`users/${MONITOR}`, { password: STAGE_PASSWORD, tags: 'monitoring' })
  await put(`permissions/%2F/${MONITOR}`, { configure: '^$', write: '^$', read: '.*' })
  await put('users/shop', { password: STAGE_PASSWORD, tags: '' })
  await put('permissions/%2F/shop', { configure: '^orders', write: '^orders', read: '.*' })
  await put('topic-permissions/%2F/shop', { exchange: 'orders', write: '^order\\.', read: '.*' })
  await put('policies/%2F/bounded', {
    pattern: '^orders\\.',
    definition: { 'max-length-bytes': 1_000_000_000 },
    'apply-to': 'queues',
    priority: 1,
  })
  await put('operator-policies/%2F/ceiling', {
    pattern: '.*',
    definition: { 'max-length': 1_000_000 },
    'apply-to': 'queues',
  })
  await put('vhost-limits/staging/max-queues', { value: 100 })
  await put('user-limits/shop/max-connections', { value: 50 })
  await put('global-parameters/cluster_tags', { value: { region: 'eu' } })
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
