import type { Doors } from '../core/doors.js'
import type { MessageTracing } from '../core/firehose.js'
import type { PermissionCheck } from '../core/permission.js'
import type { ShardPort } from '../core/shard-port.js'
import type { ByteReader } from '../protocol/amqp091/byte-reader.js'
import type { FieldTable } from '../protocol/amqp091/field-table.js'
import type { Clock } from '../util/clock.js'
import type { Logger } from '../util/logger.js'
import type { Timers } from '../util/timers.js'
import type { ChannelLimits } from './channel-host.js'
import type { ConnectionRegistry } from './connection-registry.js'
import type { Gate } from './gate.js'
import type { OutputHub } from './output.js'
import type { ReplyToDirectory } from './reply-to.js'
import type { StashPool } from './stash-pool.js'

/** The parts of a broker that its connections share. */
export interface ConnectionServices {
  readonly doors: Doors
  readonly permissions: PermissionCheck
  readonly shards: { portFor(queueId: number): ShardPort; readonly all: readonly ShardPort[] }
  readonly gate: Gate
  readonly registry: ConnectionRegistry
  readonly replyTo: ReplyToDirectory
  readonly tracing?: MessageTracing
  /** For deadlines of sockets. */
  readonly timers: Timers
  /** The clock that messages live by. */
  readonly clock: Clock
  readonly logger: Logger
  readonly hub: OutputHub
  readonly stashes: StashPool
  /** Decodes one method at a time, for whichever connection is being read. */
  readonly reader: ByteReader
  readonly serverProperties: FieldTable
  readonly options: ConnectionOptions
  readonly channelLimits: ChannelLimits
  /** Why publishers are blocked: `low on memory`, `low on disk`, ...; undefined when they are not. */
  readonly alarms: { readonly reason: string | undefined }
}

/** What configuration says of connections; see `BrokerOptions`. */
export interface ConnectionOptions {
  readonly handshakeTimeoutMs: number
  readonly heartbeatSeconds: number
  readonly frameMax: number
  readonly initialFrameMax: number
  readonly channelMax: number
  /** Unsent octets above which deliveries stop. Default 1048576. */
  readonly unsentBytesMax: number
}
