import type { BrokerDoors } from '../core/doors/broker-doors.js'
import type { EventBus } from '../core/events.js'
import { TRACE_EXCHANGE } from '../core/topology/predeclared-exchanges.js'

/** How the queues of the pages' traces begin; `ui/` names them so. */
const TRACE_QUEUE_PREFIX = 'leveret.trace.'

/**
 * Ends the tracing of a vhost with the last trace of the pages there, also when that expired because nobody looked at
 * it any more. A vhost whose trace exchange has other listeners stays traced. Returns what stops the watch.
 */
export function endAbandonedTraces(events: EventBus, doors: BrokerDoors): () => void {
  return events.on('queue.deleted', ({ vhost, name }) => {
    if (!name.startsWith(TRACE_QUEUE_PREFIX)) return
    const exchange = doors.topology.vhosts.get(vhost)?.exchanges.get(TRACE_EXCHANGE)
    if (exchange?.outgoing.size === 0) doors.setVhostTracing(vhost, false)
  })
}
