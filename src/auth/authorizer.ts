import { BrokerError } from '../core/errors.js'
import {
  type Access,
  type PermissionCheck,
  type Principal,
  type TopicAccess,
  type TopicVariables,
  UnrestrictedPrincipal,
} from '../core/permission.js'
import { describeResource, type ResourceKind } from '../core/resource.js'
import type { AuthChain } from './auth-chain.js'

/** The name under which the default exchange is checked and printed. */
const DEFAULT_EXCHANGE_NAME = 'amq.default'

const ALL_ACCESS: readonly Access[] = ['configure', 'write', 'read']
const NO_VARIABLES: TopicVariables = {}

/**
 * The checks at the doors: the backend that let a principal in decides, a "no" is a BrokerError in RabbitMQ's words. A
 * check costs a pattern search; callers on the message path keep decisions for as long as `version` stays the same.
 */
export class Authorizer implements PermissionCheck {
  readonly #chain: AuthChain

  constructor(chain: AuthChain) {
    this.#chain = chain
  }

  get version(): number {
    return this.#chain.version
  }

  check(principal: Principal, vhost: string, kind: ResourceKind, name: string, access: Access): void {
    if (principal instanceof UnrestrictedPrincipal) return
    const checked = checkedName(kind, name)
    if (this.#chain.backendOf(principal).checkResource(principal, vhost, kind, checked, access)) return
    throw accessRefused(access, principal, vhost, kind, checked)
  }

  checkAny(principal: Principal, vhost: string, kind: ResourceKind, name: string): void {
    if (principal instanceof UnrestrictedPrincipal) return
    const checked = checkedName(kind, name)
    const backend = this.#chain.backendOf(principal)
    for (const access of ALL_ACCESS) {
      if (backend.checkResource(principal, vhost, kind, checked, access)) return
    }
    throw accessRefused('configure', principal, vhost, kind, checked)
  }

  checkTopic(
    principal: Principal,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: TopicAccess,
    variables: TopicVariables = NO_VARIABLES,
  ): void {
    if (principal instanceof UnrestrictedPrincipal) return
    const backend = this.#chain.backendOf(principal)
    if (backend.checkTopic(principal, vhost, exchange, routingKey, access, variables)) return
    const topic = `topic '${routingKey}' in ${describeResource('exchange', exchange, vhost)}`
    throw new BrokerError(
      'ACCESS_REFUSED',
      `${access} access to ${topic} refused for user '${principal.name}'`,
    )
  }

  /** Throws NOT_ALLOWED unless `principal` may use the vhost, which must exist. `peerAddress` as in LoginContext. */
  checkVhost(principal: Principal, vhost: string, peerAddress: string | undefined): void {
    if (principal instanceof UnrestrictedPrincipal) return
    if (this.#chain.backendOf(principal).checkVhost(principal, vhost, peerAddress)) return
    throw new BrokerError('NOT_ALLOWED', `access to vhost '${vhost}' refused for user '${principal.name}'`)
  }

  /** When the principal's credentials end, in milliseconds since the Unix epoch; undefined when they do not. */
  expiresAt(principal: Principal): number | undefined {
    return this.#chain.backendOf(principal).expiresAt(principal)
  }
}

function checkedName(kind: ResourceKind, name: string): string {
  return kind === 'exchange' && name === '' ? DEFAULT_EXCHANGE_NAME : name
}

function accessRefused(
  access: Access,
  principal: Principal,
  vhost: string,
  kind: ResourceKind,
  name: string,
): BrokerError {
  const resource = describeResource(kind, name, vhost)
  return new BrokerError(
    'ACCESS_REFUSED',
    `${access} access to ${resource} refused for user '${principal.name}'`,
  )
}
