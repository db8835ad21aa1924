import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InternalAuthBackend } from './internal-backend.js'
import {
  createPasswordHash,
  type HashingAlgorithm,
  type PasswordHash,
  verifyPassword,
} from './password-hash.js'
import { UserDirectory } from './users.js'
import { VERIFIED_PASSWORDS_MAX, VerifiedPasswords } from './verified-passwords.js'

const SCRYPT = 'leveret_password_hashing_scrypt'

async function directoryWith(algorithm: HashingAlgorithm): Promise<UserDirectory> {
  const directory = new UserDirectory()
  const passwordHash = await createPasswordHash('secret', algorithm)
  directory.putUser({ name: 'app', passwordHash, tags: ['monitoring'], limits: {} })
  directory.putUser({ name: 'certificate', passwordHash: undefined, tags: [], limits: {} })
  return directory
}

function attempt(backend: InternalAuthBackend, username: string, password: string | undefined) {
  const octets = password === undefined ? undefined : Buffer.from(password)
  return backend.authenticate({ username, password: octets })
}

for (const algorithm of ['rabbit_password_hashing_sha256', SCRYPT] as const) {
  test(`only the right password lets a user in (${algorithm})`, async () => {
    const backend = new InternalAuthBackend(await directoryWith(algorithm), { hashingAlgorithm: algorithm })
    assert.deepEqual(await attempt(backend, 'app', 'secret'), {
      principal: { name: 'app', tags: ['monitoring'] },
    })
    assert.deepEqual(await attempt(backend, 'app', 'Secret'), {
      refusal: "user 'app' - invalid credentials",
    })
    assert.deepEqual(await attempt(backend, 'nobody', 'secret'), {
      refusal: "user 'nobody' - invalid credentials",
    })
  })

  test(`an unknown user costs the same hashes as a wrong password (${algorithm})`, async () => {
    const computed: string[] = []
    const passwords = new VerifiedPasswords(VERIFIED_PASSWORDS_MAX, (password, stored: PasswordHash) => {
      computed.push(stored.algorithm)
      return verifyPassword(password, stored)
    })
    const backend = new InternalAuthBackend(await directoryWith(algorithm), {
      hashingAlgorithm: algorithm,
      passwords,
    })
    for (const username of ['app', 'nobody', 'certificate']) {
      computed.length = 0
      assert.ok('refusal' in (await attempt(backend, username, 'wrong')))
      assert.deepEqual(computed, [algorithm], username)
    }
  })
}

test('a blank password lets nobody in', async () => {
  const directory = await directoryWith('rabbit_password_hashing_sha256')
  const passwordHash = createPasswordHash('') as PasswordHash
  directory.putUser({ name: 'blank', passwordHash, tags: [], limits: {} })
  const backend = new InternalAuthBackend(directory)
  for (const username of ['blank', 'app', 'certificate', 'nobody']) {
    assert.deepEqual(attempt(backend, username, ''), { refusal: `user '${username}' - invalid credentials` })
  }
})

test('a login without a password needs the user to exist, a user without a password needs such a login', async () => {
  const backend = new InternalAuthBackend(await directoryWith('rabbit_password_hashing_sha256'))
  assert.deepEqual(attempt(backend, 'certificate', undefined), {
    principal: { name: 'certificate', tags: [] },
  })
  assert.ok('refusal' in (await attempt(backend, 'nobody', undefined)))
  assert.ok('refusal' in (await attempt(backend, 'certificate', 'secret')))
})

test('a user deleted, or given another password, while a slow hash is computed is refused', async () => {
  const directory = await directoryWith(SCRYPT)
  const backend = new InternalAuthBackend(directory)
  const login = attempt(backend, 'app', 'secret')
  directory.deleteUser('app')
  assert.ok('refusal' in (await login))
  const again = await directoryWith(SCRYPT)
  const second = attempt(new InternalAuthBackend(again), 'app', 'secret')
  const passwordHash = await createPasswordHash('other')
  again.putUser({ name: 'app', passwordHash, tags: [], limits: {} })
  assert.ok('refusal' in (await second))
})
