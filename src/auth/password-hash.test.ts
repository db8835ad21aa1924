import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createPasswordHash,
  decoyPasswordHash,
  type HashingAlgorithm,
  PASSWORD_HASHINGS,
  type PasswordHash,
  parsePasswordHash,
  verifyPassword,
} from './password-hash.js'
import { SCRYPT_BACKLOG_MAX, ScryptHashing } from './scrypt-hashing.js'

const VECTORS: [HashingAlgorithm, string][] = [
  ['rabbit_password_hashing_md5', 'kI3GChNpte2FApYFXScl+0dIluk='],
  ['rabbit_password_hashing_sha256', 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR'],
  [
    'rabbit_password_hashing_sha512',
    'kI3GChuNuIYf8lRbCCxZjgjKwsY19ns6+uFO0zcXRBGA/XGJPYD8OWMy7EB8TaOmAzjP2azv84GbINYwX2cDWb4DHnc=',
  ],
]

for (const [algorithm, hash] of VECTORS) {
  test(`a hash of RabbitMQ made with ${algorithm} fits its password and no other`, () => {
    assert.equal(verifyPassword('test12', { algorithm, hash }), true)
    assert.equal(verifyPassword(Buffer.from('test12'), { algorithm, hash }), true)
    for (const wrong of ['test1', 'test123', '', 'Test12']) {
      assert.equal(verifyPassword(wrong, { algorithm, hash }), false)
    }
  })
}

for (const algorithm of Object.keys(PASSWORD_HASHINGS) as HashingAlgorithm[]) {
  test(`a new hash made with ${algorithm} is salted, well formed and fits its password only`, async () => {
    const first = await createPasswordHash('pässword', algorithm)
    const second = await createPasswordHash('pässword', algorithm)
    assert.notEqual(first.hash, second.hash)
    assert.deepEqual(parsePasswordHash(first.hash, algorithm), first)
    assert.equal(await verifyPassword('pässword', first), true)
    assert.equal(await verifyPassword('passwort', first), false)
  })

  test(`the decoy of ${algorithm} is computed like a real hash and fits nothing`, async () => {
    const decoy = decoyPasswordHash(algorithm)
    assert.deepEqual(parsePasswordHash(decoy.hash, algorithm), decoy)
    assert.equal(await verifyPassword('test12', decoy), false)
  })
}

test('SHA-256 is the default and answers at once', () => {
  const stored = createPasswordHash('x') as PasswordHash
  assert.equal(stored.algorithm, 'rabbit_password_hashing_sha256')
  assert.equal(stored.hash.length, 48)
})

test('a stored record without an algorithm is MD5, an empty hash is no password', () => {
  assert.equal(parsePasswordHash('kI3GChNpte2FApYFXScl+0dIluk=')?.algorithm, 'rabbit_password_hashing_md5')
  assert.equal(parsePasswordHash('', 'rabbit_password_hashing_sha256'), undefined)
})

test('hashes that are not of their algorithm are refused', () => {
  const refused: [string, string][] = [
    ['kI3GChNpte2FApYFXScl+0dIluk=', 'rabbit_password_hashing_sha256'],
    ['kI3GChNpte2FApYFXScl+0dIluk', 'rabbit_password_hashing_md5'],
    ['kI3GChNpte2FApYFXScl-0dIluk=', 'rabbit_password_hashing_md5'],
    ['kI3GChNpte2FApYFXScl+0dIluk=', 'toString'],
    ['kI3GChNpte2FApYFXScl+0dIluk=', 'my_plugin'],
  ]
  for (const [hash, algorithm] of refused) {
    assert.throws(() => parsePasswordHash(hash, algorithm), { reply: 'PRECONDITION_FAILED' })
  }
})

test('a malformed stored hash fits no password', () => {
  assert.equal(verifyPassword('x', { algorithm: 'rabbit_password_hashing_sha256', hash: 'AAAA' }), false)
  assert.equal(verifyPassword('', { algorithm: 'rabbit_password_hashing_md5', hash: '' }), false)
})

test('a scrypt hash that asks for absurd memory or work is not computed', () => {
  const scrypt = PASSWORD_HASHINGS.leveret_password_hashing_scrypt
  const withCost = (log2N: number, r: number, p: number) =>
    scrypt.isWellFormed(Buffer.concat([Buffer.from([log2N, r, p]), Buffer.alloc(48)]))
  assert.equal(withCost(15, 8, 3), true)
  assert.equal(withCost(24, 8, 1), false)
  assert.equal(withCost(255, 1, 1), false)
  assert.equal(withCost(10, 8, 255), false)
  assert.equal(withCost(0, 8, 1), false)
  assert.equal(withCost(10, 0, 1), false)
})

test('more logins than may wait for scrypt are refused, and those that wait are answered', async () => {
  const scrypt = new ScryptHashing()
  const cheap = Buffer.concat([Buffer.from([1, 1, 1]), Buffer.alloc(48)])
  const waiting = Array.from({ length: SCRYPT_BACKLOG_MAX }, () => scrypt.verify(Buffer.from('x'), cheap))
  await assert.rejects(scrypt.verify(Buffer.from('x'), cheap), { reply: 'RESOURCE_ERROR' })
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set([false]))
  assert.equal(await scrypt.verify(Buffer.from('x'), cheap), false)
})
