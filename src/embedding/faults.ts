import type { Connection } from '../connection/connection.js'
import type { AlarmSource, Alarms } from '../core/alarm.js'
import { BrokerError } from '../core/errors.js'
import type { MessageView } from '../core/message.js'
import { REPLY_CODES, type ReplyName } from '../protocol/amqp091/reply-codes.js'
import { type Duration, durationMs } from './duration.js'
import type { PortFaults } from './faulty-port.js'
import type { FrameFaults } from './faulty-transport.js'
import type { SeededRandom } from './seeded-random.js'

/** How often something goes wrong. */
export interface Occurrence {
  /** Most times; then it is over. Default: until it is ended. */
  readonly times?: number
  /** From 0 to 1, by the broker's seed. Default 1. */
  readonly probability?: number
}

/** Which messages a fault is for. What is left out matches all. */
export interface MessageFault extends Occurrence {
  readonly exchange?: string
  readonly routingKey?: string
}

/** Which connections are meant. What is left out matches all. */
export interface ConnectionChoice {
  readonly id?: number
  /** The `connection_name` that the client gave. */
  readonly name?: string
  readonly user?: string
  readonly vhost?: string
}

/** Ends a fault. */
export type EndFault = () => void

interface Running<W> {
  readonly what: W
  left: number
  readonly probability: number
}

/** What faults work on. */
export interface FaultParts {
  readonly random: SeededRandom
  readonly alarms: Alarms
  connections(): Iterable<Connection>
  queueName(queueId: number): string | undefined
  /** False when the broker was started without `faults: true`. */
  readonly installed: boolean
}

/**
 * Things that go wrong on demand. Whatever is left to chance is drawn from the broker's seed. Dropped connections,
 * closed channels and alarms need nothing; the others need `startBroker({ faults: true })`.
 */
export class Faults implements PortFaults, FrameFaults {
  readonly #parts: FaultParts
  readonly #refusals: Running<MessageFault>[] = []
  readonly #losses: Running<MessageFault>[] = []
  readonly #repeats: Running<{ readonly queue?: string }>[] = []
  readonly #delays: Running<number>[] = []
  readonly #reorders: Running<undefined>[] = []
  readonly #raised = new Set<AlarmSource>()
  #diskIsFull = false

  constructor(parts: FaultParts) {
    this.#parts = parts
  }

  /** Drops sockets without a word, as a network does. Returns how many. */
  dropConnection(choice: ConnectionChoice = {}): number {
    const chosen = this.#chosen(choice)
    for (const connection of chosen) connection.drop()
    return chosen.length
  }

  /** Closes connections with a code (320 and others) and a text. Returns how many. */
  closeConnection(
    code: number = REPLY_CODES.CONNECTION_FORCED.code,
    text = 'closed on demand',
    choice: ConnectionChoice = {},
  ): number {
    const chosen = this.#chosen(choice)
    const full = `${nameOfCode(code)} - ${text}`
    for (const connection of chosen) connection.sendClose(code, full, 0, 0)
    return chosen.length
  }

  /**
   * Closes channels with a reply code: 406, 404 and so on. A code that closes connections closes those. `channel`
   * chooses one by its number. Returns how many channels were open.
   */
  closeChannel(
    code: number,
    text = 'closed on demand',
    { channel, ...choice }: ConnectionChoice & { readonly channel?: number } = {},
  ): number {
    const error = new BrokerError(nameOfCode(code), text)
    let count = 0
    for (const connection of this.#chosen(choice)) {
      for (const { number } of [...connection.openChannels()]) {
        if (channel !== undefined && number !== channel) continue
        connection.fail(number, error, 0, 0)
        count += 1
      }
    }
    return count
  }

  /** Holds back all frames to clients for so long, on the broker's clock. Their order stays. */
  delayFrames(delay: Duration, occurrence: Occurrence = {}): EndFault {
    return this.#begin(this.#delays, durationMs(delay), occurrence)
  }

  /** Mixes frames of different channels that leave a connection together. Within a channel their order stays. */
  reorderFrames(occurrence: Occurrence = {}): EndFault {
    return this.#begin(this.#reorders, undefined, occurrence)
  }

  /** Messages are refused with basic.nack and not stored. */
  refuseConfirms(fault: MessageFault = {}): EndFault {
    return this.#begin(this.#refusals, fault, fault)
  }

  /** Messages are stored and never confirmed. */
  loseConfirms(fault: MessageFault = {}): EndFault {
    return this.#begin(this.#losses, fault, fault)
  }

  /**
   * Deliveries come once more, flagged as redelivered: after their acknowledgement, which the broker takes for lost, or
   * at once for a consumer that acknowledges nothing.
   */
  deliverTwice(fault: Occurrence & { readonly queue?: string } = {}): EndFault {
    return this.#begin(this.#repeats, fault, fault)
  }

  /** Sets the memory or the disk alarm: publishers are told (connection.blocked) and not read from. */
  raiseAlarm(source: AlarmSource): EndFault {
    this.#raised.add(source)
    this.#parts.alarms.set(source)
    return () => this.clearAlarm(source)
  }

  clearAlarm(source: AlarmSource): void {
    this.#raised.delete(source)
    this.#parts.alarms.clear(source)
  }

  /** The disk is full: the alarm is set, and with a data directory writes fail with ENOSPC. */
  fillDisk(): EndFault {
    this.#checkInstalled()
    this.#diskIsFull = true
    const clear = this.raiseAlarm('disk')
    return () => {
      this.#diskIsFull = false
      clear()
    }
  }

  /** Ends every fault, and the alarms that were raised here. What was dropped or closed stays so. */
  clear(): void {
    for (const running of [this.#refusals, this.#losses, this.#repeats, this.#delays, this.#reorders])
      running.length = 0
    this.#diskIsFull = false
    for (const source of this.#raised) this.clearAlarm(source)
  }

  // ---- asked by the parts at which faults happen

  refuses(_queueIds: readonly number[], message: MessageView): boolean {
    return this.#happens(this.#refusals, (fault) => isFor(fault, message)) !== undefined
  }

  losesConfirm(_queueIds: readonly number[], message: MessageView): boolean {
    return this.#happens(this.#losses, (fault) => isFor(fault, message)) !== undefined
  }

  deliversTwice(queueId: number): boolean {
    const isHere = ({ queue }: { readonly queue?: string }): boolean =>
      queue === undefined || queue === this.#parts.queueName(queueId)
    return this.#happens(this.#repeats, isHere) !== undefined
  }

  delayMs(): number {
    return this.#happens(this.#delays, () => true)?.what ?? 0
  }

  reorders(): boolean {
    return this.#happens(this.#reorders, () => true) !== undefined
  }

  get diskIsFull(): boolean {
    return this.#diskIsFull
  }

  #begin<W>(running: Running<W>[], what: W, { times, probability = 1 }: Occurrence): EndFault {
    this.#checkInstalled()
    const fault = { what, left: times ?? Number.POSITIVE_INFINITY, probability }
    running.push(fault)
    return () => {
      const place = running.indexOf(fault)
      if (place >= 0) running.splice(place, 1)
    }
  }

  #happens<W>(running: readonly Running<W>[], isFor: (what: W) => boolean): Running<W> | undefined {
    for (const fault of running) {
      if (fault.left <= 0 || !isFor(fault.what)) continue
      if (fault.probability < 1 && this.#parts.random.next() >= fault.probability) continue
      fault.left -= 1
      return fault
    }
    return undefined
  }

  #chosen({ id, name, user, vhost }: ConnectionChoice): Connection[] {
    return [...this.#parts.connections()].filter(
      (connection) =>
        (id === undefined || connection.id === id) &&
        (name === undefined || connectionName(connection) === name) &&
        (user === undefined || connection.actor.principal.name === user) &&
        (vhost === undefined || connection.vhost === vhost),
    )
  }

  #checkInstalled(): void {
    if (!this.#parts.installed) throw new TypeError('this fault needs startBroker({ faults: true })')
  }
}

function isFor({ exchange, routingKey }: MessageFault, message: MessageView): boolean {
  return (
    (exchange === undefined || message.exchange === exchange) &&
    (routingKey === undefined || message.routingKey === routingKey)
  )
}

function connectionName({ clientProperties }: Connection): string | undefined {
  const field = clientProperties.get('connection_name')
  return field?.tag === 'S' ? field.value.toString() : undefined
}

function nameOfCode(code: number): ReplyName {
  for (const [name, row] of Object.entries(REPLY_CODES)) if (row.code === code) return name as ReplyName
  throw new TypeError(`${code} is none of AMQP's reply codes`)
}
