import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { booleanArgument, integerArgument } from '../arguments.js'
import { NO_POLICIES, type PolicyPair } from '../policy/policy.js'
import { DEFAULT_QUEUE_SETTINGS, type QueueSettings, type QueueType } from '../queue/settings.js'
import { Route } from '../route.js'
import type { QueueDefinition } from '../shard-port.js'
import type { Binding } from './binding.js'
import type { Vhost } from './vhost.js'

/** What a queue's record is made from. */
export interface QueueRecordDefinition {
  /** New on this node and never used again. */
  readonly id: number
  readonly name: string
  readonly type: QueueType
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly exclusive: boolean
  /** The connection that owns an exclusive queue; 0 for none. */
  readonly ownerConnectionId: number
  /** With `x-queue-type` filled in. */
  readonly arguments: ReadonlyFieldTable
  /** The user whose doing it is; undefined for the broker's own. */
  readonly maker?: string | undefined
}

/** What the topology knows of a queue. Messages and consumers are the shard's. */
export class QueueRecord {
  readonly kind = 'queue'
  readonly vhost: Vhost
  readonly id: number
  readonly name: string
  readonly type: QueueType
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly exclusive: boolean
  readonly ownerConnectionId: number
  readonly arguments: ReadonlyFieldTable
  readonly maker: string | undefined
  readonly singleActiveConsumer: boolean
  /** Bindings that lead here. */
  readonly incoming = new Set<Binding>()
  /** What applies to it now. */
  policies: PolicyPair = NO_POLICIES
  /** What arguments and policies together make it do. */
  settings: QueueSettings = DEFAULT_QUEUE_SETTINGS
  /** The way here from the default exchange. */
  readonly route: Route
  /** Number of the last search that came by. */
  routedAt = 0

  constructor(vhost: Vhost, definition: QueueRecordDefinition) {
    this.vhost = vhost
    this.id = definition.id
    this.name = definition.name
    this.type = definition.type
    this.durable = definition.durable
    this.autoDelete = definition.autoDelete
    this.exclusive = definition.exclusive
    this.ownerConnectionId = definition.ownerConnectionId
    this.arguments = definition.arguments
    this.maker = definition.maker
    this.singleActiveConsumer = booleanArgument(definition.arguments, 'x-single-active-consumer')
    this.route = new Route([definition.id], true)
  }

  /** What the shard makes the queue from. */
  get shardDefinition(): QueueDefinition {
    const maxPriority = integerArgument(this.arguments, 'x-max-priority')
    return {
      id: this.id,
      vhost: this.vhost.name,
      name: this.name,
      type: this.type,
      durable: this.durable,
      autoDelete: this.autoDelete,
      exclusive: this.exclusive,
      // RabbitMQ takes 0 levels for 1.
      maxPriority: maxPriority === undefined ? 0 : Math.max(1, maxPriority),
      singleActiveConsumer: this.singleActiveConsumer,
      settings: this.settings,
    }
  }
}
