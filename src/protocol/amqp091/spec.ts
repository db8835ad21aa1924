/** Wire type of a method argument. Consecutive bits share octets, lowest bit first. */
export type ArgumentType = 'octet' | 'short' | 'long' | 'longlong' | 'shortstr' | 'longstr' | 'bit' | 'table'

/** Wire type of a content property. A timestamp is a u64 of seconds since 1970. */
export type PropertyType = 'shortstr' | 'table' | 'octet' | 'timestamp'

/** Which peers may send a method. */
export type Sender = 'client' | 'server' | 'both'

/** A method of AMQP 0-9-1 as RabbitMQ speaks it. */
export interface MethodSpec {
  /** `class.method`, as in the specification. */
  readonly name: string
  readonly classId: number
  readonly methodId: number
  readonly sender: Sender
  /** True when the sender waits for an answer (unless `nowait` is set). */
  readonly synchronous: boolean
  /** True when a content header and body follow. */
  readonly content: boolean
  /** Arguments in wire order. Reserved ones are written as zero or empty and are skipped when read. */
  readonly args: Readonly<Record<string, ArgumentType | `reserved ${ArgumentType}`>>
}

/** Shorthand for a row of {@link METHODS}: the mode is `sync`, `async` or `content` (asynchronous, carries a body). */
function method(
  name: string,
  classId: number,
  methodId: number,
  sender: Sender,
  mode: 'sync' | 'async' | 'content',
  args: MethodSpec['args'] = {},
): MethodSpec {
  return {
    name,
    classId,
    methodId,
    sender,
    synchronous: mode === 'sync',
    content: mode === 'content',
    args,
  }
}

const CLOSE = { replyCode: 'short', replyText: 'shortstr', classId: 'short', methodId: 'short' } as const
const TUNE = { channelMax: 'short', frameMax: 'long', heartbeat: 'short' } as const
const EXCHANGE_BIND = {
  ticket: 'reserved short',
  destination: 'shortstr',
  source: 'shortstr',
  routingKey: 'shortstr',
  nowait: 'bit',
  arguments: 'table',
} as const

/**
 * Every method, ordered by class and method id: the one home of their layout. `scripts/generate-codec.ts` turns it
 * into encoders and decoders. Source: AMQP 0-9-1 with RabbitMQ's extensions.
 */
export const METHODS: readonly MethodSpec[] = [
  method('connection.start', 10, 10, 'server', 'sync', {
    versionMajor: 'octet',
    versionMinor: 'octet',
    serverProperties: 'table',
    mechanisms: 'longstr',
    locales: 'longstr',
  }),
  method('connection.start-ok', 10, 11, 'client', 'async', {
    clientProperties: 'table',
    mechanism: 'shortstr',
    response: 'longstr',
    locale: 'shortstr',
  }),
  method('connection.secure', 10, 20, 'server', 'sync', { challenge: 'longstr' }),
  method('connection.secure-ok', 10, 21, 'client', 'async', { response: 'longstr' }),
  method('connection.tune', 10, 30, 'server', 'sync', TUNE),
  method('connection.tune-ok', 10, 31, 'client', 'async', TUNE),
  method('connection.open', 10, 40, 'client', 'sync', {
    virtualHost: 'shortstr',
    capabilities: 'reserved shortstr',
    insist: 'reserved bit',
  }),
  method('connection.open-ok', 10, 41, 'server', 'async', { knownHosts: 'reserved shortstr' }),
  method('connection.close', 10, 50, 'both', 'sync', CLOSE),
  method('connection.close-ok', 10, 51, 'both', 'async'),
  method('connection.blocked', 10, 60, 'server', 'async', { reason: 'shortstr' }),
  method('connection.unblocked', 10, 61, 'server', 'async'),
  method('connection.update-secret', 10, 70, 'client', 'sync', { newSecret: 'longstr', reason: 'shortstr' }),
  method('connection.update-secret-ok', 10, 71, 'server', 'async'),

  method('channel.open', 20, 10, 'client', 'sync', { outOfBand: 'reserved shortstr' }),
  method('channel.open-ok', 20, 11, 'server', 'async', { channelId: 'reserved longstr' }),
  method('channel.flow', 20, 20, 'both', 'sync', { active: 'bit' }),
  method('channel.flow-ok', 20, 21, 'both', 'async', { active: 'bit' }),
  method('channel.close', 20, 40, 'both', 'sync', CLOSE),
  method('channel.close-ok', 20, 41, 'both', 'async'),

  method('access.request', 30, 10, 'client', 'sync', {
    realm: 'shortstr',
    exclusive: 'bit',
    passive: 'bit',
    active: 'bit',
    write: 'bit',
    read: 'bit',
  }),
  method('access.request-ok', 30, 11, 'server', 'async', { ticket: 'short' }),

  method('exchange.declare', 40, 10, 'client', 'sync', {
    ticket: 'reserved short',
    exchange: 'shortstr',
    type: 'shortstr',
    passive: 'bit',
    durable: 'bit',
    autoDelete: 'bit',
    internal: 'bit',
    nowait: 'bit',
    arguments: 'table',
  }),
  method('exchange.declare-ok', 40, 11, 'server', 'async'),
  method('exchange.delete', 40, 20, 'client', 'sync', {
    ticket: 'reserved short',
    exchange: 'shortstr',
    ifUnused: 'bit',
    nowait: 'bit',
  }),
  method('exchange.delete-ok', 40, 21, 'server', 'async'),
  method('exchange.bind', 40, 30, 'client', 'sync', EXCHANGE_BIND),
  method('exchange.bind-ok', 40, 31, 'server', 'async'),
  method('exchange.unbind', 40, 40, 'client', 'sync', EXCHANGE_BIND),
  // 51 and not 41: RabbitMQ's extension was published so, and clients rely on it.
  method('exchange.unbind-ok', 40, 51, 'server', 'async'),

  method('queue.declare', 50, 10, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    passive: 'bit',
    durable: 'bit',
    exclusive: 'bit',
    autoDelete: 'bit',
    nowait: 'bit',
    arguments: 'table',
  }),
  method('queue.declare-ok', 50, 11, 'server', 'async', {
    queue: 'shortstr',
    messageCount: 'long',
    consumerCount: 'long',
  }),
  method('queue.bind', 50, 20, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    exchange: 'shortstr',
    routingKey: 'shortstr',
    nowait: 'bit',
    arguments: 'table',
  }),
  method('queue.bind-ok', 50, 21, 'server', 'async'),
  method('queue.purge', 50, 30, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    nowait: 'bit',
  }),
  method('queue.purge-ok', 50, 31, 'server', 'async', { messageCount: 'long' }),
  method('queue.delete', 50, 40, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    ifUnused: 'bit',
    ifEmpty: 'bit',
    nowait: 'bit',
  }),
  method('queue.delete-ok', 50, 41, 'server', 'async', { messageCount: 'long' }),
  method('queue.unbind', 50, 50, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    exchange: 'shortstr',
    routingKey: 'shortstr',
    arguments: 'table',
  }),
  method('queue.unbind-ok', 50, 51, 'server', 'async'),

  method('basic.qos', 60, 10, 'client', 'sync', {
    prefetchSize: 'long',
    prefetchCount: 'short',
    global: 'bit',
  }),
  method('basic.qos-ok', 60, 11, 'server', 'async'),
  method('basic.consume', 60, 20, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    consumerTag: 'shortstr',
    noLocal: 'bit',
    noAck: 'bit',
    exclusive: 'bit',
    nowait: 'bit',
    arguments: 'table',
  }),
  method('basic.consume-ok', 60, 21, 'server', 'async', { consumerTag: 'shortstr' }),
  method('basic.cancel', 60, 30, 'both', 'sync', { consumerTag: 'shortstr', nowait: 'bit' }),
  method('basic.cancel-ok', 60, 31, 'both', 'async', { consumerTag: 'shortstr' }),
  method('basic.publish', 60, 40, 'client', 'content', {
    ticket: 'reserved short',
    exchange: 'shortstr',
    routingKey: 'shortstr',
    mandatory: 'bit',
    immediate: 'bit',
  }),
  method('basic.return', 60, 50, 'server', 'content', {
    replyCode: 'short',
    replyText: 'shortstr',
    exchange: 'shortstr',
    routingKey: 'shortstr',
  }),
  method('basic.deliver', 60, 60, 'server', 'content', {
    consumerTag: 'shortstr',
    deliveryTag: 'longlong',
    redelivered: 'bit',
    exchange: 'shortstr',
    routingKey: 'shortstr',
  }),
  method('basic.get', 60, 70, 'client', 'sync', {
    ticket: 'reserved short',
    queue: 'shortstr',
    noAck: 'bit',
  }),
  method('basic.get-ok', 60, 71, 'server', 'content', {
    deliveryTag: 'longlong',
    redelivered: 'bit',
    exchange: 'shortstr',
    routingKey: 'shortstr',
    messageCount: 'long',
  }),
  method('basic.get-empty', 60, 72, 'server', 'async', { clusterId: 'reserved shortstr' }),
  method('basic.ack', 60, 80, 'both', 'async', { deliveryTag: 'longlong', multiple: 'bit' }),
  method('basic.reject', 60, 90, 'client', 'async', { deliveryTag: 'longlong', requeue: 'bit' }),
  method('basic.recover-async', 60, 100, 'client', 'async', { requeue: 'bit' }),
  method('basic.recover', 60, 110, 'client', 'sync', { requeue: 'bit' }),
  method('basic.recover-ok', 60, 111, 'server', 'async'),
  method('basic.nack', 60, 120, 'both', 'async', {
    deliveryTag: 'longlong',
    multiple: 'bit',
    requeue: 'bit',
  }),

  method('confirm.select', 85, 10, 'client', 'sync', { nowait: 'bit' }),
  method('confirm.select-ok', 85, 11, 'server', 'async'),

  method('tx.select', 90, 10, 'client', 'sync'),
  method('tx.select-ok', 90, 11, 'server', 'async'),
  method('tx.commit', 90, 20, 'client', 'sync'),
  method('tx.commit-ok', 90, 21, 'server', 'async'),
  method('tx.rollback', 90, 30, 'client', 'sync'),
  method('tx.rollback-ok', 90, 31, 'server', 'async'),
]

/** Class id of `basic`, the one class whose methods carry content. */
export const BASIC_CLASS_ID = 60

/** The properties of a content header with their flag bits, in wire order. Bits 1 and 0 are never set. */
export const CONTENT_PROPERTIES = {
  contentType: { flag: 0x8000, type: 'shortstr' },
  contentEncoding: { flag: 0x4000, type: 'shortstr' },
  headers: { flag: 0x2000, type: 'table' },
  deliveryMode: { flag: 0x1000, type: 'octet' },
  priority: { flag: 0x0800, type: 'octet' },
  correlationId: { flag: 0x0400, type: 'shortstr' },
  replyTo: { flag: 0x0200, type: 'shortstr' },
  expiration: { flag: 0x0100, type: 'shortstr' },
  messageId: { flag: 0x0080, type: 'shortstr' },
  timestamp: { flag: 0x0040, type: 'timestamp' },
  type: { flag: 0x0020, type: 'shortstr' },
  userId: { flag: 0x0010, type: 'shortstr' },
  appId: { flag: 0x0008, type: 'shortstr' },
  clusterId: { flag: 0x0004, type: 'shortstr' },
} as const satisfies Record<string, { readonly flag: number; readonly type: PropertyType }>
