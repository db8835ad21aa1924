import type { AuthChain } from '../auth/auth-chain.js'
import type { Authorizer } from '../auth/authorizer.js'
import type { LoginAttempts } from '../auth/login-attempts.js'
import type { HashingAlgorithm } from '../auth/password-hash.js'
import type { PasswordRule } from '../auth/password-rule.js'
import type { UserDoors } from '../auth/user-doors.js'
import type { Alarms } from '../core/alarm.js'
import type { BrokerDoors } from '../core/doors/broker-doors.js'
import type { ShardDirectory } from '../core/doors/door-context.js'
import type { EventBus } from '../core/events.js'
import type { PeerDirectory } from '../core/peers.js'
import type { QueueType } from '../core/queue/settings.js'
import type { Clock } from '../util/clock.js'
import type { Logger } from '../util/logger.js'
import type { MetricsSources } from './metrics/registries.js'
import type { NodeControl } from './node-control.js'
import type { Statistics } from './statistics/statistics.js'
import type { Traces } from './traces/traces.js'

/** What management is handed: the broker as an operator meets it. */
export interface ManagementServices {
  readonly doors: BrokerDoors
  readonly users: UserDoors
  readonly chain: AuthChain
  readonly loginAttempts: LoginAttempts
  readonly authorizer: Authorizer
  readonly alarms: Alarms
  readonly events: EventBus
  readonly shards: Pick<ShardDirectory, 'portFor'>
  readonly peers: PeerDirectory
  readonly node: NodeFacts
  readonly clock: Clock
  readonly logger: Logger
  /** Traces that write to files; loaded when the first is asked for. */
  readonly traces: () => Promise<Traces>
  /** What new passwords must be like. */
  readonly passwordRule: PasswordRule
  /** How new passwords are hashed. */
  readonly hashing: HashingAlgorithm
  /** Counters and rates; undefined while nobody counts. */
  readonly statistics?: Statistics
  /** What an operator may change about the running node; undefined for an embedded one. */
  readonly control?: NodeControl
  /** What Prometheus is shown. */
  readonly metrics?: MetricsSources
}

/** What a node says of itself. */
export interface NodeFacts {
  readonly name: string
  readonly clusterName: string
  readonly productName: string
  readonly productVersion: string
  /** The RabbitMQ release whose behaviour is offered. */
  readonly rabbitmqVersion: string
  readonly defaultQueueType: QueueType
  /** Connections that the node takes; Infinity for no limit. */
  readonly maxConnections: number
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
  readonly dataDir: string | undefined
  /** False before the start is over and once the stop has begun. */
  isInService(): boolean
  /** Where the node listens, the HTTP API included. */
  listeners(): readonly ListenerFacts[]
}

export interface ListenerFacts {
  /** `amqp`, `amqp/ssl`, `http`, `https` and so on. */
  readonly protocol: string
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** The files of a TLS listener. */
  readonly certFile?: string
  readonly caFile?: string | undefined
}
