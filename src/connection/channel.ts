import type { Durable } from '../core/doors.js'
import { BrokerError } from '../core/errors.js'
import {
  type ByteReader,
  CONTENT_HEADER_SIZE,
  encodeBasicAck,
  encodeBasicNack,
  MethodId,
} from '../protocol/amqp091/index.js'
import type { ChannelHost } from './channel-host.js'
import type { ConfirmSink } from './confirms.js'
import { Consuming } from './consuming.js'
import { ContentAssembly } from './content-assembly.js'
import * as access from './methods/access.js'
import * as basic from './methods/basic.js'
import * as channelMethods from './methods/channel.js'
import * as confirm from './methods/confirm.js'
import * as exchange from './methods/exchange.js'
import * as queue from './methods/queue.js'
import * as tx from './methods/tx.js'
import { Publishing } from './publishing.js'

/**
 * An open AMQP channel. Takes the frames of its number from the connection, in order, and writes its answers and
 * deliveries to the connection's output. What is thrown here (BrokerError, CodecError) the connection turns into
 * channel.close or connection.close.
 */
export class Channel implements ConfirmSink {
  readonly host: ChannelHost
  readonly number: number
  readonly publishing: Publishing
  readonly consuming: Consuming
  /** The queue that this channel declared last: what an empty queue name means. */
  lastQueue = ''

  private readonly assembly = new ContentAssembly()
  private turnWanted = false
  private released = false

  constructor(host: ChannelHost, number: number) {
    this.host = host
    this.number = number
    const wantEndOfTurn = (): void => this.wantEndOfTurn()
    this.consuming = new Consuming(host, number, wantEndOfTurn)
    this.publishing = new Publishing(host, number, this.consuming, wantEndOfTurn)
  }

  /** True between basic.publish and the end of its content. */
  get expectsContent(): boolean {
    return this.assembly.isActive
  }

  /** Handles any method but those of the channel's own life. The reader stands after the ids. */
  handleMethod(methodId: number, reader: ByteReader): void {
    if (this.assembly.isActive) throw this.assembly.unexpectedFrame()
    if (this.publishing.transaction?.committing === true)
      throw new BrokerError('CHANNEL_ERROR', "unexpected command while processing 'tx.commit'")
    this.wantEndOfTurn()
    switch (methodId) {
      case MethodId.BasicAck:
        basic.ack(this, reader)
        break
      case MethodId.BasicPublish:
        this.assembly.begin(reader.buffer, reader.position, reader.end)
        break
      case MethodId.BasicNack:
        basic.nack(this, reader)
        break
      case MethodId.BasicReject:
        basic.reject(this, reader)
        break
      case MethodId.BasicGet:
        basic.get(this, reader)
        break
      case MethodId.BasicQos:
        basic.qos(this, reader)
        break
      case MethodId.BasicConsume:
        basic.consume(this, reader)
        break
      case MethodId.BasicCancel:
        basic.cancel(this, reader)
        break
      case MethodId.BasicCancelOk:
        // Our basic.cancel wants no answer, but clients that give one mean no harm.
        break
      case MethodId.BasicRecover:
        basic.recover(this, reader)
        break
      case MethodId.BasicRecoverAsync:
        basic.recoverAsync(this, reader)
        break
      case MethodId.QueueDeclare:
        queue.declare(this, reader)
        break
      case MethodId.QueueBind:
        queue.bind(this, reader)
        break
      case MethodId.QueueUnbind:
        queue.unbind(this, reader)
        break
      case MethodId.QueuePurge:
        queue.purge(this, reader)
        break
      case MethodId.QueueDelete:
        queue.remove(this, reader)
        break
      case MethodId.ExchangeDeclare:
        exchange.declare(this, reader)
        break
      case MethodId.ExchangeDelete:
        exchange.remove(this, reader)
        break
      case MethodId.ExchangeBind:
        exchange.bind(this, reader)
        break
      case MethodId.ExchangeUnbind:
        exchange.unbind(this, reader)
        break
      case MethodId.ConfirmSelect:
        confirm.select(this, reader)
        break
      case MethodId.TxSelect:
        tx.select(this)
        break
      case MethodId.TxCommit:
        tx.commit(this)
        break
      case MethodId.TxRollback:
        tx.rollback(this)
        break
      case MethodId.ChannelFlow:
        channelMethods.flow(this, reader)
        break
      case MethodId.AccessRequest:
        access.request(this, reader)
        break
      default:
        throw new BrokerError('COMMAND_INVALID', 'unimplemented method')
    }
  }

  /** A content header payload. */
  handleContentHeader(buffer: Buffer, start: number, end: number): void {
    if (this.assembly.header(buffer, start, end, this.host.limits.maxMessageSizeBytes))
      this.publishAssembled()
  }

  /** A content body payload. */
  handleContentBody(buffer: Buffer, start: number, end: number): void {
    if (this.assembly.body(buffer, start, end)) this.publishAssembled()
  }

  /**
   * A whole message in one buffer: the arguments of basic.publish, the payload of a content header of class `basic`
   * and the octets of a body that is as long as the header says. Nothing is kept but copies.
   */
  publishInPlace(
    buffer: Buffer,
    argumentsStart: number,
    argumentsEnd: number,
    headerStart: number,
    headerEnd: number,
    bodyStart: number,
    bodyEnd: number,
  ): void {
    if (this.publishing.transaction?.committing === true)
      throw new BrokerError('CHANNEL_ERROR', "unexpected command while processing 'tx.commit'")
    this.publishing.publish(
      buffer,
      argumentsStart,
      argumentsEnd,
      headerStart + CONTENT_HEADER_SIZE,
      headerEnd,
      bodyStart,
      bodyEnd,
    )
  }

  /** The turn's work is done: deliveries that were put off go out, then confirms and commit-ok. May throw, as methods may. */
  endOfTurn(): void {
    this.turnWanted = false
    if (this.released) return
    this.flushPorts()
    while (this.consuming.passRoomOn()) this.flushPorts()
    this.publishing.confirms.flush(this)
    this.publishing.transaction?.endOfTurn()
    const { failure } = this.consuming
    if (failure === undefined) return
    this.consuming.failure = undefined
    throw failure
  }

  /** The connection's output has room again. */
  outputDrained(): void {
    this.consuming.outputDrained()
    this.wantEndOfTurn()
  }

  /** The channel ends: nothing is written any more. May be called twice. */
  release(): void {
    if (this.released) return
    this.released = true
    this.assembly.clear()
    this.publishing.transaction?.rollback()
    this.publishing.countPublishes()
    this.consuming.release()
    this.flushPorts()
  }

  /** Asks for {@link endOfTurn}, once a turn. */
  wantEndOfTurn(): void {
    if (this.turnWanted || this.released) return
    this.turnWanted = true
    this.host.wantEndOfTurn(this.number)
  }

  /** The queue that a method means. Throws NOT_FOUND for an empty name when no queue was declared here. */
  queueNamed(name: string): string {
    if (name !== '') return name
    if (this.lastQueue === '') throw new BrokerError('NOT_FOUND', 'no previously declared queue')
    return this.lastQueue
  }

  /** Answers once a change is durable, or says nothing with `nowait`; later frames wait for the change either way. */
  answer(durable: Durable, nowait: boolean, reply: () => void): void {
    this.host.afterDurable(durable, () => {
      if (!nowait && !this.released) reply()
    })
  }

  ack(deliveryTag: number, multiple: boolean): void {
    encodeBasicAck(this.host.output, this.number, deliveryTag, multiple)
  }

  nack(deliveryTag: number, multiple: boolean): void {
    // `requeue` means nothing here; RabbitMQ's encoder leaves its default, which is true.
    encodeBasicNack(this.host.output, this.number, deliveryTag, multiple, true)
  }

  private flushPorts(): void {
    const ports = this.host.shards.all
    for (let i = 0; i < ports.length; i++) ports[i].flush()
  }

  private publishAssembled(): void {
    const { assembly } = this
    const { buffer, argumentsEnd, headerEnd, end } = assembly
    assembly.clear()
    this.publishing.publish(
      buffer,
      0,
      argumentsEnd,
      argumentsEnd + CONTENT_HEADER_SIZE,
      headerEnd,
      headerEnd,
      end,
    )
  }
}
