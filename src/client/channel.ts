import { EventEmitter } from 'node:events'
import {
  type BasicProperties,
  ByteReader,
  type ByteWriter,
  decodeBasicAck,
  decodeBasicCancel,
  decodeBasicConsumeOk,
  decodeBasicDeliver,
  decodeBasicGetOk,
  decodeBasicNack,
  decodeBasicReturn,
  decodeChannelClose,
  decodeChannelFlow,
  encodeBasicAck,
  encodeBasicCancel,
  encodeBasicConsume,
  encodeBasicGet,
  encodeBasicNack,
  encodeBasicPublish,
  encodeBasicQos,
  encodeBasicRecover,
  encodeBasicReject,
  encodeBody,
  encodeChannelClose,
  encodeChannelCloseOk,
  encodeChannelFlow,
  encodeChannelFlowOk,
  encodeChannelOpen,
  encodeConfirmSelect,
  encodeContentHeader,
  encodeTxCommit,
  encodeTxRollback,
  encodeTxSelect,
  FRAME_METHOD,
  METHOD_NAMES,
  MethodId,
} from '../protocol/amqp091/index.js'
import type {
  ConsumeOptions,
  ExchangeOptions,
  PublishOptions,
  QueueCounts,
  QueueOptions,
} from './channel-options.js'
import { Confirms } from './confirms.js'
import { ContentAssembler } from './content-assembler.js'
import { ClosedError } from './errors.js'
import type { FrameOutput } from './frame-output.js'
import type { Frame } from './frame-splitter.js'
import {
  type Delivery,
  type GetResult,
  type PublishProperties,
  propertiesOf,
  type ReturnedMessage,
  tableOf,
} from './message.js'
import type { Arguments } from './options.js'
import { type Request, request, topology } from './topology-requests.js'
import { callUserCode } from './user-code.js'

/** Events of a channel. */
export interface ChannelEvents {
  /** Once, when the channel has ended; with the reason unless this program closed it. */
  closed: [reason: ClosedError | undefined]
  /** A mandatory message that no queue took. */
  returned: [message: ReturnedMessage]
  /** Publishing may go on after `publish` returned false. */
  drain: []
}

/** What a channel needs of its connection. */
export interface ChannelHost {
  readonly output: FrameOutput
  /** The largest frame in bytes; 0 is no limit. */
  readonly frameMax: number
  /** The channel has ended and its number is free. */
  channelEnded(number: number): void
}

interface Consumer {
  readonly onDelivery: (delivery: Delivery) => void
  readonly onCancelled: (() => void) | undefined
}

interface Call {
  /** Takes the answer; false when the method is not the answer. */
  answer(methodId: number, reader: ByteReader): boolean
  reject(error: Error): void
}

const FRAME_SIZES = 256

/**
 * A channel. Calls that the broker answers return promises; they may be made without waiting for earlier ones.
 * Once the channel is closed every call is rejected (or throws) with the {@link ClosedError} that says why.
 */
export class Channel extends EventEmitter<ChannelEvents> {
  readonly number: number
  readonly #host: ChannelHost
  readonly #calls: Call[] = []
  readonly #consumers = new Map<string, Consumer>()
  readonly #content = new ContentAssembler()
  readonly #reader = new ByteReader()
  #confirms: Confirms | undefined
  #closed: ClosedError | undefined
  /** The broker's own reason, when its close crossed ours. */
  #refusal: ClosedError | undefined
  /** This program asked for the end and the answer is due. */
  #closing = false
  /** The broker asked for a pause with `channel.flow`. */
  #paused = false

  constructor(host: ChannelHost, number: number) {
    super()
    // Everyone who waits for room listens, and there may be many.
    this.setMaxListeners(0)
    this.#host = host
    this.number = number
  }

  /** Why the channel is closed; undefined while it is open. */
  get closedBy(): ClosedError | undefined {
    return this.#closed
  }

  /** Publishes that wait for their confirm. */
  get unconfirmed(): number {
    return this.#confirms?.outstanding ?? 0
  }

  /** @internal Called once by the connection. */
  open(): Promise<void> {
    return this.#ask(request(MethodId.ChannelOpenOk, encodeChannelOpen))
  }

  /** Ends the channel; unacknowledged messages go back to their queues. Does nothing when it has ended. */
  async close(code = 200, text = 'goodbye'): Promise<void> {
    if (this.#closed !== undefined || this.#closing) return this.#whenClosed()
    const answered = this.#ask(
      request(MethodId.ChannelCloseOk, (writer, number) =>
        encodeChannelClose(writer, number, code, text, 0, 0),
      ),
    )
    this.#closing = true
    try {
      await answered
    } catch (error) {
      // The connection went first, which ended the channel as well.
      if (!(error instanceof ClosedError)) throw error
    }
  }

  #whenClosed(): Promise<void> {
    if (this.#closed !== undefined) return Promise.resolve()
    return new Promise((resolve) => this.once('closed', () => resolve()))
  }

  // Exchanges

  declareExchange(exchange: string, type: string, options: ExchangeOptions = {}): Promise<void> {
    return this.#ask(topology.declareExchange(exchange, type, options, false))
  }

  /** Resolves when the exchange exists; NOT_FOUND closes the channel otherwise. */
  checkExchange(exchange: string): Promise<void> {
    return this.#ask(topology.declareExchange(exchange, '', {}, true))
  }

  deleteExchange(exchange: string, { ifUnused = false }: { ifUnused?: boolean } = {}): Promise<void> {
    return this.#ask(topology.deleteExchange(exchange, ifUnused))
  }

  /** Lets what `source` routes by `routingKey` pass to `destination`. */
  bindExchange(destination: string, source: string, routingKey = '', args?: Arguments): Promise<void> {
    return this.#ask(topology.bindExchange(destination, source, routingKey, args))
  }

  unbindExchange(destination: string, source: string, routingKey = '', args?: Arguments): Promise<void> {
    return this.#ask(topology.unbindExchange(destination, source, routingKey, args))
  }

  // Queues

  /** An empty name makes the broker invent one, which the answer tells. */
  declareQueue(queue = '', options: QueueOptions = {}): Promise<QueueCounts> {
    return this.#ask(topology.declareQueue(queue, options, false))
  }

  /** The counts of a queue that exists; NOT_FOUND closes the channel otherwise. */
  checkQueue(queue: string): Promise<QueueCounts> {
    return this.#ask(topology.declareQueue(queue, {}, true))
  }

  /** Resolves with the number of messages that went with the queue. */
  deleteQueue(
    queue: string,
    { ifUnused = false, ifEmpty = false }: { ifUnused?: boolean; ifEmpty?: boolean } = {},
  ): Promise<number> {
    return this.#ask(topology.deleteQueue(queue, ifUnused, ifEmpty))
  }

  /** Drops the ready messages; resolves with their number. */
  purgeQueue(queue: string): Promise<number> {
    return this.#ask(topology.purgeQueue(queue))
  }

  bindQueue(queue: string, exchange: string, routingKey = '', args?: Arguments): Promise<void> {
    return this.#ask(topology.bindQueue(queue, exchange, routingKey, args))
  }

  unbindQueue(queue: string, exchange: string, routingKey = '', args?: Arguments): Promise<void> {
    return this.#ask(topology.unbindQueue(queue, exchange, routingKey, args))
  }

  // Publishing

  /**
   * Sends a message; an exchange of '' is the default one, whose routing key is the queue's name. The body may be used
   * again at once. Returns false when more waits to be sent than should: the message is on its way all the same, but
   * wait for the event `drain` (or {@link drained}) before the next. Throws a BacklogError when far too much waits,
   * and the ClosedError of a closed channel.
   */
  publish(
    exchange: string,
    routingKey: string,
    body: Uint8Array | string,
    properties: PublishProperties = {},
    options: PublishOptions = {},
  ): boolean {
    this.#send(exchange, routingKey, body, properties, options)
    this.#confirms?.published()
    return this.writable
  }

  /** Publishes on a channel in confirm mode. Resolves when the broker has taken the message, rejects when it refused. */
  publishConfirmed(
    exchange: string,
    routingKey: string,
    body: Uint8Array | string,
    properties: PublishProperties = {},
    options: PublishOptions = {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const confirms = this.#confirmsOrThrow()
      this.#send(exchange, routingKey, body, properties, options)
      confirms.published({ resolve, reject })
    })
  }

  /** False while `publish` would ask for a pause. */
  get writable(): boolean {
    return !this.#paused && this.#host.output.hasRoom()
  }

  /** Resolves when publishing may go on. */
  drained(): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (this.writable) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const drained = (): void => {
        this.off('closed', ended)
        resolve()
      }
      const ended = (): void => {
        this.off('drain', drained)
        reject(this.#closed)
      }
      this.once('drain', drained)
      this.once('closed', ended)
    })
  }

  /** Switches the channel to confirm mode. Publishing need not wait for the answer. */
  confirmSelect(): Promise<void> {
    const answered = this.#ask(
      request(MethodId.ConfirmSelectOk, (writer, number) => encodeConfirmSelect(writer, number, false)),
    )
    // The broker numbers publishes from the first one that follows the select.
    this.#confirms ??= new Confirms()
    return answered
  }

  /**
   * Resolves when everything published so far is confirmed. Rejects with a NackedError when the broker refused some of
   * it, but for messages whose own promise told so.
   */
  async waitForConfirms(): Promise<void> {
    if (this.#closed !== undefined) throw this.#closed
    await this.#confirmsOrThrow().wait()
  }

  // Consuming

  /** How many unacknowledged messages each later consumer may have (or, global, the whole channel); 0 is no limit. */
  qos(prefetchCount: number, { global = false }: { global?: boolean } = {}): Promise<void> {
    return this.#ask(
      request(MethodId.BasicQosOk, (writer, number) =>
        encodeBasicQos(writer, number, 0, prefetchCount, global),
      ),
    )
  }

  /** Hands each message of a queue to `onDelivery`; resolves with the consumer tag. */
  consume(
    queue: string,
    onDelivery: (delivery: Delivery) => void,
    options: ConsumeOptions = {},
  ): Promise<string> {
    const { consumerTag = '', noAck = false, exclusive = false, onCancelled } = options
    const args = tableOf(options.arguments)
    return this.#ask({
      answer: MethodId.BasicConsumeOk,
      encode: (writer, number) =>
        encodeBasicConsume(writer, number, queue, consumerTag, false, noAck, exclusive, false, args),
      decode: (reader) => {
        const tag = decodeBasicConsumeOk(reader).consumerTag
        // Known before the promise resolves: deliveries may lie in the same piece of input.
        this.#consumers.set(tag, { onDelivery, onCancelled })
        return tag
      },
    })
  }

  /** Ends a consumer. Deliveries that were on their way still reach it before this resolves. */
  cancel(consumerTag: string): Promise<void> {
    return this.#ask({
      answer: MethodId.BasicCancelOk,
      encode: (writer, number) => encodeBasicCancel(writer, number, consumerTag, false),
      decode: () => {
        this.#consumers.delete(consumerTag)
      },
    })
  }

  /** Takes one message; undefined when the queue has none that is ready. */
  get(queue: string, { noAck = false }: { noAck?: boolean } = {}): Promise<GetResult | undefined> {
    return this.#callFor((resolve) => ({
      encode: (writer) => encodeBasicGet(writer, this.number, queue, noAck),
      answer: (methodId, reader) => {
        if (methodId === MethodId.BasicGetEmpty) {
          resolve(undefined)
          return true
        }
        if (methodId !== MethodId.BasicGetOk) return false
        const fields = decodeBasicGetOk(reader)
        this.#content.begin((properties, body) => resolve({ ...fields, consumerTag: '', properties, body }))
        return true
      },
    }))
  }

  /** Acknowledges a delivery, or with `multiple` every one up to it; a tag of 0 is then all of them. */
  ack({ deliveryTag }: { readonly deliveryTag: number }, multiple = false): void {
    this.#tell((writer) => encodeBasicAck(writer, this.number, deliveryTag, multiple))
  }

  /** Gives a delivery back, or every one up to it: to its queue, or without `requeue` to the dead letters. */
  nack(
    { deliveryTag }: { readonly deliveryTag: number },
    { multiple = false, requeue = true }: { multiple?: boolean; requeue?: boolean } = {},
  ): void {
    this.#tell((writer) => encodeBasicNack(writer, this.number, deliveryTag, multiple, requeue))
  }

  /** Gives a delivery back: to its queue, or without `requeue` to the dead letters. */
  reject({ deliveryTag }: { readonly deliveryTag: number }, requeue = true): void {
    this.#tell((writer) => encodeBasicReject(writer, this.number, deliveryTag, requeue))
  }

  /** Sends every unacknowledged message of the channel back to its queue. */
  recover(): Promise<void> {
    return this.#ask(
      request(MethodId.BasicRecoverOk, (writer, number) => encodeBasicRecover(writer, number, true)),
    )
  }

  /** Asks the broker to pause or go on with deliveries; RabbitMQ and Leveret refuse a pause. */
  flow(active: boolean): Promise<void> {
    return this.#ask(
      request(MethodId.ChannelFlowOk, (writer, number) => encodeChannelFlow(writer, number, active)),
    )
  }

  // Transactions

  txSelect(): Promise<void> {
    return this.#ask(request(MethodId.TxSelectOk, encodeTxSelect))
  }

  txCommit(): Promise<void> {
    return this.#ask(request(MethodId.TxCommitOk, encodeTxCommit))
  }

  txRollback(): Promise<void> {
    return this.#ask(request(MethodId.TxRollbackOk, encodeTxRollback))
  }

  // The connection's side

  /** @internal A frame of this channel. Throws when it has no place here, which ends the connection. */
  receive(frame: Frame): void {
    if (frame.type !== FRAME_METHOD) {
      this.#content.take(frame)
      return
    }
    if (this.#content.expecting) throw new Error('received a method amid a message')
    const reader = this.#reader
    reader.reset(frame.payload)
    this.#receiveMethod(reader.methodId(), reader)
  }

  /** @internal The socket takes more again. */
  resume(): void {
    if (this.writable) callUserCode(() => this.emit('drain'))
  }

  /** @internal The channel is over. `reason` is what later calls are told. */
  end(reason: ClosedError): void {
    if (this.#closed !== undefined) return
    this.#closed = reason
    this.#host.channelEnded(this.number)
    for (const call of this.#calls.splice(0)) call.reject(reason)
    this.#confirms?.fail(reason)
    this.#consumers.clear()
    callUserCode(() => this.emit('closed', reason.code === 200 ? undefined : reason))
  }

  #receiveMethod(methodId: number, reader: ByteReader): void {
    switch (methodId) {
      case MethodId.BasicDeliver: {
        const fields = decodeBasicDeliver(reader)
        this.#content.begin((properties, body) => this.#deliver({ ...fields, properties, body }))
        return
      }
      case MethodId.BasicAck: {
        const { deliveryTag, multiple } = decodeBasicAck(reader)
        this.#confirms?.settle(deliveryTag, multiple, true)
        return
      }
      case MethodId.BasicNack: {
        const { deliveryTag, multiple } = decodeBasicNack(reader)
        this.#confirms?.settle(deliveryTag, multiple, false)
        return
      }
      case MethodId.BasicReturn: {
        const fields = decodeBasicReturn(reader)
        this.#content.begin((properties, body) =>
          callUserCode(() => this.emit('returned', { ...fields, properties, body })),
        )
        return
      }
      case MethodId.BasicCancel: {
        const { consumerTag } = decodeBasicCancel(reader)
        const consumer = this.#consumers.get(consumerTag)
        this.#consumers.delete(consumerTag)
        callUserCode(() => consumer?.onCancelled?.())
        return
      }
      case MethodId.ChannelFlow:
        this.#pause(!decodeChannelFlow(reader).active)
        return
      case MethodId.ChannelClose:
        this.#closedByBroker(decodeChannelClose(reader))
        return
      case MethodId.ChannelCloseOk:
        this.#closeAnswered(reader)
        return
      default:
        this.#answered(methodId, reader)
    }
  }

  #answered(methodId: number, reader: ByteReader): void {
    const call = this.#calls[0]
    if (call?.answer(methodId, reader) !== true) {
      throw new Error(`received ${METHOD_NAMES.get(methodId) ?? methodId}, which answers nothing`)
    }
    this.#calls.shift()
  }

  #deliver(delivery: Delivery): void {
    // None when the consumer was cancelled by the broker in between.
    const consumer = this.#consumers.get(delivery.consumerTag)
    if (consumer !== undefined) callUserCode(() => consumer.onDelivery(delivery))
  }

  #pause(paused: boolean): void {
    this.#paused = paused
    this.#host.output.send((writer) => encodeChannelFlowOk(writer, this.number, !paused))
    this.resume()
  }

  #closedByBroker(close: { replyCode: number; replyText: string; classId: number; methodId: number }): void {
    this.#host.output.send((writer) => encodeChannelCloseOk(writer, this.number))
    const method = METHOD_NAMES.get(close.classId * 0x10000 + close.methodId)
    const reason = new ClosedError('channel', close.replyCode, close.replyText, { method })
    // When our own close crossed the broker's, its answer will still come and the number is not free before.
    if (this.#closing) this.#refusal = reason
    else this.end(reason)
  }

  #closeAnswered(reader: ByteReader): void {
    if (!this.#closing) throw new Error('received channel.close-ok, which answers nothing')
    // Calls before it are left over when the broker had closed the channel itself and dropped them.
    this.#calls.pop()?.answer(MethodId.ChannelCloseOk, reader)
    this.end(this.#refusal ?? closedHere())
  }

  #confirmsOrThrow(): Confirms {
    if (this.#confirms === undefined)
      throw new Error('the channel is not in confirm mode: call confirmSelect()')
    return this.#confirms
  }

  #send(
    exchange: string,
    routingKey: string,
    body: Uint8Array | string,
    properties: PublishProperties,
    { mandatory = false }: PublishOptions,
  ): void {
    if (this.#closed !== undefined) throw this.#closed
    if (this.#closing) throw closedHere()
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const encoded: BasicProperties = propertiesOf(properties)
    this.#host.output.checkRoom(bytes.length + FRAME_SIZES)
    this.#host.output.send((writer) => {
      encodeBasicPublish(writer, this.number, exchange, routingKey, mandatory, false)
      encodeContentHeader(writer, this.number, bytes.length, encoded)
      encodeBody(writer, this.number, bytes, this.#host.frameMax)
    })
  }

  /** A method without an answer. */
  #tell(encode: (writer: ByteWriter) => void): void {
    if (this.#closed !== undefined) throw this.#closed
    if (this.#closing) throw closedHere()
    this.#host.output.send(encode)
  }

  #ask<T>({ answer, encode, decode }: Request<T>): Promise<T> {
    return this.#callFor((resolve) => ({
      encode: (writer) => encode(writer, this.number),
      answer: (methodId, reader) => {
        if (methodId !== answer) return false
        resolve(decode(reader))
        return true
      },
    }))
  }

  #callFor<T>(
    make: (resolve: (value: T) => void) => {
      encode(writer: ByteWriter): void
      answer(methodId: number, reader: ByteReader): boolean
    },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed
      if (this.#closing) throw closedHere()
      const { encode, answer } = make(resolve)
      this.#host.output.send(encode)
      this.#calls.push({ answer, reject })
    })
  }
}

function closedHere(): ClosedError {
  return new ClosedError('channel', 200, 'closed by this program')
}
