import type { SaslExchange, SaslMechanism } from './mechanism.js'

/** Whom an anonymous login stands for. */
export interface AnonymousLogin {
  /** `anonymous_login_user`; 'none' switches the mechanism off. Default guest, who is let in from loopback only. */
  readonly user?: string
  /** `anonymous_login_pass`. Default guest. */
  readonly password?: string
}

/** ANONYMOUS (RFC 4505): logs in as a configured user. What the peer says of itself is not looked at. */
export class AnonymousMechanism implements SaslMechanism {
  readonly name = 'ANONYMOUS'
  readonly #user: string
  readonly #password: string

  constructor({ user = 'guest', password = 'guest' }: AnonymousLogin = {}) {
    this.#user = user
    this.#password = password
  }

  isOffered(): boolean {
    return this.#user !== 'none'
  }

  start(): SaslExchange {
    const credentials = { username: this.#user, password: Buffer.from(this.#password) }
    return { respond: () => ({ credentials }) }
  }
}
