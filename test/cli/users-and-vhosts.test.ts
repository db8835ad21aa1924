import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControlledBroker, control } from './control.js'

test('users are made, tagged, tried, given other passwords and deleted as by rabbitmqctl', async (t) => {
  const broker = await ControlledBroker.start(t)
  const added = await broker.run('add_user', 'bob', 'secret')
  assert.equal(added.status, 0)
  assert.match(added.stdout, /^Adding user "bob" \.\.\.\nDone\. Don't forget to grant the user permissions/)
  assert.deepEqual(await broker.run('add_user', 'bob', 'x'), {
    status: 70,
    stdout: 'Adding user "bob" ...\n',
    stderr: 'Error:\nUser "bob" already exists\n',
  })
  assert.equal((await broker.run('authenticate_user', 'bob', 'secret')).status, 0)
  assert.equal((await broker.run('authenticate_user', 'bob', 'wrong')).status, 65)

  await broker.output('set_user_tags', 'bob', 'monitoring', 'custom')
  assert.equal(
    (await broker.run('authenticate_user', 'bob', 'secret')).status,
    0,
    'tags leave the password alone',
  )
  assert.equal(
    await broker.output('list_users'),
    'user\ttags\nbob\t[monitoring, custom]\nguest\t[administrator]\n',
  )

  await broker.output('change_password', 'bob', 'other')
  assert.equal((await broker.run('authenticate_user', 'bob', 'other')).status, 0)
  assert.match(await broker.output('list_users'), /bob\t\[monitoring, custom\]/)
  assert.equal((await broker.run('change_password', 'nobody', 'x')).status, 67)
  await broker.output('clear_password', 'bob')
  assert.equal((await broker.run('authenticate_user', 'bob', 'other')).status, 65)

  await broker.output('delete_user', 'bob')
  assert.equal((await broker.run('delete_user', 'bob')).status, 0, 'a user who is gone is as good as deleted')
  assert.equal(await broker.output('-s', 'list_users'), 'guest\t[administrator]\n')
})

test('a password that is not among the arguments is read from stdin, and a hash is taken as one', async (t) => {
  const broker = await ControlledBroker.start(t)
  const { environment } = broker
  assert.equal((await control(['add_user', 'ann'], { environment, input: 'from stdin\n' })).status, 0)
  assert.equal((await broker.run('authenticate_user', 'ann', 'from stdin')).status, 0)
  const hash = (await broker.output('hash_password', 'hashed')).trim()
  await broker.output('add_user', 'hal', hash, '--pre-hashed-password')
  assert.equal((await broker.run('authenticate_user', 'hal', 'hashed')).status, 0)
})

test('permissions have the statuses of rabbitmqctl for users and vhosts that are not there', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('add_user', 'bob', 'x')
  await broker.output('set_permissions', 'bob', '^b', '.*', '')
  assert.match(
    await broker.output('list_permissions'),
    /^user\tconfigure\twrite\tread\n(.*\n)?bob\t\^b\t\.\*\t\n/,
  )
  assert.equal(
    await broker.output('list_user_permissions', 'bob'),
    'vhost\tconfigure\twrite\tread\n/\t^b\t.*\t\n',
  )

  const missingVhost = await broker.run('set_permissions', '-p', 'nov', 'bob', '', '', '')
  assert.equal(missingVhost.status, 69)
  assert.match(missingVhost.stderr, /Virtual host nov does not exist/)
  assert.equal((await broker.run('set_permissions', 'nobody', '', '', '')).status, 67)
  assert.equal((await broker.run('list_permissions', '-p', 'nov')).status, 65)
  assert.equal((await broker.run('list_user_permissions', 'nobody')).status, 69)
  assert.equal((await broker.run('clear_permissions', 'nobody')).status, 0)

  await broker.output('set_topic_permissions', 'bob', 'amq.topic', '^w', '^r')
  assert.equal(
    await broker.output('list_topic_permissions'),
    'user\texchange\twrite\tread\nbob\tamq.topic\t^w\t^r\n',
  )
  await broker.output('clear_topic_permissions', 'bob', 'amq.topic')
  assert.equal(await broker.output('list_user_topic_permissions', 'bob'), '')
  await broker.output('set_user_limits', 'bob', '{"max-connections": 5}')
  assert.equal(await broker.output('list_user_limits', '--user', 'bob'), '{"max-connections":5}\n')
  assert.match(
    await broker.output('list_user_limits', '--global'),
    /^user\tlimits\nbob\t\{"max-connections":5\}$/m,
  )
  await broker.output('clear_user_limits', 'bob', 'all')
  assert.deepEqual(await broker.json('list_user_limits', '--user', 'bob'), {})
})

test('vhosts are made, described, limited, protected and deleted', async (t) => {
  const broker = await ControlledBroker.start(t)
  await broker.output('add_vhost', 'ref', '--description', 'for reference', '--tags', 'a,b')
  await broker.output('add_vhost', 'ref')
  const columns = ['list_vhosts', 'name', 'description', 'tags', 'tracing', 'protected_from_deletion']
  assert.equal(
    await broker.output('-s', ...columns),
    '/\tDefault virtual host\t[]\tfalse\tfalse\nref\tfor reference\t[a, b]\tfalse\tfalse\n'.replace(
      'Default virtual host',
      (await broker.output('-s', 'list_vhosts', 'description')).split('\n')[0]!,
    ),
  )
  const traced = await broker.run('trace_on', '-p', 'ref')
  assert.equal(traced.stdout, 'Starting tracing for vhost "ref" ...\nTrace enabled for vhost ref\n')
  await broker.output('set_vhost_tags', 'ref', 'c')
  assert.match(await broker.output('-s', ...columns), /^ref\tfor reference\t\[c\]\ttrue\tfalse$/m)
  await broker.output('set_vhost_limits', '-p', 'ref', '{"max-queues": 7}')
  assert.equal(await broker.output('list_vhost_limits', '-p', 'ref'), '{"max-queues":7}\n')
  assert.equal((await broker.run('set_vhost_limits', '-p', 'ref', 'nonsense')).status, 65)
  await broker.output('enable_vhost_deletion_protection', 'ref')
  const refused = await broker.run('delete_vhost', 'ref')
  assert.notEqual(refused.status, 0)
  assert.match(refused.stderr, /protected from deletion/)
  await broker.output('disable_vhost_deletion_protection', 'ref')
  await broker.output('delete_vhost', 'ref')
  assert.equal((await broker.run('delete_vhost', 'ref')).status, 65)
})

test('policies and parameters are set, shown and cleared, and what is refused has status 69', async (t) => {
  const broker = await ControlledBroker.start(t)
  const set = await broker.run(
    'set_policy',
    'p',
    '^q',
    '{"max-length":10}',
    '--priority',
    '3',
    '--apply-to',
    'queues',
  )
  assert.equal(
    set.stdout,
    'Setting policy "p" for pattern "^q" to "{"max-length":10}" with priority "3" for vhost "/" ...\n',
  )
  assert.equal(
    await broker.output('list_policies'),
    'vhost\tname\tpattern\tapply-to\tdefinition\tpriority\n/\tp\t^q\tqueues\t{"max-length":10}\t3\n',
  )
  assert.match(await broker.output('list_policies_that_match', 'q1'), /^\/\tp\t/m)
  assert.equal(await broker.output('list_policies_that_match', 'other'), '')
  const refused = await broker.run('set_policy', 'bad', '^q', '{"foo":1}')
  assert.equal(refused.status, 69)
  assert.match(refused.stderr, /Validation failed/)
  await broker.output('clear_policy', 'p')
  const cleared = await broker.run('clear_policy', 'p')
  assert.deepEqual([cleared.status, cleared.stderr], [69, 'Error:\nParameter does not exist\n'])

  await broker.output('set_operator_policy', 'op', '.*', '{"max-length":99}')
  assert.match(
    await broker.output('list_operator_policies'),
    /^\/\top\t\.\*\tqueues\t\{"max-length":99\}\t0$/m,
  )
  await broker.output('set_global_parameter', 'colour', '{"is":"blue"}')
  assert.match(await broker.output('list_global_parameters'), /^colour\t\{"is":"blue"\}$/m)
  await broker.output('clear_global_parameter', 'colour')
  assert.equal((await broker.run('clear_global_parameter', 'colour')).status, 69)
})
