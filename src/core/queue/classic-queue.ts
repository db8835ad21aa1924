import type { QueueDefinition } from '../shard-port.js'
import { MessageQueue } from './message-queue.js'
import type { QueueRuntime } from './runtime.js'

/** `x-queue-type: classic`: messages keep their places, persistence is per message, priorities are asked for. */
export function createClassicQueue(definition: QueueDefinition, runtime: QueueRuntime): MessageQueue {
  return new MessageQueue(
    definition,
    {
      priorities: definition.maxPriority + 1,
      priorityDefault: 0,
      returnsFirst: false,
      countsDeliveries: false,
      persistsAll: false,
      declareRenewsLease: true,
      exclusiveConsumers: true,
      rejectsToDeadLetter: true,
    },
    runtime,
  )
}
