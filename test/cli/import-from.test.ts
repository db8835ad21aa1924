import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type Connection, connect, type GetResult, headersOf } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { CONTROL_LAUNCHER, ControlledBroker } from './control.js'
import { type RabbitmqNode, startRabbitmq } from './rabbitmq-node.js'

const MESSAGES = 3000

test('definitions and messages of a running RabbitMQ are taken over, in order and as they were', async (t) => {
  const source = await startRabbitmq(t)
  if (source === undefined) return
  const from = await client(t, { port: source.port })
  const channel = await from.channel()
  await channel.confirmSelect()
  await channel.declareExchange('orders', 'topic')
  await channel.declareQueue('classic')
  await channel.declareQueue('quorum', { arguments: { 'x-queue-type': 'quorum' } })
  await channel.declareQueue('other')
  await channel.bindQueue('classic', 'orders', 'order.#')
  const binary = Buffer.from([0, 255, 1, 254])
  for (let i = 0; i < MESSAGES; i++) channel.publish('orders', `order.${i}`, `body ${i}`, { deliveryMode: 2 })
  const properties = {
    deliveryMode: 2,
    contentType: 'application/octet-stream',
    userId: 'guest',
    messageId: 'm-1',
    timestamp: 1_700_000_000,
    headers: { n: 7, CC: ['other'] },
  }
  channel.publish('', 'quorum', binary, properties)
  await channel.waitForConfirms()

  const broker = await ControlledBroker.start(t)
  const first = await broker.run('import-from', source.amqpUri, source.httpUri)
  assert.equal(first.status, 0, first.stderr)
  assert.match(first.stderr, /^Definitions copied: /)
  assert.match(first.stdout, new RegExp(`^/\\tclassic\\t${MESSAGES}\\t0$`, 'm'))
  assert.match(first.stdout, /^\/\tquorum\t1\t0$/m)
  // One copy, which the source routed by the CC header.
  assert.match(first.stdout, /^\/\tother\t1\t0$/m)

  const to = await client(t, { port: broker.port })
  const taken = await all(to, 'classic')
  assert.equal(taken.length, MESSAGES)
  assert.deepEqual(
    taken.map(({ body }) => body.toString()),
    Array.from({ length: MESSAGES }, (_, i) => `body ${i}`),
  )
  assert.equal(taken[5]!.routingKey, 'order.5', 'the routing key is the original one')
  const [message, ...more] = await all(to, 'quorum')
  assert.deepEqual(more, [])
  assert.deepEqual(message!.body, binary)
  assert.equal(message!.properties.userId, 'guest')
  assert.equal(message!.properties.timestamp, 1_700_000_000)
  assert.deepEqual({ ...headersOf(message!) }, { n: 7, CC: ['other'] })
  assert.equal((await all(to, 'other')).length, 1, 'the CC header sends nothing for a second time')
  assert.deepEqual(await all(from, 'classic'), [], 'nothing is left at the source')

  assert.equal(await broker.output('-s', 'list_users', '--formatter', 'csv'), '"guest","[administrator]"\r\n')
  assert.match(await broker.output('list_bindings', 'source_name', 'routing_key'), /^orders\torder\.#$/m)
  const exchanges = await broker.output('-s', 'list_exchanges', 'name')
  assert.doesNotMatch(exchanges, /leveret-import/)
})

test('an import that is killed on the way loses nothing, and goes on where it was', async (t) => {
  const source = await startRabbitmq(t)
  if (source === undefined) return
  await publish(t, source, 'q', 20_000)
  const broker = await ControlledBroker.start(t)
  const child = spawn(process.execPath, [CONTROL_LAUNCHER, 'import-from', source.amqpUri, source.httpUri], {
    env: { ...process.env, ...broker.environment },
    stdio: 'ignore',
  })
  cleanUp(t, () => void child.kill('SIGKILL'))
  // Some are here, not all.
  for (;;) {
    const line = await broker.output('-s', 'list_queues', 'messages').catch(() => '')
    if (Number(line) > 0) break
    assert.equal(child.exitCode, null, 'the import is still under way')
  }
  child.kill('SIGKILL')
  await once(child, 'close')
  const again = await broker.run('import-from', source.amqpUri, source.httpUri)
  assert.equal(again.status, 0, again.stderr)
  const bodies = new Set(
    (await all(await client(t, { port: broker.port }), 'q')).map(({ body }) => body.toString()),
  )
  assert.equal(bodies.size, 20_000)
})

test('messages that the target refuses stay at the source, and the import says so', async (t) => {
  const source = await startRabbitmq(t)
  if (source === undefined) return
  await publish(t, source, 'q', 50)
  const broker = await ControlledBroker.start(t)
  assert.equal(
    (await broker.run('import-from', source.amqpUri, source.httpUri, '--definitions-only')).status,
    0,
  )
  await broker.output('set_policy', 'full', '^q$', '{"max-length":20,"overflow":"reject-publish"}')
  const result = await broker.run('import-from', source.amqpUri, source.httpUri, '--messages-only')
  assert.equal(result.status, 69)
  assert.match(result.stderr, /queue 'q' in vhost '\/': /)
  const here = await all(await client(t, { port: broker.port }), 'q')
  const there = await all(await client(t, { port: source.port }), 'q')
  assert.equal(new Set([...here, ...there].map(({ body }) => body.toString())).size, 50)
  assert.equal(here.length, 20)
})

test('a broker is not imported into itself', async (t) => {
  const broker = await ControlledBroker.start(t)
  const uris = [`amqp://127.0.0.1:${broker.port}`, `http://127.0.0.1:${broker.managementPort}`]
  const { status, stderr } = await broker.run('import-from', ...uris)
  assert.equal(status, 65)
  assert.match(stderr, /source and target are the same broker/)
  assert.equal((await broker.run('import-from', 'nonsense', 'http://x')).status, 65)
})

async function client(t: TestContext, options: { readonly port: number }): Promise<Connection> {
  const connection = await connect({ host: '127.0.0.1', ...options })
  cleanUp(t, () => connection.close())
  return connection
}

async function publish(t: TestContext, source: RabbitmqNode, queue: string, count: number): Promise<void> {
  const channel = await (await client(t, { port: source.port })).channel()
  await channel.confirmSelect()
  await channel.declareQueue(queue)
  for (let i = 0; i < count; i++) channel.publish('', queue, `body ${i}`, { deliveryMode: 2 })
  await channel.waitForConfirms()
}

async function all(connection: Connection, queue: string): Promise<GetResult[]> {
  const channel = await connection.channel()
  const messages: GetResult[] = []
  for (;;) {
    const batch = await Promise.all(Array.from({ length: 200 }, () => channel.get(queue, { noAck: true })))
    const found = batch.filter((message) => message !== undefined)
    messages.push(...found)
    if (found.length < batch.length) break
  }
  await channel.close()
  return messages
}
