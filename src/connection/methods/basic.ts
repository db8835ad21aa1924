import { BrokerError } from '../../core/errors.js'
import { Settlement } from '../../core/shard-port.js'
import {
  type ByteReader,
  decodeBasicCancel,
  decodeBasicConsume,
  decodeBasicGet,
  decodeBasicQos,
  encodeBasicCancelOk,
  encodeBasicQosOk,
  encodeBasicRecoverOk,
} from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'
import { unknownDeliveryTag } from '../consuming.js'

const MULTIPLE = 1
const NACK_REQUEUE = 2
const REQUEUE = 1

export function qos(channel: Channel, reader: ByteReader): void {
  const { prefetchSize, prefetchCount, global } = decodeBasicQos(reader)
  if (prefetchSize !== 0) throw new BrokerError('NOT_IMPLEMENTED', `prefetch_size!=0 (${prefetchSize})`)
  channel.consuming.setPrefetch(prefetchCount, global)
  encodeBasicQosOk(channel.host.output, channel.number)
}

export function consume(channel: Channel, reader: ByteReader): void {
  const method = decodeBasicConsume(reader)
  channel.consuming.consume(method, channel.queueNamed(method.queue))
}

export function cancel(channel: Channel, reader: ByteReader): void {
  const { consumerTag, nowait } = decodeBasicCancel(reader)
  channel.consuming.cancel(consumerTag)
  if (!nowait) encodeBasicCancelOk(channel.host.output, channel.number, consumerTag)
}

export function get(channel: Channel, reader: ByteReader): void {
  const { queue, noAck } = decodeBasicGet(reader)
  channel.consuming.get(channel.queueNamed(queue), noAck)
}

// Acks are read without the generated decoders: those make an object, and there may be an ack for every message.

export function ack(channel: Channel, reader: ByteReader): void {
  const deliveryTag = readDeliveryTag(reader)
  const bits = reader.u8()
  reader.finish()
  settle(channel, deliveryTag, (bits & MULTIPLE) !== 0, Settlement.ACK)
}

export function nack(channel: Channel, reader: ByteReader): void {
  const deliveryTag = readDeliveryTag(reader)
  const bits = reader.u8()
  reader.finish()
  const requeue = (bits & NACK_REQUEUE) !== 0
  settle(channel, deliveryTag, (bits & MULTIPLE) !== 0, requeue ? Settlement.REQUEUE : Settlement.DEAD_LETTER)
}

export function reject(channel: Channel, reader: ByteReader): void {
  const deliveryTag = readDeliveryTag(reader)
  const bits = reader.u8()
  reader.finish()
  const requeue = (bits & REQUEUE) !== 0
  settle(channel, deliveryTag, false, requeue ? Settlement.REQUEUE_FAILED : Settlement.DEAD_LETTER)
}

/** A tag that is too large to be exact was never given out. */
function readDeliveryTag(reader: ByteReader): number {
  const at = reader.position
  const deliveryTag = reader.u64()
  if (deliveryTag > Number.MAX_SAFE_INTEGER) throw unknownDeliveryTag(reader.buffer.readBigUInt64BE(at))
  return deliveryTag
}

function settle(channel: Channel, deliveryTag: number, multiple: boolean, outcome: Settlement): void {
  const { transaction } = channel.publishing
  if (transaction === undefined) channel.consuming.settle(deliveryTag, multiple, outcome)
  else transaction.holdSettlement(deliveryTag, multiple, outcome)
}

export function recover(channel: Channel, reader: ByteReader): void {
  recoverAsync(channel, reader)
  encodeBasicRecoverOk(channel.host.output, channel.number)
}

export function recoverAsync(channel: Channel, reader: ByteReader): void {
  const bits = reader.u8()
  reader.finish()
  if ((bits & REQUEUE) === 0) throw new BrokerError('NOT_IMPLEMENTED', 'requeue=false')
  channel.consuming.recover(channel.publishing.transaction?.ackedTags)
}
