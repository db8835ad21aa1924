import type { ReadonlyFieldTable } from '../protocol/amqp091/field-table.js'
import type { Durable } from './doors.js'
import type { ParameterObject, ParameterValue } from './policy/parameter-value.js'
import type { PolicyDefinition } from './policy/policy.js'
import type { QueueType } from './queue/settings.js'
import type { VhostLimits, VhostMetadata } from './topology/vhost.js'

/**
 * Where changes of what outlives a restart are written down. `metadata` implements it.
 *
 * Changes count in the order in which they are appended, and each is durable no sooner than those before it. The log
 * owns the change from then on; it is never altered. Names end at nothing but their own record: field tables are kept
 * with their tags, since what a client declared must come back as it was.
 */
export interface DefinitionLog {
  /** Resolves when the change and all before it would survive a crash; rejects when the log takes no more. */
  append(change: DefinitionChange): Durable
  /**
   * Resolves when all that was appended so far would survive a crash; undefined when it already would. For whoever
   * finds that what it wants was made already: perhaps only just, by somebody else.
   */
  barrier(): Durable
  /** What `work` appends survives a crash whole, or not at all. It must not wait for anything. */
  atomically(work: () => void): void
}

/** Keeps nothing: a node without a data directory. */
export class MemoryDefinitionLog implements DefinitionLog {
  append(_change: DefinitionChange): Durable {
    return undefined
  }

  barrier(): Durable {
    return undefined
  }

  atomically(work: () => void): void {
    work()
  }
}

/**
 * One change. `put` makes or replaces, `delete` takes away with all that hangs on it: a vhost with its content, an
 * exchange or queue with its bindings, a user with its permissions. Deletions that the broker makes of its own accord,
 * such as of an auto-delete exchange, are changes of their own.
 */
export type DefinitionChange =
  | VhostChange
  | ExchangeChange
  | QueueChange
  | BindingChange
  | PolicyChange
  | ParameterChange
  | UserChange

export type VhostChange =
  | {
      readonly kind: 'vhost-put'
      readonly vhost: string
      readonly metadata: VhostMetadata
      /** As of an exchange. */
      readonly maker: string | undefined
    }
  | { readonly kind: 'vhost-delete'; readonly vhost: string }
  | { readonly kind: 'vhost-limits-put'; readonly vhost: string; readonly limits: VhostLimits }

export type ExchangeChange =
  | {
      readonly kind: 'exchange-put'
      readonly vhost: string
      readonly name: string
      readonly type: string
      readonly autoDelete: boolean
      readonly internal: boolean
      readonly arguments: ReadonlyFieldTable
      /** Whose doing it was; undefined for the broker's own, and in logs of earlier releases. */
      readonly maker: string | undefined
    }
  | { readonly kind: 'exchange-delete'; readonly vhost: string; readonly name: string }

export type QueueChange =
  | {
      readonly kind: 'queue-put'
      readonly vhost: string
      readonly name: string
      readonly id: number
      readonly type: QueueType
      readonly autoDelete: boolean
      readonly arguments: ReadonlyFieldTable
      /** As of an exchange. */
      readonly maker: string | undefined
    }
  | { readonly kind: 'queue-delete'; readonly vhost: string; readonly name: string; readonly id: number }
  /** Ids below this one may have been used, by queues that are not written down too. */
  | { readonly kind: 'queue-id-floor'; readonly floor: number }

export type BindingChange = {
  readonly kind: 'binding-put' | 'binding-delete'
  readonly vhost: string
  readonly source: string
  readonly destinationKind: 'queue' | 'exchange'
  readonly destination: string
  readonly routingKey: string
  readonly arguments: ReadonlyFieldTable
}

export type PolicyChange =
  | {
      readonly kind: 'policy-put' | 'operator-policy-put'
      readonly vhost: string
      readonly policy: PolicyDefinition
    }
  | {
      readonly kind: 'policy-delete' | 'operator-policy-delete'
      readonly vhost: string
      readonly name: string
    }

export type ParameterChange =
  | {
      readonly kind: 'parameter-put'
      readonly vhost: string
      readonly component: string
      readonly name: string
      readonly value: ParameterValue
    }
  | {
      readonly kind: 'parameter-delete'
      readonly vhost: string
      readonly component: string
      readonly name: string
    }
  | { readonly kind: 'global-parameter-put'; readonly name: string; readonly value: ParameterValue }
  | { readonly kind: 'global-parameter-delete'; readonly name: string }

/** Written and read by `auth`. */
export type UserChange =
  | {
      readonly kind: 'user-put'
      readonly name: string
      /** In `auth`'s own form; `undefined` for a user who has no password. */
      readonly passwordHash: ParameterObject | undefined
      readonly tags: readonly string[]
      readonly limits: { readonly maxConnections?: number; readonly maxChannels?: number }
    }
  | { readonly kind: 'user-delete'; readonly name: string }
  | {
      readonly kind: 'permission-put'
      readonly user: string
      readonly vhost: string
      readonly configure: string
      readonly write: string
      readonly read: string
    }
  | { readonly kind: 'permission-delete'; readonly user: string; readonly vhost: string }
  | {
      readonly kind: 'topic-permission-put'
      readonly user: string
      readonly vhost: string
      readonly exchange: string
      readonly write: string
      readonly read: string
    }
  | {
      readonly kind: 'topic-permission-delete'
      readonly user: string
      readonly vhost: string
      readonly exchange: string
    }
