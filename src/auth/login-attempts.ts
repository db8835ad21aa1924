import type { EventBus } from '../core/events.js'
import type { LoginContext, LoginProtocol } from './backend.js'

declare module '../core/events.js' {
  interface BrokerEvents {
    'user.authentication.success': LoginEvent
    'user.authentication.failure': LoginEvent & { readonly error: string }
  }
}

interface LoginEvent {
  /** Who wanted in. */
  readonly name: string
  readonly connectionType: 'network'
  readonly protocol: LoginProtocol
  readonly peerHost: string | undefined
}

/** A login that was decided. */
export interface LoginAttempt {
  readonly username: string
  readonly context: LoginContext
  /** Why it was refused; undefined when it was not. */
  readonly refusal: string | undefined
}

export interface AttemptCounts {
  readonly protocol: LoginProtocol
  readonly failed: number
  readonly succeeded: number
}

/** Of one user from one address. */
export interface SourceCounts extends AttemptCounts {
  readonly peerAddress: string
  readonly username: string
}

/** Pairs of address and user that are told apart; the oldest are forgotten first. */
export const SOURCES_MAX = 10_000

type Counting<T> = { -readonly [Name in keyof T]: T[Name] }

/**
 * Counts the logins of a node by protocol and, when asked to, by user and address. Tells the event bus of those of
 * connections; the HTTP API logs in with every request.
 */
export class LoginAttempts {
  readonly #events: EventBus
  readonly #tracksSources: boolean
  readonly #byProtocol = new Map<LoginProtocol, Counting<AttemptCounts>>()
  readonly #bySource = new Map<string, Counting<SourceCounts>>()

  constructor(events: EventBus, tracksSources: boolean) {
    this.#events = events
    this.#tracksSources = tracksSources
  }

  note(attempt: LoginAttempt): void {
    const { protocol } = attempt.context
    if (protocol === undefined) return
    let counts = this.#byProtocol.get(protocol)
    if (counts === undefined) {
      counts = { protocol, failed: 0, succeeded: 0 }
      this.#byProtocol.set(protocol, counts)
    }
    count(counts, attempt)
    if (this.#tracksSources) count(this.#sourceOf(attempt, protocol), attempt)
    if (protocol !== 'http') this.#tell(attempt, protocol)
  }

  byProtocol(): Iterable<AttemptCounts> {
    return this.#byProtocol.values()
  }

  /** Empty unless sources are tracked. */
  bySource(): Iterable<SourceCounts> {
    return this.#bySource.values()
  }

  reset(): void {
    this.#byProtocol.clear()
    this.#bySource.clear()
  }

  resetSources(): void {
    this.#bySource.clear()
  }

  #sourceOf({ username, context }: LoginAttempt, protocol: LoginProtocol): Counting<SourceCounts> {
    const { peerAddress = '' } = context
    const key = `${protocol} ${peerAddress} ${username}`
    let source = this.#bySource.get(key)
    if (source === undefined) {
      source = { protocol, peerAddress, username, failed: 0, succeeded: 0 }
      this.#bySource.set(key, source)
      const [oldest] = this.#bySource.keys()
      if (this.#bySource.size > SOURCES_MAX) this.#bySource.delete(oldest!)
    }
    return source
  }

  #tell({ username, context, refusal }: LoginAttempt, protocol: LoginProtocol): void {
    const event = {
      name: username,
      connectionType: 'network',
      protocol,
      peerHost: context.peerAddress,
    } as const
    if (refusal === undefined) this.#events.emit('user.authentication.success', event)
    else this.#events.emit('user.authentication.failure', { ...event, error: refusal })
  }
}

function count(counts: Counting<AttemptCounts>, { refusal }: LoginAttempt): void {
  if (refusal === undefined) counts.succeeded += 1
  else counts.failed += 1
}
