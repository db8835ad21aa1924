import { BrokerError } from '../core/errors.js'
import { type PasswordHash, parsePasswordHash } from './password-hash.js'
import { checkPermissionPattern } from './permission-pattern.js'

/** Tags that a user may have: RabbitMQ's limit. */
export const USER_TAGS_MAX = 32
/** Octets of a user name: it has to fit AMQP's short strings (`user-id`). */
export const USER_NAME_BYTES_MAX = 255

/** How much a user may open over all connections. An absent limit is none, 0 forbids. */
export interface UserLimits {
  readonly maxConnections?: number
  readonly maxChannels?: number
}

/** Somebody the internal backend knows. */
export interface User {
  readonly name: string
  /** Undefined for users without a password, who log in by EXTERNAL or through another backend. */
  readonly passwordHash: PasswordHash | undefined
  readonly tags: readonly string[]
  readonly limits: UserLimits
}

/** What a user may do in a vhost: patterns searched for in the names of queues and exchanges. */
export interface Permission {
  readonly user: string
  readonly vhost: string
  readonly configure: string
  readonly write: string
  readonly read: string
}

/** What a user may publish to and bind on one topic exchange: patterns searched for in routing and binding keys. */
export interface TopicPermission {
  readonly user: string
  readonly vhost: string
  readonly exchange: string
  readonly write: string
  readonly read: string
}

interface Entry {
  user: User
  readonly permissions: Map<string, Permission>
  /** By vhost, then by exchange. */
  readonly topicPermissions: Map<string, Map<string, TopicPermission>>
}

/**
 * Users and their permissions, in memory. Every change is a function of its arguments and of what the directory held,
 * with no clock and no chance in it, so that replaying the same changes gives the same directory. Records given are
 * copied; records handed out are never changed afterwards. Vhosts are names here: whether one exists is checked at the
 * doors. Refusals are BrokerErrors and change nothing.
 */
export class UserDirectory {
  readonly #entries = new Map<string, Entry>()
  #version = 0

  /** Grows with every change. */
  get version(): number {
    return this.#version
  }

  /** Adds a user, or replaces what is known of one except for its permissions. Throws as {@link checkUser}. */
  putUser(user: User): void {
    checkUser(user)
    const record = copyOf(user)
    const entry = this.#entries.get(user.name)
    if (entry === undefined) {
      this.#entries.set(user.name, { user: record, permissions: new Map(), topicPermissions: new Map() })
    } else {
      entry.user = record
    }
    this.#version += 1
  }

  /** Removes a user and all permissions. False when there was none. */
  deleteUser(name: string): boolean {
    return this.#changed(this.#entries.delete(name))
  }

  /** Throws NOT_FOUND for an unknown user and as {@link checkPermission}. */
  setPermission(permission: Permission): void {
    const entry = this.#entryOf(permission.user)
    checkPermission(permission)
    const { user, vhost, configure, write, read } = permission
    entry.permissions.set(vhost, { user, vhost, configure, write, read })
    this.#version += 1
  }

  /** False when there was none. */
  clearPermission(user: string, vhost: string): boolean {
    return this.#changed(this.#entries.get(user)?.permissions.delete(vhost) ?? false)
  }

  /** Throws NOT_FOUND for an unknown user and as {@link checkTopicPermission}. */
  setTopicPermission(permission: TopicPermission): void {
    const entry = this.#entryOf(permission.user)
    checkTopicPermission(permission)
    const { user, vhost, exchange, write, read } = permission
    let ofVhost = entry.topicPermissions.get(vhost)
    if (ofVhost === undefined) {
      ofVhost = new Map()
      entry.topicPermissions.set(vhost, ofVhost)
    }
    ofVhost.set(exchange, { user, vhost, exchange, write, read })
    this.#version += 1
  }

  /** Removes the topic permission on one exchange, or those on all exchanges of the vhost. False when there was none. */
  clearTopicPermissions(user: string, vhost: string, exchange?: string): boolean {
    const topicPermissions = this.#entries.get(user)?.topicPermissions
    const ofVhost = topicPermissions?.get(vhost)
    if (topicPermissions === undefined || ofVhost === undefined) return false
    const hadSome = exchange === undefined || ofVhost.delete(exchange)
    if (exchange === undefined || ofVhost.size === 0) topicPermissions.delete(vhost)
    return this.#changed(hadSome)
  }

  /** Removes every permission in a vhost that is gone. */
  deleteVhost(vhost: string): void {
    let hadSome = false
    for (const { permissions, topicPermissions } of this.#entries.values()) {
      if (permissions.delete(vhost)) hadSome = true
      if (topicPermissions.delete(vhost)) hadSome = true
    }
    this.#changed(hadSome)
  }

  /** Number of users. */
  get size(): number {
    return this.#entries.size
  }

  user(name: string): User | undefined {
    return this.#entries.get(name)?.user
  }

  permission(user: string, vhost: string): Permission | undefined {
    return this.#entries.get(user)?.permissions.get(vhost)
  }

  topicPermission(user: string, vhost: string, exchange: string): TopicPermission | undefined {
    return this.#entries.get(user)?.topicPermissions.get(vhost)?.get(exchange)
  }

  /** All users, in the order in which they were added. */
  *users(): IterableIterator<User> {
    for (const { user } of this.#entries.values()) yield user
  }

  /** Permissions of one user, or of all. */
  *permissions(user?: string): IterableIterator<Permission> {
    for (const entry of this.#entriesOf(user)) yield* entry.permissions.values()
  }

  /** Topic permissions of one user, or of all. */
  *topicPermissions(user?: string): IterableIterator<TopicPermission> {
    for (const entry of this.#entriesOf(user)) {
      for (const ofVhost of entry.topicPermissions.values()) yield* ofVhost.values()
    }
  }

  #entriesOf(user: string | undefined): Iterable<Entry> {
    if (user === undefined) return this.#entries.values()
    const entry = this.#entries.get(user)
    return entry === undefined ? [] : [entry]
  }

  #entryOf(user: string): Entry {
    const entry = this.#entries.get(user)
    if (entry === undefined) throw new BrokerError('NOT_FOUND', `no user '${user}'`)
    return entry
  }

  #changed(isChanged: boolean): boolean {
    if (isChanged) this.#version += 1
    return isChanged
  }
}

/** Throws PRECONDITION_FAILED unless the record may be stored. */
export function checkUser(user: User): void {
  const nameBytes = Buffer.byteLength(user.name)
  if (nameBytes === 0) throw new BrokerError('PRECONDITION_FAILED', 'user name is empty')
  if (nameBytes > USER_NAME_BYTES_MAX) {
    throw new BrokerError('PRECONDITION_FAILED', `user name is longer than ${USER_NAME_BYTES_MAX} bytes`)
  }
  if (user.tags.length > USER_TAGS_MAX) {
    const count = `${user.tags.length} tags, at most ${USER_TAGS_MAX} are allowed`
    throw new BrokerError('PRECONDITION_FAILED', `user '${user.name}' has ${count}`)
  }
  for (const tag of user.tags) checkTag(user.name, tag)
  for (const limit of [user.limits.maxConnections, user.limits.maxChannels]) {
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
      throw new BrokerError('PRECONDITION_FAILED', `limit ${limit} of user '${user.name}' is not a count`)
    }
  }
  const stored = user.passwordHash
  if (stored !== undefined && parsePasswordHash(stored.hash, stored.algorithm) === undefined) {
    throw new BrokerError('PRECONDITION_FAILED', `password hash of user '${user.name}' is empty`)
  }
}

/** Throws PRECONDITION_FAILED when a pattern cannot be compiled. */
export function checkPermission(permission: Permission): void {
  checkPermissionPattern('configure', permission.configure)
  checkPermissionPattern('write', permission.write)
  checkPermissionPattern('read', permission.read)
}

/** Throws PRECONDITION_FAILED when a pattern cannot be compiled. Placeholders count as the text they are written as. */
export function checkTopicPermission(permission: TopicPermission): void {
  checkPermissionPattern('write', permission.write)
  checkPermissionPattern('read', permission.read)
}

/** Tags travel as lists separated by commas or spaces (HTTP API, HTTP backend), so they hold neither. */
function checkTag(user: string, tag: string): void {
  if (tag === '' || /[\s,]/.test(tag)) {
    throw new BrokerError('PRECONDITION_FAILED', `tag '${tag}' of user '${user}' is not a word`)
  }
}

function copyOf(user: User): User {
  const { name, passwordHash, tags, limits } = user
  return {
    name,
    passwordHash: passwordHash && { algorithm: passwordHash.algorithm, hash: passwordHash.hash },
    tags: [...tags],
    limits: { ...limits },
  }
}
