import type { Access, Principal, TopicAccess, TopicVariables } from '../core/permission.js'
import type { ResourceKind } from '../core/resource.js'
import type { AuthBackend, Credentials, LoginResult } from './backend.js'
import {
  DEFAULT_HASHING_ALGORITHM,
  decoyPasswordHash,
  type HashingAlgorithm,
  type PasswordHash,
} from './password-hash.js'
import { escapePattern, PermissionPatterns } from './permission-pattern.js'
import type { User, UserDirectory } from './users.js'
import { VerifiedPasswords } from './verified-passwords.js'

export interface InternalAuthOptions {
  /** Algorithm whose time a login with an unknown name takes: that of new passwords. Default SHA-256. */
  readonly hashingAlgorithm?: HashingAlgorithm
  readonly passwords?: VerifiedPasswords
  readonly patterns?: PermissionPatterns
}

/** The broker's own users: passwords, permissions and topic permissions of a {@link UserDirectory}. */
export class InternalAuthBackend implements AuthBackend {
  readonly name = 'internal'
  readonly #directory: UserDirectory
  readonly #passwords: VerifiedPasswords
  readonly #patterns: PermissionPatterns
  readonly #algorithm: HashingAlgorithm
  #decoy: PasswordHash | undefined

  constructor(directory: UserDirectory, options: InternalAuthOptions = {}) {
    this.#directory = directory
    this.#passwords = options.passwords ?? new VerifiedPasswords()
    this.#patterns = options.patterns ?? new PermissionPatterns()
    this.#algorithm = options.hashingAlgorithm ?? DEFAULT_HASHING_ALGORITHM
  }

  get version(): number {
    return this.#directory.version
  }

  authenticate({ username, password }: Credentials): LoginResult | Promise<LoginResult> {
    const user = this.#directory.user(username)
    if (password === undefined) return user === undefined ? refused(username) : admitted(user)
    // Says nothing about who exists: a blank password is refused for everybody.
    if (password.length === 0) return refused(username)
    // Without a user, or a password to compare with, a hash is computed all the same: the time must not tell.
    this.#decoy ??= decoyPasswordHash(this.#algorithm)
    const fits = this.#passwords.verify(username, password, user?.passwordHash ?? this.#decoy)
    if (typeof fits === 'boolean') return fits && user !== undefined ? admitted(user) : refused(username)
    return fits.then((verdict) => (verdict ? this.#readmit(username, user) : refused(username)))
  }

  checkVhost(principal: Principal, vhost: string): boolean {
    return this.#directory.permission(principal.name, vhost) !== undefined
  }

  checkResource(
    principal: Principal,
    vhost: string,
    _kind: ResourceKind,
    name: string,
    access: Access,
  ): boolean {
    const permission = this.#directory.permission(principal.name, vhost)
    return permission !== undefined && this.#patterns.matches(permission[access], name)
  }

  checkTopic(
    principal: Principal,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: TopicAccess,
    variables: TopicVariables,
  ): boolean {
    const permission = this.#directory.topicPermission(principal.name, vhost, exchange)
    if (permission === undefined) return true
    const pattern = expandTopicPattern(permission[access], principal.name, vhost, variables)
    return this.#patterns.matches(pattern, routingKey)
  }

  expiresAt(): undefined {
    return undefined
  }

  /** The password was right when the check began; the user may have been changed or deleted while it ran. */
  #readmit(username: string, before: User | undefined): LoginResult {
    const now = this.#directory.user(username)
    if (now === undefined || now.passwordHash?.hash !== before?.passwordHash?.hash) return refused(username)
    return admitted(now)
  }
}

/**
 * Puts the names of user, vhost and MQTT client, escaped, in the place of `{username}`, `{vhost}` and `{client_id}`. A
 * placeholder without a value stays as it is.
 */
export function expandTopicPattern(
  pattern: string,
  username: string,
  vhost: string,
  variables: TopicVariables,
): string {
  if (!pattern.includes('{')) return pattern
  return pattern.replace(/\{(username|vhost|client_id)\}/g, (placeholder, name: string) => {
    const value = name === 'username' ? username : name === 'vhost' ? vhost : variables.clientId
    return value === undefined ? placeholder : escapePattern(value)
  })
}

function admitted(user: User): LoginResult {
  return { principal: { name: user.name, tags: user.tags } }
}

function refused(username: string): LoginResult {
  return { refusal: `user '${username}' - invalid credentials` }
}
