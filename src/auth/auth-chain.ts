import type { Principal } from '../core/permission.js'
import { assert } from '../util/assert.js'
import type { AuthBackend, Credentials, LoginContext, LoginResult } from './backend.js'
import type { LoginAttempt } from './login-attempts.js'
import { DEFAULT_LOOPBACK_USERS, isLoopback } from './loopback.js'

export interface AuthChainOptions {
  /** Users who are refused unless they come from the broker's own machine; 'none' for no such users. Default guest. */
  readonly loopbackUsers?: readonly string[] | 'none'
  /** Hears of every login once it is decided. */
  readonly told?: (attempt: LoginAttempt) => void
}

/**
 * Backends in the order in which they are asked. The first that lets somebody in wins, and decides whatever is checked
 * for that principal later; there is no falling through on authorisation.
 */
export class AuthChain {
  readonly #backends: readonly AuthBackend[]
  readonly #loopbackUsers: ReadonlySet<string>
  readonly #told: (attempt: LoginAttempt) => void
  readonly #backendOf = new WeakMap<Principal, AuthBackend>()

  /** `backends` holds at least one. */
  constructor(backends: readonly AuthBackend[], options: AuthChainOptions = {}) {
    assert(backends.length > 0, 'no authentication backend')
    this.#backends = backends
    this.#told = options.told ?? (() => undefined)
    const loopbackUsers = options.loopbackUsers ?? DEFAULT_LOOPBACK_USERS
    this.#loopbackUsers = new Set(loopbackUsers === 'none' ? [] : loopbackUsers)
  }

  /** Changes whenever that of a backend does. */
  get version(): number {
    // Asked for every message: an iterator would cost as much as the rest of it.
    const backends = this.#backends
    let sum = 0
    for (let i = 0; i < backends.length; i++) sum += backends[i].version
    return sum
  }

  /** Never rejects: a backend that fails has refused. Answers at once when the backends do. */
  authenticate(credentials: Credentials, context: LoginContext): LoginResult | Promise<LoginResult> {
    const decided = (result: LoginResult): LoginResult => {
      const refusal = 'refusal' in result ? result.refusal : undefined
      this.#told({ username: credentials.username, context, refusal })
      return result
    }
    const result = this.#ask(0, credentials, context, [])
    return result instanceof Promise ? result.then(decided) : decided(result)
  }

  /** The backend that let `principal` in; the first one for principals who did not log in here. */
  backendOf(principal: Principal): AuthBackend {
    return this.#backendOf.get(principal) ?? this.#backends[0]
  }

  #ask(
    index: number,
    credentials: Credentials,
    context: LoginContext,
    refusals: readonly string[],
  ): LoginResult | Promise<LoginResult> {
    const backend = this.#backends[index]
    if (backend === undefined) return { refusal: refusals.join('; ') }
    const settle = (result: LoginResult): LoginResult | Promise<LoginResult> =>
      'refusal' in result
        ? this.#ask(index + 1, credentials, context, [...refusals, this.#reasonOf(backend, result.refusal)])
        : this.#admit(result.principal, backend, context)
    const fail = (error: unknown) => settle({ refusal: `failed: ${messageOf(error)}` })
    try {
      const result = backend.authenticate(credentials, context)
      return result instanceof Promise ? result.then(settle, fail) : settle(result)
    } catch (error) {
      return fail(error)
    }
  }

  #admit(principal: Principal, backend: AuthBackend, context: LoginContext): LoginResult {
    if (this.#loopbackUsers.has(principal.name) && !isLoopback(context.peerAddress)) {
      return { refusal: `user '${principal.name}' can only connect via localhost` }
    }
    this.#backendOf.set(principal, backend)
    return { principal }
  }

  #reasonOf(backend: AuthBackend, refusal: string): string {
    return this.#backends.length === 1 ? refusal : `${backend.name}: ${refusal}`
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
