import { BrokerError } from '../../core/errors.js'
import { type ByteReader, decodeConfirmSelect, encodeConfirmSelectOk } from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'

/** confirm.select: publishes are numbered and confirmed from now on. */
export function select(channel: Channel, reader: ByteReader): void {
  const { nowait } = decodeConfirmSelect(reader)
  if (channel.publishing.transaction !== undefined)
    throw new BrokerError('PRECONDITION_FAILED', 'cannot switch from tx to confirm mode')
  channel.publishing.startConfirms()
  if (!nowait) encodeConfirmSelectOk(channel.host.output, channel.number)
}
