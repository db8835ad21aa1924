import type { BrokerDoors } from '../../core/doors/broker-doors.js'
import type { BrokerEvents, EventBus, EventName } from '../../core/events.js'
import { fromPlain } from '../../core/field-table.js'
import { makeMessage } from '../../core/message-content.js'
import type { OwnPublisher } from '../../core/own-publisher.js'
import type { Clock } from '../../util/clock.js'
import { eventFacts } from './event-facts.js'

/** The exchange that tells what happens in the broker. */
export const EVENT_EXCHANGE = 'amq.rabbitmq.event'
const NOBODY = Buffer.alloc(0)
const PERSISTENT = 2

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
    const headers = eventFacts(name, event, this.#nodeName)
    headers.set('timestamp_in_ms', fromPlain(nowMs))
    const properties = { headers, deliveryMode: PERSISTENT, timestamp: Math.floor(nowMs / 1000) }
    this.#publisher.send(exchange, makeMessage(EVENT_EXCHANGE, name, properties, NOBODY, -1))
  }
}
