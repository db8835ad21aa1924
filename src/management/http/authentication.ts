import type { Principal } from '../../core/permission.js'
import type { ManagementServices } from '../management-services.js'
import { HttpError, notAuthorised, notFound, objectNotFound } from './http-error.js'
import type { LoginGuard } from './login-guard.js'
import type { Access } from './route.js'
import { hasTag } from './tags.js'

const TAG_REFUSALS = {
  management: 'Not management user',
  monitoring: 'Not monitor user',
  policymaker: 'User not authorised to access object',
  administrator: 'Not administrator user',
} as const

/** Whoever sent nothing, for routes that are open to all. */
const NOBODY: Principal = { name: '', tags: [] }

/** Finds out who sends requests and what they may use. */
export class Authentication {
  readonly #services: ManagementServices
  readonly #guard: LoginGuard

  constructor(services: ManagementServices, guard: LoginGuard) {
    this.#services = services
    this.#guard = guard
  }

  /** Who sent this, by its Authorization header. Throws 401 in RabbitMQ's words, 429 after too many guesses. */
  async identify(authorization: string | undefined, peerAddress: string, access: Access): Promise<Principal> {
    if (access === 'open') return NOBODY
    const credentials = basicCredentials(authorization)
    if (credentials === undefined) {
      throw new HttpError(401, 'not_authorised', undefined, {
        'www-authenticate': 'Basic realm="RabbitMQ Management"',
      })
    }
    const { username } = credentials
    const waitSeconds = this.#guard.waitSeconds(peerAddress, username)
    if (waitSeconds > 0) {
      throw new HttpError(429, 'too_many_requests', 'Too many failed logins', {
        'retry-after': String(waitSeconds),
      })
    }
    const result = await this.#services.chain.authenticate(credentials, { peerAddress })
    if ('refusal' in result) throw this.#refuse(username, peerAddress, result.refusal)
    this.#guard.admitted(peerAddress, username)
    if (!hasTag(result.principal, 'management')) throw this.#deny(username, TAG_REFUSALS.management)
    return result.principal
  }

  /** Throws unless `principal` has the tag that the route asks for and, by the path's vhost, access to that. */
  authorise(principal: Principal, access: Access, vhost: string | undefined, peerAddress: string): void {
    if (access === 'open') return
    if (!hasTag(principal, access)) throw this.#deny(principal.name, TAG_REFUSALS[access])
    if (vhost === undefined || access === 'administrator' || hasTag(principal, 'administrator')) return
    if (!this.#services.doors.topology.vhosts.has(vhost)) throw objectNotFound()
    try {
      this.#services.authorizer.checkVhost(principal, vhost, peerAddress)
    } catch {
      throw notFound('Not Found')
    }
  }

  #refuse(username: string, peerAddress: string, refusal: string): HttpError {
    this.#guard.refused(peerAddress, username)
    this.#services.logger.warning(`HTTP access denied: ${refusal}`)
    if (refusal.endsWith('can only connect via localhost')) {
      return notAuthorised('User can only log in via localhost')
    }
    return new HttpError(401, 'not_authorized', 'Not_Authorized')
  }

  #deny(username: string, reason: string): HttpError {
    this.#services.logger.warning(`HTTP access denied: user '${username}' - ${reason}`)
    return notAuthorised(reason)
  }
}

function basicCredentials(
  authorization: string | undefined,
): { readonly username: string; readonly password: Buffer } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const octets = Buffer.from(encoded, 'base64')
  const colon = octets.indexOf(':')
  if (colon < 0) return undefined
  return { username: octets.toString('utf8', 0, colon), password: octets.subarray(colon + 1) }
}
