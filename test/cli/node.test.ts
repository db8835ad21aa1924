import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { CONTROL_LAUNCHER, ControlledBroker, control, temporaryFolder } from './control.js'

test('probes of containers say yes with status 0', async (t) => {
  const broker = await ControlledBroker.start(t)
  for (const probe of [
    'ping',
    'check_running',
    'check_local_alarms',
    'check_port_connectivity',
    'check_alarms',
  ]) {
    assert.equal((await broker.run('-q', probe)).status, 0, probe)
  }
  assert.equal(await broker.output('ping'), 'Ping succeeded\n')
  assert.match(await broker.output('check_running'), /^RabbitMQ on node \S+ is fully booted and running$/m)
  assert.match(await broker.output('check_port_listener', String(broker.port)), /^A listener for port/)
  const missing = await broker.run('check_port_listener', '1')
  assert.equal(missing.status, 69)
  assert.match(missing.stderr, /No listener for port 1 is active on node/)
  assert.equal((await broker.run('check_protocol_listener', 'amqp091')).status, 0)
  assert.equal((await broker.run('check_protocol_listener', 'stomp')).status, 69)
  assert.equal((await broker.run('await_startup')).status, 0)
})

test('a memory alarm fails the checks, and goes when the watermark is raised', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('set_vm_memory_high_watermark', 'absolute', '1MB')
  for (const probe of ['check_alarms', 'check_local_alarms']) {
    const { status, stderr } = await broker.run('-q', probe)
    assert.equal(status, 69)
    assert.match(stderr, /Memory alarm on node/)
  }
  assert.match(await broker.output('alarms'), /^Memory alarm on node/)
  await broker.output('set_vm_memory_high_watermark', '0.9')
  assert.equal((await broker.run('check_alarms')).status, 0)
  assert.equal((await broker.run('set_vm_memory_high_watermark', '1.5')).status, 65)
})

test('a disk alarm comes and goes with the limit', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('set_disk_free_limit', '4000TB')
  let { status } = await broker.run('check_local_alarms')
  // The look at the disk takes a moment.
  for (let i = 0; i < 50 && status === 0; i++) ({ status } = await broker.run('check_local_alarms'))
  assert.equal(status, 69)
  assert.equal((await broker.run('set_disk_free_limit', 'plenty')).status, 65)
})

test('without a node every command has status 69 and says where it looked', async (t) => {
  const environment = { LEVERET_CONTROL_DIR: join(temporaryFolder(t), 'none') }
  for (const command of [['ping'], ['list_queues'], ['status']]) {
    const { status, stderr } = await control(['--port', '1', ...command], { environment })
    assert.equal(status, 69, command.join(' '))
    assert.match(stderr, /^Error: unable to perform an operation on the node/)
    assert.match(stderr, /http:\/\/127\.0\.0\.1:1: connection refused/)
  }
  const socket = await control(['--data-dir', temporaryFolder(t), 'ping'])
  assert.equal(socket.status, 69)
})

test('a node that does not answer in time has status 75', async (t) => {
  const broker = await ControlledBroker.start(t)
  broker.server.signal('SIGSTOP')
  const { status, stderr } = await broker.run('ping', '-t', '0.2', '--data-dir', broker.dataDir)
  broker.server.signal('SIGCONT')
  assert.equal(status, 75)
  assert.match(stderr, /timed out/)
})

test('the control socket is for its user alone, and goes with the node', async (t) => {
  const broker = await ControlledBroker.start(t)
  const path = join(broker.dataDir, 'leveret-control')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal((await control(['--data-dir', broker.dataDir, 'ping'])).status, 0)
  const { status } = await broker.run('stop')
  assert.equal(status, 0)
  assert.equal((await broker.server.outcome()).status, 0)
  assert.equal(existsSync(path), false)
})

test('a control socket that a killed node left behind does not keep the next one from having its own', async (t) => {
  const broker = await ControlledBroker.start(t)
  broker.server.signal('SIGKILL')
  await broker.server.outcome()
  const path = join(broker.dataDir, 'leveret-control')
  assert.ok(existsSync(path))
  await new Promise<void>((resolve) => connectSocket(path).once('error', () => resolve()))
  const again = await ControlledBroker.start(t, {}, broker.dataDir)
  assert.equal(
    (await control(['--data-dir', broker.dataDir, 'ping'], { environment: again.environment })).status,
    0,
  )
})

test('over HTTP a password is needed, and a wrong one has status 78', async (t) => {
  const broker = await ControlledBroker.start(t)
  const port = String(broker.managementPort)
  assert.equal((await control(['--port', port, 'list_users'])).status, 0)
  assert.equal((await control(['--base-uri', `http://127.0.0.1:${port}`, 'list_users'])).status, 0)
  const wrong = await control(['--port', port, '--password', 'wrong', 'list_users'])
  assert.equal(wrong.status, 78)
  const environment = {
    RABBITMQADMIN_TARGET_PORT: port,
    RABBITMQADMIN_USERNAME: 'guest',
    RABBITMQADMIN_PASSWORD: 'guest',
  }
  assert.equal((await control(['list_users'], { environment })).status, 0)
  const file = join(temporaryFolder(t), 'admin.conf')
  writeFileSync(
    file,
    `[default]\nhostname = "127.0.0.1"\nport = ${port}\nusername = "guest"\npassword = "guest"\n`,
  )
  assert.equal((await control(['--config', file, 'list_users'])).status, 0)
  assert.equal((await control(['--config', file, '--node', 'other', 'list_users'])).status, 78)
})

test('status and cluster_status tell what configuration tools look for', async (t) => {
  const broker = await ControlledBroker.start(t)
  const text = await broker.output('status')
  assert.match(text, /^RabbitMQ version: \d+\.\d+\.\d+$/m)
  assert.match(text, /^Interface: 127\.0\.0\.1, port: \d+, protocol: amqp, purpose: /m)
  const status = (await broker.json('status')) as Record<string, unknown>
  for (const key of [
    'pid',
    'uptime',
    'rabbitmq_version',
    'alarms',
    'memory',
    'totals',
    'listeners',
    'disk_free_limit',
  ]) {
    assert.ok(key in status, key)
  }
  const cluster = (await broker.json('cluster_status')) as { running_nodes: string[]; disk_nodes: string[] }
  assert.equal(cluster.running_nodes.length, 1)
  assert.deepEqual(cluster.running_nodes, cluster.disk_nodes)
  assert.match(await broker.output('environment'), /^frame_max = 131072 {2}# default$/m)
  assert.match(await broker.output('report'), /Listing queues for vhost \//)
})

test('definitions go out and in, and only JSON is on stdout', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('add_vhost', 'kept')
  const file = join(temporaryFolder(t), 'definitions.json')
  await broker.output('export_definitions', file)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const exported = (await broker.run('export_definitions', '-')).stdout
  assert.deepEqual(JSON.parse(exported).vhosts, JSON.parse(readFileSync(file, 'utf8')).vhosts)
  await broker.output('delete_vhost', 'kept')
  await broker.output('import_definitions', file)
  assert.match(await broker.output('list_vhosts'), /^kept$/m)
  const { environment } = broker
  assert.equal((await control(['import_definitions'], { environment, input: exported })).status, 0)
  assert.equal((await control(['import_definitions'], { environment, input: '{"queues": 5}' })).status, 69)
  assert.equal((await control(['import_definitions'], { environment, input: 'nonsense' })).status, 65)
})

test('rabbitmqadmin in both of its ways of speaking, and by its own name', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('declare', 'queue', 'name=a', 'durable=true')
  await broker.output('declare', 'queue', '--name', 'b', '--type', 'quorum')
  await broker.output('declare', 'exchange', 'name=x', 'type=topic')
  await broker.output('declare', 'binding', '--source', 'x', '--destination', 'a', '--routing-key', 'k.#')
  assert.equal(
    await broker.output('publish', 'exchange=x', 'routing_key=k.1', 'payload=hello'),
    'Message published\n',
  )
  const unrouted = await broker.run('publish', 'exchange=x', 'routing_key=other', 'payload=hello')
  assert.equal(unrouted.status, 69)
  const [message] = (await broker.json('get', 'queue=a', 'ackmode=ack_requeue_false')) as {
    payload: string
  }[]
  assert.equal(message!.payload, 'hello')
  assert.equal((await broker.run('declare', 'queue', 'durable=true')).status, 64)
  assert.equal((await broker.run('declare', 'queue', 'name=c', 'colour=blue')).status, 64)
  assert.equal((await broker.run('delete', 'queue', 'name=zzz')).status, 69)
  assert.equal((await broker.run('delete', 'queue', '--name', 'zzz', '--idempotently')).status, 0)

  const launcher = join(temporaryFolder(t), 'rabbitmqadmin')
  symlinkSync(CONTROL_LAUNCHER, launcher)
  const args = [
    '-P',
    String(broker.managementPort),
    '-u',
    'guest',
    '-p',
    'guest',
    '--formatter',
    'json',
    'list',
    'queues',
    'name',
    'type',
  ]
  const listed = await control(args, { launcher })
  assert.deepEqual(JSON.parse(listed.stdout), [
    { name: 'a', type: 'classic' },
    { name: 'b', type: 'quorum' },
  ])
})

test('plugins that the node has are listed, and others are warned of with status 0', async (t) => {
  const broker = await ControlledBroker.start(t)
  const launcher = join(temporaryFolder(t), 'rabbitmq-plugins')
  symlinkSync(CONTROL_LAUNCHER, launcher)
  const { environment } = broker
  assert.match(
    (await control(['list', '-E', '-m', '-q'], { launcher, environment })).stdout,
    /^rabbitmq_management$/m,
  )
  assert.equal((await control(['is_enabled', 'rabbitmq_management'], { launcher, environment })).status, 0)
  assert.equal((await control(['is_enabled', 'nonsense'], { launcher, environment })).status, 69)
  const enabled = await control(['enable', 'nonsense'], { launcher, environment })
  assert.deepEqual(
    [enabled.status, enabled.stderr],
    [0, 'WARNING - plugins currently enabled but missing: nonsense\n'],
  )
})
