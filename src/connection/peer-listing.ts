import type { PeerChannel, PeerConnection, PeerDirectory } from '../core/peers.js'
import type { Channel } from './channel.js'
import type { Connection } from './connection.js'
import type { ConnectionRegistry } from './connection-registry.js'
import { ListedChannel } from './listed-channel.js'

/** The connections of a node as management sees them. */
export class PeerListing implements PeerDirectory {
  readonly #registry: ConnectionRegistry
  readonly #peers = new WeakMap<Connection, PeerConnection>()

  constructor(registry: ConnectionRegistry) {
    this.#registry = registry
  }

  get size(): number {
    return this.#registry.size
  }

  get channelCount(): number {
    return this.#registry.channelCount
  }

  *connections(): IterableIterator<PeerConnection> {
    for (const connection of this.#registry.all()) {
      // Before connection.open there is no vhost, and nothing that an operator could do with it.
      if (connection.vhost !== '') yield this.#peerOf(connection)
    }
  }

  closeConnection(id: number, reason: string): boolean {
    const connection = this.#registry.get(id)
    connection?.forceClose(reason)
    return connection !== undefined
  }

  #peerOf(connection: Connection): PeerConnection {
    let peer = this.#peers.get(connection)
    if (peer === undefined) {
      peer = new ListedConnection(connection)
      this.#peers.set(connection, peer)
    }
    return peer
  }
}

class ListedConnection implements PeerConnection {
  readonly #connection: Connection
  readonly #listed = new WeakMap<Channel, PeerChannel>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get id() {
    return this.#connection.id
  }
  get name() {
    return this.#connection.name
  }
  get vhost() {
    return this.#connection.vhost
  }
  get user() {
    return this.#connection.actor.principal.name
  }
  get state() {
    return this.#connection.isBlocked ? 'blocked' : this.#connection.state
  }
  get protocol() {
    return 'AMQP 0-9-1'
  }
  get host() {
    return this.#connection.peer.localHost
  }
  get port() {
    return this.#connection.peer.localPort
  }
  get peerHost() {
    return this.#connection.peer.host
  }
  get peerPort() {
    return this.#connection.peer.port
  }
  get connectedAtMs() {
    return this.#connection.connectedAtMs
  }
  get heartbeatSeconds() {
    return this.#connection.heartbeatSeconds
  }
  get frameMax() {
    return this.#connection.frameMax
  }
  get channelMax() {
    return this.#connection.channelMax
  }
  get mechanism() {
    return this.#connection.mechanism
  }
  get clientProperties() {
    return this.#connection.clientProperties
  }
  get tls() {
    return this.#connection.peer.tls
  }
  get channelCount() {
    return this.#connection.channelCount
  }
  get receivedBytes() {
    return this.#connection.receivedBytes
  }
  get reads() {
    return this.#connection.reads
  }
  get sentBytes() {
    return this.#connection.output.sentBytes
  }
  get writes() {
    return this.#connection.writes
  }
  get unsentBytes() {
    return this.#connection.output.unsentBytes
  }
  *channels(): IterableIterator<PeerChannel> {
    for (const channel of this.#connection.openChannels()) {
      let listed = this.#listed.get(channel)
      if (listed === undefined) {
        listed = new ListedChannel(channel)
        this.#listed.set(channel, listed)
      }
      yield listed
    }
  }
}
