import assert from 'node:assert/strict'
import test from 'node:test'
import type { ConfirmChannel } from 'amqplib'
import { closeOf, openConfirmChannel, publish, takeAll } from '../support/amqplib.js'
import { SKIP_IF_EXTERNAL, startTestBroker } from '../support/broker.js'
import { within } from '../support/wait.js'

test('x-match all wants every header, any wants one', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const all = await boundTo(channel, { 'x-match': 'all', type: 'report', format: 'pdf' })
  const any = await boundTo(channel, { 'x-match': 'any', type: 'report', format: 'pdf' })
  const byDefault = await boundTo(channel, { type: 'report', format: 'pdf' })
  await send(channel, 'both', { type: 'report', format: 'pdf', more: 1 })
  await send(channel, 'one', { type: 'report', format: 'zip' })
  await send(channel, 'none', { type: 'log' })
  await send(channel, 'no headers')
  assert.deepEqual(await takeAll(channel, all), ['both'])
  assert.deepEqual(await takeAll(channel, any), ['both', 'one'])
  assert.deepEqual(await takeAll(channel, byDefault), ['both'], 'all is the default')
})

test('values match by type: the width of an integer does not matter, text is no number', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const queue = await boundTo(channel, { 'x-match': 'all', n: 1 })
  await send(channel, 'small', { n: { '!': 'byte', value: 1 } })
  await send(channel, 'large', { n: { '!': 'long', value: 1 } })
  await send(channel, 'text', { n: '1' })
  // RabbitMQ before 4 took 1 and 1.0 for the same.
  if (!SKIP_IF_EXTERNAL) await send(channel, 'fraction', { n: { '!': 'double', value: 1 } })
  assert.deepEqual(await takeAll(channel, queue), ['small', 'large'])
})

test('a binding value of null asks only that the header is there', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const queue = await boundTo(channel, { 'x-match': 'all', trace: null })
  await send(channel, 'there', { trace: 'anything' })
  await send(channel, 'not there', { other: 1 })
  assert.deepEqual(await takeAll(channel, queue), ['there'])
})

test('arguments that begin with x- count in the with-x modes only', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const all = await boundTo(channel, { 'x-match': 'all', 'x-kind': 'a', k: 1 })
  const allWithX = await boundTo(channel, { 'x-match': 'all-with-x', 'x-kind': 'a', k: 1 })
  const anyWithX = await boundTo(channel, { 'x-match': 'any-with-x', 'x-kind': 'a', k: 1 })
  await send(channel, 'without x', { k: 1 })
  await send(channel, 'with x', { k: 1, 'x-kind': 'a' })
  await send(channel, 'x alone', { 'x-kind': 'a' })
  assert.deepEqual(await takeAll(channel, all), ['without x', 'with x'])
  assert.deepEqual(await takeAll(channel, allWithX), ['with x'])
  assert.deepEqual(await takeAll(channel, anyWithX), ['without x', 'with x', 'x alone'])
})

test('without arguments all matches everything and any nothing', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const all = await boundTo(channel, { 'x-match': 'all' })
  const any = await boundTo(channel, { 'x-match': 'any' })
  await send(channel, 'with', { k: 1 })
  await send(channel, 'without')
  assert.deepEqual(await takeAll(channel, all), ['with', 'without'])
  assert.deepEqual(await takeAll(channel, any), [])
})

test('an unknown x-match is refused with 406', async (t) => {
  const channel = await openConfirmChannel(t, await startTestBroker(t))
  const closed = closeOf(channel)
  await assert.rejects(boundTo(channel, { 'x-match': 'some' }))
  assert.equal((await within(closed, 'the close of the channel')).code, 406)
})

async function boundTo(channel: ConfirmChannel, args: Record<string, unknown>): Promise<string> {
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, 'amq.headers', '', args)
  return queue
}

function send(channel: ConfirmChannel, body: string, headers?: Record<string, unknown>): Promise<void> {
  return publish(channel, 'amq.headers', 'ignored', body, headers === undefined ? {} : { headers })
}
