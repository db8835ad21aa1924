import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { ControlledBroker, control } from './control.js'

test('a super stream is an exchange and its partitions, and goes as a whole', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('add_super_stream', 'invoices', '--partitions', '2', '--max-age', '1h')
  await broker.output('add_super_stream', 'regions', '--binding-keys', 'north,south')
  assert.equal(
    await broker.output('-s', 'list_queues', 'name', 'type'),
    'invoices-0\tstream\ninvoices-1\tstream\nregions-north\tstream\nregions-south\tstream\n',
  )
  const bindings = await broker.output('-s', 'list_bindings', 'source_name', 'routing_key', 'arguments')
  assert.match(bindings, /^regions\tsouth\t\[\{"x-stream-partition-order",1\}\]$/m)
  assert.match(
    await broker.output('list_exchanges', 'name', 'arguments'),
    /^invoices\t\[\{"x-super-stream",true\}\]$/m,
  )
  const [queue] = (await broker.json('list_queues', 'arguments')) as { arguments: unknown[] }[]
  assert.deepEqual(queue!.arguments, [
    ['x-queue-type', 'longstr', 'stream'],
    ['x-max-age', 'longstr', '1h'],
  ])
  assert.equal((await broker.run('add_super_stream', 'x', '--partitions', '0')).status, 65)
  await broker.output('delete_super_stream', 'regions')
  assert.equal(await broker.output('-s', 'list_queues', 'name'), 'invoices-0\ninvoices-1\n')
  assert.equal((await broker.run('delete_super_stream', 'regions')).status, 69)
  assert.equal((await broker.run('delete_super_stream', 'amq.direct')).status, 69)
  const [status] = (await broker.json('stream_status', 'invoices-0')) as Record<string, unknown>[]
  assert.deepEqual([status!.role, status!.readers, status!.messages], ['writer', 0, 0])
  assert.equal((await broker.run('stream_status', 'none')).status, 69)
  for (const list of ['connections', 'consumers', 'publishers'])
    assert.deepEqual(await broker.json(`list_stream_${list}`), [])
  assert.equal((await broker.run('list_stream_publishers', 'colour')).status, 64)
  assert.equal((await broker.run('add_replica', 'invoices-0', 'node')).status, 64)
})

test('message_size_stats counts published messages by their size', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ host: '127.0.0.1', port: broker.port })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.confirmSelect()
  for (const size of [1, 100, 101, 5000]) channel.publish('', 'nowhere', Buffer.alloc(size))
  await channel.waitForConfirms()
  const rows = (await broker.json('message_size_stats')) as Record<string, string | number>[]
  assert.deepEqual(
    rows.slice(0, 4).map((row) => [row['Message Size'], row.Count, row['Percentage (%)']]),
    [
      ['below 100B', 2, 50],
      ['between 100B and 1KB', 1, 25],
      ['between 1KB and 10KB', 1, 25],
      ['between 10KB and 100KB', 0, 0],
    ],
  )
  assert.equal(rows.length, 9)
})

test('links to other brokers are listed, and one that is not there has status 69', async (t) => {
  const broker = await ControlledBroker.start(t)
  assert.deepEqual(await broker.json('shovel_status'), [])
  assert.deepEqual(await broker.json('federation_status', '--only-down'), [])
  for (const line of [
    ['restart_shovel', 's'],
    ['delete_shovel', 's'],
    ['restart_federation_link', 'l'],
  ])
    assert.equal((await broker.run(...line)).status, 69, line[0])
})

test('what a node has of plugins is told without one too, and a setting is named as such', async (t) => {
  const broker = await ControlledBroker.start(t)
  const online = await broker.output('plugins', 'list', '-m')
  const offline = await control(['-q', 'plugins', 'list', '-m', '--offline'])
  assert.deepEqual([offline.status, offline.stdout], [0, online])
  assert.match(online, /^rabbitmq_prometheus$/m)
  const enabled = await control([
    'plugins',
    'enable',
    '--offline',
    'rabbitmq_management',
    'rabbitmq_event_exchange',
  ])
  assert.equal(enabled.status, 0)
  assert.equal(enabled.stderr, 'WARNING - rabbitmq_event_exchange is a setting here: event_exchange = true\n')
  assert.match(enabled.stdout, /^Plugin configuration unchanged\.$/m)
  assert.equal((await control(['plugins', 'is_enabled', '--offline', 'nonsense'])).status, 69)
  assert.match((await control(['plugins', 'directories'])).stdout, /^Enabled plugins file: /m)
})

test('what the machine and the runtime offer is told without a node', async () => {
  assert.match((await control(['tls_versions'])).stdout, /^tlsv1\.3$/m)
  assert.match((await control(['cipher_suites'])).stdout, /^TLS_AES_256_GCM_SHA384$/m)
  assert.equal((await control(['resolver_info'])).status, 0)
  const shown = await control(['os_env'], {
    environment: { RABBITMQ_NODENAME: 'n@h', RABBITMQADMIN_PASSWORD: 'secret' },
  })
  assert.match(shown.stdout, /^RABBITMQADMIN_PASSWORD=\*\*\*$/m)
  assert.match(shown.stdout, /^RABBITMQ_NODENAME=n@h$/m)
})
