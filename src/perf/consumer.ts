import { tableOf } from '../client/message.js'
import {
  ByteWriter,
  encodeBasicAck,
  encodeBasicCancel,
  encodeBasicConsume,
  encodeBasicQos,
  MethodId,
} from '../protocol/amqp091/index.js'
import type { ThreadCounters } from './counters.js'
import { readStamp, STAMP_BYTES } from './message-template.js'
import { nowMicros } from './monotonic.js'
import type { ConsumerSpec } from './roles.js'
import { CHANNEL, type FrameSink, WireConnection } from './wire-connection.js'

const TAG = 'leveret-perf'

/** Receives the messages of one queue, counts them and acknowledges them in batches. */
export class Consumer implements FrameSink {
  private readonly spec: ConsumerSpec
  private readonly counters: ThreadCounters
  private readonly onFailure: (error: Error) => void
  private readonly connection: WireConnection
  private readonly acks = new ByteWriter()
  private received = 0
  private unacked = 0
  private tagHigh = 0
  private tagLow = 0
  /** Octets of the current body that are still to come. */
  private bodyLeft = 0
  private isFirstBody = false
  /** The limit is reached: what comes now is left to the broker. */
  private satisfied = false
  private readMicros = 0

  private constructor(
    spec: ConsumerSpec,
    counters: ThreadCounters,
    onFailure: (error: Error) => void,
    connection: WireConnection,
  ) {
    this.spec = spec
    this.counters = counters
    this.onFailure = onFailure
    this.connection = connection
    connection.sink = this
  }

  /** Connects and consumes. */
  static async open(
    spec: ConsumerSpec,
    counters: ThreadCounters,
    onFailure: (error: Error) => void,
  ): Promise<Consumer> {
    const connection = await WireConnection.open(spec.uri, spec.name)
    if (spec.prefetch > 0) {
      await connection.ask(MethodId.BasicQosOk, (writer) =>
        encodeBasicQos(writer, CHANNEL, 0, spec.prefetch, false),
      )
    }
    const consumer = new Consumer(spec, counters, onFailure, connection)
    await connection.ask(MethodId.BasicConsumeOk, (writer) =>
      encodeBasicConsume(
        writer,
        CHANNEL,
        spec.queue,
        TAG,
        false,
        spec.autoAck,
        false,
        false,
        tableOf(spec.arguments),
      ),
    )
    return consumer
  }

  /** Ends the consumer; resolves when what it received is counted and acknowledged. */
  async stop(): Promise<void> {
    const { connection } = this
    await connection.ask(MethodId.BasicCancelOk, (writer) => encodeBasicCancel(writer, CHANNEL, TAG, false))
    this.acknowledgeRest()
    await connection.close()
  }

  /** Ends at once. */
  destroy(): void {
    this.connection.destroy()
  }

  method(id: number, buffer: Buffer, start: number): void {
    if (id !== MethodId.BasicDeliver) return
    const at = start + 5 + buffer[start + 4]
    this.tagHigh =
      ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0
    this.tagLow =
      ((buffer[at + 4] << 24) | (buffer[at + 5] << 16) | (buffer[at + 6] << 8) | buffer[at + 7]) >>> 0
  }

  contentHeader(buffer: Buffer, start: number): void {
    this.bodyLeft = buffer.readUInt32BE(start + 4) * 2 ** 32 + buffer.readUInt32BE(start + 8)
    this.isFirstBody = true
    if (this.bodyLeft === 0) this.delivered()
  }

  contentBody(buffer: Buffer, start: number, end: number): void {
    if (this.isFirstBody) {
      this.isFirstBody = false
      if (end - start >= STAMP_BYTES) this.recordLatency(readStamp(buffer, start))
    }
    this.bodyLeft -= end - start
    if (this.bodyLeft === 0) this.delivered()
  }

  endOfRead(): void {
    this.readMicros = 0
    this.flush()
  }

  failed(error: Error): void {
    this.onFailure(error)
  }

  private delivered(): void {
    const { spec } = this
    if (this.satisfied && !spec.autoAck) return
    this.received++
    this.counters.addReceived(1)
    if (!spec.autoAck && ++this.unacked >= spec.ackEvery) this.acknowledge()
    if (this.received === spec.limit) {
      this.acknowledgeRest()
      this.satisfied = true
      this.counters.addDone()
    }
  }

  private recordLatency(publishedMicros: number): void {
    // All that one read brought has arrived at one time.
    if (this.readMicros === 0) this.readMicros = nowMicros()
    this.counters.latency.record(this.readMicros - publishedMicros)
  }

  private acknowledge(): void {
    encodeBasicAck(this.acks, CHANNEL, this.tagHigh * 2 ** 32 + this.tagLow, this.unacked > 1)
    this.unacked = 0
  }

  private acknowledgeRest(): void {
    if (this.unacked > 0) this.acknowledge()
    this.flush()
  }

  private flush(): void {
    const { acks, connection } = this
    if (acks.position === 0) return
    connection.socket.write(acks.written())
    // Bytes that the kernel has not taken must stay: the next ones go to another buffer.
    if (connection.socket.writableLength > 0) acks.buffer = Buffer.allocUnsafeSlow(acks.buffer.length)
    acks.clear()
  }
}
