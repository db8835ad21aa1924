import type { Actor, Doors, Durable } from '../core/doors.js'
import { BrokerError } from '../core/errors.js'
import type { PermissionCheck, Principal } from '../core/permission.js'
import type { ShardPort } from '../core/shard-port.js'
import type { ByteReader } from '../protocol/amqp091/byte-reader.js'
import type { FieldTable } from '../protocol/amqp091/field-table.js'
import { describeOctets, FRAME_HEARTBEAT, FRAME_METHOD, FRAME_OVERHEAD } from '../protocol/amqp091/frame.js'
import {
  encodeConnectionBlocked,
  encodeConnectionClose,
  encodeConnectionUnblocked,
} from '../protocol/amqp091/generated/methods.js'
import { REPLY_CODES } from '../protocol/amqp091/reply-codes.js'
import type { Clock } from '../util/clock.js'
import type { Logger } from '../util/logger.js'
import { Timer } from '../util/timers.js'
import type { Channel } from './channel.js'
import { ChannelFrames, type ChannelFramesHost } from './channel-frames.js'
import type { ChannelHost, ChannelLimits } from './channel-host.js'
import type { ConnectionRegistry } from './connection-registry.js'
import type { ConnectionServices } from './connection-services.js'
import { ControlChannel, type ControlHost } from './control-channel.js'
import { isFrame, isSettlement } from './frame-checks.js'
import { type FrameHandler, FrameLoop, type PublishTaker } from './frame-loop.js'
import { Handshake, type HandshakeState } from './handshake.js'
import { Heartbeat, type HeartbeatHost } from './heartbeat.js'
import { Hold, Holds } from './holds.js'
import { ConnectionOutput, type OutputOwner } from './output.js'
import { Preamble } from './preamble.js'
import { refusalOf } from './refusal.js'
import type { PeerAddress, Transport, TransportSink } from './transport.js'
import { Turn } from './turn.js'

/** As management shows it. `blocked` is a running connection that is not read because of an alarm. */
export type ConnectionState = HandshakeState | 'running' | 'closing' | 'closed'

/** How long a peer that was refused without a word keeps its socket, so that it cannot try again at once. */
export const SILENT_CLOSE_DELAY_MS = 3000
/** How long a peer may take to close its side, when its heartbeat does not ask for less. */
export const CLOSE_TIMEOUT_MS = 30_000

/** The largest frame where none was agreed on: as large as a body may be. */
const FRAME_BYTES_MAX = 512 * 1024 * 1024

/**
 * One peer that speaks AMQP 0-9-1: its handshake, channel 0, its life and its end. What happens on channels 1 and up
 * is in {@link ChannelFrames}.
 */
export class Connection
  implements
    ChannelHost,
    ChannelFramesHost,
    ControlHost,
    FrameHandler,
    HeartbeatHost,
    OutputOwner,
    TransportSink
{
  readonly id: number
  readonly services: ConnectionServices
  readonly output: ConnectionOutput
  readonly connectedAtMs: number
  state: ConnectionState = 'starting'
  peer: PeerAddress
  /** Reads so far, and octets in them. */
  reads = 0
  receivedBytes = 0

  // Known once the handshake got so far.
  actor: Actor
  vhost = ''
  frameMax: number
  channelMax: number
  heartbeatSeconds = 0
  mechanism = ''
  clientProperties: FieldTable = new Map()
  capabilities = { consumerCancelNotify: false, connectionBlocked: false, authenticationFailureClose: false }

  private readonly transport: Transport
  private readonly loop: FrameLoop
  private readonly channels: ChannelFrames
  private readonly preamble: Preamble
  private readonly handshake: Handshake
  private readonly timer: Timer
  private heartbeat: Heartbeat | undefined
  private readonly holds: Holds
  /** An alarm is on: the next content blocks the connection. */
  private alarmed = false
  private opened = false
  private gone = false
  private readonly turn: Turn
  private readonly control: ControlChannel
  /** Closing, but what the peer settled before it knew is still taken. */
  private settling = false

  constructor(services: ConnectionServices, transport: Transport, isProxied: boolean) {
    this.services = services
    this.transport = transport
    this.peer = transport.peer
    this.id = services.registry.takeId()
    this.connectedAtMs = services.timers.clock.now()
    this.actor = { principal: { name: '', tags: [] }, connectionId: this.id }
    this.frameMax = services.options.initialFrameMax
    this.channelMax = services.options.channelMax
    this.output = new ConnectionOutput(services.hub, transport, this, services.options.unsentBytesMax)
    this.loop = new FrameLoop(this, services.stashes, services.options.initialFrameMax)
    this.channels = new ChannelFrames(this)
    this.preamble = new Preamble(this, isProxied)
    this.handshake = new Handshake(this)
    this.control = new ControlChannel(this, this.handshake)
    this.holds = new Holds(transport, () => this.handleKept())
    this.turn = new Turn(
      services.hub,
      services.shards.all,
      (number) => this.channels.endOfTurn(number),
      (error) => this.failConnection(error, 0, 0),
    )
    this.timer = new Timer(() => this.timedOut())
    services.timers.arm(this.timer, services.options.handshakeTimeoutMs)
    services.registry.add(this)
  }

  get doors(): Doors {
    return this.services.doors
  }
  get registry(): ConnectionRegistry {
    return this.services.registry
  }
  get permissions(): PermissionCheck {
    return this.services.permissions
  }
  get shards(): ConnectionServices['shards'] {
    return this.services.shards
  }
  get clock(): Clock {
    return this.services.clock
  }
  get logger(): Logger {
    return this.services.logger
  }
  get replyTo(): ConnectionServices['replyTo'] {
    return this.services.replyTo
  }
  get tracing(): ConnectionServices['tracing'] {
    return this.services.tracing
  }
  get limits(): ChannelLimits {
    return this.services.channelLimits
  }
  get reader(): ByteReader {
    return this.services.reader
  }
  get canDeliver(): boolean {
    return this.output.canDeliver && !this.settling
  }
  get writes(): number {
    return this.output.writes
  }
  get channelCount(): number {
    return this.channels.count
  }
  openChannels(): IterableIterator<Channel> {
    return this.channels.all()
  }
  /** Frames are not handled while this is true. */
  get held(): boolean {
    return this.holds.active
  }
  get isShuttingDown(): boolean {
    return this.settling
  }
  get isBlocked(): boolean {
    return this.holds.has(Hold.ALARM)
  }
  get name(): string {
    const { host, port, localHost, localPort } = this.peer
    return `${host}:${port} -> ${localHost}:${localPort}`
  }

  // --- from the transport ------------------------------------------------------------------------------------------

  received(buffer: Buffer, start: number, end: number): void {
    this.reads += 1
    this.receivedBytes += end - start
    if (this.gone) return
    this.turn.beginRead(end - start)
    try {
      const at = this.preamble.done ? start : this.preamble.take(buffer, start, end)
      if (at < end && !this.gone) this.loop.consume(buffer, at, end)
    } catch (error) {
      // Refusals are answered where they arise, so this is a fault of ours: it costs one connection, not the node.
      this.failConnection(error, 0, 0)
    }
    this.turn.endRead()
  }

  ended(): void {
    if (this.gone) return
    if (this.state === 'running') {
      this.logger.warning(`closing connection ${this.name}: client unexpectedly closed TCP connection`)
    }
    this.endChannels()
    this.loop.stop()
    this.state = 'closed'
    // What the peer was told last may still be on its way; it may read on although it has ended its own side.
    this.output.flush()
    if (this.output.unsentBytes === 0) {
      this.drop()
      return
    }
    this.output.end()
    this.startWaitingForEnd()
  }

  closed(error: Error | undefined): void {
    if (error !== undefined && this.state === 'running') {
      this.logger.warning(`connection ${this.name} lost: ${error.message}`)
    }
    this.release()
  }

  // --- from the frame loop -----------------------------------------------------------------------------------------

  publishTaker(number: number): PublishTaker | undefined {
    if (this.state !== 'running' || number === 0) return undefined
    const channel = this.channels.get(number)
    return channel === undefined || channel.expectsContent ? undefined : channel
  }

  published(): void {
    if (this.alarmed) this.block()
    for (const port of this.services.shards.all) if (port.isCongested) this.awaitBacklog(port)
  }

  /** A shard has more to write than it should: what the peer sends next waits until that is written. */
  private awaitBacklog(port: ShardPort): void {
    if (this.holds.has(Hold.BACKLOG)) return
    this.hold(Hold.BACKLOG)
    port.whenDurable(() => {
      if (!this.gone) this.unhold(Hold.BACKLOG)
    })
  }

  publishFailed(number: number, error: unknown): void {
    this.channels.publishFailed(number, error)
  }

  frame(type: number, number: number, buffer: Buffer, start: number, end: number): void {
    const over = this.state === 'closing' || this.state === 'closed'
    if (over && number > 0) {
      if (this.settling && isSettlement(type, buffer, start, end))
        this.channels.frame(type, number, buffer, start, end)
      return
    }
    if (!isFrame(type, end - start)) {
      if (!over) this.frameError(type, buffer, start, end, 'unknown_frame')
    } else if (number === 0) {
      this.controlFrame(type, buffer, start, end)
    } else if (this.state !== 'running' || type === FRAME_HEARTBEAT) {
      this.unexpectedFrame(type, buffer, start, end)
    } else {
      this.channels.frame(type, number, buffer, start, end)
      if (type !== FRAME_METHOD) this.published()
    }
  }

  wrongFrameEnd(type: number, _number: number, buffer: Buffer, start: number, end: number): void {
    if (this.state === 'closing' || this.state === 'closed') return
    this.frameError(type, buffer, start, end, `{invalid_frame_end_marker,${buffer[end]}}`)
  }

  frameTooLarge(type: number, _number: number, size: number): void {
    if (this.state === 'closing' || this.state === 'closed') return
    const limit = this.frameMax - FRAME_OVERHEAD
    this.frameError(type, EMPTY, 0, 0, `{frame_too_large,${size},${limit}}`)
    // Nothing after this can be understood, not even an answer to the close.
    this.dropAfter(SILENT_CLOSE_DELAY_MS)
  }

  // --- from channels -----------------------------------------------------------------------------------------------

  afterDurable(durable: Durable, reply: () => void): void {
    if (durable === undefined) {
      reply()
      return
    }
    this.hold(Hold.DURABLE)
    const settle = (act: () => void): void => {
      if (this.gone) return
      act()
      this.unhold(Hold.DURABLE)
    }
    durable.then(
      () => settle(reply),
      (error: unknown) => settle(() => this.failConnection(error, 0, 0)),
    )
  }

  wantEndOfTurn(channelNumber: number): void {
    this.turn.want(channelNumber)
  }

  fail(channelNumber: number, error: BrokerError, classId: number, methodId: number): void {
    if (this.state === 'running') this.channels.refuse(channelNumber, error, classId, methodId)
  }

  admitChannel(): void {
    this.services.gate.openChannel(this.actor.principal)
  }

  dropUnknownMethod(methodId: number): void {
    const ids = `class ${methodId >>> 16}, method ${methodId & 0xffff}`
    this.logger.error(`closing connection ${this.name}: unknown method, ${ids}`)
    this.drop()
  }

  // --- from the output ---------------------------------------------------------------------------------------------

  outputDrained(): void {
    if (this.state === 'running') this.channels.outputDrained()
  }

  outputCongested(congested: boolean): void {
    if (congested) this.hold(Hold.CONGESTED)
    else this.unhold(Hold.CONGESTED)
  }

  // --- from heartbeats ---------------------------------------------------------------------------------------------

  sendHeartbeat(): void {
    const { output } = this
    // The answer to open may have begun to leave.
    if (this.state === 'opening') return
    output.endFrame(output.beginFrame(FRAME_HEARTBEAT, 0))
    // At once, so that this write is not taken for other output at the next look.
    output.flush()
  }

  peerIsSilent(): void {
    this.logger.error(
      `closing connection ${this.name}: missed heartbeats from client, timeout: ${this.heartbeatSeconds}s`,
    )
    this.drop()
  }

  // --- from the handshake ------------------------------------------------------------------------------------------

  /** The header of AMQP 0-9-1 was read. */
  start(): void {
    this.handshake.start()
  }

  /** No frame is handled until {@link authenticated}. */
  awaitAuthentication(): void {
    this.hold(Hold.AUTHENTICATION)
  }

  authenticated(): void {
    this.unhold(Hold.AUTHENTICATION)
  }

  get isGone(): boolean {
    return this.gone
  }

  /** What tune-ok settled. */
  tuned(channelMax: number, frameMax: number, heartbeatSeconds: number): void {
    this.channelMax = channelMax
    this.frameMax = frameMax === 0 ? FRAME_BYTES_MAX : frameMax
    this.loop.payloadBytesMax = this.frameMax
    this.heartbeatSeconds = heartbeatSeconds
    if (heartbeatSeconds > 0) this.heartbeat = new Heartbeat(this.services.timers, this, heartbeatSeconds)
    this.services.hub.atEndOfTurn(() => this.hastenOpen())
  }

  /**
   * Clients without TCP_NODELAY keep open back until tune-ok is acknowledged, which our kernel puts off for 40 ms: there
   * is no answer to ride on. What follows is a method on channel 0 in any case, so its first octets leave now and take
   * the acknowledgement along (from 45 ms to 5 for a connection of amqplib).
   */
  private hastenOpen(): void {
    if (this.state === 'opening' && !this.gone) this.output.sendAhead(METHOD_ON_CHANNEL_0)
  }

  setPrincipal(principal: Principal): void {
    this.actor = { principal, connectionId: this.id }
  }

  /** The vhost let the connection in. */
  running(vhost: string): void {
    this.vhost = vhost
    this.state = 'running'
    this.opened = true
    this.services.timers.disarm(this.timer)
    this.services.registry.opened(this)
    this.alarmed = this.services.alarms.reason !== undefined
  }

  /** Sends the last octets of a peer that does not speak our protocol. */
  refuseProtocol(answer: Buffer): void {
    this.loop.stop()
    this.state = 'closed'
    this.output.bytes(answer)
    this.output.end()
    this.dropAfter(SILENT_CLOSE_DELAY_MS)
  }

  /** Ends a peer that is not trusted enough to be told why. */
  closeSilently(reason: string): void {
    this.logger.error(`closing connection ${this.name}: ${reason}`)
    this.loop.stop()
    this.transport.pause()
    this.state = 'closed'
    this.dropAfter(SILENT_CLOSE_DELAY_MS)
  }

  /** Drops the socket at once. */
  drop(): void {
    this.release()
    this.transport.destroy()
  }

  // --- the end -----------------------------------------------------------------------------------------------------

  /** Ends the connection because of `error`, with connection.close where the peer may know. */
  failConnection(error: unknown, classId: number, methodId: number): void {
    if (this.state === 'closing' || this.state === 'closed') return
    const refusal = refusalOf(error)
    if (refusal === undefined) this.logger.error(`connection ${this.name} failed`, error)
    const text = refusal?.text ?? 'INTERNAL_ERROR'
    if (this.state !== 'running' && this.state !== 'opening') {
      this.closeSilently(text)
      return
    }
    const code = refusal?.code ?? REPLY_CODES.INTERNAL_ERROR.code
    this.logger.error(`closing connection ${this.name}: ${code} ${text}`)
    this.sendClose(code, text, classId, methodId)
  }

  /** Closes on behalf of an operator: 320 `CONNECTION_FORCED - <reason>`. */
  forceClose(reason: string): void {
    if (this.state === 'running')
      this.sendClose(REPLY_CODES.CONNECTION_FORCED.code, `CONNECTION_FORCED - ${reason}`, 0, 0)
    else if (this.state !== 'closing' && this.state !== 'closed') this.drop()
  }

  /** Consumers get nothing more; what they settle still counts. */
  stopDeliveries(): void {
    this.settling = true
  }

  /**
   * As {@link forceClose} for the end of the broker: deliveries stop at once, but acknowledgements that the peer sent
   * before it read the close still count. The socket goes with the close-ok.
   */
  shutDown(reason: string): void {
    if (this.state !== 'running') {
      this.drop()
      return
    }
    this.stopDeliveries()
    this.state = 'closing'
    this.heartbeat?.stop()
    const { code } = REPLY_CODES.CONNECTION_FORCED
    encodeConnectionClose(this.output, 0, code, `CONNECTION_FORCED - ${reason}`, 0, 0)
    this.startWaitingForEnd()
  }

  /** An alarm was raised, changed or cleared. */
  alarmChanged(): void {
    if (this.state !== 'running') return
    this.alarmed = this.services.alarms.reason !== undefined
    if (!this.alarmed && this.isBlocked) this.unblock()
  }

  sendClose(code: number, text: string, classId: number, methodId: number): void {
    this.endChannels()
    this.state = 'closing'
    encodeConnectionClose(this.output, 0, code, text, classId, methodId)
    this.startWaitingForEnd()
  }

  /** Both sides have said their last word: our side ends and the peer is waited for, but not for long. */
  finish(): void {
    if (this.settling) {
      this.drop()
      return
    }
    this.state = 'closed'
    this.output.end()
    this.startWaitingForEnd()
  }

  private startWaitingForEnd(): void {
    const heartbeatMs = this.heartbeatSeconds * 1000
    this.dropAfter(heartbeatMs === 0 ? CLOSE_TIMEOUT_MS : Math.min(heartbeatMs, CLOSE_TIMEOUT_MS))
    // What is not read cannot be answered: the close-ok must get through.
    this.holds.clear()
  }

  private dropAfter(delayMs: number): void {
    this.services.timers.arm(this.timer, delayMs)
  }

  private timedOut(): void {
    if (this.state !== 'closing' && this.state !== 'closed') {
      this.logger.error(`closing connection ${this.name}: handshake timeout in state ${this.state}`)
    }
    this.drop()
  }

  /** Channels go, and the exclusive queues with them. */
  endChannels(): void {
    this.heartbeat?.stop()
    this.heartbeat = undefined
    this.alarmed = false
    this.turn.clear()
    this.channels.releaseAll()
    if (!this.opened) return
    this.opened = false
    this.services.registry.closed(this)
    try {
      this.doors.releaseConnection(this.id)
    } catch (error) {
      this.logger.error(`exclusive queues of connection ${this.name} could not be deleted`, error)
    }
  }

  /** Lets go of everything; the socket is gone or about to be. */
  private release(): void {
    if (this.gone) return
    this.gone = true
    this.state = 'closed'
    this.services.timers.disarm(this.timer)
    this.endChannels()
    this.loop.stop()
    this.output.close()
    this.services.registry.remove(this)
  }

  // --- channel 0 ---------------------------------------------------------------------------------------------------

  private controlFrame(type: number, buffer: Buffer, start: number, end: number): void {
    if (type === FRAME_METHOD) this.control.method(buffer, start, end)
    else if (type !== FRAME_HEARTBEAT && this.state !== 'closing' && this.state !== 'closed')
      this.unexpectedFrame(type, buffer, start, end)
  }

  private frameError(type: number, buffer: Buffer, start: number, end: number, reason: string): void {
    const text = `type ${type}, ${describeOctets(buffer, start, end)}: ${reason}`
    this.failConnection(new BrokerError('FRAME_ERROR', text), 0, 0)
  }

  private unexpectedFrame(type: number, buffer: Buffer, start: number, end: number): void {
    const text = `type ${type}, ${describeOctets(buffer, start, end)}`
    this.failConnection(new BrokerError('UNEXPECTED_FRAME', text), 0, 0)
  }

  // --- holding, blocking, turns ------------------------------------------------------------------------------------

  private block(): void {
    if (this.isBlocked) return
    const { reason } = this.services.alarms
    if (reason === undefined) return
    this.hold(Hold.ALARM)
    this.heartbeat?.pauseReceiver()
    if (this.capabilities.connectionBlocked) encodeConnectionBlocked(this.output, 0, reason)
  }

  private unblock(): void {
    if (this.capabilities.connectionBlocked) encodeConnectionUnblocked(this.output, 0)
    this.heartbeat?.resumeReceiver()
    this.unhold(Hold.ALARM)
  }

  private hold(reason: Hold): void {
    if (!this.gone && this.state !== 'closed') this.holds.add(reason)
  }

  private unhold(reason: Hold): void {
    if (!this.gone) this.holds.remove(reason)
  }

  /** Handles frames that came while they were not wanted. */
  private handleKept(): void {
    // Within a read the loop sees by itself that it may go on.
    if (this.gone || this.turn.isReading) return
    this.turn.beginRead(0)
    try {
      this.loop.resume()
    } catch (error) {
      this.failConnection(error, 0, 0)
    }
    this.turn.endRead()
  }
}

const EMPTY = Buffer.alloc(0)
const METHOD_ON_CHANNEL_0 = Buffer.from([FRAME_METHOD, 0, 0])
