import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { ControlledBroker } from './control.js'

test('queues are listed in every form, with banners on stdout that quiet and machine forms leave out', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ port: broker.port })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.confirmSelect()
  await channel.declareQueue('q"1', { arguments: { 'x-max-length': 1000 } })
  await channel.publishConfirmed('', 'q"1', 'hello')

  const listed = await broker.run('list_queues', 'name', 'messages', 'durable')
  assert.equal(
    listed.stdout,
    'Timeout: 60.0 seconds ...\nListing queues for vhost / ...\nname\tmessages\tdurable\nq"1\t1\ttrue\n',
  )
  assert.equal(await broker.output('list_queues'), 'name\tmessages\nq"1\t1\n')
  assert.equal(await broker.output('-s', 'list_queues'), 'q"1\t1\n')
  assert.equal(await broker.output('list_queues', '--no-table-headers'), 'q"1\t1\n')
  assert.equal(
    (await broker.run('list_queues', '--formatter', 'csv')).stdout,
    '"name","messages"\r\n"q""1","1"\r\n',
  )
  const json = (await broker.run('list_queues', '--formatter=json', 'name', 'arguments', 'policy')).stdout
  const types = '["x-max-length","long",1000],["x-queue-type","longstr","classic"]'
  assert.equal(json, `[\n{"name":"q\\"1","arguments":[${types}],"policy":""}\n]\n`)
  assert.equal(
    await broker.output('-s', 'list_queues', 'arguments'),
    '[{"x-max-length",1000},{"x-queue-type","classic"}]\n',
  )
  assert.equal(
    await broker.output('list_queues', '--formatter', 'pretty_table'),
    '┌──────┬──────────┐\n│ name │ messages │\n├──────┼──────────┤\n│ q"1  │ 1        │\n└──────┴──────────┘\n',
  )
  assert.equal(await broker.output('list_queues', '-p', 'nov', '--formatter', 'json'), '[\n]\n')
  assert.deepEqual(await broker.run('list_queues', '-q', '-p', 'nov'), { status: 0, stdout: '', stderr: '' })
  const unknown = await broker.run('list_queues', 'name', 'bogus')
  assert.deepEqual([unknown.status, unknown.stdout], [64, ''])
  assert.match(unknown.stderr, /Info key\(s\) bogus are not supported/)
})

test('every column of every list can be asked for', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ port: broker.port })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.declareQueue('q')
  await channel.consume('q', () => {})
  for (const list of ['queues', 'exchanges', 'bindings', 'connections', 'channels', 'consumers', 'vhosts']) {
    const help = await broker.output('help', `list_${list}`)
    const columns = /^Columns: (.*)$/m.exec(help)![1]!.split(', ')
    const rows = await broker.json(`list_${list}`, ...columns)
    assert.ok(Array.isArray(rows) && rows.length > 0, list)
    assert.deepEqual(Object.keys(rows[0]), columns)
  }
})

test('a name that would write to the terminal is shown with escapes', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ port: broker.port })
  cleanUp(t, () => connection.close())
  await (await connection.channel()).declareQueue('a\u001b[31m\tb')
  assert.equal(await broker.output('-s', 'list_queues', 'name'), 'a\\x1b[31m\\x09b\n')
})

test('a connection is closed by the pid that list_connections shows, and the client gets the reason', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ port: broker.port })
  const closed = new Promise<Error | undefined>((resolve) => connection.once('closed', resolve))
  const pid = (await broker.output('-s', 'list_connections', 'pid')).trim()
  assert.match(pid, /^<\S+>$/)
  assert.equal((await broker.run('close_connection', '<nobody>', 'x')).status, 69)
  await broker.output('close_connection', pid, 'go home')
  assert.match((await closed)!.message, /go home/)
})

test('all connections of a vhost are closed, and counted', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connections = await Promise.all([1, 2, 3].map(() => connect({ port: broker.port })))
  const { stdout } = await broker.run('close_all_connections', 'maintenance')
  assert.match(stdout, /^Closed 3 connections$/m)
  await until(() => connections.every((each) => each.closed), 'all are closed')
})

test('a queue is purged and deleted; one that is not there has status 65 and 64', async (t) => {
  const broker = await ControlledBroker.start(t)
  const connection = await connect({ port: broker.port })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.confirmSelect()
  await channel.declareQueue('q')
  for (const body of ['one', 'two']) await channel.publishConfirmed('', 'q', body)
  const peeked = JSON.parse(`[${(await broker.output('peek', 'q', '1-2')).trim().replaceAll('\n', ',')}]`)
  assert.deepEqual(
    peeked.map(({ payload }: { payload: string }) => payload),
    ['one', 'two'],
  )
  assert.equal((await broker.run('peek', 'q', '3')).status, 69)
  const refused = await broker.run('delete_queue', 'q', '--if-empty')
  assert.equal(refused.status, 65)
  await broker.output('purge_queue', 'q')
  assert.equal(await broker.output('-s', 'list_queues'), 'q\t0\n')
  assert.equal(
    await broker.output('delete_queue', 'q', '--if-empty'),
    'Queue was successfully deleted with 0 ready messages\n',
  )
  const purged = await broker.run('purge_queue', 'q')
  assert.deepEqual(
    [purged.status, purged.stderr],
    [65, 'Error:\nObject (queue, stream, exchange, etc) was not found\n'],
  )
  assert.equal((await broker.run('delete_queue', 'q')).status, 64)
})
