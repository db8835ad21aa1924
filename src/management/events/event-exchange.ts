import type { BrokerDoors } from '../../core/doors/broker-doors.js'
import type { BrokerEvents, EventBus, EventName } from '../../core/events.js'
import { type FieldTable, type FieldValue, fromPlain } from '../../core/field-table.js'
import { makeMessage } from '../../core/message-content.js'
import type { OwnPublisher } from '../../core/own-publisher.js'
import type { Clock } from '../../util/clock.js'

/** The exchange that tells what happens in the broker. */
export const EVENT_EXCHANGE = 'amq.rabbitmq.event'
const NOBODY = Buffer.alloc(0)
const PERSISTENT = 2

/** Who does what nobody asked for. */
const BROKER_USER = 'rmq-internal'

/** Members whose header has a name of its own. */
const NAMES: Readonly<Record<string, string>> = {
  applyTo: 'apply-to',
  source: 'source_name',
  destination: 'destination_name',
  user: 'user_who_performed_action',
}

/**
 * `amq.rabbitmq.event`: everything on the event bus as a message without a body, routed by the event's name, with what
 * is known of it in the headers. Nothing is made while nothing is bound.
 */
export class EventExchange {
  readonly #doors: BrokerDoors
  readonly #publisher: OwnPublisher
  readonly #vhost: string
  readonly #nodeName: string
  readonly #clock: Clock
  readonly #stop: () => void

  constructor(
    doors: BrokerDoors,
    events: EventBus,
    publisher: OwnPublisher,
    clock: Clock,
    options: { readonly vhost: string; readonly nodeName: string },
  ) {
    this.#doors = doors
    this.#publisher = publisher
    this.#clock = clock
    this.#vhost = options.vhost
    this.#nodeName = options.nodeName
    this.#stop = events.onAny((name, event) => this.#tell(name, event))
  }

  /** Makes the exchange unless it is there. Resolves when that would survive a crash. */
  async open(): Promise<void> {
    await this.#doors.ensureExchange(this.#vhost, {
      name: EVENT_EXCHANGE,
      type: 'topic',
      durable: true,
      autoDelete: false,
      internal: true,
      arguments: new Map(),
    })
  }

  close(): void {
    this.#stop()
  }

  #tell(name: EventName, event: BrokerEvents[EventName]): void {
    const exchange = this.#doors.topology.vhosts.get(this.#vhost)?.exchanges.get(EVENT_EXCHANGE)
    if (exchange === undefined || exchange.outgoing.size === 0) return
    const nowMs = this.#clock.now()
    const headers = this.#headers(name, event)
    headers.set('timestamp_in_ms', fromPlain(nowMs))
    const properties = { headers, deliveryMode: PERSISTENT, timestamp: Math.floor(nowMs / 1000) }
    this.#publisher.send(exchange, makeMessage(EVENT_EXCHANGE, name, properties, NOBODY, -1))
  }

  #headers(name: EventName, event: BrokerEvents[EventName]): FieldTable {
    const headers: FieldTable = new Map()
    for (const [member, value] of Object.entries(event) as [string, unknown][]) {
      if (value === undefined || member === 'limits') continue
      headers.set(NAMES[member] ?? snakeCased(member), fieldOf(value))
    }
    if ('limits' in event)
      for (const [limit, value] of Object.entries(event.limits)) headers.set(limit, fieldOf(value))
    const [kind] = name.split('.')
    if (kind === 'binding') headers.set('source_kind', fromPlain('exchange'))
    if (kind === 'queue' && 'type' in event) headers.set('type', fromPlain(`rabbit_${event.type}_queue`))
    if (kind === 'alarm') headers.set('node', fromPlain(this.#nodeName))
    else if (!headers.has('user_who_performed_action'))
      headers.set('user_who_performed_action', fromPlain(BROKER_USER))
    return headers
  }
}

/** Tables as they are; everything else by its kind in JavaScript. */
function fieldOf(value: unknown): FieldValue {
  return value instanceof Map ? { tag: 'F', value: value as FieldTable } : fromPlain(value)
}

function snakeCased(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
