import {
  type BasicProperties,
  type FieldTable,
  type PlainValue,
  tableFromPlain,
  tableToPlain,
} from '../protocol/amqp091/index.js'
import type { Arguments } from './options.js'

/** What every received message has. The body is the receiver's own. */
export interface Message {
  /** Where it was published to; '' is the default exchange. */
  readonly exchange: string
  readonly routingKey: string
  readonly properties: BasicProperties
  readonly body: Buffer
}

/** A message from a queue, for a consumer or in answer to `get`. */
export interface Delivery extends Message {
  /** Number of the delivery on its channel, which an acknowledgement names. */
  readonly deliveryTag: number
  /** It was handed out before. */
  readonly redelivered: boolean
  /** '' in answer to `get`. */
  readonly consumerTag: string
}

/** The answer to `get`. */
export interface GetResult extends Delivery {
  /** Ready messages that are left. */
  readonly messageCount: number
}

/** A mandatory message that no queue took. */
export interface ReturnedMessage extends Message {
  readonly replyCode: number
  readonly replyText: string
}

/** The properties of a message to be published. */
export interface PublishProperties extends Omit<BasicProperties, 'headers'> {
  readonly headers?: Arguments
}

/** The headers of a message as a plain object; empty when it has none. */
export function headersOf(message: Message): { [name: string]: PlainValue } {
  return message.properties.headers === undefined ? {} : tableToPlain(message.properties.headers)
}

/** A field table from what callers may give for one. */
export function tableOf(args: Arguments | undefined): FieldTable {
  if (args === undefined) return new Map()
  return args instanceof Map ? args : tableFromPlain(args)
}

/** Properties as the codec wants them. */
export function propertiesOf(properties: PublishProperties): BasicProperties {
  const { headers, ...rest } = properties
  return headers === undefined ? rest : { ...rest, headers: tableOf(headers) }
}
