import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { EventBus } from '../../core/events.js'
import type { Principal } from '../../core/permission.js'
import type { Clock } from '../../util/clock.js'

/** The cookie that carries a session's token. */
export const SESSION_COOKIE = 'leveret_session'
/** How long a session lasts unless something else is set: eight hours, as with RabbitMQ's pages. */
const SESSION_SECONDS = 8 * 3600
/** Sessions of all users; the oldest end first. */
export const SESSIONS_MAX = 10_000
const TOKEN_OCTETS = 32

interface Session {
  readonly principal: Principal
  readonly endsAtMs: number
}

/**
 * Who is logged in to the pages, by the token in their cookie. Only a hash of the token is kept. A session ends by
 * logout, by age, with a restart, and when its user is deleted or gets another password or other tags.
 */
export class Sessions {
  /** How long a session lasts. */
  readonly lifeSeconds: number
  readonly #clock: Clock
  readonly #sessions = new Map<string, Session>()
  readonly #stopListening: (() => void)[]

  /** `lifeMinutes` undefined is eight hours. */
  constructor(clock: Clock, events: EventBus, lifeMinutes?: number) {
    this.lifeSeconds = lifeMinutes === undefined ? SESSION_SECONDS : lifeMinutes * 60
    this.#clock = clock
    const end = ({ name }: { readonly name: string }): void => this.#endOf(name)
    this.#stopListening = [
      events.on('user.deleted', end),
      events.on('user.password.changed', end),
      events.on('user.password.cleared', end),
      events.on('user.tags.set', end),
    ]
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Returns the token for the cookie. */
  begin(principal: Principal): string {
    const token = randomBytes(TOKEN_OCTETS).toString('base64url')
    this.#sessions.set(keyOf(token), {
      principal,
      endsAtMs: this.#clock.monotonic() + this.lifeSeconds * 1000,
    })
    if (this.#sessions.size > SESSIONS_MAX) {
      for (const oldest of this.#sessions.keys()) {
        this.#sessions.delete(oldest)
        break
      }
    }
    return token
  }

  principalOf(token: string | undefined): Principal | undefined {
    if (token === undefined) return undefined
    const key = keyOf(token)
    const session = this.#sessions.get(key)
    if (session === undefined) return undefined
    if (session.endsAtMs > this.#clock.monotonic()) return session.principal
    this.#sessions.delete(key)
    return undefined
  }

  end(token: string | undefined): void {
    if (token !== undefined) this.#sessions.delete(keyOf(token))
  }

  close(): void {
    for (const stop of this.#stopListening) stop()
    this.#sessions.clear()
  }

  #endOf(user: string): void {
    for (const [key, { principal }] of this.#sessions) {
      if (principal.name === user) this.#sessions.delete(key)
    }
  }
}

/** The token in a request's cookie. */
export function sessionTokenOf(headers: IncomingHttpHeaders): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() === SESSION_COOKIE) return pair.slice(equals + 1).trim()
  }
  return undefined
}

/** How a cookie is given. */
export interface CookieOptions {
  /** Where the pages are, `/` at least. */
  readonly path: string
  /** True when the pages are reached over TLS. */
  readonly secure: boolean
  /** How long the browser keeps it; 0 drops it. */
  readonly lifeSeconds: number
}

/** The `set-cookie` of a session. */
export function sessionCookie(token: string, { path, secure, lifeSeconds }: CookieOptions): string {
  const flags = `HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return `${SESSION_COOKIE}=${token}; Path=${path}; Max-Age=${lifeSeconds}; ${flags}`
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
