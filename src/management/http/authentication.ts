import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../../core/permission.js'
import { inCategory } from '../../util/log/output-logger.js'
import type { ManagementServices } from '../management-services.js'
import { HttpError, notAuthorised, notFound, objectNotFound } from './http-error.js'
import type { LoginGuard } from './login-guard.js'
import type { Access, Method } from './route.js'
import { type Sessions, sessionTokenOf } from './sessions.js'
import { hasTag } from './tags.js'

const TAG_REFUSALS = {
  management: 'Not management user',
  monitoring: 'Not monitor user',
  policymaker: 'User not authorised to access object',
  administrator: 'Not administrator user',
} as const

/** What our pages say in `x-requested-with`. */
const PAGES = 'leveret'

/** How a request shows who sent it. */
export interface Sender {
  readonly method: Method
  readonly headers: IncomingHttpHeaders
  readonly peerAddress: string
}

interface Credentials {
  readonly username: string
  readonly password: Buffer
}

/** Whoever sent nothing, for routes that are open to all. */
const NOBODY: Principal = { name: '', tags: [] }

/** Finds out who sends requests and what they may use. */
export class Authentication {
  readonly #services: ManagementServices
  readonly #guard: LoginGuard
  readonly #sessions: Sessions

  constructor(services: ManagementServices, guard: LoginGuard, sessions: Sessions) {
    this.#services = services
    this.#guard = guard
    this.#sessions = sessions
  }

  /** Who sent this, by its Authorization header or else its session. Throws as {@link login}. */
  async identify(sender: Sender, access: Access): Promise<Principal> {
    if (access === 'open') return NOBODY
    const { headers, peerAddress } = sender
    const principal = headers.authorization === undefined ? this.#principalOfSession(sender) : undefined
    if (principal !== undefined) return principal
    const credentials = basicCredentials(headers.authorization)
    if (credentials === undefined) {
      // The pages ask for the password themselves: a browser that is told of Basic would ask too.
      const challenge = isOwnPage(headers) ? {} : { 'www-authenticate': 'Basic realm="RabbitMQ Management"' }
      throw new HttpError(401, 'not_authorised', undefined, challenge)
    }
    return this.login(credentials, peerAddress)
  }

  /** Throws 401 in RabbitMQ's words, 429 after too many guesses. */
  async login(credentials: Credentials, peerAddress: string): Promise<Principal> {
    const { username } = credentials
    const waitSeconds = this.#guard.waitSeconds(peerAddress, username)
    if (waitSeconds > 0) {
      throw new HttpError(429, 'too_many_requests', 'Too many failed logins', {
        'retry-after': String(waitSeconds),
      })
    }
    const result = await this.#services.chain.authenticate(credentials, { protocol: 'http', peerAddress })
    if ('refusal' in result) throw this.#refuse(username, peerAddress, result.refusal)
    this.#guard.admitted(peerAddress, username)
    if (!hasTag(result.principal, 'management')) throw this.#deny(username, TAG_REFUSALS.management)
    return result.principal
  }

  /** Throws unless `principal` has the tag that the route asks for and, by the path's vhost, access to that. */
  authorise(principal: Principal, access: Access, vhost: string | undefined, peerAddress: string): void {
    if (access === 'open') return
    if (!hasTag(principal, access)) throw this.#deny(principal.name, TAG_REFUSALS[access])
    if (vhost === undefined || access === 'monitoring' || hasTag(principal, 'administrator')) return
    if (!this.#services.doors.topology.vhosts.has(vhost)) throw objectNotFound()
    try {
      this.#services.authorizer.checkVhost(principal, vhost, peerAddress)
    } catch {
      throw notFound('Not Found')
    }
  }

  /** A page of another site cannot send the header without being asked first, so it cannot write in a user's name. */
  #principalOfSession({ headers, method }: Sender): Principal | undefined {
    if (method !== 'GET' && !isOwnPage(headers)) return undefined
    return this.#sessions.principalOf(sessionTokenOf(headers))
  }

  #refuse(username: string, peerAddress: string, refusal: string): HttpError {
    this.#guard.refused(peerAddress, username)
    inCategory(this.#services.logger, 'user').warning(`HTTP access denied: ${refusal}`)
    if (refusal.endsWith('can only connect via localhost')) {
      return notAuthorised('User can only log in via localhost')
    }
    return new HttpError(401, 'not_authorized', 'Not_Authorized')
  }

  #deny(username: string, reason: string): HttpError {
    inCategory(this.#services.logger, 'user').warning(`HTTP access denied: user '${username}' - ${reason}`)
    return notAuthorised(reason)
  }
}

function isOwnPage(headers: IncomingHttpHeaders): boolean {
  return headers['x-requested-with'] === PAGES
}

function basicCredentials(authorization: string | undefined): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const octets = Buffer.from(encoded, 'base64')
  const colon = octets.indexOf(':')
  if (colon < 0) return undefined
  return { username: octets.toString('utf8', 0, colon), password: octets.subarray(colon + 1) }
}
