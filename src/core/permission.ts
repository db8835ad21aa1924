import type { ResourceKind } from './resource.js'

/** What a user may do to a queue or an exchange. */
export type Access = 'configure' | 'write' | 'read'

/** What a topic permission speaks of: routing keys published, binding keys subscribed to. */
export type TopicAccess = 'write' | 'read'

/** Whoever logged in. Doors hand it on to {@link PermissionCheck} and look at nothing but these two. */
export interface Principal {
  readonly name: string
  /** As they were at the login; `administrator`, `impersonator` and the like. */
  readonly tags: readonly string[]
}

/**
 * Somebody to whom no permission is refused: the broker itself, and whoever imports definitions, which may speak of
 * vhosts that give the importer no permission. Never made for a peer.
 */
export class UnrestrictedPrincipal implements Principal {
  readonly name: string
  readonly tags: readonly string[] = ['administrator']

  constructor(name: string) {
    this.name = name
  }
}

/** Values that a protocol adds to the placeholders of topic permissions. */
export interface TopicVariables {
  /** MQTT's client identifier, for `{client_id}`. */
  readonly clientId?: string
}

/** The permission checks that guard the doors of `core`; `auth` implements them. All answer at once. */
export interface PermissionCheck {
  /** Changes whenever a decision may have changed. A caller that keeps decisions drops them then. */
  readonly version: number
  /** Throws ACCESS_REFUSED unless `principal` has `access` to the resource. The default exchange is named `''`. */
  check(principal: Principal, vhost: string, kind: ResourceKind, name: string, access: Access): void
  /** Throws ACCESS_REFUSED unless `principal` has any access at all to the resource: passive declares. */
  checkAny(principal: Principal, vhost: string, kind: ResourceKind, name: string): void
  /** Throws ACCESS_REFUSED when a topic permission on `exchange` keeps `principal` from `routingKey`. */
  checkTopic(
    principal: Principal,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: TopicAccess,
    variables?: TopicVariables,
  ): void
}
