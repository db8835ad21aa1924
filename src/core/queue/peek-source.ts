import type { Clock } from '../../util/clock.js'
import type { PeekedMessage } from '../shard-port.js'
import type { LostDeliveries } from './lost-deliveries.js'
import { EntryState } from './message-index.js'
import type { PeekSource } from './peek.js'
import type { ReadyOrder } from './ready-order.js'

/** What a peek calls the states of {@link EntryState}. */
const PEEKED_STATES: Readonly<Record<number, PeekedMessage['state']>> = {
  [EntryState.READY]: 'ready',
  [EntryState.UNACKED]: 'unacked',
}

/** The messages of a queue that hands them out in a {@link ReadyOrder}, as a peek sees them. */
export function orderedPeekSource(
  order: ReadyOrder,
  lost: LostDeliveries,
  countsDeliveries: boolean,
  clock: Clock,
): PeekSource {
  return {
    positions: (from) => order.positions(from),
    refOf: (position) => lost.refOf(position),
    factsOf: (position) => {
      order.locate(position)
      const { index } = order
      return {
        position,
        state: PEEKED_STATES[index.state] ?? 'held',
        redelivered: index.isRedelivered,
        deliveryCount: countsDeliveries ? index.deliveryCount : -1,
        acquiredCount: countsDeliveries ? index.acquiredCount : -1,
        streamOffset: -1,
        expiresInMs: timeLeft(index.deadline, clock),
      }
    },
  }
}

function timeLeft(deadline: number, clock: Clock): number | undefined {
  if (deadline === Number.POSITIVE_INFINITY) return undefined
  return Math.max(0, deadline - clock.monotonic())
}
