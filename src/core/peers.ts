import type { ReadonlyFieldTable } from '../protocol/amqp091/field-table.js'
import type { DeliveryCounters, PublishCounts } from './statistics.js'

/**
 * The peers of a node, as management sees them: connections, their channels and consumers. What is handed out are
 * facts of the moment, made when asked for.
 */
export interface PeerDirectory {
  /** Connections that have passed their handshake. */
  peers(): Iterable<ConnectionPeer>
  /** How many sockets there are, those in their handshake included. */
  readonly size: number
  /** Open channels of the node. */
  readonly channelCount: number
}

/** One connection. The object lives as long as the connection and names it in histories. */
export interface ConnectionPeer {
  readonly id: number
  readonly name: string
  readonly vhost: string
  readonly user: string
  facts(): ConnectionFacts
  /** Octets and reads or writes since the beginning. */
  readonly traffic: Traffic
  channelPeers(): Iterable<ChannelPeer>
  channelPeer(number: number): ChannelPeer | undefined
  /** Closes it with 320 `CONNECTION_FORCED - <reason>`. */
  forceClose(reason: string): void
}

export interface Traffic {
  readonly receivedBytes: number
  readonly reads: number
  readonly sentBytes: number
  readonly writes: number
  /** Writes that the kernel has not taken yet. */
  readonly pendingWrites: number
}

/** What is known of a connection. Addresses of Unix domain sockets are empty, ports 0. */
export interface ConnectionFacts {
  /** `AMQP 0-9-1`. */
  readonly protocol: string
  /** As RabbitMQ names it: `running`, `blocked`, `flow`, `closing`, ... */
  readonly state: string
  readonly host: string
  readonly port: number
  readonly peerHost: string
  readonly peerPort: number
  readonly connectedAtMs: number
  readonly heartbeatSeconds: number
  readonly frameMax: number
  readonly channelMax: number
  readonly channels: number
  readonly mechanism: string
  readonly clientProperties: ReadonlyFieldTable
  /** Undefined without TLS. */
  readonly tls: PeerTls | undefined
}

export interface PeerTls {
  readonly protocol: string
  readonly cipher: string
  /** Of the client's certificate, when it showed one. */
  readonly certificate: PeerCertificateFacts | undefined
}

export interface PeerCertificateFacts {
  readonly subject: string
  readonly issuer: string
  readonly validity: string
  readonly serialNumber: string
}

/** One channel. The object lives as long as the channel and names it in histories. */
export interface ChannelPeer {
  readonly number: number
  facts(): ChannelFacts
  consumerPeers(): Iterable<ConsumerFacts>
  /**
   * What it published and took since it was opened. Brings the counters of its exchanges up to date, too: these learn
   * of publishes at this call or at the end of the channel.
   */
  counts(): ChannelCounts
}

export interface ChannelFacts {
  /** `running` or `flow`. */
  readonly state: string
  readonly confirm: boolean
  readonly transactional: boolean
  readonly consumerCount: number
  /** Of consumers to come. */
  readonly prefetchCount: number
  /** Of all consumers together, 0 for no limit. */
  readonly globalPrefetchCount: number
  readonly messagesUnacknowledged: number
  readonly messagesUnconfirmed: number
  readonly messagesUncommitted: number
  readonly acksUncommitted: number
}

export interface ChannelCounts {
  readonly published: PublishCounts
  readonly taken: DeliveryCounters
  /** By exchange name. */
  readonly byExchange: ReadonlyMap<string, PublishCounts>
  /** By queue id. */
  readonly byQueue: ReadonlyMap<number, DeliveryCounters>
}

export interface ConsumerFacts {
  readonly consumerTag: string
  readonly queueId: number
  readonly subscriptionId: number
  readonly noAck: boolean
  readonly exclusive: boolean
  readonly prefetchCount: number
  readonly arguments: ReadonlyFieldTable
  /** Undefined leaves it to queue and node. */
  readonly consumerTimeoutMs: number | undefined
}
