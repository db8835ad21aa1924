import assert from 'node:assert/strict'
import { test } from 'node:test'
import { USER_TAGS_MAX, type User, UserDirectory } from './users.js'

const HASH = {
  algorithm: 'rabbit_password_hashing_sha256',
  hash: 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
} as const

function user(name: string, more: Partial<User> = {}): User {
  return { name, passwordHash: HASH, tags: [], limits: {}, ...more }
}

function filled(): UserDirectory {
  const directory = new UserDirectory()
  for (const name of ['a', 'b']) {
    directory.putUser(user(name))
    for (const vhost of ['/', 'v']) {
      directory.setPermission({ user: name, vhost, configure: 'c', write: 'w', read: 'r' })
      for (const exchange of ['x', 'y']) {
        directory.setTopicPermission({ user: name, vhost, exchange, write: 'w', read: 'r' })
      }
    }
  }
  return directory
}

test('records come back as they were put and do not change with what was given', () => {
  const directory = new UserDirectory()
  const tags = ['administrator', 'my-tag']
  const record = user('a', { tags, limits: { maxConnections: 0, maxChannels: 5 } })
  directory.putUser(record)
  tags.push('monitoring')
  assert.deepEqual(directory.user('a'), { ...record, tags: ['administrator', 'my-tag'] })
  assert.equal(directory.user('b'), undefined)
  assert.deepEqual([...directory.users()].length, 1)
})

test('replacing a user keeps its permissions, deleting it drops them', () => {
  const directory = filled()
  directory.putUser(user('a', { passwordHash: undefined }))
  assert.equal(directory.user('a')?.passwordHash, undefined)
  assert.equal(directory.permission('a', '/')?.configure, 'c')
  assert.equal(directory.deleteUser('a'), true)
  directory.putUser(user('a'))
  assert.equal(directory.permission('a', '/'), undefined)
  assert.equal(directory.topicPermission('a', '/', 'x'), undefined)
  assert.equal(directory.permission('b', '/')?.user, 'b')
})

test('permissions are cleared one by one', () => {
  const directory = filled()
  assert.equal(directory.clearPermission('a', '/'), true)
  assert.equal(directory.clearPermission('a', '/'), false)
  assert.equal(directory.permission('a', '/'), undefined)
  assert.equal(directory.topicPermission('a', '/', 'x')?.write, 'w')
  assert.equal(directory.clearTopicPermissions('a', '/', 'x'), true)
  assert.equal(directory.clearTopicPermissions('a', '/', 'x'), false)
  assert.equal(directory.topicPermission('a', '/', 'x'), undefined)
  assert.equal(directory.topicPermission('a', '/', 'y')?.write, 'w')
  assert.equal(directory.clearTopicPermissions('a', '/'), true)
  assert.equal(directory.clearTopicPermissions('a', '/'), false)
  assert.equal([...directory.permissions('a')].length, 1)
  assert.equal([...directory.topicPermissions('a')].length, 2)
  assert.equal([...directory.permissions()].length, 3)
  assert.equal([...directory.topicPermissions()].length, 6)
  assert.deepEqual([...directory.permissions('nobody')], [])
})

test('a deleted vhost takes all permissions in it along', () => {
  const directory = filled()
  directory.deleteVhost('v')
  assert.deepEqual(
    [...directory.permissions()].map(({ vhost }) => vhost),
    ['/', '/'],
  )
  assert.deepEqual(new Set([...directory.topicPermissions()].map(({ vhost }) => vhost)), new Set(['/']))
})

test('the version grows with every change and only then', () => {
  const directory = filled()
  const changing: (() => void)[] = [
    () => directory.putUser(user('a')),
    () => directory.setPermission({ user: 'a', vhost: '/', configure: '', write: '', read: '' }),
    () => directory.setTopicPermission({ user: 'a', vhost: '/', exchange: 'x', write: '', read: '' }),
    () => directory.clearPermission('a', '/'),
    () => directory.clearTopicPermissions('a', '/', 'x'),
    () => directory.clearTopicPermissions('a', '/'),
    () => directory.deleteVhost('v'),
    () => directory.deleteUser('a'),
  ]
  for (const change of changing) {
    const before = directory.version
    change()
    assert.ok(directory.version > before, change.toString())
  }
  const idle: (() => void)[] = [
    () => directory.deleteUser('a'),
    () => directory.clearPermission('a', '/'),
    () => directory.clearTopicPermissions('a', '/'),
    () => directory.clearTopicPermissions('b', '/', 'z'),
    () => directory.deleteVhost('v'),
  ]
  for (const nothing of idle) {
    const before = directory.version
    nothing()
    assert.equal(directory.version, before, nothing.toString())
  }
})

test('records that may not be stored are refused and change nothing', () => {
  const directory = new UserDirectory()
  directory.putUser(user('ok', { tags: Array.from({ length: USER_TAGS_MAX }, (_, index) => `t${index}`) }))
  const before = directory.version
  const refused: User[] = [
    user(''),
    user('ä'.repeat(128)),
    user('u', { tags: Array.from({ length: USER_TAGS_MAX + 1 }, (_, index) => `t${index}`) }),
    user('u', { tags: ['two words'] }),
    user('u', { tags: [''] }),
    user('u', { limits: { maxChannels: -1 } }),
    user('u', { limits: { maxConnections: 1.5 } }),
    user('u', { passwordHash: { algorithm: 'rabbit_password_hashing_md5', hash: HASH.hash } }),
    user('u', { passwordHash: { algorithm: 'rabbit_password_hashing_md5', hash: '' } }),
  ]
  for (const record of refused) {
    assert.throws(() => directory.putUser(record), { reply: 'PRECONDITION_FAILED' }, JSON.stringify(record))
  }
  for (const field of ['configure', 'write', 'read']) {
    const permission = { user: 'ok', vhost: '/', configure: '', write: '', read: '', [field]: '(' }
    assert.throws(() => directory.setPermission(permission), { reply: 'PRECONDITION_FAILED' })
  }
  for (const field of ['write', 'read']) {
    const permission = { user: 'ok', vhost: '/', exchange: 'x', write: '', read: '', [field]: '(' }
    assert.throws(() => directory.setTopicPermission(permission), { reply: 'PRECONDITION_FAILED' })
  }
  const noSuchUser = { reply: 'NOT_FOUND', explanation: "no user 'u'" }
  assert.throws(
    () => directory.setPermission({ user: 'u', vhost: '/', configure: '', write: '', read: '' }),
    noSuchUser,
  )
  assert.throws(
    () => directory.setTopicPermission({ user: 'u', vhost: '/', exchange: 'x', write: '', read: '' }),
    noSuchUser,
  )
  assert.equal(directory.version, before)
  assert.equal(directory.size, 1)
})
