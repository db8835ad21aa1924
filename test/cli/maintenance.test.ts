import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Connection, connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { ControlledBroker } from './control.js'

async function client(t: TestContext, port: number): Promise<Connection> {
  const connection = await connect({ host: '127.0.0.1', port })
  cleanUp(t, () => connection.close())
  return connection
}

const refused = /ECONNREFUSED/
const connecting = (broker: ControlledBroker) => connect({ host: '127.0.0.1', port: broker.port })

test('a drained node sends its clients away and takes none, until it is revived on the same port', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await client(t, broker.port)
  const channel = await connection.channel()
  await channel.confirmSelect()
  await channel.declareQueue('q', { durable: true })
  channel.publish('', 'q', 'kept', { deliveryMode: 2 })
  await channel.waitForConfirms()
  const closed = new Promise<Error | undefined>((resolve) => connection.once('closed', resolve))
  assert.match((await broker.run('drain')).stdout, /^Will put node \S+ into maintenance mode/)
  assert.match((await closed)?.message ?? '', /320|CONNECTION_FORCED.*maintenance mode/)
  await assert.rejects(connecting(broker), refused)
  const status = (await broker.json('status')) as { is_under_maintenance: boolean; listeners: unknown[] }
  assert.equal(status.is_under_maintenance, true)
  assert.match(await broker.output('cluster_status'), /status: in maintenance/)
  assert.equal((await broker.run('check_running')).status, 69, 'a probe sees that it takes nobody')
  assert.equal((await broker.run('ping')).status, 0)
  await broker.output('drain')
  await broker.output('revive')
  const again = await client(t, broker.port)
  const message = await (await again.channel()).get('q')
  assert.equal(message?.body.toString(), 'kept')
  assert.equal((await broker.run('check_running')).status, 0)
  assert.match(await broker.output('status'), /Is under maintenance\?: false/)
  await broker.output('revive')
})

test('suspended listeners take nobody, and those who are there stay', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await client(t, broker.port)
  await broker.output('suspend_listeners')
  await broker.output('suspend_listeners')
  await assert.rejects(connecting(broker), refused)
  const channel = await connection.channel()
  await channel.declareQueue('q')
  await broker.output('resume_listeners')
  await client(t, broker.port)
  await channel.checkQueue('q')
  await until(
    async () => (await broker.output('-s', 'list_connections')).split('\n').length === 3,
    'both are listed',
  )
  // A node stops as ever while it takes nobody.
  await broker.output('suspend_listeners')
  assert.equal((await broker.run('stop')).status, 0)
  assert.equal((await broker.server.outcome()).status, 0)
})
