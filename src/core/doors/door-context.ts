import type { Logger } from '../../util/logger.js'
import type { DefinitionLog } from '../definition-log.js'
import { BrokerError } from '../errors.js'
import type { EventBus } from '../events.js'
import type { PermissionCheck } from '../permission.js'
import type { QueueDefaults } from '../policy/queue-settings-merge.js'
import type { QueueType } from '../queue/settings.js'
import { describeResource } from '../resource.js'
import type { QueueDefinition, ShardPort } from '../shard-port.js'
import type { Exchange } from '../topology/exchange.js'
import type { QueueRecord } from '../topology/queue-record.js'
import type { Topology } from '../topology/topology.js'
import type { Vhost } from '../topology/vhost.js'

/** Which shard holds a queue. */
export interface ShardDirectory {
  portFor(queueId: number): ShardPort
  /** The shard that a queue which does not exist yet shall belong to. */
  portForNew(definition: QueueDefinition): ShardPort
}

/** What a node's configuration says to the doors. */
export interface DoorOptions extends QueueDefaults {
  /** The type of queues that neither client nor vhost gives one. */
  readonly defaultQueueType: QueueType
  /** Vhosts, exchanges and queues that there may be; `Infinity` for no limit. */
  readonly vhostMax: number
  readonly exchangeMax: number
  readonly queueMax: number
}

/** What the doors work with. */
export interface DoorContext {
  readonly topology: Topology
  readonly permissions: PermissionCheck
  readonly shards: ShardDirectory
  readonly log: DefinitionLog
  readonly events: EventBus
  readonly logger: Logger
  readonly options: DoorOptions
  /** This many octets that nobody can guess, for the names that the server gives. */
  readonly randomOctets: (count: number) => Buffer
}

/** Throws NOT_FOUND. */
export function vhostNamed(topology: Topology, name: string): Vhost {
  const vhost = topology.vhosts.get(name)
  if (vhost === undefined) throw new BrokerError('NOT_FOUND', `no vhost '${name}'`)
  return vhost
}

/** Throws NOT_FOUND `no queue ...`. */
export function queueNamed(vhost: Vhost, name: string): QueueRecord {
  const queue = vhost.queues.get(name)
  if (queue === undefined) {
    throw new BrokerError('NOT_FOUND', `no ${describeResource('queue', name, vhost.name)}`)
  }
  return queue
}

/** Throws NOT_FOUND `no exchange ...`. */
export function exchangeNamed(vhost: Vhost, name: string): Exchange {
  const exchange = vhost.exchanges.get(name)
  if (exchange === undefined) {
    throw new BrokerError('NOT_FOUND', `no ${describeResource('exchange', name, vhost.name)}`)
  }
  return exchange
}

/** Throws RESOURCE_LOCKED when the queue is another connection's. */
export function checkNotLocked(queue: QueueRecord, connectionId: number): void {
  if (queue.exclusive && queue.ownerConnectionId !== connectionId) throw locked(queue)
}

export function locked(queue: QueueRecord): BrokerError {
  return new BrokerError(
    'RESOURCE_LOCKED',
    `cannot obtain exclusive access to locked ${describeResource('queue', queue.name, queue.vhost.name)}. It could be ` +
      'originally declared on another connection or the exclusive property value does not match that of the ' +
      'original declaration.',
  )
}
