import { createPasswordHash, type HashingAlgorithm } from './auth/password-hash.js'
import type { UserDoors } from './auth/user-doors.js'
import type { UserLimits } from './auth/users.js'
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
  readonly #users: UserDoors
  readonly #alarms: Alarms
  readonly #connections: ConnectionRegistry
  readonly #hashing: HashingAlgorithm

  constructor(
    doors: BrokerDoors,
    users: UserDoors,
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
  }

  async setVhostLimits(vhost: string, limits: VhostLimits): Promise<void> {
    await this.#doors.setVhostLimits(this.actor, vhost, limits).durable
  }

  /** Adds a user or replaces what is known of one. Permissions stay. */
  async putUser(name: string, { password, tags = [], limits = {} }: NewUser = {}): Promise<void> {
    const passwordHash =
      password === undefined ? undefined : await createPasswordHash(password, this.#hashing)
    await this.#users.putUser(this.actor, { name, passwordHash, tags, limits }).durable
  }

  /** Deletes a user and closes the connections made in that name. */
  async deleteUser(name: string): Promise<void> {
    if (this.#users.directory.user(name) !== undefined) await this.#users.deleteUser(this.actor, name)
  }

  /** Sets what a user may do in a vhost, which need not exist. */
  async setPermissions(user: string, vhost: string, patterns: PermissionPatterns): Promise<void> {
    await this.#users.setPermission(this.actor, { user, vhost, ...patterns }).durable
  }

  async clearPermissions(user: string, vhost: string): Promise<void> {
    if (this.#users.directory.permission(user, vhost) === undefined) return
    await this.#users.clearPermission(this.actor, user, vhost)
  }

  async setTopicPermissions(
    user: string,
    vhost: string,
    exchange: string,
    patterns: { readonly write: string; readonly read: string },
  ): Promise<void> {
    await this.#users.setTopicPermission(this.actor, { user, vhost, exchange, ...patterns }).durable
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
