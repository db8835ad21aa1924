import type { Channel } from './channel.js'
import type { ChannelFramesHost } from './channel-frames.js'
import type { ChannelHost } from './channel-host.js'
import type { Connection } from './connection.js'
import type { Consumer } from './consumer.js'
import { ConsumerWindows } from './consumer-windows.js'

/** Hears of connections, channels and consumers of queues as they come, and once they have gone. */
export interface PeerObserver {
  connectionOpened(connection: Connection): void
  connectionClosed(connection: Connection): void
  channelOpened(at: ChannelFramesHost, channel: Channel): void
  channelClosed(at: ChannelFramesHost, channel: Channel): void
  consumerCame(at: ChannelHost, channelNumber: number, consumer: Consumer): void
  consumerWent(at: ChannelHost, channelNumber: number, consumer: Consumer): void
}

/** All connections of a broker, by id, and how many each vhost and user has. */
export class ConnectionRegistry {
  /** Of the consumers on all connections. */
  readonly windows = new ConsumerWindows()
  readonly #connections = new Map<number, Connection>()
  readonly #byVhost = new Map<string, number>()
  readonly #byUser = new Map<string, number>()
  readonly #channelsByUser = new Map<string, number>()
  /** How many came and went since the start. */
  connectionsOpened = 0
  connectionsClosed = 0
  channelsOpened = 0
  channelsClosed = 0
  observer: PeerObserver | undefined
  #lastId = 0
  #openCount = 0
  #channelCount = 0
  #emptied: Array<() => void> = []

  /** Connections of every state, those in their handshake included. */
  get size(): number {
    return this.#connections.size
  }

  /** Connections that have passed connection.open. */
  get openCount(): number {
    return this.#openCount
  }

  /** Open channels of the node. */
  get channelCount(): number {
    return this.#channelCount
  }

  takeId(): number {
    return ++this.#lastId
  }

  get(id: number): Connection | undefined {
    return this.#connections.get(id)
  }

  all(): IterableIterator<Connection> {
    return this.#connections.values()
  }

  countOfVhost(vhost: string): number {
    return this.#byVhost.get(vhost) ?? 0
  }

  countOfUser(user: string): number {
    return this.#byUser.get(user) ?? 0
  }

  channelsOfUser(user: string): number {
    return this.#channelsByUser.get(user) ?? 0
  }

  add(connection: Connection): void {
    this.#connections.set(connection.id, connection)
  }

  opened(connection: Connection): void {
    this.#openCount += 1
    this.connectionsOpened += 1
    count(this.#byVhost, connection.vhost, 1)
    count(this.#byUser, connection.actor.principal.name, 1)
    this.observer?.connectionOpened(connection)
  }

  closed(connection: Connection): void {
    this.#openCount -= 1
    this.connectionsClosed += 1
    count(this.#byVhost, connection.vhost, -1)
    count(this.#byUser, connection.actor.principal.name, -1)
    this.observer?.connectionClosed(connection)
  }

  channelOpened(at: ChannelFramesHost, channel: Channel): void {
    this.#channelCount += 1
    this.channelsOpened += 1
    count(this.#channelsByUser, at.actor.principal.name, 1)
    this.observer?.channelOpened(at, channel)
  }

  channelClosed(at: ChannelFramesHost, channel: Channel): void {
    this.#channelCount -= 1
    this.channelsClosed += 1
    count(this.#channelsByUser, at.actor.principal.name, -1)
    this.observer?.channelClosed(at, channel)
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection.id)
    if (this.#connections.size > 0) return
    const waiting = this.#emptied
    this.#emptied = []
    for (const resolve of waiting) resolve()
  }

  /** Resolves once there is no connection left. */
  whenEmpty(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#emptied.push(resolve))
  }

  /** Closes every connection with 320 `CONNECTION_FORCED - <reason>`. */
  closeAll(reason: string): void {
    for (const connection of [...this.#connections.values()]) connection.forceClose(reason)
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}
