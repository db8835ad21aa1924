import { createPasswordHash, type HashingAlgorithm } from './auth/password-hash.js'
import type { UserDirectory, UserLimits } from './auth/users.js'
import type { PermissionPatterns } from './config/broker-options.js'
import type { ConnectionRegistry } from './connection/connection-registry.js'
import type { AlarmSource, Alarms } from './core/alarm.js'
import type { BrokerDoors } from './core/doors/broker-doors.js'
import type { Actor } from './core/doors.js'
import type { PolicyRequest } from './core/policy/policy-validation.js'
import type { VhostLimits, VhostMetadata } from './core/topology/vhost.js'

/** What may be said of a new user. */
export interface NewUser {
  /** Undefined for a user who cannot log in with one. */
  readonly password?: string | undefined
  readonly tags?: readonly string[]
  readonly limits?: UserLimits
}

/** What an administrator does to a broker, for programs that embed one. Refusals are BrokerErrors. */
export class BrokerAdmin {
  /** Who the broker's own doings are attributed to. */
  readonly actor: Actor = { principal: { name: 'rmq-internal', tags: ['administrator'] }, connectionId: 0 }
  readonly #doors: BrokerDoors
  readonly #users: UserDirectory
  readonly #alarms: Alarms
  readonly #connections: ConnectionRegistry
  readonly #hashing: HashingAlgorithm

  constructor(
    doors: BrokerDoors,
    users: UserDirectory,
    alarms: Alarms,
    connections: ConnectionRegistry,
    hashing: HashingAlgorithm,
  ) {
    this.#doors = doors
    this.#users = users
    this.#alarms = alarms
    this.#connections = connections
    this.#hashing = hashing
  }

  async addVhost(name: string, metadata: Partial<VhostMetadata> = {}): Promise<void> {
    await this.#doors.createVhost(this.actor, name, metadata).durable
  }

  /** Deletes a vhost with everything in it and closes its connections. */
  async deleteVhost(name: string): Promise<void> {
    await this.#doors.deleteVhost(this.actor, name)
    this.#users.deleteVhost(name)
  }

  async setVhostLimits(vhost: string, limits: VhostLimits): Promise<void> {
    await this.#doors.setVhostLimits(this.actor, vhost, limits).durable
  }

  /** Adds a user or replaces what is known of one. Permissions stay. */
  async putUser(name: string, { password, tags = [], limits = {} }: NewUser = {}): Promise<void> {
    const passwordHash =
      password === undefined ? undefined : await createPasswordHash(password, this.#hashing)
    this.#users.putUser({ name, passwordHash, tags, limits })
  }

  /** Deletes a user and closes the connections made in that name. */
  deleteUser(name: string): void {
    if (!this.#users.deleteUser(name)) return
    for (const connection of this.#connections.all()) {
      if (connection.actor.principal.name === name) connection.forceClose(`user '${name}' is deleted`)
    }
  }

  /** Sets what a user may do in a vhost, which need not exist. */
  setPermissions(user: string, vhost: string, patterns: PermissionPatterns): void {
    this.#users.setPermission({ user, vhost, ...patterns })
  }

  clearPermissions(user: string, vhost: string): void {
    this.#users.clearPermission(user, vhost)
  }

  setTopicPermissions(
    user: string,
    vhost: string,
    exchange: string,
    patterns: { readonly write: string; readonly read: string },
  ): void {
    this.#users.setTopicPermission({ user, vhost, exchange, ...patterns })
  }

  async setPolicy(vhost: string, policy: PolicyRequest): Promise<void> {
    await this.#doors.setPolicy(this.actor, vhost, policy).durable
  }

  async clearPolicy(vhost: string, name: string): Promise<void> {
    await this.#doors.clearPolicy(this.actor, vhost, name)
  }

  async setOperatorPolicy(vhost: string, policy: PolicyRequest): Promise<void> {
    await this.#doors.setOperatorPolicy(this.actor, vhost, policy).durable
  }

  async clearOperatorPolicy(vhost: string, name: string): Promise<void> {
    await this.#doors.clearOperatorPolicy(this.actor, vhost, name)
  }

  setAlarm(source: AlarmSource): void {
    this.#alarms.set(source)
  }

  clearAlarm(source: AlarmSource): void {
    this.#alarms.clear(source)
  }

  /** Closes one connection with 320 `CONNECTION_FORCED - <reason>`. False when there is none of that id. */
  closeConnection(id: number, reason: string): boolean {
    const connection = this.#connections.get(id)
    connection?.forceClose(reason)
    return connection !== undefined
  }
}
