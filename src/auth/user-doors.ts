import type { DefinitionChange, DefinitionLog } from '../core/definition-log.js'
import type { Durable } from '../core/doors.js'
import { isHashingAlgorithm, type PasswordHash, parsePasswordHash } from './password-hash.js'
import type { Permission, TopicPermission, User, UserDirectory } from './users.js'

/**
 * The doors to users and their permissions: each change is made in the directory, which refuses what makes no sense,
 * and written to the definition log. Used by the HTTP API, definitions import and embedding programs alike.
 */
export class UserDoors {
  readonly #directory: UserDirectory
  readonly #log: DefinitionLog

  constructor(directory: UserDirectory, log: DefinitionLog) {
    this.#directory = directory
    this.#log = log
  }

  /** Adds a user, or replaces what is known of one except for its permissions. */
  putUser(user: User): Durable {
    this.#directory.putUser(user)
    const { name, passwordHash, tags, limits } = user
    return this.#log.append({
      kind: 'user-put',
      name,
      passwordHash: passwordHash === undefined ? undefined : { ...passwordHash },
      tags,
      limits,
    })
  }

  /** Removes a user and all permissions; undefined in `existed` false when there was none. */
  deleteUser(name: string): { readonly existed: boolean; readonly durable: Durable } {
    if (!this.#directory.deleteUser(name)) return NOTHING_THERE
    return { existed: true, durable: this.#log.append({ kind: 'user-delete', name }) }
  }

  setPermission(permission: Permission): Durable {
    this.#directory.setPermission(permission)
    return this.#log.append({ kind: 'permission-put', ...permission })
  }

  clearPermission(user: string, vhost: string): { readonly existed: boolean; readonly durable: Durable } {
    if (!this.#directory.clearPermission(user, vhost)) return NOTHING_THERE
    return { existed: true, durable: this.#log.append({ kind: 'permission-delete', user, vhost }) }
  }

  setTopicPermission(permission: TopicPermission): Durable {
    this.#directory.setTopicPermission(permission)
    return this.#log.append({ kind: 'topic-permission-put', ...permission })
  }

  /** Clears the permissions on one exchange, or on all of the vhost. */
  clearTopicPermissions(
    user: string,
    vhost: string,
    exchange?: string,
  ): { readonly existed: boolean; readonly durable: Durable } {
    const cleared = [...this.#directory.topicPermissions(user)].filter(
      (each) => each.vhost === vhost && (exchange === undefined || each.exchange === exchange),
    )
    if (!this.#directory.clearTopicPermissions(user, vhost, exchange)) return NOTHING_THERE
    let durable: Durable
    for (const each of cleared) {
      durable = this.#log.append({ kind: 'topic-permission-delete', user, vhost, exchange: each.exchange })
    }
    return { existed: true, durable }
  }

  /** A vhost is gone: so are the permissions in it. The log knows that from the vhost's deletion. */
  vhostDeleted(vhost: string): void {
    this.#directory.deleteVhost(vhost)
  }

  /** Brings back what was written down. */
  restore(changes: Iterable<DefinitionChange>): void {
    for (const change of changes) this.#apply(change)
  }

  #apply(change: DefinitionChange): void {
    const directory = this.#directory
    switch (change.kind) {
      case 'user-put': {
        const { name, tags, limits } = change
        directory.putUser({ name, tags, limits, passwordHash: hashOf(change.passwordHash) })
        break
      }
      case 'user-delete':
        directory.deleteUser(change.name)
        break
      case 'permission-put':
        directory.setPermission(recordOf(change))
        break
      case 'permission-delete':
        directory.clearPermission(change.user, change.vhost)
        break
      case 'topic-permission-put':
        directory.setTopicPermission(recordOf(change))
        break
      case 'topic-permission-delete':
        directory.clearTopicPermissions(change.user, change.vhost, change.exchange)
        break
      case 'vhost-delete':
        directory.deleteVhost(change.vhost)
        break
    }
  }
}

const NOTHING_THERE = { existed: false, durable: undefined } as const

function recordOf<T extends { readonly kind: string }>({ kind: _kind, ...record }: T): Omit<T, 'kind'> {
  return record
}

function hashOf(stored: { readonly [name: string]: unknown } | undefined): PasswordHash | undefined {
  if (stored === undefined) return undefined
  const { algorithm, hash } = stored
  if (typeof hash !== 'string' || typeof algorithm !== 'string' || !isHashingAlgorithm(algorithm)) {
    throw new Error(`a user's password hash is written in a form that is not known: ${String(algorithm)}`)
  }
  return parsePasswordHash(hash, algorithm)
}
