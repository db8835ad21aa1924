import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import {
  ByteReader,
  ByteWriter,
  decodeConnectionTune,
  encodeChannelOpen,
  encodeConnectionOpen,
  encodeConnectionStartOk,
  encodeConnectionTuneOk,
  type FieldTable,
  FRAME_END,
  FRAME_HEADER_SIZE,
  FRAME_METHOD,
  METHOD_NAMES,
  MethodId,
  PROTOCOL_HEADER,
} from '../../src/protocol/amqp091/index.js'
import { cleanUp } from './cleanup.js'
import { until, within } from './wait.js'

/** A frame as it came from the broker. */
export interface RawFrame {
  readonly type: number
  readonly channel: number
  readonly payload: Buffer
  /** `class.method` of a method frame, else undefined. */
  readonly method: string | undefined
}

/** What a raw client says in its handshake. */
export interface RawHandshake {
  readonly username?: string
  readonly password?: string
  readonly vhost?: string
  readonly clientProperties?: FieldTable
  /** Bytes; default: what the broker offers. */
  readonly frameMax?: number
  /** Seconds; default 0, none. */
  readonly heartbeat?: number
}

/** An AMQP socket without a client behind it: bytes go out as they are given, frames come in one by one. */
export class RawSocket {
  readonly socket: Socket
  readonly #writer = new ByteWriter()
  #unread = Buffer.alloc(0)
  #ended = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => {
      this.#unread = Buffer.concat([this.#unread, chunk])
    })
    socket.on('close', () => {
      this.#ended = true
    })
    // A reset is an end like others; tests look at what came before it.
    socket.on('error', () => {})
  }

  /** True when the broker closed the socket. What it sent before can still be read. */
  get ended(): boolean {
    return this.#ended
  }

  /** Bytes that were received and not read. */
  get unreadBytes(): number {
    return this.#unread.length
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Writes the frames that `encode` makes, in one piece. */
  send(encode: (writer: ByteWriter) => void): void {
    encode(this.#writer)
    this.socket.write(Buffer.from(this.#writer.written()))
    this.#writer.clear()
  }

  /** The next `count` bytes, whatever they are. */
  async bytes(count: number): Promise<Buffer> {
    await until(
      () => this.#unread.length >= count || this.#ended,
      `${count} bytes have arrived (of which ${this.#unread.length})`,
    )
    assert(this.#unread.length >= count, `the broker closed the socket after ${this.#unread.length} bytes`)
    const bytes = this.#unread.subarray(0, count)
    this.#unread = this.#unread.subarray(count)
    return bytes
  }

  /** The next frame. Fails when the socket is closed before. */
  async frame(): Promise<RawFrame> {
    const header = await this.bytes(FRAME_HEADER_SIZE)
    const payload = await this.bytes(header.readUInt32BE(3))
    const [end] = await this.bytes(1)
    assert.equal(end, FRAME_END, 'the octet after the payload')
    const [type, channel] = [header.readUInt8(0), header.readUInt16BE(1)]
    const method = type === FRAME_METHOD ? METHOD_NAMES.get(payload.readUInt32BE(0)) : undefined
    return { type, channel, payload, method }
  }

  /** The arguments of the next frame, which must be this method. */
  async method(id: MethodId): Promise<ByteReader> {
    const frame = await this.frame()
    assert.equal(frame.method, METHOD_NAMES.get(id), `got a frame of type ${frame.type}`)
    const reader = new ByteReader(frame.payload)
    reader.methodId()
    return reader
  }

  /** Waits until the broker closes the socket. */
  async end(timeoutMs?: number): Promise<void> {
    await until(() => this.#ended, 'the broker closes the socket', timeoutMs)
  }

  /** Everything up to the open connection; resolves with what the broker offered in tune. */
  async handshake(options: RawHandshake = {}): Promise<{ channelMax: number; frameMax: number }> {
    const { username = 'guest', password = 'guest', vhost = '/', heartbeat = 0 } = options
    this.write(PROTOCOL_HEADER)
    await this.method(MethodId.ConnectionStart)
    const properties = options.clientProperties ?? new Map()
    this.send((writer) =>
      encodeConnectionStartOk(writer, 0, properties, 'PLAIN', `\0${username}\0${password}`, 'en_US'),
    )
    const { channelMax, frameMax } = decodeConnectionTune(await this.method(MethodId.ConnectionTune))
    this.send((writer) => {
      encodeConnectionTuneOk(writer, 0, channelMax, options.frameMax ?? frameMax, heartbeat)
      encodeConnectionOpen(writer, 0, vhost)
    })
    await this.method(MethodId.ConnectionOpenOk)
    return { channelMax, frameMax }
  }

  /** Opens a channel. */
  async openChannel(number: number): Promise<void> {
    this.send((writer) => encodeChannelOpen(writer, number))
    await this.method(MethodId.ChannelOpenOk)
  }
}

/** Connects a raw socket that is destroyed after the test. */
export async function rawSocket(
  t: TestContext,
  broker: { readonly host: string; readonly port: number },
): Promise<RawSocket> {
  const socket = connect({ host: broker.host, port: broker.port, noDelay: true })
  cleanUp(t, () => {
    socket.destroy()
  })
  await within(once(socket, 'connect'), 'the socket to connect')
  return new RawSocket(socket)
}

/** A raw socket after its handshake, with channel 1 open. */
export async function rawChannel(
  t: TestContext,
  broker: { readonly host: string; readonly port: number },
  options: RawHandshake = {},
): Promise<RawSocket> {
  const raw = await rawSocket(t, broker)
  await raw.handshake(options)
  await raw.openChannel(1)
  return raw
}
