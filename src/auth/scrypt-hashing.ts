import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { BrokerError } from '../core/errors.js'
import type { PasswordHashing } from './password-hash.js'

/** The name under which `hashing_algorithm` selects scrypt. */
export const SCRYPT_ALGORITHM = 'leveret_password_hashing_scrypt'

/** Computations that may wait for their turn; more are refused. */
export const SCRYPT_BACKLOG_MAX = 1_000

const SALT_BYTES = 16
const KEY_BYTES = 32
const HEADER_BYTES = 3
const SALT_END = HEADER_BYTES + SALT_BYTES
const HASH_BYTES = SALT_END + KEY_BYTES

/** Cost of new hashes: 32 MiB for some 100 ms (OWASP's list of equivalent settings, 2023: N=2^15, r=8, p=3). */
const COST = { log2N: 15, r: 8, p: 3 }

/** A stored hash that asks for more memory or work than this is not computed. */
const MEMORY_BYTES_MAX = 128 * 1024 * 1024
const PARALLELISM_MAX = 16

interface Cost {
  readonly log2N: number
  readonly r: number
  readonly p: number
}

/**
 * scrypt (RFC 7914): `log2 N (1) || r (1) || p (1) || salt (16) || key (32)`. Runs in Node's thread pool, one at a time:
 * the pool also does the syncs that confirms wait for, and a flood of logins must not hold those up.
 */
export class ScryptHashing implements PasswordHashing {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  isWellFormed(hash: Buffer): boolean {
    if (hash.length !== HASH_BYTES) return false
    const { log2N, r, p } = costOf(hash)
    if (log2N < 1 || log2N > 24 || r < 1 || p < 1 || p > PARALLELISM_MAX) return false
    return memoryBytesOf({ log2N, r, p }) <= MEMORY_BYTES_MAX
  }

  async create(password: Buffer): Promise<Buffer> {
    const header = Buffer.from([COST.log2N, COST.r, COST.p])
    const salt = randomBytes(SALT_BYTES)
    return Buffer.concat([header, salt, await this.#derive(password, salt, COST)])
  }

  async verify(password: Buffer, hash: Buffer): Promise<boolean> {
    const key = await this.#derive(password, hash.subarray(HEADER_BYTES, SALT_END), costOf(hash))
    return timingSafeEqual(key, hash.subarray(SALT_END))
  }

  decoy(): Buffer {
    return Buffer.concat([Buffer.from([COST.log2N, COST.r, COST.p]), randomBytes(SALT_BYTES + KEY_BYTES)])
  }

  async #derive(password: Buffer, salt: Buffer, cost: Cost): Promise<Buffer> {
    if (this.#waiting >= SCRYPT_BACKLOG_MAX) {
      throw new BrokerError('RESOURCE_ERROR', 'too many logins are waiting for their password check')
    }
    this.#waiting += 1
    const turn = this.#last
    const derived = turn.then(() => deriveKey(password, salt, cost))
    // A failure is the caller's to handle; the next in line only waits for the end.
    this.#last = derived.catch(() => undefined)
    try {
      return await derived
    } finally {
      this.#waiting -= 1
    }
  }
}

function deriveKey(password: Buffer, salt: Buffer, cost: Cost): Promise<Buffer> {
  // Node counts a little more than 128 N r against maxmem.
  const options = { N: 2 ** cost.log2N, r: cost.r, p: cost.p, maxmem: 2 * memoryBytesOf(cost) }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function costOf(hash: Buffer): Cost {
  return { log2N: hash[0], r: hash[1], p: hash[2] }
}

function memoryBytesOf({ log2N, r, p }: Cost): number {
  return 128 * r * (2 ** log2N + p)
}
