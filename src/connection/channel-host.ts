import type { Actor, Doors, Durable } from '../core/doors.js'
import type { BrokerError } from '../core/errors.js'
import type { MessageTracing } from '../core/firehose.js'
import type { PermissionCheck } from '../core/permission.js'
import type { ShardPort } from '../core/shard-port.js'
import type { Clock } from '../util/clock.js'
import type { Logger } from '../util/logger.js'
import type { ConnectionRegistry } from './connection-registry.js'
import type { HeldBytes } from './held-bytes.js'
import type { ConnectionOutput } from './output.js'
import type { ReplyToDirectory } from './reply-to.js'

/** What a channel may ask of the connection that it belongs to. */
export interface ChannelHost {
  readonly actor: Actor
  readonly vhost: string
  readonly doors: Doors
  readonly permissions: PermissionCheck
  /** The shard that holds a queue, and all shards of this node. */
  readonly shards: { portFor(queueId: number): ShardPort; readonly all: readonly ShardPort[] }
  readonly clock: Clock
  readonly logger: Logger
  readonly replyTo: ReplyToDirectory
  readonly limits: ChannelLimits
  /** Sees every message while a vhost is traced. */
  readonly tracing?: MessageTracing | undefined
  /** As management names the connection. */
  readonly name?: string
  /** Is told of channels and consumers that come and go. */
  readonly registry?: ConnectionRegistry
  /** What the client said it can do. */
  readonly capabilities: { readonly consumerCancelNotify: boolean }
  /** Negotiated frame-max in octets; the largest body chunk is 8 less. */
  readonly frameMax: number
  /** Frames for the peer go here, in order; they leave with the turn. */
  readonly output: ConnectionOutput
  /** False while more than the output's bound waits to be sent: deliveries stop until `Channel.outputDrained`. */
  readonly canDeliver: boolean
  /**
   * Holds every further frame of this connection until `durable` resolves, then calls `reply`; at once when it is
   * undefined. A rejection closes the connection with INTERNAL_ERROR.
   */
  afterDurable(durable: Durable, reply: () => void): void
  /** Asks for `Channel.endOfTurn` at the end of the current read or event, once however often it is asked. */
  wantEndOfTurn(channelNumber: number): void
  /** An error met outside the handling of a frame: closes the channel, or the connection if the error says so. */
  fail(channelNumber: number, error: BrokerError, classId: number, methodId: number): void
}

/** Bounds that configuration sets for channels. */
export interface ChannelLimits {
  readonly maxMessageSizeBytes: number
  /** Of what transactions hold: all channels of the broker share it. */
  readonly heldBytes: HeldBytes
  readonly consumerMaxPerChannel: number
  readonly defaultConsumerPrefetch: number
}
