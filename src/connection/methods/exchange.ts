import type { BindRequest } from '../../core/doors.js'
import {
  type ByteReader,
  decodeExchangeBind,
  decodeExchangeDeclare,
  decodeExchangeDelete,
  decodeExchangeUnbind,
  type ExchangeBind,
  encodeExchangeBindOk,
  encodeExchangeDeclareOk,
  encodeExchangeDeleteOk,
  encodeExchangeUnbindOk,
} from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'
import { entityName } from './entity-name.js'

export function declare(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const method = decodeExchangeDeclare(reader)
  const name = entityName(method.exchange)
  const reply = (): void => encodeExchangeDeclareOk(host.output, number)
  if (method.passive) {
    host.doors.checkExchange(host.actor, host.vhost, name)
    channel.answer(undefined, method.nowait, reply)
    return
  }
  const { type, durable, autoDelete, internal } = method
  const request = { name, type, durable, autoDelete, internal, arguments: method.arguments }
  channel.answer(host.doors.declareExchange(host.actor, host.vhost, request), method.nowait, reply)
}

export function remove(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const { exchange, ifUnused, nowait } = decodeExchangeDelete(reader)
  const durable = host.doors.deleteExchange(host.actor, host.vhost, entityName(exchange), ifUnused)
  channel.answer(durable, nowait, () => encodeExchangeDeleteOk(host.output, number))
}

export function bind(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const method = decodeExchangeBind(reader)
  const durable = host.doors.bind(host.actor, host.vhost, bindRequest(method))
  channel.answer(durable, method.nowait, () => encodeExchangeBindOk(host.output, number))
}

export function unbind(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const method = decodeExchangeUnbind(reader)
  const durable = host.doors.unbind(host.actor, host.vhost, bindRequest(method))
  channel.answer(durable, method.nowait, () => encodeExchangeUnbindOk(host.output, number))
}

function bindRequest(method: ExchangeBind): BindRequest {
  return {
    source: entityName(method.source),
    destinationKind: 'exchange',
    destination: entityName(method.destination),
    routingKey: method.routingKey,
    arguments: method.arguments,
  }
}
