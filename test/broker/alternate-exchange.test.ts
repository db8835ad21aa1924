import assert from 'node:assert/strict'
import test from 'node:test'
import { openConfirmChannel, publish, takeAll } from '../support/amqplib.js'
import { startTestBroker } from '../support/broker.js'
import { uniqueName } from '../support/names.js'

test('what an exchange cannot route goes to its alternate exchange, and only that', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const [main, spare] = [uniqueName('main'), uniqueName('spare')]
  await channel.assertExchange(spare, 'fanout', { durable: false, autoDelete: true })
  await channel.assertExchange(main, 'direct', { durable: false, autoDelete: true, alternateExchange: spare })
  const { queue: routed } = await channel.assertQueue('', { exclusive: true })
  const { queue: rescued } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(routed, main, 'known')
  await channel.bindQueue(rescued, spare, '')
  const returned: string[] = []
  channel.on('return', (message) => returned.push(message.content.toString()))
  await publish(channel, main, 'known', 'a', { mandatory: true })
  await publish(channel, main, 'unknown', 'b', { mandatory: true })
  assert.deepEqual(await takeAll(channel, routed), ['a'])
  assert.deepEqual(await takeAll(channel, rescued), ['b'])
  assert.deepEqual(returned, [], 'what the alternate exchange routes is not returned')
})

test('alternate exchanges form chains, and a circle of them ends', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const [a, b] = [uniqueName('a'), uniqueName('b')]
  await channel.assertExchange(a, 'direct', { durable: false, alternateExchange: b })
  await channel.assertExchange(b, 'direct', { durable: false, alternateExchange: a })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, b, 'k')
  await publish(channel, a, 'k', 'through b')
  assert.deepEqual(await takeAll(channel, queue), ['through b'])
  const returned: string[] = []
  channel.on('return', (message) => returned.push(message.content.toString()))
  await publish(channel, a, 'nobody', 'lost', { mandatory: true })
  assert.deepEqual(returned, ['lost'])
  await channel.deleteExchange(a)
  await channel.deleteExchange(b)
})

test('a missing alternate exchange is passed over', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const main = uniqueName('main')
  await channel.assertExchange(main, 'direct', { durable: false, alternateExchange: uniqueName('missing') })
  const returned: string[] = []
  channel.on('return', (message) => returned.push(message.content.toString()))
  await publish(channel, main, 'k', 'lost', { mandatory: true })
  assert.deepEqual(returned, ['lost'])
  await channel.deleteExchange(main)
})
