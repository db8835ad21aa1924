import { type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { ClosedError } from '../client/index.js'
import { type ResolvedOptions, resolveOptions } from '../client/options.js'
import {
  ByteReader,
  ByteWriter,
  decodeChannelClose,
  decodeConnectionClose,
  decodeConnectionTune,
  encodeChannelClose,
  encodeChannelOpen,
  encodeConnectionClose,
  encodeConnectionCloseOk,
  encodeConnectionOpen,
  encodeConnectionStartOk,
  encodeConnectionTuneOk,
  type FieldTable,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEADER_SIZE,
  FRAME_MAX_DEFAULT,
  FRAME_METHOD,
  FRAME_OVERHEAD,
  field,
  HEARTBEAT_FRAME,
  MethodId,
  PROTOCOL_HEADER,
} from '../protocol/amqp091/index.js'

/** Octets that one read may bring. Holds the largest frame several times over. */
const READ_AREA_BYTES = 4 * FRAME_MAX_DEFAULT
const CLOSE_TIMEOUT_MS = 5000

/** The one channel of a {@link WireConnection}. */
export const CHANNEL = 1

/**
 * Who gets what a broker sends on the message path. `buffer` is the read area: it holds the payload `[start, end)`
 * during the call only.
 */
export interface FrameSink {
  /** basic.deliver, basic.ack, basic.nack or basic.return, from its method id on. */
  method(id: number, buffer: Buffer, start: number, end: number): void
  contentHeader(buffer: Buffer, start: number, end: number): void
  contentBody(buffer: Buffer, start: number, end: number): void
  /** Everything that one read brought has been handed over. */
  endOfRead(): void
  /** The connection or its channel has ended without being asked to. */
  failed(error: Error): void
}

interface Question {
  readonly answerId: number
  resolve(): void
  reject(error: Error): void
}

/**
 * A connection with one channel, for moving messages at the least cost to this side: frames are written as the bytes
 * that they are and parsed where they were read, with no object or promise per message.
 */
export class WireConnection {
  /** Write whole frames to it; `writableLength` is 0 once the kernel has taken them all. */
  readonly socket: Socket
  /** The largest frame in octets. */
  frameMax = FRAME_MAX_DEFAULT
  /** Set it before the first message may come. */
  sink: FrameSink | undefined
  private readonly options: ResolvedOptions
  private readonly area = Buffer.allocUnsafeSlow(READ_AREA_BYTES)
  private filled = 0
  private readonly questions: Question[] = []
  private ended: Error | undefined
  private closing = false
  private heartbeat: NodeJS.Timeout | undefined

  private constructor(options: ResolvedOptions) {
    this.options = options
    this.socket = this.openSocket()
    this.socket.setNoDelay(true)
    this.socket.on('error', (error) => this.end(error))
    this.socket.on('close', () => this.end(new ClosedError('connection', 0, 'the socket was closed')))
  }

  /** Connects and opens the channel. Rejects with the broker's refusal or the socket's error. */
  static async open(uri: string, name: string): Promise<WireConnection> {
    const connection = new WireConnection(resolveOptions(uri, { connectionName: name }))
    const timer = setTimeout(
      () => connection.end(new ClosedError('connection', 0, 'not open in time')),
      connection.options.connectTimeoutMs,
    )
    try {
      await connection.answer(MethodId.ConnectionOpenOk)
      await connection.ask(MethodId.ChannelOpenOk, (writer) => encodeChannelOpen(writer, CHANNEL))
    } finally {
      clearTimeout(timer)
    }
    return connection
  }

  /** Sends a method and waits for the one that answers it. */
  ask(answerId: number, encode: (writer: ByteWriter) => void): Promise<void> {
    this.send(encode)
    return this.answer(answerId)
  }

  /** Closes channel and connection; everything sent before has been handled by the broker when this resolves. */
  async close(): Promise<void> {
    if (this.ended === undefined) {
      this.closing = true
      const timer = setTimeout(() => this.socket.destroy(), CLOSE_TIMEOUT_MS)
      try {
        await this.ask(MethodId.ChannelCloseOk, (writer) =>
          encodeChannelClose(writer, CHANNEL, 200, '', 0, 0),
        )
        await this.ask(MethodId.ConnectionCloseOk, (writer) =>
          encodeConnectionClose(writer, 0, 200, '', 0, 0),
        )
      } finally {
        clearTimeout(timer)
      }
    }
    this.destroy()
  }

  /** Drops the socket. */
  destroy(): void {
    this.closing = true
    this.socket.destroy()
  }

  private send(encode: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter()
    encode(writer)
    this.socket.write(writer.written())
  }

  private answer(answerId: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) reject(this.ended)
      else this.questions.push({ answerId, resolve, reject })
    })
  }

  private openSocket(): Socket {
    const { host, port, socketPath, tls } = this.options
    const target = socketPath === undefined ? { host, port } : { path: socketPath }
    const hello = (): void => {
      this.socket.write(PROTOCOL_HEADER)
    }
    if (tls !== undefined) {
      const socket = tlsConnect({ ...target, ...tls })
      socket.on('secureConnect', hello)
      socket.on('data', (chunk: Buffer) => this.take(chunk))
      return socket
    }
    const socket = tcpConnect({
      ...target,
      onread: {
        buffer: () => this.area.subarray(this.filled),
        callback: (count) => {
          this.filled += count
          this.parse()
          return true
        },
      },
    })
    socket.on('connect', hello)
    return socket
  }

  /** Octets that were read elsewhere: the way of TLS. */
  private take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.ended === undefined; ) {
      const count = chunk.copy(this.area, this.filled, at)
      at += count
      this.filled += count
      this.parse()
    }
  }

  private parse(): void {
    const { area } = this
    const end = this.filled
    let at = 0
    while (end - at >= FRAME_OVERHEAD) {
      const size = ((area[at + 3] << 24) | (area[at + 4] << 16) | (area[at + 5] << 8) | area[at + 6]) >>> 0
      const next = at + FRAME_OVERHEAD + size
      if (next > end) {
        if (size > READ_AREA_BYTES - FRAME_OVERHEAD) this.end(new Error(`received a frame of ${size} bytes`))
        break
      }
      if (area[next - 1] !== FRAME_END) {
        this.end(new Error(`received a frame that ends with ${area[next - 1]}`))
        return
      }
      this.frame(area[at], at + FRAME_HEADER_SIZE, next - 1)
      at = next
    }
    if (at > 0 && at < end) area.copyWithin(0, at, end)
    this.filled = end - at
    this.sink?.endOfRead()
  }

  private frame(type: number, start: number, end: number): void {
    const { area, sink } = this
    if (type === FRAME_BODY) sink?.contentBody(area, start, end)
    else if (type === FRAME_HEADER) sink?.contentHeader(area, start, end)
    else if (type === FRAME_METHOD) {
      const id = (area[start] << 24) | (area[start + 1] << 16) | (area[start + 2] << 8) | area[start + 3]
      if (isMessagePath(id)) sink?.method(id, area, start, end)
      else this.control(id, start, end)
    }
  }

  private control(id: number, start: number, end: number): void {
    const reader = new ByteReader(this.area, start + 4, end)
    switch (id) {
      case MethodId.ConnectionStart:
        this.login()
        return
      case MethodId.ConnectionTune:
        this.tune(decodeConnectionTune(reader))
        return
      case MethodId.ConnectionClose: {
        const { replyCode, replyText } = decodeConnectionClose(reader)
        this.send((writer) => encodeConnectionCloseOk(writer, 0))
        this.end(new ClosedError('connection', replyCode, replyText))
        return
      }
      case MethodId.ChannelClose: {
        const { replyCode, replyText } = decodeChannelClose(reader)
        this.end(new ClosedError('channel', replyCode, replyText))
        return
      }
      case MethodId.BasicCancel:
        this.end(new ClosedError('channel', 0, 'the broker cancelled the consumer: its queue is gone'))
        return
      default: {
        const question = this.questions[0]
        if (question?.answerId !== id) return
        this.questions.shift()
        question.resolve()
      }
    }
  }

  private login(): void {
    const { mechanism, username, password, connectionName } = this.options
    const capabilities: FieldTable = new Map([
      ['publisher_confirms', field.bool(true)],
      ['basic.nack', field.bool(true)],
      ['consumer_cancel_notify', field.bool(true)],
      ['authentication_failure_close', field.bool(true)],
    ])
    const properties: FieldTable = new Map([
      ['product', field.string('leveret-perf')],
      ['connection_name', field.string(connectionName ?? 'leveret-perf')],
      ['capabilities', field.table(capabilities)],
    ])
    const response = mechanism === 'PLAIN' ? `\0${username}\0${password}` : ''
    this.send((writer) => encodeConnectionStartOk(writer, 0, properties, mechanism, response, 'en_US'))
  }

  private tune(offered: { readonly channelMax: number; readonly frameMax: number }): void {
    const heartbeat = this.options.heartbeat ?? 0
    const asked = this.options.frameMax === 0 ? FRAME_MAX_DEFAULT : this.options.frameMax
    this.frameMax = offered.frameMax === 0 ? asked : Math.min(asked, offered.frameMax)
    this.send((writer) => {
      encodeConnectionTuneOk(writer, 0, offered.channelMax, this.frameMax, heartbeat)
      encodeConnectionOpen(writer, 0, this.options.vhost)
    })
    if (heartbeat > 0) {
      this.heartbeat = setInterval(() => this.socket.write(HEARTBEAT_FRAME), heartbeat * 500)
    }
  }

  private end(error: Error): void {
    if (this.ended !== undefined) return
    this.ended = error
    clearInterval(this.heartbeat)
    this.socket.destroySoon()
    for (const question of this.questions.splice(0)) question.reject(error)
    if (!this.closing) this.sink?.failed(error)
  }
}

function isMessagePath(id: number): boolean {
  return (
    id === MethodId.BasicDeliver ||
    id === MethodId.BasicAck ||
    id === MethodId.BasicNack ||
    id === MethodId.BasicReturn
  )
}
