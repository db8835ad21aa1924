import { EventEmitter } from 'node:events'
import { connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import {
  ByteReader,
  decodeConnectionBlocked,
  decodeConnectionClose,
  decodeConnectionStart,
  decodeConnectionTune,
  encodeConnectionClose,
  encodeConnectionCloseOk,
  encodeConnectionOpen,
  encodeConnectionStartOk,
  encodeConnectionTuneOk,
  encodeConnectionUpdateSecret,
  type FieldTable,
  FRAME_HEARTBEAT,
  FRAME_MAX_DEFAULT,
  FRAME_METHOD,
  field,
  HEARTBEAT_FRAME,
  METHOD_NAMES,
  MethodId,
  type PlainValue,
  PROTOCOL_HEADER,
  tableToPlain,
} from '../protocol/amqp091/index.js'
import { Channel, type ChannelHost } from './channel.js'
import type { ClientSocket } from './client-socket.js'
import { BODY_SIZE_MAX } from './content-assembler.js'
import { ClosedError } from './errors.js'
import { FrameOutput } from './frame-output.js'
import { type Frame, FrameSplitter } from './frame-splitter.js'
import { tableOf } from './message.js'
import { type ConnectOptions, type ResolvedOptions, resolveOptions } from './options.js'
import { callUserCode } from './user-code.js'

/** Events of a connection. */
export interface ConnectionEvents {
  /** Once, when the connection has ended; with the reason unless this program closed it. */
  closed: [reason: ClosedError | undefined]
  /** The broker takes no more messages for now, because of what the reason says. */
  blocked: [reason: string]
  /** It takes messages again. */
  unblocked: []
}

/** Connects to a broker. Rejects with a {@link ClosedError} that carries the broker's refusal, or the socket's error. */
export function connect(
  target: string | ConnectOptions = {},
  options: ConnectOptions = {},
): Promise<Connection> {
  const connection = new Connection(resolveOptions(target, options))
  return connection.opened()
}

interface Pending<T> {
  resolve(value: T): void
  reject(error: Error): void
}

const CHANNEL_MAX = 65_535

/** A connection to a broker, made with {@link connect}. */
export class Connection extends EventEmitter<ConnectionEvents> implements ChannelHost {
  readonly output: FrameOutput
  frameMax = 0
  readonly #options: ResolvedOptions
  readonly #socket: ClientSocket
  readonly #splitter = new FrameSplitter()
  readonly #reader = new ByteReader()
  readonly #channels = new Map<number, Channel>()
  readonly #secrets: Pending<void>[] = []
  #opening: Pending<Connection> | undefined
  readonly #opened: Promise<Connection>
  #connectTimer: NodeJS.Timeout | undefined
  #closeTimer: NodeJS.Timeout | undefined
  #heartbeatTimer: NodeJS.Timeout | undefined
  #serverProperties: FieldTable = new Map()
  #channelMax = CHANNEL_MAX
  #received = true
  #silentChecks = 0
  #blocked: string | undefined
  /** Set when the end has begun: by whom and why. */
  #ending: ClosedError | undefined
  #closed = false
  readonly #ended: Promise<void>
  #resolveEnded: () => void = () => {}

  /** @internal Use {@link connect}. */
  constructor(options: ResolvedOptions) {
    super()
    this.#options = options
    this.#splitter.frameMax = FRAME_MAX_DEFAULT
    this.#opened = new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
    })
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    this.#socket = openSocket(options)
    this.output = new FrameOutput(this.#socket, options, () => {
      for (const channel of this.#channels.values()) channel.resume()
    })
    this.#connectTimer = setTimeout(
      () => this.#fail(`not open after ${options.connectTimeoutMs} ms`),
      options.connectTimeoutMs,
    )
    this.#socket.on(options.tls === undefined ? 'connect' : 'secureConnect', () => {
      this.output.send((writer) => writer.bytes(PROTOCOL_HEADER))
    })
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#fail(error.message, error))
    this.#socket.on('close', () => this.#socketClosed())
  }

  /** @internal Resolves with the connection once it is open. */
  opened(): Promise<Connection> {
    return this.#opened
  }

  /** What the broker said about itself: product, version, capabilities and more. */
  get serverProperties(): { readonly [name: string]: PlainValue } {
    return tableToPlain(this.#serverProperties)
  }

  /** Why the broker takes no messages at the moment; undefined when it does. */
  get blockedBy(): string | undefined {
    return this.#blocked
  }

  /** True once the connection has ended. */
  get closed(): boolean {
    return this.#closed
  }

  /** Opens a channel, with the lowest number that is free. */
  async channel(): Promise<Channel> {
    if (this.#ending !== undefined) throw this.#ending
    const number = this.#freeNumber()
    const channel = new Channel(this, number)
    this.#channels.set(number, channel)
    await channel.open()
    return channel
  }

  /** Replaces the password, for credentials that expire. */
  updateSecret(secret: string, reason = ''): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ending !== undefined) throw this.#ending
      this.output.send((writer) => encodeConnectionUpdateSecret(writer, 0, secret, reason))
      this.#secrets.push({ resolve, reject })
    })
  }

  /** Ends the connection; resolves when the socket is closed. May be called twice. */
  close(code = 200, text = 'goodbye'): Promise<void> {
    if (this.#ending === undefined) {
      this.#ending = new ClosedError('connection', 200, 'closed by this program')
      this.output.send((writer) => encodeConnectionClose(writer, 0, code, text, 0, 0))
      this.#endSoon()
    }
    return this.#ended
  }

  /** Drops the socket without a word to the broker. */
  destroy(): void {
    this.#ending ??= new ClosedError('connection', 200, 'closed by this program')
    this.#socket.destroy()
  }

  /** @internal */
  channelEnded(number: number): void {
    this.#channels.delete(number)
  }

  #freeNumber(): number {
    for (let number = 1; number <= this.#channelMax; number++) {
      if (!this.#channels.has(number)) return number
    }
    throw new Error(`all ${this.#channelMax} channels of the connection are open`)
  }

  #receive(chunk: Buffer): void {
    this.#received = true
    try {
      this.#splitter.push(chunk, (frame) => this.#receiveFrame(frame))
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error), error)
    }
  }

  #receiveFrame(frame: Frame): void {
    if (frame.type === FRAME_HEARTBEAT) return
    if (frame.channel !== 0) {
      // None for a channel that was closed here while the frame was on its way.
      this.#channels.get(frame.channel)?.receive(frame)
      return
    }
    if (frame.type !== FRAME_METHOD) throw new Error(`received a frame of type ${frame.type} on channel 0`)
    const reader = this.#reader
    reader.reset(frame.payload)
    this.#receiveMethod(reader.methodId(), reader)
  }

  #receiveMethod(methodId: number, reader: ByteReader): void {
    switch (methodId) {
      case MethodId.ConnectionStart: {
        const { serverProperties, mechanisms } = decodeConnectionStart(reader)
        this.#serverProperties = serverProperties
        this.#login(mechanisms.toString().split(' '))
        return
      }
      case MethodId.ConnectionTune:
        this.#tune(decodeConnectionTune(reader))
        return
      case MethodId.ConnectionOpenOk:
        clearTimeout(this.#connectTimer)
        this.#opening?.resolve(this)
        this.#opening = undefined
        return
      case MethodId.ConnectionBlocked:
        this.#blocked = decodeConnectionBlocked(reader).reason
        callUserCode(() => this.emit('blocked', this.#blocked ?? ''))
        return
      case MethodId.ConnectionUnblocked:
        this.#blocked = undefined
        callUserCode(() => this.emit('unblocked'))
        return
      case MethodId.ConnectionUpdateSecretOk:
        this.#secrets.shift()?.resolve()
        return
      case MethodId.ConnectionClose: {
        const { replyCode, replyText, classId, methodId: refusedId } = decodeConnectionClose(reader)
        const method = METHOD_NAMES.get(classId * 0x10000 + refusedId)
        this.#ending ??= new ClosedError('connection', replyCode, replyText, { method })
        this.output.send((writer) => encodeConnectionCloseOk(writer, 0))
        this.#endSocket()
        return
      }
      case MethodId.ConnectionCloseOk:
        this.#endSocket()
        return
      default:
        throw new Error(`received ${METHOD_NAMES.get(methodId) ?? methodId} on channel 0`)
    }
  }

  #login(mechanisms: readonly string[]): void {
    const { mechanism, username, password } = this.#options
    if (!mechanisms.includes(mechanism)) {
      throw new Error(`the broker does not offer ${mechanism} but ${mechanisms.join(', ')}`)
    }
    const response = mechanism === 'PLAIN' ? `\0${username}\0${password}` : ''
    const properties = this.#clientProperties()
    this.output.send((writer) => encodeConnectionStartOk(writer, 0, properties, mechanism, response, 'en_US'))
  }

  #clientProperties(): FieldTable {
    const { connectionName, clientProperties } = this.#options
    const capabilities = [
      'publisher_confirms',
      'exchange_exchange_bindings',
      'basic.nack',
      'consumer_cancel_notify',
      'connection.blocked',
      'authentication_failure_close',
    ]
    const properties: FieldTable = new Map([
      ['product', field.string('Leveret client')],
      ['platform', field.string(`Node.js ${process.version}`)],
      ['capabilities', field.table(new Map(capabilities.map((name) => [name, field.bool(true)])))],
    ])
    if (connectionName !== undefined) properties.set('connection_name', field.string(connectionName))
    for (const [name, value] of tableOf(clientProperties)) properties.set(name, value)
    return properties
  }

  #tune(offered: { channelMax: number; frameMax: number; heartbeat: number }): void {
    this.frameMax = lowerOf(offered.frameMax, this.#options.frameMax)
    const channelMax = lowerOf(offered.channelMax, this.#options.channelMax)
    this.#channelMax = channelMax === 0 ? CHANNEL_MAX : channelMax
    const heartbeat = this.#options.heartbeat ?? offered.heartbeat
    this.#splitter.frameMax = this.frameMax === 0 ? BODY_SIZE_MAX : this.frameMax
    this.output.send((writer) => {
      encodeConnectionTuneOk(writer, 0, channelMax, this.frameMax, heartbeat)
      encodeConnectionOpen(writer, 0, this.#options.vhost)
    })
    if (heartbeat > 0) this.#startHeartbeats(heartbeat)
  }

  #startHeartbeats(seconds: number): void {
    this.#heartbeatTimer = setInterval(() => this.#beat(seconds), seconds * 500)
  }

  /** Looks twice per heartbeat interval: two intervals of silence are the end of the peer. */
  #beat(seconds: number): void {
    if (!this.output.wrote) this.output.send((writer) => writer.bytes(HEARTBEAT_FRAME))
    this.output.wrote = false
    this.#silentChecks = this.#received ? 0 : this.#silentChecks + 1
    this.#received = false
    if (this.#silentChecks >= 4) this.#fail(`nothing was received for ${2 * seconds} seconds`)
  }

  /** The answer to a close has a limited time to arrive. */
  #endSoon(): void {
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), this.#options.closeTimeoutMs)
  }

  /** Both sides have said all: the socket goes as soon as our last words are written. */
  #endSocket(): void {
    this.output.close()
    this.#socket.destroySoon()
  }

  #fail(text: string, cause?: unknown): void {
    this.#ending ??= new ClosedError('connection', 0, text, { cause })
    this.#socket.destroy()
  }

  #socketClosed(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#connectTimer)
    clearTimeout(this.#closeTimer)
    clearInterval(this.#heartbeatTimer)
    this.output.close()
    const text =
      this.#opening === undefined ? 'the socket was closed' : 'the broker closed the socket at once'
    this.#ending ??= new ClosedError('connection', 0, text)
    const reason = this.#ending
    this.#opening?.reject(reason)
    for (const secret of this.#secrets.splice(0)) secret.reject(reason)
    for (const channel of [...this.#channels.values()]) channel.end(reason)
    this.#resolveEnded()
    callUserCode(() => this.emit('closed', reason.code === 200 ? undefined : reason))
  }
}

function openSocket(options: ResolvedOptions): ClientSocket {
  const { host, port, socketPath, tls } = options
  if (options.socket !== undefined) return options.socket()
  const target = socketPath === undefined ? { host, port } : { path: socketPath }
  const socket = tls === undefined ? tcpConnect(target) : tlsConnect({ ...target, ...tls })
  return socket.setNoDelay(true)
}

/** The lower of two limits of which 0 is none. */
function lowerOf(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b
  return Math.min(a, b)
}
