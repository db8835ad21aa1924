export { type Decimal, type FieldTable, type FieldValue, field } from '../protocol/amqp091/index.js'
export { Channel, type ChannelEvents } from './channel.js'
export type {
  ConsumeOptions,
  ExchangeOptions,
  PublishOptions,
  QueueCounts,
  QueueOptions,
} from './channel-options.js'
export type { ClientSocket } from './client-socket.js'
export { Connection, type ConnectionEvents, connect } from './connection.js'
export { BacklogError, ClosedError, NackedError } from './errors.js'
export {
  type Delivery,
  type GetResult,
  headersOf,
  type Message,
  type PublishProperties,
  type ReturnedMessage,
} from './message.js'
export type { Arguments, ConnectOptions } from './options.js'
export { parseUri } from './uri.js'
