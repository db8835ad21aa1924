import type { Credentials, LoginResult } from '../auth/backend.js'
import type { SaslExchange } from '../auth/sasl/mechanism.js'
import type { Principal } from '../core/permission.js'
import type { PeerAddress } from './transport.js'

/** Who gets in: what a connection asks of authentication, of vhosts and of limits. Implemented by {@link NodeGate}. */
export interface Gate {
  /** Names of the SASL mechanisms offered to this peer, with spaces between them. */
  mechanisms(peer: PeerAddress): string
  /** Begins an exchange. Throws BrokerError COMMAND_INVALID when the mechanism is unknown or not offered. */
  beginLogin(mechanism: string, peer: PeerAddress): SaslExchange
  /** Answers at once where it can, so that a handshake takes no extra turn of the loop. */
  logIn(credentials: Credentials, peer: PeerAddress): LoginResult | Promise<LoginResult>
  /**
   * Checks made by connection.open, in RabbitMQ's order: node limit, vhost and its limit, user limit, permission.
   * Throws BrokerError NOT_ALLOWED.
   */
  openVhost(principal: Principal, vhost: string, peer: PeerAddress): void
  /** Throws BrokerError NOT_ALLOWED when one more channel is too many for the node or the user. */
  openChannel(principal: Principal): void
  /** New credentials (connection.update-secret). Throws or rejects with BrokerError NOT_ALLOWED when refused. */
  updateSecret(principal: Principal, vhost: string, secret: Buffer): Promise<void> | undefined
}
