import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Access } from '../core/permission.js'
import { AuthChain } from './auth-chain.js'
import { Authorizer } from './authorizer.js'
import { InternalAuthBackend } from './internal-backend.js'
import { UserDirectory } from './users.js'

const ALICE = { name: 'alice', tags: ['administrator'] }
const GRANTS: Record<Access, string> = { configure: '^c-', write: '^w-', read: '^r-' }

function open(): { directory: UserDirectory; authorizer: Authorizer } {
  const directory = new UserDirectory()
  directory.putUser({ name: 'alice', passwordHash: undefined, tags: [], limits: {} })
  directory.setPermission({ user: 'alice', vhost: '/', ...GRANTS })
  return { directory, authorizer: new Authorizer(new AuthChain([new InternalAuthBackend(directory)])) }
}

test('each access is checked against its own pattern', () => {
  const { authorizer } = open()
  for (const access of ['configure', 'write', 'read'] as const) {
    for (const prefix of ['c', 'w', 'r']) {
      const check = () => authorizer.check(ALICE, '/', 'queue', `${prefix}-q`, access)
      if (access.startsWith(prefix)) check()
      else {
        assert.throws(check, {
          name: 'BrokerError',
          reply: 'ACCESS_REFUSED',
          explanation: `${access} access to queue '${prefix}-q' in vhost '/' refused for user 'alice'`,
        })
      }
    }
  }
})

test('tags give no access, and without a record for the vhost there is none', () => {
  const { authorizer } = open()
  assert.throws(() => authorizer.check(ALICE, 'v', 'queue', 'c-q', 'configure'), { reply: 'ACCESS_REFUSED' })
  assert.throws(() => authorizer.checkAny(ALICE, 'v', 'queue', 'c-q'), { reply: 'ACCESS_REFUSED' })
  assert.throws(() => authorizer.checkVhost(ALICE, 'v', '127.0.0.1'), {
    reply: 'NOT_ALLOWED',
    explanation: "access to vhost 'v' refused for user 'alice'",
  })
  authorizer.checkVhost(ALICE, '/', '127.0.0.1')
})

test('an empty pattern denies every name but the empty one', () => {
  const { directory, authorizer } = open()
  directory.setPermission({ user: 'alice', vhost: '/', configure: '', write: '', read: '' })
  authorizer.checkVhost(ALICE, '/', undefined)
  assert.throws(() => authorizer.check(ALICE, '/', 'queue', 'q', 'read'), { reply: 'ACCESS_REFUSED' })
  authorizer.check(ALICE, '/', 'queue', '', 'read')
  assert.throws(() => authorizer.check(ALICE, '/', 'exchange', '', 'write'), { reply: 'ACCESS_REFUSED' })
})

test('the default exchange is checked and named as amq.default', () => {
  const { directory, authorizer } = open()
  assert.throws(() => authorizer.check(ALICE, '/', 'exchange', '', 'write'), {
    explanation: "write access to exchange 'amq.default' in vhost '/' refused for user 'alice'",
  })
  directory.setPermission({ user: 'alice', vhost: '/', ...GRANTS, write: '^amq\\.default$' })
  authorizer.check(ALICE, '/', 'exchange', '', 'write')
})

test('any of the three will do for a passive declare', () => {
  const { authorizer } = open()
  for (const name of ['c-q', 'w-q', 'r-q']) authorizer.checkAny(ALICE, '/', 'queue', name)
  assert.throws(() => authorizer.checkAny(ALICE, '/', 'queue', 'other'), {
    reply: 'ACCESS_REFUSED',
    explanation: "configure access to queue 'other' in vhost '/' refused for user 'alice'",
  })
})

test('topics are free on an exchange without a record and follow the patterns on one with', () => {
  const { directory, authorizer } = open()
  directory.setTopicPermission({ user: 'alice', vhost: '/', exchange: 'x', write: '^a', read: '' })
  authorizer.checkTopic(ALICE, '/', 'x', 'a.b', 'write')
  authorizer.checkTopic(ALICE, '/', 'y', 'b', 'write')
  authorizer.checkTopic(ALICE, 'v', 'x', 'b', 'write')
  assert.throws(() => authorizer.checkTopic(ALICE, '/', 'x', 'b.1', 'write'), {
    reply: 'ACCESS_REFUSED',
    explanation: "write access to topic 'b.1' in exchange 'x' in vhost '/' refused for user 'alice'",
  })
  assert.throws(() => authorizer.checkTopic(ALICE, '/', 'x', '#', 'read'), {
    explanation: "read access to topic '#' in exchange 'x' in vhost '/' refused for user 'alice'",
  })
})

test('placeholders in topic patterns stand for the very names, not for patterns', () => {
  const { directory, authorizer } = open()
  const name = 'a.{vhost}'
  const principal = { name, tags: [] }
  directory.putUser({ name, passwordHash: undefined, tags: [], limits: {} })
  const pattern = '^{username}-{vhost}-{client_id}$'
  directory.setTopicPermission({
    user: name,
    vhost: '/',
    exchange: 'x',
    write: pattern,
    read: '^{username}$',
  })
  const write = (key: string, clientId?: string) =>
    authorizer.checkTopic(principal, '/', 'x', key, 'write', clientId === undefined ? {} : { clientId })
  authorizer.checkTopic(principal, '/', 'x', 'a.{vhost}', 'read')
  assert.throws(() => authorizer.checkTopic(principal, '/', 'x', 'ab{vhost}', 'read'))
  assert.throws(() => authorizer.checkTopic(principal, '/', 'x', 'a./', 'read'))
  write('a.{vhost}-/-c*', 'c*')
  assert.throws(() => write('a.{vhost}-/-cc', 'c*'))
  assert.throws(() => write('a.{vhost}-/-anything', '.*'))
  write('a.{vhost}-/-{client_id}')
})

test('a deleted user has no access any more', () => {
  const { directory, authorizer } = open()
  const before = authorizer.version
  directory.deleteUser('alice')
  assert.notEqual(authorizer.version, before)
  assert.throws(() => authorizer.check(ALICE, '/', 'queue', 'c-q', 'configure'), { reply: 'ACCESS_REFUSED' })
})
