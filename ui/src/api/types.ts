import type * as schema from './schema.js'

/** Names of what the HTTP API answers, for the pages. `columns` may leave members out that the types have. */
export type {
  Binding,
  Channel,
  Connection,
  Consumer,
  Details,
  GlobalParameter,
  Node,
  Overview,
  Parameter,
  Permission,
  Policy,
  TopicPermission,
  User,
  UserLimits,
  Vhost,
  VhostLimits,
  WhoAmI,
} from './schema.js'

export type Arguments = Readonly<Record<string, unknown>>
export type Queue = schema.SingleQueue
export type Exchange = schema.Exchange
/** What is counted of queues, channels and exchanges: each has some of it. */
export type MessageStats = schema.MessageStats & schema.ExchangeStats
export type Lengths = Pick<
  schema.Vhost,
  | 'messages'
  | 'messages_details'
  | 'messages_ready'
  | 'messages_ready_details'
  | 'messages_unacknowledged'
  | 'messages_unacknowledged_details'
>
/** RabbitMQ writes no properties as an empty list; the pages read that as an object without members. */
export type MessageProperties = Exclude<schema.MessageProperties, readonly unknown[]>
/** A message that was looked at and left in its queue. */
export type PeekedMessage = schema.SeenMessage
export type PeekPage = schema.MessagePage
export type RouteStep = schema.ExplainedRoute['steps'][number]
