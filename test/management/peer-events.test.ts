import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import type { EventName } from '../../src/core/events.js'
import { until } from '../support/wait.js'
import { type Api, startApi } from './api.js'

type Told = readonly [name: EventName, event: Readonly<Record<string, unknown>>]

function listen(api: Api): Told[] {
  const told: Told[] = []
  api.broker.events.onAny((name, event) => told.push([name, event as unknown as Told[1]]))
  return told
}

test('connections and channels are told of as they come and go', async (t) => {
  const api = await startApi(t)
  const told = listen(api)
  const connection = await connect(`amqp://127.0.0.1:${api.broker.port}`, { connectionName: 'shop' })
  const channel = await connection.channel()
  const { queue } = await channel.declareQueue('', { exclusive: true })
  await channel.consume(queue, () => undefined)
  const dropped = await connection.channel()
  await dropped.close()
  await connection.close()
  await until(() => told.some(([name]) => name === 'connection.closed'), 'the end of the connection')
  const peers = told.filter(([name]) => /^(connection|channel)\./.test(name))
  assert.deepEqual(
    peers.map(([name]) => name),
    [
      'connection.created',
      'channel.created',
      'channel.created',
      'channel.closed',
      'channel.closed',
      'connection.closed',
    ],
  )
  const facts = peers.map(([, event]) => event)
  const [created, first] = facts
  assert.deepEqual(
    [created?.user, created?.vhost, created?.userProvidedName, created?.protocol, created?.authMechanism],
    ['guest', '/', 'shop', 'AMQP 0-9-1', 'PLAIN'],
  )
  assert.deepEqual(
    [first?.number, first?.connection, first?.name],
    [1, created?.name, `${String(created?.name)} (1)`],
  )
  assert.deepEqual([facts[3]?.number, facts[3]?.consumerCount], [2, 0])
  assert.deepEqual([facts[4]?.number, facts[4]?.consumerCount], [1, 1])
  assert.equal(facts[5]?.pid, created?.pid, 'the same connection')
})

test('consumers are told of, however they go', async (t) => {
  const api = await startApi(t)
  const told = listen(api)
  const connection = await connect(`amqp://127.0.0.1:${api.broker.port}`)
  const channel = await connection.channel()
  for (const queue of ['cancelled', 'deleted', 'left']) {
    await channel.declareQueue(queue)
    await channel.consume(queue, () => undefined, { consumerTag: queue, noAck: true })
  }
  await channel.cancel('cancelled')
  await channel.deleteQueue('deleted')
  await channel.close()
  const consumers = told.filter(([name]) => name.startsWith('consumer.'))
  assert.deepEqual(
    consumers.map(([name, { consumerTag, queue, user }]) => [name, consumerTag, queue, user]),
    ['created', 'deleted'].flatMap((what) =>
      ['cancelled', 'deleted', 'left'].map((name) => [`consumer.${what}`, name, name, 'guest']),
    ),
  )
  assert.equal(consumers[0]?.[1].ackRequired, false)
  await connection.close()
})

test('logins of connections are told of, refused ones with the reason; those of requests are not', async (t) => {
  const api = await startApi(t)
  const told = listen(api)
  await api.get('/api/whoami')
  await assert.rejects(connect(`amqp://127.0.0.1:${api.broker.port}`, { password: 'wrong' }))
  await (await connect(`amqp://127.0.0.1:${api.broker.port}`)).close()
  const logins = told.filter(([name]) => name.startsWith('user.authentication.'))
  assert.deepEqual(
    logins.map(([name, { name: user, peerHost, error }]) => [name, user, peerHost, error]),
    [
      ['user.authentication.failure', 'guest', '127.0.0.1', "user 'guest' - invalid credentials"],
      ['user.authentication.success', 'guest', '127.0.0.1', undefined],
    ],
  )
})
