import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { BrokerError } from '../core/errors.js'
import { SCRYPT_ALGORITHM, ScryptHashing } from './scrypt-hashing.js'

/** A stored password. Plain data, as definitions files carry it. */
export interface PasswordHash {
  readonly algorithm: HashingAlgorithm
  /** Standard base64 with padding; the octets inside are the algorithm's own. */
  readonly hash: string
}

/** One way to store passwords. Verifications that take long answer later, so that they can run off the loop. */
export interface PasswordHashing {
  /** True when `hash` has this algorithm's layout. Says nothing about any password. */
  isWellFormed(hash: Buffer): boolean
  create(password: Buffer): Buffer | Promise<Buffer>
  /** Compares in constant time. Only called with hashes that are well formed. */
  verify(password: Buffer, hash: Buffer): boolean | Promise<boolean>
  /** A well-formed hash that no password fits, for logins of users who do not exist. */
  decoy(): Buffer
}

/** RabbitMQ's scheme: `salt (4 octets) || H(salt || password)`. */
class SaltedHashing implements PasswordHashing {
  static readonly #saltBytes = 4
  readonly #digest: string
  readonly #digestBytes: number

  constructor(digest: string, digestBytes: number) {
    this.#digest = digest
    this.#digestBytes = digestBytes
  }

  isWellFormed(hash: Buffer): boolean {
    return hash.length === SaltedHashing.#saltBytes + this.#digestBytes
  }

  create(password: Buffer): Buffer {
    const salt = randomBytes(SaltedHashing.#saltBytes)
    return Buffer.concat([salt, this.#digestOf(salt, password)])
  }

  verify(password: Buffer, hash: Buffer): boolean {
    const salt = hash.subarray(0, SaltedHashing.#saltBytes)
    return timingSafeEqual(this.#digestOf(salt, password), hash.subarray(SaltedHashing.#saltBytes))
  }

  decoy(): Buffer {
    return randomBytes(SaltedHashing.#saltBytes + this.#digestBytes)
  }

  #digestOf(salt: Buffer, password: Buffer): Buffer {
    return createHash(this.#digest).update(salt).update(password).digest()
  }
}

/** The ways to store passwords, by the name that `hashing_algorithm` gives them. */
export const PASSWORD_HASHINGS = {
  rabbit_password_hashing_sha256: new SaltedHashing('sha256', 32),
  rabbit_password_hashing_sha512: new SaltedHashing('sha512', 64),
  /** RabbitMQ before 3.6; also meant when a stored record names no algorithm. */
  rabbit_password_hashing_md5: new SaltedHashing('md5', 16),
  /** Ours: slow on purpose. RabbitMQ does not know it, so it is an option. */
  [SCRYPT_ALGORITHM]: new ScryptHashing(),
} as const satisfies Record<string, PasswordHashing>

export type HashingAlgorithm = keyof typeof PASSWORD_HASHINGS

export const DEFAULT_HASHING_ALGORITHM: HashingAlgorithm = 'rabbit_password_hashing_sha256'

/** Hashes a new password under a fresh salt. RabbitMQ's algorithms answer at once, scrypt with a promise. */
export function createPasswordHash(
  password: string | Buffer,
  algorithm: HashingAlgorithm = DEFAULT_HASHING_ALGORITHM,
): PasswordHash | Promise<PasswordHash> {
  const hashing: PasswordHashing = PASSWORD_HASHINGS[algorithm]
  const hash = hashing.create(octetsOf(password))
  if (hash instanceof Promise) return hash.then((octets) => storedHash(algorithm, octets))
  return storedHash(algorithm, hash)
}

/** True when `password` fits `stored`. A hash that is not well formed fits nothing. */
export function verifyPassword(password: string | Buffer, stored: PasswordHash): boolean | Promise<boolean> {
  const hashing: PasswordHashing = PASSWORD_HASHINGS[stored.algorithm]
  const hash = Buffer.from(stored.hash, 'base64')
  return hashing.isWellFormed(hash) && hashing.verify(octetsOf(password), hash)
}

/** A stored hash that no password fits, to spend the usual time on users who do not exist. */
export function decoyPasswordHash(algorithm: HashingAlgorithm = DEFAULT_HASHING_ALGORITHM): PasswordHash {
  return storedHash(algorithm, PASSWORD_HASHINGS[algorithm].decoy())
}

/**
 * Takes a hash from outside (HTTP API, definitions import). `algorithm` undefined means MD5, as in RabbitMQ's oldest
 * records; an empty `hash` means a user without a password and gives undefined. Throws PRECONDITION_FAILED otherwise
 * when the two do not belong together.
 */
export function parsePasswordHash(hash: string, algorithm?: string): PasswordHash | undefined {
  if (hash === '') return undefined
  const known = algorithm ?? 'rabbit_password_hashing_md5'
  if (!isHashingAlgorithm(known)) {
    throw new BrokerError('PRECONDITION_FAILED', `unknown password hashing algorithm '${known}'`)
  }
  const octets = Buffer.from(hash, 'base64')
  // Node skips what is not base64, so only a hash that comes out the way it went in is one.
  if (octets.toString('base64') !== hash || !PASSWORD_HASHINGS[known].isWellFormed(octets)) {
    throw new BrokerError('PRECONDITION_FAILED', `password hash does not have the layout of ${known}`)
  }
  return { algorithm: known, hash }
}

/** True for the names in {@link PASSWORD_HASHINGS}. */
export function isHashingAlgorithm(name: string): name is HashingAlgorithm {
  return Object.hasOwn(PASSWORD_HASHINGS, name)
}

/** True when verifying takes long enough that a login is worth remembering. */
export function isSlow(algorithm: HashingAlgorithm): boolean {
  return algorithm === SCRYPT_ALGORITHM
}

function storedHash(algorithm: HashingAlgorithm, octets: Buffer): PasswordHash {
  return { algorithm, hash: octets.toString('base64') }
}

function octetsOf(password: string | Buffer): Buffer {
  return typeof password === 'string' ? Buffer.from(password, 'utf8') : password
}
