import { BrokerError } from '../../core/errors.js'
import { type ByteReader, decodeChannelFlow, encodeChannelFlowOk } from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'

/** channel.flow: a client may ask for the flow that it has anyway; prefetch is the way to stop it. */
export function flow(channel: Channel, reader: ByteReader): void {
  const { active } = decodeChannelFlow(reader)
  if (!active) throw new BrokerError('NOT_IMPLEMENTED', 'active=false')
  encodeChannelFlowOk(channel.host.output, channel.number, true)
}
