import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { Channel } from '../../src/client/index.js'
import { SKIP_IF_EXTERNAL, type SpawnedBroker, spawnBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { connectClient } from '../support/client.js'
import { until } from '../support/wait.js'

/** How a broker goes down before it comes back. */
const ENDS = ['stop', 'kill'] as const

for (const end of ENDS) {
  const after = end === 'stop' ? 'a clean stop' : 'kill -9'

  test(`persistent messages of durable queues survive ${after}, transient ones do not`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareQueue('kept', { durable: true })
    await channel.declareQueue('passing', { durable: false })
    await channel.publishConfirmed('', 'kept', 'persistent', { deliveryMode: 2, headers: { n: 1 } })
    await channel.publishConfirmed('', 'kept', 'transient')
    await channel.publishConfirmed('', 'passing', 'persistent', { deliveryMode: 2 })
    const again = await restarted(t, broker, end)
    const message = await again.get('kept', { noAck: true })
    assert.equal(message?.body.toString(), 'persistent')
    assert.equal(message?.redelivered, false)
    assert.equal(message?.properties.deliveryMode, 2)
    assert.equal(await again.get('kept', { noAck: true }), undefined)
    await assert.rejects(again.checkQueue('passing'), /no queue 'passing'/)
  })

  test(`exchanges and bindings survive ${after}`, { skip: SKIP_IF_EXTERNAL }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareExchange('orders', 'topic', { durable: true })
    await channel.declareExchange('passing', 'topic', { durable: false })
    await channel.declareQueue('eu', { durable: true })
    await channel.bindQueue('eu', 'orders', 'order.eu.#')
    const again = await restarted(t, broker, end)
    await again.publishConfirmed('orders', 'order.eu.new', 'o')
    await again.publishConfirmed('orders', 'order.us.new', 'o')
    assert.equal((await again.checkQueue('eu')).messageCount, 1)
    await assert.rejects(again.checkExchange('passing'), /no exchange 'passing'/)
  })

  test(`acknowledged messages stay away and unacknowledged ones come back redelivered after ${after}`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    for (const type of ['classic', 'quorum']) {
      await channel.declareQueue(type, { durable: true, arguments: { 'x-queue-type': type } })
      for (const body of ['acked', 'unacked', 'untouched']) {
        await channel.publishConfirmed('', type, body, { deliveryMode: 2 })
      }
      const acked = await channel.get(type)
      assert.ok(acked)
      assert.ok(await channel.get(type))
      channel.ack(acked)
    }
    // A confirm comes after the sync that covers the acks before it.
    await channel.publishConfirmed('', 'classic', 'last', { deliveryMode: 2 })
    const again = await restarted(t, broker, end)
    for (const type of ['classic', 'quorum']) {
      const first = await again.get(type)
      const second = await again.get(type)
      assert.deepEqual([first?.body.toString(), first?.redelivered], ['unacked', true])
      assert.deepEqual([second?.body.toString(), second?.redelivered], ['untouched', false])
    }
  })

  test(`delivery counts of quorum queues survive ${after}`, { skip: SKIP_IF_EXTERNAL }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareQueue('q', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await channel.publishConfirmed('', 'q', 'poison')
    for (let i = 0; i < 3; i++) {
      const delivery = await channel.get('q')
      assert.ok(delivery)
      channel.reject(delivery, true)
    }
    await channel.publishConfirmed('', 'q', 'last')
    const again = await restarted(t, broker, end)
    const delivery = await again.get('q')
    assert.equal(delivery?.body.toString(), 'poison')
    const headers = delivery?.properties.headers
    assert.equal(Number(headerOf(headers, 'x-delivery-count')), 3)
  })

  test(`what a consumer of a quorum queue still held counts as a failed delivery after ${after}`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    const limited = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1, 'x-dead-letter-exchange': '' }
    const toDead = { 'x-dead-letter-routing-key': 'dead' }
    await channel.declareQueue('dead', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await channel.declareQueue('q', { durable: true, arguments: { ...limited, ...toDead } })
    await channel.publishConfirmed('', 'q', 'poison')
    await channel.publishConfirmed('', 'q', 'fresh')
    const first = await channel.get('q')
    assert.ok(first)
    channel.reject(first, true)
    assert.equal((await channel.get('q'))?.body.toString(), 'poison')
    assert.equal((await channel.get('q'))?.body.toString(), 'fresh')
    const again = await restarted(t, broker, end)
    const fresh = await again.get('q')
    assert.equal(fresh?.body.toString(), 'fresh')
    assert.equal(fresh?.redelivered, true)
    assert.equal(Number(headerOf(fresh?.properties.headers, 'x-delivery-count')), 1)
    await until(async () => (await again.checkQueue('dead')).messageCount === 1, 'the dead letter')
    const letter = await again.get('dead')
    assert.equal(letter?.body.toString(), 'poison')
    assert.equal(headerOf(letter?.properties.headers, 'x-delivery-count'), undefined)
    assert.equal(await again.get('q'), undefined)
  })

  test(`a dead letter is in one place, with its history, after ${after}`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareQueue('dead', { durable: true })
    const deadLetters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' }
    await channel.declareQueue('work', { durable: true, arguments: deadLetters })
    await channel.publishConfirmed('', 'work', 'bad', { deliveryMode: 2 })
    const delivery = await channel.get('work')
    assert.ok(delivery)
    channel.reject(delivery, false)
    await channel.publishConfirmed('', 'work', 'last', { deliveryMode: 2 })
    const again = await restarted(t, broker, end)
    assert.equal((await again.checkQueue('work')).messageCount, 1)
    const letter = await again.get('dead')
    assert.equal(letter?.body.toString(), 'bad')
    assert.ok(headerOf(letter?.properties.headers, 'x-death'))
  })

  test(`a message goes on ageing while the broker is down (${after})`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareQueue('short', { durable: true, arguments: { 'x-message-ttl': 300 } })
    await channel.declareQueue('own', { durable: true })
    await channel.publishConfirmed('', 'short', 'm', { deliveryMode: 2 })
    await channel.publishConfirmed('', 'own', 'm', { deliveryMode: 2, expiration: '300' })
    const again = await restarted(t, broker, end)
    for (const queue of ['short', 'own']) {
      await until(async () => (await again.checkQueue(queue)).messageCount === 0, `${queue} is empty`)
    }
  })

  test(`a stream keeps its messages and offsets over ${after}`, { skip: SKIP_IF_EXTERNAL }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareQueue('s', { durable: true, arguments: { 'x-queue-type': 'stream' } })
    for (const body of ['0', '1', '2']) await channel.publishConfirmed('', 's', body)
    const again = await restarted(t, broker, end)
    await again.publishConfirmed('', 's', '3')
    await again.qos(10)
    const bodies: string[] = []
    await again.consume('s', (delivery) => bodies.push(delivery.body.toString()), {
      arguments: { 'x-stream-offset': 1 },
    })
    await until(async () => bodies.length === 3, 'three deliveries')
    assert.deepEqual(bodies, ['1', '2', '3'])
  })

  test(`a stream that retention has emptied goes on with its offsets after ${after}`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    const retention = { 'x-max-length-bytes': 1_000, 'x-stream-max-segment-size-bytes': 2_000 }
    await channel.declareQueue('s', { durable: true, arguments: { 'x-queue-type': 'stream', ...retention } })
    for (let i = 0; i < 5; i++) await channel.publishConfirmed('', 's', Buffer.alloc(2_000))
    let again = await restarted(t, broker, end)
    assert.equal((await again.checkQueue('s')).messageCount, 0)
    again = await restarted(t, broker, end)
    await again.publishConfirmed('', 's', 'next')
    await again.qos(10)
    const offsets: number[] = []
    await again.consume(
      's',
      ({ properties }) => offsets.push(Number(headerOf(properties.headers, 'x-stream-offset'))),
      {
        arguments: { 'x-stream-offset': 'first' },
      },
    )
    await until(async () => offsets.length > 0, 'a delivery')
    assert.deepEqual(offsets, [5])
  })

  test(`a message that was fanned out is in every queue, and large ones are whole, after ${after}`, {
    skip: SKIP_IF_EXTERNAL,
  }, async (t) => {
    const broker = await durableBroker(t)
    const channel = await confirming(t, broker)
    await channel.declareExchange('all', 'fanout', { durable: true })
    const queues = ['a', 'b', 'c']
    for (const queue of queues) {
      await channel.declareQueue(queue, { durable: true })
      await channel.bindQueue(queue, 'all', '')
    }
    const large = Buffer.alloc(3_000_000, 'x')
    await channel.publishConfirmed('all', '', large, { deliveryMode: 2 })
    await channel.publishConfirmed('all', '', 'small', { deliveryMode: 2 })
    const again = await restarted(t, broker, end)
    for (const queue of queues) {
      assert.ok((await again.get(queue, { noAck: true }))?.body.equals(large))
      assert.equal((await again.get(queue, { noAck: true }))?.body.toString(), 'small')
    }
  })
}

test('a second broker is refused the data directory of a running one', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const folder = await dataDirectory(t)
  await spawnBroker(t, ['--data-dir', folder, '--log-level', 'error'])
  await assert.rejects(spawnBroker(t, ['--data-dir', folder, '--log-level', 'error']), /used by|in use|pid/)
})

test('a queue that was deleted does not come back, and nor do its messages', {
  skip: SKIP_IF_EXTERNAL,
}, async (t) => {
  const broker = await durableBroker(t)
  const channel = await confirming(t, broker)
  await channel.declareQueue('q', { durable: true })
  await channel.publishConfirmed('', 'q', 'old', { deliveryMode: 2 })
  await channel.deleteQueue('q')
  await channel.declareQueue('q', { durable: true })
  await channel.publishConfirmed('', 'q', 'new', { deliveryMode: 2 })
  const again = await restarted(t, broker, 'kill')
  assert.equal((await again.get('q', { noAck: true }))?.body.toString(), 'new')
  assert.equal(await again.get('q', { noAck: true }), undefined)
})

async function dataDirectory(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-durable-'))
  cleanUp(t, () => rm(folder, { recursive: true, force: true }))
  return folder
}

async function durableBroker(t: TestContext): Promise<SpawnedBroker> {
  return spawnBroker(t, ['--data-dir', await dataDirectory(t), '--log-level', 'error'])
}

async function confirming(t: TestContext, broker: SpawnedBroker): Promise<Channel> {
  const channel = await (await connectClient(t, broker)).channel()
  await channel.confirmSelect()
  return channel
}

/** Ends the broker, starts it on the same data and gives a channel to it. */
async function restarted(
  t: TestContext,
  broker: SpawnedBroker,
  end: (typeof ENDS)[number],
): Promise<Channel> {
  await broker[end]()
  await broker.restart()
  return confirming(t, broker)
}

function headerOf(headers: unknown, name: string): unknown {
  const value: unknown =
    headers instanceof Map ? headers.get(name) : (headers as Record<string, unknown>)?.[name]
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
}
