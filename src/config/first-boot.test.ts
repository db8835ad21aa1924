import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { printConfig } from './print-config.js'
import { resolveOptions } from './resolve.js'

const folder = mkdtempSync(join(tmpdir(), 'leveret-config-'))
after(() => rmSync(folder, { recursive: true }))

function resolve(conf: string) {
  const configPath = join(folder, 'test.conf')
  writeFileSync(configPath, conf)
  return resolveOptions({ configPath })
}

test('users, operator policies and limits of new virtual hosts are gathered by name', () => {
  const { options } = resolve(`
default_users.qa.password = secret
default_users.qa.vhost_pattern = ^qa
default_users.qa.configure = ^qa
default_users.qa.tags = policymaker, monitoring
default_users.ops.eu.read = .*
default_policies.operator.short.vhost_pattern = ^tmp
default_policies.operator.short.queue_pattern = ^q
default_policies.operator.short.message_ttl = 30s
default_policies.operator.short.max_length_bytes = 1MB
default_limits.vhosts.1.pattern = ^tmp
default_limits.vhosts.1.max_queues = 5
default_limits.vhosts.2.max_connections = -1
`)
  const everything = { configure: '.*', write: '.*', read: '.*' }
  assert.deepEqual(options.vhostDefaults, {
    users: [
      {
        name: 'qa',
        vhostPattern: '^qa',
        password: 'secret',
        permissions: { ...everything, configure: '^qa' },
        tags: ['policymaker', 'monitoring'],
      },
      { name: 'ops.eu', vhostPattern: '.*', password: undefined, permissions: everything, tags: [] },
    ],
    operatorPolicies: [
      {
        name: 'short',
        vhostPattern: '^tmp',
        queuePattern: '^q',
        applyTo: 'queues',
        definition: { 'message-ttl': 30_000, 'max-length-bytes': 1_000_000 },
      },
    ],
    limits: [
      { vhostPattern: '^tmp', maxConnections: undefined, maxQueues: 5 },
      { vhostPattern: '.*', maxConnections: -1, maxQueues: undefined },
    ],
  })
})

test('a field that does not exist and a value of another kind are refused with their key', () => {
  assert.throws(
    () => resolve('default_users.qa.pass = x\n'),
    /no setting named default_users\.qa\.pass; .*password/,
  )
  assert.throws(
    () => resolve('default_limits.vhosts.1.max_queues = many\n'),
    /default_limits\.vhosts\.1\.max_queues: expected an integer.*got "many"/,
  )
})

test('passwords of such users are not printed, and the rest is, in a form that is read again', () => {
  const printed = printConfig(resolve('default_users.qa.password = hush\ndefault_users.qa.tags = a, b\n'))
  assert.doesNotMatch(printed, /hush/)
  assert.match(printed, /^# default_users\.qa\.password = \(hidden\) {2}# /m)
  assert.match(printed, /^default_users\.qa\.tags = a, b {2}# /m)
})

test('definitions come from a path, or from a web server when that is asked for', () => {
  assert.equal(resolve('\n').options.loadDefinitions, undefined)
  assert.deepEqual(
    resolve('load_definitions = /x.json\ndefinitions.skip_if_unchanged = true\n').options.loadDefinitions,
    {
      from: { path: '/x.json' },
      skipIfUnchanged: 'sha256',
    },
  )
  const web = 'definitions.import_backend = https\ndefinitions.https.url = http://host/d.json\n'
  assert.deepEqual(resolve(web).options.loadDefinitions, {
    from: { url: 'http://host/d.json', tls: undefined },
    skipIfUnchanged: undefined,
  })
  assert.throws(() => resolve('definitions.import_backend = https\n'), /needs definitions\.https\.url/)
})
