import { type DeliveryFacts, Recording } from '../shard-port.js'

/** Makes `facts` those of a message that is handed over without having been in its queue. */
export function fillDirectFacts(
  facts: DeliveryFacts,
  queueId: number,
  countsDeliveries: boolean,
): DeliveryFacts {
  facts.recording = Recording.NONE
  facts.queueId = queueId
  facts.position = -1
  facts.redelivered = false
  facts.deliveryCount = countsDeliveries ? 0 : -1
  facts.acquiredCount = facts.deliveryCount
  facts.streamOffset = -1
  facts.readyLeft = 0
  return facts
}
