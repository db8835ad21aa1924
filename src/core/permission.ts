import type { ResourceKind } from './resource.js'

/** Who asks: an authenticated user. */
export interface Principal {
  readonly name: string
  readonly tags: readonly string[]
}

/** The three rights that RabbitMQ grants per vhost. */
export type Permission = 'configure' | 'write' | 'read'

/**
 * The permission check that the doors make. Implemented by `auth`. Every refusal is a BrokerError ACCESS_REFUSED in
 * RabbitMQ's words.
 */
export interface PermissionCheck {
  /** Counts up whenever any answer may have changed; callers cache answers against it. */
  readonly version: number
  /** Throws `<permission> access to <kind> '<name>' in vhost '<vhost>' refused for user '<user>'`. */
  check(principal: Principal, vhost: string, kind: ResourceKind, name: string, permission: Permission): void
  /** For passive declares: passes when the user has any of the three rights on the name. */
  checkAny(principal: Principal, vhost: string, kind: ResourceKind, name: string): void
  /** Topic permission on a topic exchange: `write` for a publish's keys, `read` for binding keys. */
  checkTopic(
    principal: Principal,
    vhost: string,
    exchange: string,
    routingKey: string,
    permission: 'write' | 'read',
  ): void
}
