import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthChain } from './auth-chain.js'
import { Authorizer } from './authorizer.js'
import type { AuthBackend, Credentials, LoginResult } from './backend.js'
import { InternalAuthBackend } from './internal-backend.js'
import { isLoopback } from './loopback.js'
import { createPasswordHash, type PasswordHash } from './password-hash.js'
import { UserDirectory } from './users.js'

const LOCAL = { peerAddress: '127.0.0.1' }
const REMOTE = { peerAddress: '192.0.2.1' }

function directoryWith(...names: string[]): UserDirectory {
  const directory = new UserDirectory()
  for (const name of names) {
    const passwordHash = createPasswordHash('secret') as PasswordHash
    directory.putUser({ name, passwordHash, tags: [`${name}-tag`], limits: {} })
  }
  return directory
}

function credentials(username: string, password = 'secret'): Credentials {
  return { username, password: Buffer.from(password) }
}

/** A backend that admits one user with any password and grants nothing but one vhost. */
function backend(
  name: string,
  user: string,
  vhost: string,
  answer?: () => Promise<LoginResult>,
): AuthBackend {
  return {
    name,
    version: 1,
    authenticate: ({ username }) =>
      answer?.() ??
      (username === user ? { principal: { name: user, tags: [name] } } : { refusal: 'unknown' }),
    checkVhost: (_principal, asked) => asked === vhost,
    checkResource: () => false,
    checkTopic: () => false,
    expiresAt: () => 1234,
  }
}

async function principalOf(result: LoginResult | Promise<LoginResult>) {
  const settled = await result
  assert.ok('principal' in settled, JSON.stringify(settled))
  return settled.principal
}

test('loopback is 127.0.0.0/8 in both spellings, ::1 and unix sockets', () => {
  for (const address of [
    undefined,
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '::ffff:127.0.0.1',
    '::FFFF:127.1.2.3',
  ]) {
    assert.equal(isLoopback(address), true, address)
  }
  const remote = [
    '',
    '128.0.0.1',
    '10.0.0.127',
    '::2',
    '::ffff:10.0.0.1',
    '127.0.0.1.example.org',
    'fe80::127.0.0.1',
  ]
  for (const address of remote) assert.equal(isLoopback(address), false, address)
})

test('guest is let in from the machine itself only', () => {
  const chain = new AuthChain([new InternalAuthBackend(directoryWith('guest', 'app'))])
  for (const peerAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1', undefined]) {
    assert.ok('principal' in chain.authenticate(credentials('guest'), { peerAddress }))
  }
  assert.deepEqual(chain.authenticate(credentials('guest'), REMOTE), {
    refusal: "user 'guest' can only connect via localhost",
  })
  assert.ok('principal' in chain.authenticate(credentials('app'), REMOTE))
})

test('which users are kept to loopback is an option, none of them with none', () => {
  const backends = [new InternalAuthBackend(directoryWith('guest', 'app'))]
  const onlyApp = new AuthChain(backends, { loopbackUsers: ['app'] })
  assert.ok('principal' in onlyApp.authenticate(credentials('guest'), REMOTE))
  assert.ok('refusal' in onlyApp.authenticate(credentials('app'), REMOTE))
  const free = new AuthChain(backends, { loopbackUsers: 'none' })
  assert.ok('principal' in free.authenticate(credentials('guest'), REMOTE))
})

test('a guest with a wrong password from afar is told apart from nobody', () => {
  const chain = new AuthChain([new InternalAuthBackend(directoryWith('guest'))])
  assert.deepEqual(chain.authenticate(credentials('guest', 'wrong'), REMOTE), {
    refusal: "user 'guest' - invalid credentials",
  })
})

test('the first backend that lets somebody in decides all later checks', async () => {
  const directory = directoryWith('both', 'internal-only')
  directory.setPermission({ user: 'both', vhost: '/', configure: '.*', write: '.*', read: '.*' })
  const chain = new AuthChain([backend('first', 'both', 'v'), new InternalAuthBackend(directory)])
  const authorizer = new Authorizer(chain)
  const both = await principalOf(chain.authenticate(credentials('both'), LOCAL))
  assert.deepEqual(both.tags, ['first'])
  authorizer.checkVhost(both, 'v', undefined)
  assert.throws(() => authorizer.checkVhost(both, '/', undefined), { reply: 'NOT_ALLOWED' })
  assert.throws(() => authorizer.check(both, '/', 'queue', 'q', 'read'), { reply: 'ACCESS_REFUSED' })
  assert.equal(authorizer.expiresAt(both), 1234)
  const other = await principalOf(chain.authenticate(credentials('internal-only'), LOCAL))
  assert.deepEqual(other.tags, ['internal-only-tag'])
  assert.throws(() => authorizer.checkVhost(other, 'v', undefined), { reply: 'NOT_ALLOWED' })
  assert.equal(authorizer.expiresAt(other), undefined)
})

test('all refusals are kept for the log', () => {
  const chain = new AuthChain([backend('first', 'a', 'v'), new InternalAuthBackend(directoryWith())])
  assert.deepEqual(chain.authenticate(credentials('nobody'), LOCAL), {
    refusal: "first: unknown; internal: user 'nobody' - invalid credentials",
  })
})

test('a backend that fails has refused and the next one is asked', async () => {
  const rejecting = backend('rejecting', '', '', () => Promise.reject(new Error('timed out')))
  const throwing = backend('throwing', '', '', () => {
    throw new Error('broken')
  })
  const chain = new AuthChain([rejecting, throwing, new InternalAuthBackend(directoryWith('app'))])
  assert.equal((await principalOf(chain.authenticate(credentials('app'), LOCAL))).name, 'app')
  const refused = await chain.authenticate(credentials('app', 'wrong'), LOCAL)
  assert.deepEqual(refused, {
    refusal:
      "rejecting: failed: timed out; throwing: failed: broken; internal: user 'app' - invalid credentials",
  })
})

test('the version changes with that of any backend', () => {
  const directory = directoryWith('a')
  const chain = new AuthChain([backend('first', 'a', 'v'), new InternalAuthBackend(directory)])
  const authorizer = new Authorizer(chain)
  const before = authorizer.version
  directory.deleteUser('a')
  assert.notEqual(authorizer.version, before)
})
