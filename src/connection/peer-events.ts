import type { EventBus } from '../core/events.js'
import type { FieldTable } from '../protocol/amqp091/field-table.js'
import type { Channel } from './channel.js'
import type { ChannelFramesHost } from './channel-frames.js'
import type { ChannelHost } from './channel-host.js'
import type { Connection } from './connection.js'
import type { PeerObserver } from './connection-registry.js'
import type { Consumer } from './consumer.js'

declare module '../core/events.js' {
  interface BrokerEvents {
    'connection.created': ConnectionEvent & {
      readonly authMechanism: string
      readonly channelMax: number
      readonly connectedAt: number
      readonly frameMax: number
      readonly host: string
      readonly peerHost: string
      readonly peerPort: number
      readonly port: number
      readonly protocol: string
      readonly ssl: boolean
      /** Heartbeat, in seconds. */
      readonly timeout: number
    }
    'connection.closed': ConnectionEvent
    'channel.created': ChannelEvent
    'channel.closed': ChannelEvent & { readonly consumerCount: number }
    'consumer.created': ConsumerEvent & {
      readonly exclusive: boolean
      readonly ackRequired: boolean
      readonly prefetchCount: number
      readonly arguments: FieldTable
    }
    'consumer.deleted': ConsumerEvent
  }
}

/** `user` is whose connection it is, and whose doing that it came and went. */
interface PeerEvent {
  readonly name: string
  readonly vhost: string
  readonly user: string
  readonly node: string
  /** Tells those of one name apart that came one after the other. */
  readonly pid: string
}

interface ConnectionEvent extends PeerEvent {
  readonly clientProperties: FieldTable
  readonly userProvidedName: string | undefined
}

interface ChannelEvent extends PeerEvent {
  readonly number: number
  /** Its name. */
  readonly connection: string
}

interface ConsumerEvent {
  readonly consumerTag: string
  /** Names of its channel and its queue. */
  readonly channel: string
  readonly queue: string
  readonly vhost: string
  readonly user: string
}

/** Tells the event bus of connections, channels and consumers. */
export class PeerEvents implements PeerObserver {
  readonly #events: EventBus
  readonly #node: string

  constructor(events: EventBus, node: string) {
    this.#events = events
    this.#node = node
  }

  connectionOpened(connection: Connection): void {
    if (!this.#events.hears('connection.created')) return
    const { peer, mechanism, channelMax, frameMax, heartbeatSeconds, connectedAtMs } = connection
    this.#events.emit('connection.created', {
      ...this.#connectionEvent(connection),
      authMechanism: mechanism,
      channelMax,
      connectedAt: connectedAtMs,
      frameMax,
      host: peer.localHost,
      peerHost: peer.host,
      peerPort: peer.port,
      port: peer.localPort,
      protocol: 'AMQP 0-9-1',
      ssl: peer.tls !== undefined,
      timeout: heartbeatSeconds,
    })
  }

  connectionClosed(connection: Connection): void {
    if (!this.#events.hears('connection.closed')) return
    this.#events.emit('connection.closed', this.#connectionEvent(connection))
  }

  channelOpened(at: ChannelFramesHost, channel: Channel): void {
    if (!this.#events.hears('channel.created')) return
    this.#events.emit('channel.created', this.#channelEvent(at, channel))
  }

  channelClosed(at: ChannelFramesHost, channel: Channel): void {
    if (!this.#events.hears('channel.closed')) return
    const { consumerCount } = channel.consuming
    this.#events.emit('channel.closed', { ...this.#channelEvent(at, channel), consumerCount })
  }

  consumerCame(at: ChannelHost, channelNumber: number, consumer: Consumer): void {
    if (!this.#events.hears('consumer.created')) return
    const { subscription, arguments: args } = consumer.facts
    this.#events.emit('consumer.created', {
      ...consumerEvent(at, channelNumber, consumer),
      exclusive: subscription.exclusive,
      ackRequired: !consumer.noAck,
      prefetchCount: subscription.prefetchCount,
      arguments: args,
    })
  }

  consumerWent(at: ChannelHost, channelNumber: number, consumer: Consumer): void {
    if (!this.#events.hears('consumer.deleted')) return
    this.#events.emit('consumer.deleted', consumerEvent(at, channelNumber, consumer))
  }

  #connectionEvent(connection: Connection): ConnectionEvent {
    const { name, vhost, actor, id, clientProperties } = connection
    const given = clientProperties.get('connection_name')
    return {
      name,
      vhost,
      user: actor.principal.name,
      node: this.#node,
      pid: `<${this.#node}.${id}>`,
      clientProperties,
      userProvidedName: given?.tag === 'S' ? given.value.toString() : undefined,
    }
  }

  #channelEvent({ name, vhost, actor, id }: ChannelFramesHost, { number }: Channel): ChannelEvent {
    return {
      name: `${name} (${number})`,
      number,
      connection: name,
      vhost,
      user: actor.principal.name,
      node: this.#node,
      pid: `<${this.#node}.${id}.${number}>`,
    }
  }
}

function consumerEvent(
  { name = '', vhost, actor }: ChannelHost,
  channelNumber: number,
  consumer: Consumer,
): ConsumerEvent {
  return {
    consumerTag: consumer.tag,
    channel: `${name} (${channelNumber})`,
    queue: consumer.facts.queue.name,
    vhost,
    user: actor.principal.name,
  }
}
