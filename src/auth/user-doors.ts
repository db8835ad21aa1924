import type { DefinitionChange, DefinitionLog, UserChange } from '../core/definition-log.js'
import type { Actor, Durable } from '../core/doors.js'
import { BrokerError } from '../core/errors.js'
import type { EventBus } from '../core/events.js'
import { isHashingAlgorithm, type PasswordHash } from './password-hash.js'
import {
  checkPermission,
  checkTopicPermission,
  checkUser,
  type Permission,
  type TopicPermission,
  type User,
  type UserDirectory,
  type UserLimits,
} from './users.js'

declare module '../core/events.js' {
  interface BrokerEvents {
    'user.created': UserEvent & { readonly tags: readonly string[] }
    'user.deleted': UserEvent
    'user.password.changed': UserEvent
    'user.password.cleared': UserEvent
    'user.tags.set': UserEvent & { readonly tags: readonly string[] }
    'user.limits.set': UserEvent & { readonly limits: UserLimits }
    'user.limits.cleared': UserEvent
    'permission.created': PermissionEvent & Pick<Permission, 'configure' | 'write' | 'read'>
    'permission.deleted': PermissionEvent
    'topic.permission.created': PermissionEvent & Pick<TopicPermission, 'exchange' | 'write' | 'read'>
    'topic.permission.deleted': PermissionEvent & { readonly exchange: string | undefined }
  }
}

/** `name` is whom it is about, `user` whose doing it was. */
interface UserEvent {
  readonly name: string
  readonly user: string | undefined
}

interface PermissionEvent extends UserEvent {
  readonly vhost: string
}

/** The limits of a user as operators name them. */
export const USER_LIMIT_NAMES = ['max-connections', 'max-channels'] as const
export type UserLimitName = (typeof USER_LIMIT_NAMES)[number]

const LIMIT_FIELDS = { 'max-connections': 'maxConnections', 'max-channels': 'maxChannels' } as const

/** What became of a request to set something. */
export interface UserPut {
  /** False when something of that name was replaced. */
  readonly created: boolean
  readonly durable: Durable
}

/**
 * The doors of users and their rights: what they change is changed in the directory when a method returns, written to
 * the log and told. Refusals are BrokerErrors and change nothing. Who may is the caller's to ask, by tags, and whether
 * a vhost exists too. Permissions in a vhost go with it, by its `vhost.deleted`.
 */
export class UserDoors {
  readonly directory: UserDirectory
  readonly #log: DefinitionLog
  readonly #events: EventBus

  constructor(directory: UserDirectory, log: DefinitionLog, events: EventBus) {
    this.directory = directory
    this.#log = log
    this.#events = events
    events.on('vhost.deleted', ({ name }) => directory.deleteVhost(name))
  }

  /** Adds a user, or replaces what is known of one but for permissions. Throws as `checkUser`. */
  putUser(actor: Actor | undefined, user: User): UserPut {
    checkUser(user)
    const before = this.directory.user(user.name)
    this.directory.putUser(user)
    const durable = this.#log.append(userChange(user))
    this.#tellUser(actor?.principal.name, before, user)
    return { created: before === undefined, durable }
  }

  /** Deletes a user with all permissions; whoever holds its connections hears `user.deleted`. Throws NOT_FOUND. */
  deleteUser(actor: Actor | undefined, name: string): Durable {
    if (!this.directory.deleteUser(name)) throw noUser(name)
    const durable = this.#log.append({ kind: 'user-delete', name })
    this.#events.emit('user.deleted', { name, user: actor?.principal.name })
    return durable
  }

  /** Sets one limit; a negative value lifts it. Throws NOT_FOUND. */
  setLimit(actor: Actor | undefined, name: string, limit: UserLimitName, value: number): UserPut {
    const user = this.#userNamed(name)
    const { [LIMIT_FIELDS[limit]]: _, ...rest } = user.limits
    const limits = value < 0 ? rest : { ...rest, [LIMIT_FIELDS[limit]]: value }
    return this.putUser(actor, { ...user, limits })
  }

  clearLimit(actor: Actor | undefined, name: string, limit: UserLimitName): Durable {
    return this.setLimit(actor, name, limit, -1).durable
  }

  /** Throws NOT_FOUND for an unknown user, and when a pattern cannot be compiled. */
  setPermission(actor: Actor | undefined, permission: Permission): UserPut {
    const { user: name, vhost, configure, write, read } = permission
    this.#userNamed(name)
    checkPermission(permission)
    const created = this.directory.permission(name, vhost) === undefined
    this.directory.setPermission(permission)
    const patterns = { configure, write, read }
    const durable = this.#log.append({ kind: 'permission-put', user: name, vhost, ...patterns })
    this.#events.emit('permission.created', { name, vhost, ...patterns, user: actor?.principal.name })
    return { created, durable }
  }

  /** Throws NOT_FOUND when there is none. */
  clearPermission(actor: Actor | undefined, name: string, vhost: string): Durable {
    if (!this.directory.clearPermission(name, vhost)) {
      throw new BrokerError('NOT_FOUND', `user '${name}' has no permission in vhost '${vhost}'`)
    }
    const durable = this.#log.append({ kind: 'permission-delete', user: name, vhost })
    this.#events.emit('permission.deleted', { name, vhost, user: actor?.principal.name })
    return durable
  }

  /** Throws NOT_FOUND for an unknown user, and when a pattern cannot be compiled. */
  setTopicPermission(actor: Actor | undefined, permission: TopicPermission): UserPut {
    const { user: name, vhost, exchange, write, read } = permission
    this.#userNamed(name)
    checkTopicPermission(permission)
    const created = this.directory.topicPermission(name, vhost, exchange) === undefined
    this.directory.setTopicPermission(permission)
    const facts = { vhost, exchange, write, read }
    const durable = this.#log.append({ kind: 'topic-permission-put', user: name, ...facts })
    this.#events.emit('topic.permission.created', { name, ...facts, user: actor?.principal.name })
    return { created, durable }
  }

  /** Clears the one on an exchange, or those on all. Throws NOT_FOUND when there is none. */
  clearTopicPermissions(
    actor: Actor | undefined,
    name: string,
    vhost: string,
    exchange: string | undefined,
  ): Durable {
    const gone = [...this.directory.topicPermissions(name)].filter(
      (each) => each.vhost === vhost && (exchange === undefined || each.exchange === exchange),
    )
    if (gone.length === 0) {
      throw new BrokerError('NOT_FOUND', `user '${name}' has no topic permission in vhost '${vhost}'`)
    }
    this.directory.clearTopicPermissions(name, vhost, exchange)
    let durable: Durable
    for (const each of gone) {
      durable = this.#log.append({
        kind: 'topic-permission-delete',
        user: name,
        vhost,
        exchange: each.exchange,
      })
    }
    this.#events.emit('topic.permission.deleted', { name, vhost, exchange, user: actor?.principal.name })
    return durable
  }

  /** Brings back what was written down; changes of other things are passed over. */
  restore(changes: Iterable<DefinitionChange>): void {
    for (const change of changes) this.#replay(change)
  }

  /** Changes from which {@link restore} makes what there is now, for a log that is written anew. */
  *snapshot(): IterableIterator<UserChange> {
    for (const user of this.directory.users()) yield userChange(user)
    for (const permission of this.directory.permissions()) yield { kind: 'permission-put', ...permission }
    for (const permission of this.directory.topicPermissions()) {
      yield { kind: 'topic-permission-put', ...permission }
    }
  }

  #replay(change: DefinitionChange): void {
    const { directory } = this
    switch (change.kind) {
      case 'user-put':
        directory.putUser(userOf(change))
        break
      case 'user-delete':
        directory.deleteUser(change.name)
        break
      case 'permission-put':
        directory.setPermission(change)
        break
      case 'permission-delete':
        directory.clearPermission(change.user, change.vhost)
        break
      case 'topic-permission-put':
        directory.setTopicPermission(change)
        break
      case 'topic-permission-delete':
        directory.clearTopicPermissions(change.user, change.vhost, change.exchange)
        break
      case 'vhost-delete':
        directory.deleteVhost(change.vhost)
    }
  }

  #userNamed(name: string): User {
    const user = this.directory.user(name)
    if (user === undefined) throw noUser(name)
    return user
  }

  #tellUser(by: string | undefined, before: User | undefined, now: User): void {
    const { name, tags, limits } = now
    if (before === undefined) {
      this.#events.emit('user.created', { name, tags, user: by })
      return
    }
    if (before.passwordHash?.hash !== now.passwordHash?.hash) {
      const change = now.passwordHash === undefined ? 'cleared' : 'changed'
      this.#events.emit(`user.password.${change}`, { name, user: by })
    }
    if (before.tags.join() !== tags.join()) this.#events.emit('user.tags.set', { name, tags, user: by })
    const { maxConnections, maxChannels } = limits
    const sameLimits =
      before.limits.maxConnections === maxConnections && before.limits.maxChannels === maxChannels
    if (sameLimits) return
    if (maxConnections === undefined && maxChannels === undefined) {
      this.#events.emit('user.limits.cleared', { name, user: by })
    } else {
      this.#events.emit('user.limits.set', { name, limits, user: by })
    }
  }
}

/** Limits under their operators' names. */
export function userLimitsObject(limits: UserLimits): { readonly [name in UserLimitName]?: number } {
  const named: { [name in UserLimitName]?: number } = {}
  for (const name of USER_LIMIT_NAMES) {
    const value = limits[LIMIT_FIELDS[name]]
    if (value !== undefined) named[name] = value
  }
  return named
}

/** The reverse of {@link userLimitsObject}; negative values are no limit. */
export function userLimitsFrom(named: { readonly [name in UserLimitName]?: number }): UserLimits {
  const limits: { maxConnections?: number; maxChannels?: number } = {}
  for (const name of USER_LIMIT_NAMES) {
    const value = named[name]
    if (value !== undefined && value >= 0) limits[LIMIT_FIELDS[name]] = value
  }
  return limits
}

function noUser(name: string): BrokerError {
  return new BrokerError('NOT_FOUND', `no user '${name}'`)
}

function userChange({ name, passwordHash, tags, limits }: User): UserChange {
  const hash = passwordHash && { algorithm: passwordHash.algorithm, hash: passwordHash.hash }
  return { kind: 'user-put', name, passwordHash: hash, tags, limits }
}

function userOf(change: UserChange & { readonly kind: 'user-put' }): User {
  const { name, passwordHash, tags, limits } = change
  return { name, passwordHash: passwordHash && hashFrom(passwordHash), tags, limits }
}

function hashFrom(stored: { readonly [name: string]: unknown }): PasswordHash {
  const { algorithm, hash } = stored
  if (typeof algorithm !== 'string' || typeof hash !== 'string' || !isHashingAlgorithm(algorithm)) {
    throw new Error('a password hash that was written down is not one')
  }
  return { algorithm, hash }
}
