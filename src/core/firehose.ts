import { type FieldTable, type FieldValue, field } from '../protocol/amqp091/field-table.js'
import type { MessageView } from './message.js'
import { type BasicProperties, bodyOf, makeMessage, propertiesOf } from './message-content.js'
import type { OwnPublisher } from './own-publisher.js'
import type { Exchange } from './topology/exchange.js'
import { TRACE_EXCHANGE } from './topology/predeclared-exchanges.js'
import type { Topology } from './topology/topology.js'

/** Through whom a message passes. */
export interface TracedChannel {
  readonly vhost: string
  readonly connectionName: string
  readonly channelNumber: number
  readonly user: string
}

/** Where channels show every message while some vhost is traced. */
export interface MessageTracing {
  /** False while no vhost is: nothing needs to be shown. */
  readonly isOn: boolean
  published(channel: TracedChannel, message: MessageView, queueIds: readonly number[]): void
  delivered(channel: TracedChannel, message: MessageView, queueId: number, redelivered: boolean): void
}

/**
 * The firehose: copies of everything that is published and delivered in a traced vhost go to its `amq.rabbitmq.trace`,
 * with routing keys `publish.<exchange>` and `deliver.<queue>`. Copies are not traced in turn.
 */
export class Firehose implements MessageTracing {
  readonly #topology: Topology
  readonly #publisher: OwnPublisher
  readonly #nodeName: string

  constructor(topology: Topology, publisher: OwnPublisher, nodeName: string) {
    this.#topology = topology
    this.#publisher = publisher
    this.#nodeName = nodeName
  }

  get isOn(): boolean {
    return this.#topology.tracedVhosts > 0
  }

  published(channel: TracedChannel, message: MessageView, queueIds: readonly number[]): void {
    const to = this.#exchangeFor(channel.vhost)
    if (to === undefined) return
    const names = queueIds.flatMap((id) => this.#topology.queue(id)?.name ?? [])
    const headers = this.#headers(channel, message)
    headers.set('routed_queues', field.array(names.map(field.string)))
    this.#send(to, `publish.${message.exchange}`, headers, message)
  }

  delivered(channel: TracedChannel, message: MessageView, queueId: number, redelivered: boolean): void {
    const to = this.#exchangeFor(channel.vhost)
    const queue = this.#topology.queue(queueId)
    if (to === undefined || queue === undefined || message.exchange === TRACE_EXCHANGE) return
    const headers = this.#headers(channel, message)
    headers.set('redelivered', field.int(redelivered ? 1 : 0))
    this.#send(to, `deliver.${queue.name}`, headers, message)
  }

  /** Undefined when the vhost is not traced, or nobody listens. */
  #exchangeFor(vhostName: string): Exchange | undefined {
    const vhost = this.#topology.vhosts.get(vhostName)
    if (vhost === undefined || !vhost.tracing) return undefined
    const exchange = vhost.exchanges.get(TRACE_EXCHANGE)
    return exchange === undefined || exchange.outgoing.size === 0 ? undefined : exchange
  }

  #headers(channel: TracedChannel, message: MessageView): FieldTable {
    const properties = propertiesOf(message)
    const keys = [message.routingKey, ...extraKeys(properties, 'CC'), ...extraKeys(properties, 'BCC')]
    return new Map<string, FieldValue>([
      ['exchange_name', field.string(message.exchange)],
      ['routing_keys', field.array(keys.map(field.string))],
      ['properties', field.table(propertyTable(properties))],
      ['node', field.string(this.#nodeName)],
      ['vhost', field.string(channel.vhost)],
      ['connection', field.string(channel.connectionName)],
      ['channel', field.int(channel.channelNumber)],
      ['user', field.string(channel.user)],
    ])
  }

  #send(to: Exchange, routingKey: string, headers: FieldTable, message: MessageView): void {
    this.#publisher.send(
      to,
      makeMessage(TRACE_EXCHANGE, shortened(routingKey), { headers }, bodyOf(message), -1),
    )
  }
}

const SHORTSTR_OCTETS_MAX = 255

/** A routing key that fits; names of queues may be as long as keys. */
function shortened(key: string): string {
  if (Buffer.byteLength(key) <= SHORTSTR_OCTETS_MAX) return key
  let cut = key.slice(0, SHORTSTR_OCTETS_MAX)
  while (Buffer.byteLength(cut) > SHORTSTR_OCTETS_MAX) cut = cut.slice(0, -1)
  return cut
}

function extraKeys({ headers }: BasicProperties, name: 'CC' | 'BCC'): string[] {
  const value = headers?.get(name)
  if (value?.tag !== 'A') return []
  return value.value.flatMap((key) => (key.tag === 'S' && typeof key.value === 'string' ? [key.value] : []))
}

/** Names as RabbitMQ gives them; integers are `I`, or `l` where they do not fit. */
function propertyTable(properties: BasicProperties): FieldTable {
  const table: FieldTable = new Map()
  for (const [name, value] of Object.entries(properties) as [string, unknown][]) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    if (value instanceof Map) table.set(key, field.table(value as FieldTable))
    else if (typeof value === 'string') table.set(key, field.string(value))
    else if (typeof value === 'number' && value <= 0x7fff_ffff) table.set(key, field.int(value))
    else if (typeof value === 'number' || typeof value === 'bigint') table.set(key, field.long(value))
  }
  return table
}
