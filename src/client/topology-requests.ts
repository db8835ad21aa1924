import {
  type ByteReader,
  type ByteWriter,
  decodeQueueDeclareOk,
  decodeQueueDeleteOk,
  decodeQueuePurgeOk,
  encodeExchangeBind,
  encodeExchangeDeclare,
  encodeExchangeDelete,
  encodeExchangeUnbind,
  encodeQueueBind,
  encodeQueueDeclare,
  encodeQueueDelete,
  encodeQueuePurge,
  encodeQueueUnbind,
  MethodId,
} from '../protocol/amqp091/index.js'
import type { ExchangeOptions, QueueCounts, QueueOptions } from './channel-options.js'
import { tableOf } from './message.js'
import type { Arguments } from './options.js'

/** A method of channel `number` that the broker answers with one kind of method. */
export interface Request<T> {
  /** Method id of the answer. */
  readonly answer: number
  encode(writer: ByteWriter, number: number): void
  decode(reader: ByteReader): T
}

/** What declare, delete, bind and purge say on the wire. */
export const topology = {
  declareExchange(exchange: string, type: string, options: ExchangeOptions, passive: boolean): Request<void> {
    const { durable = !passive, autoDelete = false, internal = false } = options
    const args = tableOf(options.arguments)
    return request(MethodId.ExchangeDeclareOk, (writer, number) =>
      encodeExchangeDeclare(
        writer,
        number,
        exchange,
        type,
        passive,
        durable,
        autoDelete,
        internal,
        false,
        args,
      ),
    )
  },

  deleteExchange(exchange: string, ifUnused: boolean): Request<void> {
    return request(MethodId.ExchangeDeleteOk, (writer, number) =>
      encodeExchangeDelete(writer, number, exchange, ifUnused, false),
    )
  },

  bindExchange(destination: string, source: string, key: string, args: Arguments | undefined): Request<void> {
    const table = tableOf(args)
    return request(MethodId.ExchangeBindOk, (writer, number) =>
      encodeExchangeBind(writer, number, destination, source, key, false, table),
    )
  },

  unbindExchange(
    destination: string,
    source: string,
    key: string,
    args: Arguments | undefined,
  ): Request<void> {
    const table = tableOf(args)
    return request(MethodId.ExchangeUnbindOk, (writer, number) =>
      encodeExchangeUnbind(writer, number, destination, source, key, false, table),
    )
  },

  declareQueue(queue: string, options: QueueOptions, passive: boolean): Request<QueueCounts> {
    const { exclusive = false, durable = !exclusive && !passive, autoDelete = false } = options
    const args = tableOf(options.arguments)
    return {
      answer: MethodId.QueueDeclareOk,
      encode: (writer, number) =>
        encodeQueueDeclare(writer, number, queue, passive, durable, exclusive, autoDelete, false, args),
      decode: decodeQueueDeclareOk,
    }
  },

  deleteQueue(queue: string, ifUnused: boolean, ifEmpty: boolean): Request<number> {
    return {
      answer: MethodId.QueueDeleteOk,
      encode: (writer, number) => encodeQueueDelete(writer, number, queue, ifUnused, ifEmpty, false),
      decode: (reader) => decodeQueueDeleteOk(reader).messageCount,
    }
  },

  purgeQueue(queue: string): Request<number> {
    return {
      answer: MethodId.QueuePurgeOk,
      encode: (writer, number) => encodeQueuePurge(writer, number, queue, false),
      decode: (reader) => decodeQueuePurgeOk(reader).messageCount,
    }
  },

  bindQueue(queue: string, exchange: string, key: string, args: Arguments | undefined): Request<void> {
    const table = tableOf(args)
    return request(MethodId.QueueBindOk, (writer, number) =>
      encodeQueueBind(writer, number, queue, exchange, key, false, table),
    )
  },

  unbindQueue(queue: string, exchange: string, key: string, args: Arguments | undefined): Request<void> {
    const table = tableOf(args)
    return request(MethodId.QueueUnbindOk, (writer, number) =>
      encodeQueueUnbind(writer, number, queue, exchange, key, table),
    )
  },
} as const

/** A request whose answer says nothing but that it was done. */
export function request(answer: MethodId, encode: Request<void>['encode']): Request<void> {
  return { answer, encode, decode: () => {} }
}
