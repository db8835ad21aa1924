import { encodeConfirmSelect, MethodId } from '../protocol/amqp091/index.js'
import { ConfirmWindow } from './confirm-window.js'
import type { ThreadCounters } from './counters.js'
import { MessageTemplate } from './message-template.js'
import { nowMicros } from './monotonic.js'
import type { PublisherSpec } from './roles.js'
import { CHANNEL, type FrameSink, WireConnection } from './wire-connection.js'

/** Batches written before other publishers and consumers of the thread get their turn. */
const BATCHES_PER_TURN = 4
const CONFIRM_TIMEOUT_MS = 10_000

/** Publishes one message over and over, as fast as rate, confirms and the socket allow. */
export class Publisher implements FrameSink {
  private readonly spec: PublisherSpec
  private readonly counters: ThreadCounters
  private readonly onFailure: (error: Error) => void
  private readonly connection: WireConnection
  private readonly template: MessageTemplate
  private readonly window: ConfirmWindow | undefined
  private sent = 0
  private startedMicros = 0
  private running = false
  private readMicros = 0
  /** The socket has not taken the last batch yet, whose bytes must stay as they are. */
  private writing = false
  private scheduled: NodeJS.Immediate | undefined
  private timer: NodeJS.Timeout | undefined
  private onSettled: (() => void) | undefined

  private constructor(
    spec: PublisherSpec,
    counters: ThreadCounters,
    onFailure: (error: Error) => void,
    connection: WireConnection,
  ) {
    this.spec = spec
    this.counters = counters
    this.onFailure = onFailure
    this.connection = connection
    this.template = new MessageTemplate(spec, connection.frameMax)
    this.window = spec.confirmWindow > 0 ? new ConfirmWindow(spec.confirmWindow) : undefined
    connection.sink = this
  }

  /** Connects; publishes nothing yet. */
  static async open(
    spec: PublisherSpec,
    counters: ThreadCounters,
    onFailure: (error: Error) => void,
  ): Promise<Publisher> {
    const connection = await WireConnection.open(spec.uri, spec.name)
    if (spec.confirmWindow > 0) {
      await connection.ask(MethodId.ConfirmSelectOk, (writer) => encodeConfirmSelect(writer, CHANNEL, false))
    }
    return new Publisher(spec, counters, onFailure, connection)
  }

  start(): void {
    this.running = true
    this.startedMicros = nowMicros()
    this.pump()
  }

  /** Publishes no more; resolves when the broker has handled what was published. */
  async stop(): Promise<void> {
    this.pause()
    if (this.window !== undefined && this.window.outstanding > 0) await this.confirmed(this.window)
    await this.connection.close()
  }

  /** Ends at once. */
  destroy(): void {
    this.pause()
    this.connection.destroy()
  }

  method(id: number, buffer: Buffer, start: number): void {
    if (id === MethodId.BasicReturn) {
      this.counters.addReturned()
      return
    }
    if (this.window === undefined) return
    const tag = buffer.readUInt32BE(start + 4) * 2 ** 32 + buffer.readUInt32BE(start + 8)
    const count = this.window.settle(tag, (buffer[start + 12] & 1) !== 0, this.recordConfirm)
    if (id === MethodId.BasicAck) this.counters.addConfirmed(count)
    else this.counters.addNacked(count)
  }

  contentHeader(): void {}

  contentBody(): void {}

  endOfRead(): void {
    this.readMicros = 0
    if (this.window === undefined) return
    if (this.window.outstanding === 0) this.onSettled?.()
    if (this.running && this.scheduled === undefined && this.timer === undefined) this.pump()
  }

  failed(error: Error): void {
    this.pause()
    this.onFailure(error)
  }

  private readonly recordConfirm = (publishedMicros: number): void => {
    // All that one read brought has arrived at one time.
    if (this.readMicros === 0) this.readMicros = nowMicros()
    this.counters.confirmLatency.record(this.readMicros - publishedMicros)
  }

  private readonly pump = (): void => {
    this.scheduled = undefined
    this.timer = undefined
    const { spec, template, window } = this
    for (let batches = 0; batches < BATCHES_PER_TURN; batches++) {
      if (!this.running || this.writing) return
      const micros = nowMicros()
      let count = template.count
      if (window !== undefined) count = Math.min(count, halfOf(spec.confirmWindow), window.room)
      if (spec.rate > 0) count = Math.min(count, this.dueBy(micros))
      if (spec.limit > 0) count = Math.min(count, spec.limit - this.sent)
      if (count <= 0) {
        if (spec.rate > 0) this.waitForRate(micros)
        return
      }
      this.write(count, micros)
    }
    if (this.running && !this.writing) this.scheduled = setImmediate(this.pump)
  }

  private write(count: number, micros: number): void {
    const { connection, counters, spec } = this
    this.sent += count
    this.window?.published(count, micros)
    counters.addSent(count)
    this.writing = true
    connection.socket.write(this.template.take(count, micros), this.written)
    // The kernel has it all: the bytes may change, and the callback that comes later finds nothing to do.
    if (connection.socket.writableLength === 0) this.writing = false
    if (spec.limit > 0 && this.sent >= spec.limit) {
      this.running = false
      counters.addDone()
    }
  }

  private readonly written = (): void => {
    if (!this.writing || this.connection.socket.writableLength > 0) return
    this.writing = false
    if (this.running && this.scheduled === undefined && this.timer === undefined) this.pump()
  }

  /** Messages that the rate allows by now. */
  private dueBy(micros: number): number {
    return Math.floor(((micros - this.startedMicros) * this.spec.rate) / 1e6) + 1 - this.sent
  }

  private waitForRate(micros: number): void {
    const dueMicros = this.startedMicros + (this.sent * 1e6) / this.spec.rate
    // Timers have a grain of a millisecond, in which several messages may fall due.
    this.timer = setTimeout(this.pump, Math.max(0, (dueMicros - micros) / 1000))
  }

  private pause(): void {
    this.running = false
    clearTimeout(this.timer)
    clearImmediate(this.scheduled)
    this.timer = undefined
    this.scheduled = undefined
  }

  private confirmed(window: ConfirmWindow): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.connection.destroy()
        reject(
          new Error(
            `${window.outstanding} publishes were not confirmed within ${CONFIRM_TIMEOUT_MS / 1000} s`,
          ),
        )
      }, CONFIRM_TIMEOUT_MS)
      this.onSettled = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Half a window at a time, so that the broker works on one half while the confirms of the other are on their way. */
function halfOf(window: number): number {
  return Math.max(1, window >> 1)
}
