import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { LOG_MESSAGES_PER_SECOND_MAX } from '../../src/management/events/log-exchange.js'
import { lineFormatter } from '../../src/util/log/line-format.js'
import { startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'

test('so many lines of a second are published to amq.rabbitmq.log, and no more', async (t) => {
  const { inner: broker, url } = await startTestBroker(t)
  assert.ok(broker !== undefined)
  const output = (await broker.openLogExchange('json')).output(lineFormatter({ kind: 'json' }))
  const connection = await connect(url)
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.declareQueue('log')
  await channel.bindQueue('log', 'amq.rabbitmq.log', '#')
  const write = (timeMs: number) =>
    output.write({ timeMs, level: 'warning', category: 'channel', message: 'a line' })
  for (let i = 0; i < LOG_MESSAGES_PER_SECOND_MAX + 10; i += 1) write(5000)
  write(6000)
  await until(async () => {
    const { messageCount } = await channel.checkQueue('log')
    return messageCount > LOG_MESSAGES_PER_SECOND_MAX
  }, 'the line of the next second is there')
  assert.equal((await channel.checkQueue('log')).messageCount, LOG_MESSAGES_PER_SECOND_MAX + 1)
  const got = await channel.get('log', { noAck: true })
  assert.equal(got?.routingKey, 'warning')
  assert.deepEqual([got?.properties.contentType, got?.properties.timestamp], ['application/json', 5])
  assert.equal(JSON.parse(String(got?.body)).domain, 'rabbitmq.channel')
})
