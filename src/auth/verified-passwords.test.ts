import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PasswordHash } from './password-hash.js'
import { VerifiedPasswords } from './verified-passwords.js'

const PASSWORD = Buffer.from('secret')
const slow = (hash: string): PasswordHash => ({ algorithm: 'leveret_password_hashing_scrypt', hash })

/** A verification that counts its calls; the password 'secret' fits. */
function counting() {
  const calls = { count: 0 }
  const verify = (password: string | Buffer) => {
    calls.count += 1
    return Promise.resolve(password.toString() === 'secret')
  }
  return { calls, verify }
}

test('a slow hash is computed once for a password that fits', async () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(10, verify)
  assert.equal(await passwords.verify('u', PASSWORD, slow('h')), true)
  assert.equal(passwords.verify('u', PASSWORD, slow('h')), true)
  assert.equal(calls.count, 1)
})

test('logins that come together share one computation', async () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(10, verify)
  const verdicts = Array.from({ length: 5 }, () => passwords.verify('u', PASSWORD, slow('h')))
  assert.deepEqual(await Promise.all(verdicts), [true, true, true, true, true])
  assert.equal(calls.count, 1)
})

test('a wrong password is computed each time and leaves the right one remembered', async () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(10, verify)
  await passwords.verify('u', PASSWORD, slow('h'))
  assert.equal(await passwords.verify('u', Buffer.from('guess'), slow('h')), false)
  assert.equal(await passwords.verify('u', Buffer.from('guess'), slow('h')), false)
  assert.equal(calls.count, 3)
  assert.equal(passwords.verify('u', PASSWORD, slow('h')), true)
})

test('a changed hash drops what was remembered', async () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(10, verify)
  await passwords.verify('u', PASSWORD, slow('h'))
  await passwords.verify('u', PASSWORD, slow('h2'))
  assert.equal(calls.count, 2)
  await passwords.verify('u', PASSWORD, slow('h'))
  assert.equal(calls.count, 3)
})

test('another user with the same hash is not remembered', async () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(10, verify)
  await passwords.verify('u', PASSWORD, slow('h'))
  await passwords.verify('v', PASSWORD, slow('h'))
  assert.equal(calls.count, 2)
})

test('the least recently used user is dropped at the limit', async () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(2, verify)
  await passwords.verify('a', PASSWORD, slow('h'))
  await passwords.verify('b', PASSWORD, slow('h'))
  await passwords.verify('a', PASSWORD, slow('h'))
  await passwords.verify('c', PASSWORD, slow('h'))
  assert.equal(passwords.size, 2)
  assert.equal(calls.count, 3)
  await passwords.verify('a', PASSWORD, slow('h'))
  assert.equal(calls.count, 3)
  await passwords.verify('b', PASSWORD, slow('h'))
  assert.equal(calls.count, 4)
})

test('fast hashes are computed each time and not remembered', () => {
  const { calls, verify } = counting()
  const passwords = new VerifiedPasswords(10, verify)
  const fast: PasswordHash = { algorithm: 'rabbit_password_hashing_sha256', hash: 'h' }
  passwords.verify('u', PASSWORD, fast)
  passwords.verify('u', PASSWORD, fast)
  assert.equal(calls.count, 2)
  assert.equal(passwords.size, 0)
})

test('a computation that fails is not kept running', async () => {
  let calls = 0
  const passwords = new VerifiedPasswords(10, () => {
    calls += 1
    return calls === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve(true)
  })
  await assert.rejects(async () => passwords.verify('u', PASSWORD, slow('h')), /no memory/)
  assert.equal(await passwords.verify('u', PASSWORD, slow('h')), true)
})
