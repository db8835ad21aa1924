import { decodeProperties } from '../../protocol/amqp091/properties.js'
import { BrokerError } from '../errors.js'
import { MessageView } from '../message.js'
import type { MessageHistory, ShardLog } from '../shard/shard-log.js'
import type { QueueDetails } from '../statistics.js'
import type { Consumers } from './consumers.js'
import type { MessageIndex } from './message-index.js'
import type { ReadyOrder } from './ready-order.js'

/** Octets that a queue takes by itself, and about what each message takes beside its body. */
const QUEUE_BYTES = 2_048
const MESSAGE_BYTES = 96

/** An estimate of the memory that a queue takes. */
export function memoryOf(messages: number, bodyBytes: number): number {
  return QUEUE_BYTES + messages * MESSAGE_BYTES + bodyBytes
}

export function queueDetails(order: ReadyOrder, consumers: Consumers, log: ShardLog): QueueDetails {
  const { exclusiveOne, activeOne } = consumers
  return {
    headTimestampSeconds: order.first() ? timestampOf(log, order.index.ref) : undefined,
    exclusiveConsumerTag: exclusiveOne?.subscription.consumerTag,
    singleActiveConsumerTag: activeOne?.subscription.consumerTag,
    activeSubscriptionId: activeOne?.id ?? 0,
    segments: undefined,
    firstTimestampMs: undefined,
  }
}

/** The `timestamp` property of a message, in seconds; undefined when it has none, or is not in memory. */
function timestampOf(log: ShardLog, ref: number): number | undefined {
  const view = new MessageView()
  if (!log.open(ref, view) || view.propertiesEnd - view.propertiesStart < 2) return undefined
  try {
    const { timestamp } = decodeProperties(view.buffer, view.propertiesStart, view.propertiesEnd)
    return timestamp === undefined ? undefined : Number(timestamp)
  } catch {
    // Any octets may stand for headers; a message whose properties do not decode has no timestamp.
    return undefined
  }
}

export function getRefused(queue: string): BrokerError {
  return new BrokerError(
    'RESOURCE_LOCKED',
    `cannot obtain access to locked ${queue}. basic.get operations are not supported by quorum queues with single active consumer`,
  )
}

/** What a restart must know of the message that the index is placed on, in a queue that does not count. */
export function historyIn(index: MessageIndex): MessageHistory {
  return {
    redelivered: index.isRedelivered,
    isCounted: false,
    deliveryCount: index.deliveryCount,
    acquiredCount: index.acquiredCount,
    publishedAtMs: 0,
    expirationMs: -1,
  }
}
