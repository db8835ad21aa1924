import type { BindRequest } from '../../core/doors.js'
import { BrokerError } from '../../core/errors.js'
import { describeResource } from '../../core/resource.js'
import {
  type ByteReader,
  decodeQueueBind,
  decodeQueueDeclare,
  decodeQueueDelete,
  decodeQueuePurge,
  decodeQueueUnbind,
  encodeQueueBindOk,
  encodeQueueDeclareOk,
  encodeQueueDeleteOk,
  encodeQueuePurgeOk,
  encodeQueueUnbindOk,
  type QueueDeclare,
  type QueueUnbind,
} from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'
import { REPLY_TO_PREFIX, REPLY_TO_QUEUE } from '../reply-to.js'
import { entityName } from './entity-name.js'

export function declare(channel: Channel, reader: ByteReader): void {
  const method = decodeQueueDeclare(reader)
  const name = entityName(method.queue)
  if (isReplyTo(name)) declareReplyTo(channel, name, method.nowait)
  else if (method.passive) checkDeclared(channel, name, method.nowait)
  else declareQueue(channel, name, method)
}

function declareQueue(channel: Channel, name: string, method: QueueDeclare): void {
  const { host, number } = channel
  const { durable, exclusive, autoDelete } = method
  const request = { name, durable, exclusive, autoDelete, arguments: method.arguments }
  const declared = host.doors.declareQueue(host.actor, host.vhost, request)
  channel.lastQueue = declared.name
  channel.answer(declared.durable, method.nowait, () =>
    encodeQueueDeclareOk(host.output, number, declared.name, declared.messageCount, declared.consumerCount),
  )
}

function checkDeclared(channel: Channel, name: string, nowait: boolean): void {
  const { host, number } = channel
  const found = host.doors.checkQueue(host.actor, host.vhost, name)
  channel.lastQueue = found.name
  channel.answer(undefined, nowait, () =>
    encodeQueueDeclareOk(host.output, number, found.name, found.messageCount, found.consumerCount),
  )
}

/** Declaring a name of direct reply-to asks whether somebody waits for the reply. */
function declareReplyTo(channel: Channel, name: string, nowait: boolean): void {
  const { host, number } = channel
  if (name !== REPLY_TO_QUEUE && !host.replyTo.has(host.vhost, name))
    throw new BrokerError('NOT_FOUND', `no ${describeResource('queue', name, host.vhost)}`)
  channel.lastQueue = name
  channel.answer(undefined, nowait, () => encodeQueueDeclareOk(host.output, number, name, 0, 1))
}

export function bind(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const method = decodeQueueBind(reader)
  const durable = host.doors.bind(host.actor, host.vhost, bindRequest(channel, method))
  channel.answer(durable, method.nowait, () => encodeQueueBindOk(host.output, number))
}

export function unbind(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const method = decodeQueueUnbind(reader)
  const durable = host.doors.unbind(host.actor, host.vhost, bindRequest(channel, method))
  channel.answer(durable, false, () => encodeQueueUnbindOk(host.output, number))
}

/** With neither queue nor routing key the last queue stands for both. */
function bindRequest(channel: Channel, method: QueueUnbind): BindRequest {
  const destination = channel.queueNamed(entityName(method.queue))
  return {
    source: entityName(method.exchange),
    destinationKind: 'queue',
    destination,
    routingKey: method.queue === '' && method.routingKey === '' ? destination : method.routingKey,
    arguments: method.arguments,
  }
}

export function purge(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const { queue, nowait } = decodeQueuePurge(reader)
  const count = host.doors.purgeQueue(host.actor, host.vhost, channel.queueNamed(queue))
  channel.answer(undefined, nowait, () => encodeQueuePurgeOk(host.output, number, count))
}

export function remove(channel: Channel, reader: ByteReader): void {
  const { host, number } = channel
  const { queue, ifUnused, ifEmpty, nowait } = decodeQueueDelete(reader)
  const name = channel.queueNamed(entityName(queue))
  const { messageCount, durable } = host.doors.deleteQueue(host.actor, host.vhost, name, {
    ifUnused,
    ifEmpty,
  })
  channel.answer(durable, nowait, () => encodeQueueDeleteOk(host.output, number, messageCount))
}

function isReplyTo(name: string): boolean {
  return name === REPLY_TO_QUEUE || name.startsWith(REPLY_TO_PREFIX)
}
