import type { ReadonlyFieldTable } from '../protocol/amqp091/field-table.js'
import type { DeliveryCounters, PublishCounts } from './statistics.js'

/** Who is connected, as management sees it. The folders that hold connections implement it. */
export interface PeerDirectory {
  /** Every connection whose user is known. */
  connections(): Iterable<PeerConnection>
  /** Closes a connection with 320 `CONNECTION_FORCED - <reason>`; false when there is none of that id. */
  closeConnection(id: number, reason: string): boolean
  /** Sockets, those in their handshake included, and open channels of the node. */
  readonly size: number
  readonly channelCount: number
}

/**
 * A connection at this moment. Fields are read when asked for. The object is the same at every call: histories hang on
 * it.
 */
export interface PeerConnection {
  readonly id: number
  /** `127.0.0.1:51582 -> 127.0.0.1:5672`. */
  readonly name: string
  readonly vhost: string
  readonly user: string
  /** `running`, `blocked`, `closing` and so on. */
  readonly state: string
  /** `AMQP 0-9-1` and so on. */
  readonly protocol: string
  readonly host: string
  readonly port: number
  readonly peerHost: string
  readonly peerPort: number
  /** Milliseconds since the epoch. */
  readonly connectedAtMs: number
  readonly heartbeatSeconds: number
  readonly frameMax: number
  readonly channelMax: number
  readonly mechanism: string
  readonly clientProperties: ReadonlyFieldTable
  readonly tls: { readonly protocol: string; readonly cipher: string } | undefined
  readonly channelCount: number
  /** Octets, and reads or writes of the socket. */
  readonly receivedBytes: number
  readonly reads: number
  readonly sentBytes: number
  readonly writes: number
  readonly unsentBytes: number
  channels(): Iterable<PeerChannel>
}

/** A channel. As {@link PeerConnection}, the same object as long as it lives. */
export interface PeerChannel {
  readonly number: number
  /** `running`, `flow` and so on. */
  readonly state: string
  /** Of each consumer to come; 0 is no limit. */
  readonly prefetchCount: number
  /** Of all consumers together; 0 is no limit. */
  readonly globalPrefetchCount: number
  readonly confirm: boolean
  readonly transactional: boolean
  readonly unackedCount: number
  readonly unconfirmedCount: number
  /** Publishes and acks that wait for tx.commit. */
  readonly uncommittedCount: number
  readonly uncommittedAckCount: number
  readonly consumerCount: number
  consumers(): Iterable<PeerConsumer>
  /**
   * What it published and took since it was opened. Its exchanges learn of publishes by this call, or at the end of
   * the channel.
   */
  counts(): ChannelCounts
}

export interface ChannelCounts {
  readonly published: PublishCounts
  readonly taken: DeliveryCounters
  /** By exchange name. */
  readonly byExchange: ReadonlyMap<string, PublishCounts>
  /** By queue id; of queues that it has not used for long, only if they are few. */
  readonly byQueue: ReadonlyMap<number, DeliveryCounters>
}

export interface PeerConsumer {
  readonly tag: string
  readonly queueId: number
  readonly subscriptionId: number
  readonly noAck: boolean
  readonly exclusive: boolean
  readonly prefetchCount: number
  readonly arguments: ReadonlyFieldTable
  /** False while another consumer of a queue with a single active consumer is served. */
  readonly active: boolean
}
