import assert from 'node:assert/strict'
import test from 'node:test'
import type { GetResult } from '../../src/client/index.js'
import { startTestBroker } from '../support/broker.js'
import { clientChannel, connectClient } from '../support/client.js'
import { uniqueName } from '../support/names.js'
import { until } from '../support/wait.js'

test('published messages are there after the commit, in order, and gone after a rollback', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const { queue } = await channel.declareQueue('', { exclusive: true })
  await channel.txSelect()
  channel.publish('', queue, 'dropped')
  await channel.txRollback()
  channel.publish('', queue, '1')
  channel.publish('', queue, '2')
  assert.equal((await channel.checkQueue(queue)).messageCount, 0)
  await channel.txCommit()
  assert.equal((await channel.get(queue, { noAck: true }))?.body.toString(), '1')
  assert.equal((await channel.get(queue, { noAck: true }))?.body.toString(), '2')
  await channel.txCommit()
  assert.equal(await channel.get(queue), undefined)
})

test('acknowledgements count with the commit; after a rollback the messages are still unacknowledged', async (t) => {
  const connection = await connectClient(t, await startTestBroker(t))
  const publisher = await connection.channel()
  const { queue } = await publisher.declareQueue('', { exclusive: true })
  await publisher.confirmSelect()
  for (const body of ['1', '2', '3']) await publisher.publishConfirmed('', queue, body)

  const channel = await connection.channel()
  await channel.txSelect()
  const taken: GetResult[] = []
  for (let n = 0; n < 3; n++) taken.push((await channel.get(queue))!)
  channel.ack(taken[0]!)
  channel.ack(taken[1]!)
  await channel.txRollback()
  channel.ack(taken[0]!)
  await channel.txCommit()
  channel.ack(taken[1]!)
  await channel.close()
  await until(async () => (await publisher.checkQueue(queue)).messageCount === 2, 'two messages are back')
  assert.equal((await publisher.get(queue, { noAck: true }))?.body.toString(), '2')
  assert.equal((await publisher.get(queue, { noAck: true }))?.body.toString(), '3')
})

test('a mandatory message that no queue takes comes back at the commit', async (t) => {
  const channel = await clientChannel(t, await startTestBroker(t))
  const returned: string[] = []
  channel.on('returned', (message) => returned.push(message.body.toString()))
  await channel.txSelect()
  channel.publish('amq.direct', uniqueName('nowhere'), 'lost', {}, { mandatory: true })
  await channel.checkExchange('amq.direct')
  assert.deepEqual(returned, [])
  await channel.txCommit()
  await until(() => returned.length === 1, 'the message comes back')
})

test('commit and rollback without a transaction are refused, and so is confirm mode within one', async (t) => {
  const connection = await connectClient(t, await startTestBroker(t))
  const refused = { name: 'ClosedError', scope: 'channel', code: 406 }
  await assert.rejects((await connection.channel()).txCommit(), {
    ...refused,
    text: 'PRECONDITION_FAILED - channel is not transactional',
  })
  await assert.rejects((await connection.channel()).txRollback(), refused)
  const transactional = await connection.channel()
  await transactional.txSelect()
  await transactional.txSelect()
  await assert.rejects(transactional.confirmSelect(), {
    ...refused,
    text: 'PRECONDITION_FAILED - cannot switch from tx to confirm mode',
  })
})

test('the end of the channel forgets an open transaction', async (t) => {
  const connection = await connectClient(t, await startTestBroker(t))
  const observer = await connection.channel()
  const { queue } = await observer.declareQueue('', { exclusive: true })
  const channel = await connection.channel()
  await channel.txSelect()
  channel.publish('', queue, 'never committed')
  await channel.close()
  assert.equal((await observer.checkQueue(queue)).messageCount, 0)
})
