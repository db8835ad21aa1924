import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { type Api, startApi } from '../management/api.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { type AdminScript, findAdminScript } from './admin-script.js'
import { temporaryFolder } from './control.js'

async function startAdmin(
  t: TestContext,
): Promise<{ api: Api; admin: AdminScript; folder: string } | undefined> {
  const folder = temporaryFolder(t)
  const api = await startApi(t, { statisticsIntervalMs: 100 })
  // Parameters belong to plugins: this stands for one.
  api.broker.doors.parameterComponents.register({ name: 'federation-upstream', complaint: () => undefined })
  const admin = findAdminScript(t, api.broker.managementPort, folder)
  return admin === undefined ? undefined : { api, admin, folder }
}

/** Each makes something, shows it in a list and takes it away again. */
const OBJECTS: readonly {
  readonly type: string
  readonly declare: readonly string[]
  readonly list: readonly string[]
  readonly row: readonly string[]
  readonly delete: readonly string[]
}[] = [
  {
    type: 'vhost',
    declare: ['name=v', 'tracing=false'],
    list: ['vhosts', 'name', 'tracing'],
    row: ['v', 'False'],
    delete: ['name=v'],
  },
  {
    type: 'user',
    declare: ['name=u', 'password=secret', 'tags=monitoring,policymaker'],
    list: ['users', 'name', 'tags'],
    row: ['u', 'monitoring policymaker'],
    delete: ['name=u'],
  },
  {
    type: 'permission',
    declare: ['vhost=/', 'user=guest', 'configure=^a', 'write=.*', 'read=^r'],
    list: ['permissions', 'user', 'configure', 'write', 'read'],
    row: ['guest', '^a', '.*', '^r'],
    delete: ['vhost=/', 'user=guest'],
  },
  {
    type: 'exchange',
    declare: ['name=x y', 'type=topic', 'auto_delete=true', 'durable=false', 'arguments={"k":1}'],
    list: ['exchanges', 'name', 'type', 'auto_delete', 'durable'],
    row: ['x y', 'topic', 'True', 'False'],
    delete: ['name=x y'],
  },
  {
    type: 'queue',
    declare: ['name=q/1', 'queue_type=quorum', 'arguments={"x-max-length":5}'],
    list: ['queues', 'name', 'type', 'arguments.x-max-length'],
    row: ['q/1', 'quorum', '5'],
    delete: ['name=q/1'],
  },
  {
    type: 'parameter',
    declare: ['component=federation-upstream', 'name=f', 'value={"uri":"amqp://other"}'],
    list: ['parameters', 'component', 'name', 'value'],
    row: ['federation-upstream', 'f', '{"uri": "amqp://other"}'],
    delete: ['component=federation-upstream', 'name=f'],
  },
  {
    type: 'policy',
    declare: ['name=p', 'pattern=^q', 'definition={"max-length":7}', 'priority=3', 'apply-to=queues'],
    list: ['policies', 'name', 'pattern', 'definition', 'priority', 'apply-to'],
    row: ['p', '^q', '{"max-length": 7}', '3', 'queues'],
    delete: ['name=p'],
  },
  {
    type: 'operator_policy',
    declare: ['name=o', 'pattern=.*', 'definition={"expires":60000}', 'apply-to=queues'],
    list: ['operator_policies', 'name', 'definition'],
    row: ['o', '{"expires": 60000}'],
    delete: ['name=o'],
  },
  {
    type: 'vhost_limit',
    declare: ['vhost=/', 'name=max-queues', 'value=9'],
    list: ['vhost_limits', 'vhost', 'value'],
    row: ['/', '{"max-queues": 9}'],
    delete: ['vhost=/', 'name=max-queues'],
  },
]

test('every subcommand of rabbitmqadmin does here what it does with RabbitMQ', async (t) => {
  const started = await startAdmin(t)
  if (started === undefined) return
  const { api, admin, folder } = started
  for (const { type, declare, list, row, delete: gone } of OBJECTS) {
    assert.equal(await admin.output('declare', type, ...declare), `${type} declared\n`)
    const rows = await admin.rows('list', ...list)
    assert.ok(
      rows.some((each) => each.join('\t') === row.join('\t')),
      `${type}: ${JSON.stringify(rows)}`,
    )
    assert.equal(await admin.output('delete', type, ...gone), `${type} deleted\n`)
    assert.ok(!(await admin.rows('list', ...list)).some((each) => each.join('\t') === row.join('\t')), type)
    // Without rights guest could do nothing of the rest.
    if (type === 'permission')
      await admin.output('declare', type, 'vhost=/', 'user=guest', 'configure=.*', 'write=.*', 'read=.*')
  }
  await exchangeMessages(admin, folder)
  await bindings(admin)
  await definitions(admin, folder)
  await peers(t, api, admin)
  assert.match(
    await admin.output('show', 'overview'),
    /rabbitmq_version.*cluster_name.*queue_totals\.messages/,
  )
  assert.equal((await admin.rows('list', 'nodes', 'name', 'type', 'mem_used'))[0]![1], 'disc')
  assert.match(await admin.output('help', 'config'), /rabbitmqadmin\.conf/)
  const missed = (await admin.subcommands()).filter((each) => !admin.used.has(each))
  assert.deepEqual(missed, [])
  assert.ok(admin.used.size >= 40, `${admin.used.size} subcommands`)
})

async function exchangeMessages(admin: AdminScript, folder: string): Promise<void> {
  await admin.output('declare', 'queue', 'name=inbox', 'durable=false')
  const properties = 'properties={"delivery_mode":2,"headers":{"n":1}}'
  assert.equal(
    await admin.output('publish', 'routing_key=inbox', 'payload=hällo', properties),
    'Message published\n',
  )
  const unrouted = await admin.output('publish', 'routing_key=nowhere', 'payload=x')
  assert.equal(unrouted, 'Message published but NOT routed\n')
  const fromInput = await admin.run(['publish', 'exchange=amq.direct', 'routing_key=inbox'], 'never routed')
  assert.equal(fromInput.stdout, 'Message published but NOT routed\n')
  assert.equal((await admin.run(['publish', 'routing_key=inbox'], 'from stdin')).status, 0)
  const peeked = await admin.rows('get', 'queue=inbox', 'count=2', 'ackmode=ack_requeue_true')
  assert.deepEqual(
    peeked.map((row) => row.filter((cell) => ['hällo', 'from stdin'].includes(cell)).join()),
    ['hällo', 'from stdin'],
  )
  const file = join(folder, 'payload')
  await admin.output('get', 'queue=inbox', 'ackmode=ack_requeue_false', `payload_file=${file}`)
  assert.equal(readFileSync(file, 'utf8'), 'hällo')
  assert.equal(await admin.output('purge', 'queue', 'name=inbox'), 'queue purged\n')
  assert.deepEqual(await admin.rows('list', 'queues', 'name', 'messages'), [['inbox', '0']])
  assert.equal(await admin.output('get', 'queue=inbox'), 'No items\n')
}

async function bindings(admin: AdminScript): Promise<void> {
  const ends = ['source=amq.topic', 'destination=inbox']
  assert.equal(
    await admin.output('declare', 'binding', ...ends, 'routing_key=a.#', 'arguments={"k":"v"}'),
    'binding declared\n',
  )
  const rows = await admin.rows('list', 'bindings', 'source', 'destination', 'properties_key')
  const [, , key] = rows.find(([source]) => source === 'amq.topic')!
  const named = ['destination_type=queue', `properties_key=${key}`]
  assert.equal(await admin.output('delete', 'binding', ...ends, ...named), 'binding deleted\n')
  await admin.output(
    'declare',
    'binding',
    'source=amq.topic',
    'destination=amq.fanout',
    'destination_type=exchange',
  )
  await admin.output(
    'delete',
    'binding',
    'source=amq.topic',
    'destination=amq.fanout',
    'destination_type=exchange',
  )
  const left = await admin.rows('list', 'bindings', 'source')
  assert.ok(left.every(([source]) => source !== 'amq.topic'))
}

async function definitions(admin: AdminScript, folder: string): Promise<void> {
  const [whole, one] = [join(folder, 'all.json'), join(folder, 'one.json')]
  assert.match(await admin.output('export', whole), /^Exported definitions for 127\.0\.0\.1 to/)
  await admin.output('--vhost=/', 'export', one)
  assert.deepEqual(
    JSON.parse(readFileSync(one, 'utf8')).queues.map(({ name }: { name: string }) => name),
    ['inbox'],
  )
  for (const file of [whole, one]) {
    await admin.output('delete', 'queue', 'name=inbox')
    const vhost = file === one ? ['--vhost=/'] : []
    assert.match(await admin.output(...vhost, 'import', file), /^Uploaded definitions from/)
    assert.deepEqual(await admin.rows('list', 'queues', 'name'), [['inbox']])
  }
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{"queues":[{"name":5}]}')
  assert.equal((await admin.run(['import', broken])).status, 1)
}

async function peers(t: TestContext, api: Api, admin: AdminScript): Promise<void> {
  const connection = await connect({ host: '127.0.0.1', port: api.broker.port })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.consume('inbox', () => {}, { consumerTag: 'reader' })
  const closed = new Promise<Error | undefined>((resolve) => connection.once('closed', resolve))
  const [[name, user]] = (await admin.rows('list', 'connections', 'name', 'user')) as [[string, string]]
  assert.equal(user, 'guest')
  assert.deepEqual(await admin.rows('list', 'channels', 'name', 'user'), [[`${name} (1)`, 'guest']])
  assert.deepEqual(await admin.rows('list', 'consumers', 'consumer_tag', 'queue.name'), [['reader', 'inbox']])
  assert.equal(await admin.output('close', 'connection', `name=${name}`), 'connection closed\n')
  await closed
  await until(
    async () => (await admin.rows('list', 'connections', 'name')).length === 0,
    'nobody is connected',
  )
}

test('rabbitmqadmin can show every list in every format, deep, sorted and of one vhost', async (t) => {
  const started = await startAdmin(t)
  if (started === undefined) return
  const { api, admin } = started
  await api.put('/api/vhosts/other', {})
  for (const name of ['b', 'a', 'c']) await admin.output('declare', 'queue', `name=${name}`)
  await admin.output('--vhost=other', 'declare', 'queue', 'name=elsewhere')
  await admin.output('declare', 'policy', 'name=p', 'pattern=.*', 'definition={"max-length":7}')
  const connection = await connect({ host: '127.0.0.1', port: api.broker.port })
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.consume('a', () => {})
  const lists = (await admin.subcommands()).filter((each) => each.startsWith('list '))
  for (const list of lists) {
    for (const format of ['raw_json', 'pretty_json', 'tsv', 'long', 'table', 'kvp', 'bash']) {
      const text = await admin.output('--format', format, ...list.split(' '))
      if (format.endsWith('json')) assert.ok(Array.isArray(JSON.parse(text)), list)
    }
  }
  for (const list of ['queues', 'connections', 'channels', 'consumers', 'nodes', 'exchanges', 'vhosts'])
    assert.match(await admin.output('--format=long', '--depth=5', 'list', list), /^ *(name|consumer_tag): /m)
  assert.match(await admin.output('--format=pretty_json', 'show', 'overview'), /"object_totals": \{/)
  assert.deepEqual(await admin.rows('--sort=name', '--vhost=/', 'list', 'queues', 'name'), [
    ['a'],
    ['b'],
    ['c'],
  ])
  const reversed = await admin.rows('--sort=name', '--sort-reverse', 'list', 'queues', 'vhost', 'name')
  assert.deepEqual(reversed, [
    ['other', 'elsewhere'],
    ['/', 'c'],
    ['/', 'b'],
    ['/', 'a'],
  ])
  assert.equal(await admin.output('--format=bash', '--vhost=/', 'list', 'queues'), 'a b c\n')
  assert.match(
    await admin.output('--format=kvp', 'list', 'queues', 'name', 'policy'),
    /^name="a" policy="p"$/m,
  )
  assert.match(await admin.output('--bash-completion'), /^complete -F _rabbitmqadmin rabbitmqadmin$/m)
  assert.match(await admin.output('--version'), /^rabbitmqadmin \d/)
})

test('rabbitmqadmin tells why something was refused', async (t) => {
  const started = await startAdmin(t)
  if (started === undefined) return
  const { api, admin, folder } = started
  const refusal = async (...args: readonly string[]) => {
    const { status, stderr } = await admin.run(args)
    assert.equal(status, 1, args.join(' '))
    return stderr.trimEnd()
  }
  assert.equal(await refusal('delete', 'queue', 'name=none'), '*** Not found: /api/queues/%2F/none')
  await admin.output('declare', 'queue', 'name=q')
  assert.match(
    await refusal('declare', 'queue', 'name=q', 'durable=false'),
    /^\*\*\* inequivalent arg 'durable' for queue 'q' in vhost '\/'/,
  )
  assert.match(await refusal('declare', 'exchange', 'name=x', 'type=odd'), /^\*\*\* .*odd/)
  assert.match(await refusal('--password=wrong', 'list', 'queues'), /^\*\*\* Access refused: \/api\/queues/)
  await api.addUser('plain', '')
  assert.match(await refusal('-u', 'plain', '-p', 'pw', 'list', 'users'), /Access refused/)
  assert.match(await refusal('declare', 'queue'), /mandatory argument "name" is required/)
  assert.match(await refusal('--port=1', 'list', 'queues'), /Could not connect/)
  const config = join(folder, '.rabbitmqadmin.conf')
  writeFileSync(
    config,
    '[default]\nusername = plain\npassword = pw\n[guest]\nusername = guest\npassword = guest\n',
  )
  assert.match(await refusal('list', 'users'), /Access refused/)
  assert.deepEqual((await admin.rows('--node=guest', 'list', 'users', 'name')).sort(), [['guest'], ['plain']])
})
