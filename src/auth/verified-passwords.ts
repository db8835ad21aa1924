import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { isSlow, type PasswordHash, verifyPassword } from './password-hash.js'

/** Users remembered by default. */
export const VERIFIED_PASSWORDS_MAX = 10_000

interface Verified {
  readonly stored: PasswordHash
  readonly digest: Buffer
}

/**
 * Remembers the password that last fitted a user's stored hash, so that a thousand connections of one application pay
 * for a slow hash once. Passwords are kept as digests under a key that never leaves the process, refusals are not kept,
 * and a changed hash makes what was remembered worthless. Fast hashes are computed each time.
 */
export class VerifiedPasswords {
  readonly #max: number
  #key: Buffer | undefined
  /** By user, least recently used first. */
  readonly #verified = new Map<string, Verified>()
  /** Computations under way, by user, stored hash and digest: logins that come together share one. */
  readonly #running = new Map<string, Promise<boolean>>()
  readonly #verify: (password: Buffer, stored: PasswordHash) => boolean | Promise<boolean>

  constructor(max = VERIFIED_PASSWORDS_MAX, verify = verifyPassword) {
    this.#max = max
    this.#verify = verify
  }

  /** Users remembered. */
  get size(): number {
    return this.#verified.size
  }

  /** True when `password` fits `stored`, the hash that `user` has now. */
  verify(user: string, password: Buffer, stored: PasswordHash): boolean | Promise<boolean> {
    if (!isSlow(stored.algorithm)) return this.#verify(password, stored)
    this.#key ??= randomBytes(32)
    const digest = createHmac('sha256', this.#key).update(password).digest()
    if (this.#recall(user, stored, digest)) return true
    const key = `${digest.toString('base64')} ${stored.hash} ${user}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const verdict = this.#compute(user, password, stored, digest).finally(() => this.#running.delete(key))
    this.#running.set(key, verdict)
    return verdict
  }

  #recall(user: string, stored: PasswordHash, digest: Buffer): boolean {
    const known = this.#verified.get(user)
    if (known === undefined) return false
    this.#verified.delete(user)
    if (known.stored.hash !== stored.hash || known.stored.algorithm !== stored.algorithm) return false
    this.#verified.set(user, known)
    return timingSafeEqual(known.digest, digest)
  }

  async #compute(user: string, password: Buffer, stored: PasswordHash, digest: Buffer): Promise<boolean> {
    const fits = await this.#verify(password, stored)
    if (fits) this.#remember(user, { stored, digest })
    return fits
  }

  #remember(user: string, verified: Verified): void {
    this.#verified.delete(user)
    this.#verified.set(user, verified)
    if (this.#verified.size > this.#max) {
      for (const oldest of this.#verified.keys()) {
        this.#verified.delete(oldest)
        break
      }
    }
  }
}
