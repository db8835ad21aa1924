import { BrokerError } from '../core/errors.js'
import type { ByteReader } from '../protocol/amqp091/byte-reader.js'
import { FRAME_HEADER, FRAME_METHOD } from '../protocol/amqp091/frame.js'
import {
  decodeChannelClose,
  decodeChannelOpen,
  encodeChannelClose,
  encodeChannelCloseOk,
  encodeChannelOpenOk,
  METHOD_NAMES,
  MethodId,
} from '../protocol/amqp091/generated/methods.js'
import { inCategory } from '../util/log/output-logger.js'
import { Channel } from './channel.js'
import type { ChannelHost } from './channel-host.js'
import type { ConnectionRegistry } from './connection-registry.js'
import { refusalOf } from './refusal.js'

/** What the channels of a connection need beside {@link ChannelHost}. */
export interface ChannelFramesHost extends ChannelHost {
  readonly reader: ByteReader
  /** Negotiated; 0 for no limit. */
  readonly channelMax: number
  /** Throws BrokerError when one more channel is too many. */
  admitChannel(): void
  readonly registry: ConnectionRegistry
  readonly id: number
  readonly name: string
  /** An error that ends the connection. */
  failConnection(error: unknown, classId: number, methodId: number): void
  /** A method that nobody knows: RabbitMQ drops the socket without a word. */
  dropUnknownMethod(methodId: number): void
}

const PUBLISH_CLASS = MethodId.BasicPublish >>> 16
const PUBLISH_METHOD = MethodId.BasicPublish & 0xffff

/** Frames of channels 1 and up: which channels there are, how they begin and end. */
export class ChannelFrames {
  private readonly host: ChannelFramesHost
  private readonly open = new Map<number, Channel>()
  /** Channels that we have closed and whose close-ok is due; true once the peer's own close has crossed ours. */
  private readonly closing = new Map<number, boolean>()
  private lastNumber = -1
  private last: Channel | undefined

  constructor(host: ChannelFramesHost) {
    this.host = host
  }

  /** Open channels. */
  get count(): number {
    return this.open.size
  }

  all(): IterableIterator<Channel> {
    return this.open.values()
  }

  get(number: number): Channel | undefined {
    if (number === this.lastNumber) return this.last
    const channel = this.open.get(number)
    if (channel !== undefined) {
      this.lastNumber = number
      this.last = channel
    }
    return channel
  }

  frame(type: number, number: number, buffer: Buffer, start: number, end: number): void {
    const channel = this.get(number)
    if (type === FRAME_METHOD) {
      const reader = this.host.reader
      reader.reset(buffer, start, end)
      const methodId = reader.methodId()
      if (channel === undefined) this.methodWithoutChannel(number, methodId, reader)
      else this.method(channel, number, methodId, reader)
    } else if (channel === undefined) {
      this.contentWithoutChannel(number)
    } else {
      this.content(channel, number, type, buffer, start, end)
    }
  }

  publishFailed(number: number, error: unknown): void {
    this.refuse(number, error, PUBLISH_CLASS, PUBLISH_METHOD)
  }

  /** Turns what was thrown into channel.close or connection.close. */
  refuse(number: number, error: unknown, classId: number, methodId: number): void {
    const refusal = refusalOf(error)
    if (refusal === undefined || refusal.closesConnection || !this.open.has(number)) {
      this.host.failConnection(error, classId, methodId)
      return
    }
    this.end(number)
    this.closing.set(number, false)
    const { code, text } = refusal
    inCategory(this.host.logger, 'channel').error(
      `channel ${number} of connection ${this.host.actor.connectionId} closed: ${code} ${text}`,
    )
    encodeChannelClose(this.host.output, number, code, text, classId, methodId)
  }

  endOfTurn(number: number): void {
    try {
      this.open.get(number)?.endOfTurn()
    } catch (error) {
      this.refuse(number, error, 0, 0)
    }
  }

  outputDrained(): void {
    for (const [number, channel] of this.open) {
      try {
        channel.outputDrained()
      } catch (error) {
        this.refuse(number, error, 0, 0)
      }
    }
  }

  /** The connection ends. */
  releaseAll(): void {
    const channels = [...this.open.values()]
    this.open.clear()
    this.closing.clear()
    this.forgetLast()
    for (const channel of channels) {
      this.host.registry.channelClosed(this.host, channel)
      channel.release()
    }
  }

  private method(channel: Channel, number: number, methodId: number, reader: ByteReader): void {
    const inContent = channel.expectsContent
    try {
      if (!inContent) {
        if (methodId === MethodId.ChannelClose) {
          this.closedByPeer(number, reader)
          return
        }
        if (methodId === MethodId.ChannelOpen)
          throw new BrokerError('CHANNEL_ERROR', "second 'channel.open' seen")
        // An answer to a close that was never sent: nothing to do.
        if (methodId === MethodId.ChannelCloseOk) return
        if (!METHOD_NAMES.has(methodId)) {
          this.host.dropUnknownMethod(methodId)
          return
        }
      }
      channel.handleMethod(methodId, reader)
    } catch (error) {
      if (inContent) this.refuse(number, error, PUBLISH_CLASS, PUBLISH_METHOD)
      else this.refuse(number, error, methodId >>> 16, methodId & 0xffff)
    }
  }

  private content(
    channel: Channel,
    number: number,
    type: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const inContent = channel.expectsContent
    try {
      if (type === FRAME_HEADER) channel.handleContentHeader(buffer, start, end)
      else channel.handleContentBody(buffer, start, end)
    } catch (error) {
      if (inContent) this.refuse(number, error, PUBLISH_CLASS, PUBLISH_METHOD)
      else this.refuse(number, error, 0, 0)
    }
  }

  private methodWithoutChannel(number: number, methodId: number, reader: ByteReader): void {
    const classId = methodId >>> 16
    const method = methodId & 0xffff
    try {
      const crossed = this.closing.get(number)
      if (crossed !== undefined && !(crossed && methodId === MethodId.ChannelOpen)) {
        this.methodWhileClosing(number, methodId)
        return
      }
      if (methodId === MethodId.ChannelCloseOk) return
      if (!METHOD_NAMES.has(methodId)) {
        this.host.dropUnknownMethod(methodId)
        return
      }
      this.closing.delete(number)
      if (!this.admit()) return
      if (methodId !== MethodId.ChannelOpen) throw new BrokerError('CHANNEL_ERROR', "expected 'channel.open'")
      decodeChannelOpen(reader)
      const channel = new Channel(this.host, number)
      this.open.set(number, channel)
      this.host.registry.channelOpened(this.host, channel)
      encodeChannelOpenOk(this.host.output, number)
    } catch (error) {
      this.host.failConnection(error, classId, method)
    }
  }

  /** False when the connection was refused because of it: the limits are looked at before the method is. */
  private admit(): boolean {
    const { channelMax } = this.host
    const count = this.open.size + this.closing.size
    try {
      if (channelMax > 0 && count >= channelMax) {
        throw new BrokerError(
          'NOT_ALLOWED',
          `number of channels opened (${count}) has reached the negotiated channel_max (${channelMax})`,
        )
      }
      this.host.admitChannel()
      return true
    } catch (error) {
      this.host.failConnection(error, 0, 0)
      return false
    }
  }

  /** All but the end of the close is dropped: it was sent before the peer knew. */
  private methodWhileClosing(number: number, methodId: number): void {
    if (methodId === MethodId.ChannelCloseOk) {
      this.closing.delete(number)
    } else if (methodId === MethodId.ChannelClose) {
      this.closing.set(number, true)
      encodeChannelCloseOk(this.host.output, number)
    }
  }

  private contentWithoutChannel(number: number): void {
    if (this.closing.has(number) || !this.admit()) return
    const text = 'expected method frame, got non method frame instead'
    this.host.failConnection(new BrokerError('UNEXPECTED_FRAME', text), 0, 0)
  }

  private closedByPeer(number: number, reader: ByteReader): void {
    decodeChannelClose(reader)
    this.end(number)
    encodeChannelCloseOk(this.host.output, number)
  }

  private end(number: number): void {
    const channel = this.open.get(number)
    if (channel === undefined) return
    // Confirms that were to leave with the turn belong before the close.
    channel.endOfTurn()
    this.open.delete(number)
    this.forgetLast()
    this.host.registry.channelClosed(this.host, channel)
    channel.release()
  }

  private forgetLast(): void {
    this.lastNumber = -1
    this.last = undefined
  }
}
