import type { QueueDefinition } from '../shard-port.js'
import { MessageQueue } from './message-queue.js'
import type { QueueRuntime } from './runtime.js'

/** Priorities 0 to 31 always exist in a quorum queue (RabbitMQ 4.3); a message without one has 4. */
const QUORUM_PRIORITIES = 32
const QUORUM_PRIORITY_DEFAULT = 4

/** `x-queue-type: quorum`: everything is persistent, deliveries are counted and limited, returns are served first. */
export function createQuorumQueue(definition: QueueDefinition, runtime: QueueRuntime): MessageQueue {
  return new MessageQueue(
    definition,
    {
      priorities: QUORUM_PRIORITIES,
      priorityDefault: QUORUM_PRIORITY_DEFAULT,
      returnsFirst: true,
      countsDeliveries: true,
      persistsAll: true,
      declareRenewsLease: false,
      exclusiveConsumers: false,
      rejectsToDeadLetter: false,
    },
    runtime,
  )
}
