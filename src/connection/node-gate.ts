import type { AuthChain } from '../auth/auth-chain.js'
import type { Authorizer } from '../auth/authorizer.js'
import type { Credentials, LoginResult } from '../auth/backend.js'
import type { SaslContext, SaslExchange } from '../auth/sasl/mechanism.js'
import type { SaslMechanisms } from '../auth/sasl/mechanisms.js'
import type { UserLimits } from '../auth/users.js'
import { BrokerError } from '../core/errors.js'
import type { Principal } from '../core/permission.js'
import type { ConnectionRegistry } from './connection-registry.js'
import type { Gate } from './gate.js'
import type { PeerAddress } from './transport.js'

/** Where a gate finds what it decides by. */
export interface NodeGateParts {
  readonly nodeName: string
  readonly chain: AuthChain
  readonly authorizer: Authorizer
  readonly mechanisms: SaslMechanisms
  readonly registry: ConnectionRegistry
  /** Limits of a vhost; undefined when there is no such vhost. A negative limit is none. */
  vhostLimits(vhost: string): { readonly maxConnections?: number } | undefined
  userLimits(user: string): UserLimits
  /** Connections of the node. */
  readonly maxConnections: number
  /** Channels of the node. */
  readonly channelMaxPerNode: number
}

/** The gate of one node. */
export class NodeGate implements Gate {
  readonly #parts: NodeGateParts

  constructor(parts: NodeGateParts) {
    this.#parts = parts
  }

  mechanisms(peer: PeerAddress): string {
    return this.#parts.mechanisms.announcement(saslContext(peer))
  }

  beginLogin(mechanism: string, peer: PeerAddress): SaslExchange {
    const context = saslContext(peer)
    return this.#parts.mechanisms.choose(mechanism, context).start(context)
  }

  logIn(credentials: Credentials, peer: PeerAddress): LoginResult | Promise<LoginResult> {
    return this.#parts.chain.authenticate(credentials, { protocol: 'amqp091', peerAddress: ipOf(peer) })
  }

  openVhost(principal: Principal, vhost: string, peer: PeerAddress): void {
    const { registry, maxConnections, authorizer } = this.#parts
    const user = principal.name
    if (registry.openCount >= maxConnections) {
      throw refused(`connection refused: node connection limit (${maxConnections}) is reached`)
    }
    const limits = this.#parts.vhostLimits(vhost)
    if (limits === undefined) throw refused(`vhost ${vhost} not found`)
    if (isReached(limits.maxConnections, registry.countOfVhost(vhost))) {
      const limit = `connection limit (${limits.maxConnections}) is reached`
      throw refused(`access to vhost '${vhost}' refused for user '${user}': ${limit}`)
    }
    const { maxConnections: ofUser } = this.#parts.userLimits(user)
    if (isReached(ofUser, registry.countOfUser(user))) {
      const limit = `user connection limit (${ofUser}) is reached`
      throw refused(`connection refused for user '${user}': ${limit}`)
    }
    authorizer.checkVhost(principal, vhost, ipOf(peer))
  }

  openChannel(principal: Principal): void {
    const { registry, channelMaxPerNode, nodeName } = this.#parts
    const user = principal.name
    if (registry.channelCount >= channelMaxPerNode) {
      const limit = `has reached the maximum allowed limit of ${channelMaxPerNode}`
      throw refused(`number of channels opened on node '${nodeName}' ${limit}`)
    }
    const { maxChannels } = this.#parts.userLimits(user)
    if (isReached(maxChannels, registry.channelsOfUser(user))) {
      const limit = `has reached the maximum allowed user limit of ${maxChannels}`
      throw refused(`number of channels opened for user '${user}' ${limit}`)
    }
  }

  /** The broker's own users have no secret that expires: accepted, and nothing changes. */
  updateSecret(principal: Principal, vhost: string, _secret: Buffer): undefined {
    this.#parts.authorizer.checkVhost(principal, vhost, undefined)
  }
}

function isReached(limit: number | undefined, count: number): boolean {
  return limit !== undefined && limit >= 0 && count >= limit
}

function refused(explanation: string): BrokerError {
  return new BrokerError('NOT_ALLOWED', explanation)
}

function saslContext(peer: PeerAddress): SaslContext {
  const { tls } = peer
  return {
    peerAddress: ipOf(peer),
    tls: tls !== undefined,
    ...(tls?.certificate === undefined ? {} : { peerCertificate: tls.certificate }),
    peerVerified: tls?.verified ?? false,
  }
}

/** Undefined is a Unix domain socket, whose peers are on this machine. */
function ipOf(peer: PeerAddress): string | undefined {
  return peer.kind === 'unix' ? undefined : peer.host
}
