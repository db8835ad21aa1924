import { NO_ARGUMENTS } from '../arguments.js'
import type { Exchange, ExchangeDefinition } from './exchange.js'
import type { Vhost } from './vhost.js'

/** Where the firehose goes. */
export const TRACE_EXCHANGE = 'amq.rabbitmq.trace'

const PREDECLARED: readonly ExchangeDefinition[] = [
  predeclared('amq.direct', 'direct'),
  predeclared('amq.fanout', 'fanout'),
  predeclared('amq.topic', 'topic'),
  predeclared('amq.headers', 'headers'),
  predeclared('amq.match', 'headers'),
  predeclared(TRACE_EXCHANGE, 'topic', true),
]

function predeclared(name: string, type: string, internal = false): ExchangeDefinition {
  return { name, type, durable: true, autoDelete: false, internal, arguments: NO_ARGUMENTS }
}

/** Gives a new vhost the exchanges that every vhost has, besides the default one. They are not written down. */
export function addPredeclaredExchanges(vhost: Vhost): readonly Exchange[] {
  return PREDECLARED.map((definition) => vhost.addExchange({ ...definition, maker: vhost.maker }))
}

/** True for the exchanges that every vhost has. */
export function isPredeclared(exchange: Exchange): boolean {
  return exchange.name === '' || PREDECLARED.some(({ name }) => name === exchange.name)
}
