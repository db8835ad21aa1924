import { BrokerError } from '../../core/errors.js'
import { AmqPlainMechanism } from './amqplain.js'
import { type AnonymousLogin, AnonymousMechanism } from './anonymous.js'
import { ExternalMechanism, type ExternalOptions } from './external.js'
import type { SaslContext, SaslMechanism } from './mechanism.js'
import { PlainMechanism } from './plain.js'

/** `auth_mechanisms`: what is offered by default. EXTERNAL has to be added by hand. */
export const DEFAULT_MECHANISMS: readonly string[] = ['PLAIN', 'AMQPLAIN', 'ANONYMOUS']

export interface MechanismOptions {
  /** Names of the mechanisms to offer. Default {@link DEFAULT_MECHANISMS}. */
  readonly enabled?: readonly string[]
  readonly anonymous?: AnonymousLogin
  readonly external?: ExternalOptions
}

/** The mechanisms that come with the broker, in the order in which they are announced. */
export function builtInMechanisms(options: MechanismOptions = {}): SaslMechanism[] {
  return [
    new PlainMechanism(),
    new AmqPlainMechanism(),
    new AnonymousMechanism(options.anonymous),
    new ExternalMechanism(options.external),
  ]
}

/** The mechanisms a listener knows and those of them that it offers. */
export class SaslMechanisms {
  readonly #known: readonly SaslMechanism[]
  readonly #enabled: ReadonlySet<string>

  /** `known` in the order of the announcement; names in `enabled` that are not known are ignored. */
  constructor(known: readonly SaslMechanism[], enabled: readonly string[] = DEFAULT_MECHANISMS) {
    this.#known = known
    this.#enabled = new Set(enabled)
  }

  /** Mechanisms of the broker itself. */
  static builtIn(options: MechanismOptions = {}): SaslMechanisms {
    return new SaslMechanisms(builtInMechanisms(options), options.enabled)
  }

  /** The `mechanisms` field of `connection.start`: names with spaces between them. */
  announcement(context: SaslContext): string {
    return this.#known
      .filter((mechanism) => this.#isOffered(mechanism, context))
      .map(({ name }) => name)
      .join(' ')
  }

  /** The mechanism that a peer chose. Throws COMMAND_INVALID when there is none of that name or it is not offered. */
  choose(name: string, context: SaslContext): SaslMechanism {
    const mechanism = this.#known.find((known) => known.name === name)
    if (mechanism === undefined) {
      throw new BrokerError('COMMAND_INVALID', `unknown authentication mechanism '${name}'`)
    }
    if (!this.#isOffered(mechanism, context)) {
      throw new BrokerError('COMMAND_INVALID', `invalid authentication mechanism '${name}'`)
    }
    return mechanism
  }

  #isOffered(mechanism: SaslMechanism, context: SaslContext): boolean {
    return this.#enabled.has(mechanism.name) && mechanism.isOffered(context)
  }
}
