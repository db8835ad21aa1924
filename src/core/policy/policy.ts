import type { QueueType } from '../queue/settings.js'
import type { ParameterObject } from './parameter-value.js'

/** What kinds of thing a policy may apply to. */
export const APPLY_TO = ['all', 'exchanges', 'queues', 'classic_queues', 'quorum_queues', 'streams'] as const
export type ApplyTo = (typeof APPLY_TO)[number]

/** A policy as an operator sets it, checked. */
export interface PolicyDefinition {
  readonly name: string
  /** Regular expression that is looked for in names. */
  readonly pattern: string
  readonly definition: ParameterObject
  /** The highest of those that apply counts. */
  readonly priority: number
  readonly applyTo: ApplyTo
}

/** A policy or operator policy of a vhost. */
export interface Policy extends PolicyDefinition {
  matches(name: string): boolean
}

/** What applies to an entity: at most one of each kind. */
export interface PolicyPair {
  readonly policy: Policy | undefined
  readonly operatorPolicy: Policy | undefined
}

export const NO_POLICIES: PolicyPair = { policy: undefined, operatorPolicy: undefined }

/** What a policy is looked for: an exchange or a type of queue. */
export type PolicyTarget = 'exchange' | QueueType

/** A regular expression that was understood. Matching takes no longer than the name's length asks for. */
export interface NamePattern {
  matches(name: string): boolean
}

/**
 * Understands a PCRE pattern, to be looked for anywhere in a name. Throws an Error that gives the reason, with the
 * place as its `offset` in characters, when it cannot. Handed in from outside: `auth` has the one that permissions use.
 */
export type PatternCompiler = (pattern: string) => NamePattern
