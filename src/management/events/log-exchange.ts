import type { BrokerDoors } from '../../core/doors/broker-doors.js'
import { fromPlain } from '../../core/field-table.js'
import { makeMessage } from '../../core/message-content.js'
import type { OwnPublisher } from '../../core/own-publisher.js'
import type { LineFormatOptions, LineFormatter } from '../../util/log/line-format.js'
import type { LogOutput, LogRecord } from '../../util/log/log-record.js'

/** The exchange that the log is published to. */
export const LOG_EXCHANGE = 'amq.rabbitmq.log'
/**
 * Lines that are published in a second; more are left out. It ends the circle in which publishing a line is itself
 * something to write a line about.
 */
export const LOG_MESSAGES_PER_SECOND_MAX = 1000

const CONTENT_TYPES = { plaintext: 'text/plain', json: 'application/json' } as const

/** Where the exchange is, and who publishes. */
export interface LogExchangeOptions {
  readonly vhost: string
  readonly nodeName: string
  readonly kind: LineFormatOptions['kind']
}

/**
 * `amq.rabbitmq.log`: lines of the log as messages, routed by their level. Nothing is made while nothing is bound.
 */
export class LogExchange {
  readonly #doors: BrokerDoors
  readonly #publisher: OwnPublisher
  readonly #options: LogExchangeOptions
  #second = 0
  #inSecond = 0

  constructor(doors: BrokerDoors, publisher: OwnPublisher, options: LogExchangeOptions) {
    this.#doors = doors
    this.#publisher = publisher
    this.#options = options
  }

  /** Makes the exchange unless it is there. Resolves when that would survive a crash. */
  async open(): Promise<void> {
    await this.#doors.ensureExchange(this.#options.vhost, {
      name: LOG_EXCHANGE,
      type: 'topic',
      durable: true,
      autoDelete: false,
      internal: true,
      arguments: new Map(),
    })
  }

  output(format: LineFormatter): LogOutput {
    return { write: (record) => this.#publish(record, format) }
  }

  #publish(record: LogRecord, format: LineFormatter): void {
    const { vhost, nodeName, kind } = this.#options
    const exchange = this.#doors.topology.vhosts.get(vhost)?.exchanges.get(LOG_EXCHANGE)
    if (exchange === undefined || exchange.outgoing.size === 0) return
    const second = Math.floor(record.timeMs / 1000)
    if (second !== this.#second) this.#inSecond = 0
    this.#second = second
    this.#inSecond += 1
    if (this.#inSecond > LOG_MESSAGES_PER_SECOND_MAX) return
    const properties = {
      contentType: CONTENT_TYPES[kind],
      timestamp: second,
      headers: new Map([
        ['level', fromPlain(record.level)],
        ['node', fromPlain(nodeName)],
      ]),
    }
    const body = Buffer.from(format(record).trimEnd())
    this.#publisher.send(exchange, makeMessage(LOG_EXCHANGE, record.level, properties, body, -1))
  }
}
