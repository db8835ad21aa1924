import { type DeliveryRecord, Recording } from '../core/shard-port.js'
import { ByteWriter } from '../protocol/amqp091/byte-writer.js'
import { type OutputBuffer, type OutputBuffers, SMALL_BUFFER_BYTES, singleBuffer } from './output-buffers.js'
import type { Transport } from './transport.js'
import { TurnAllowance } from './turn-allowance.js'

/** A frame is not begun with less room than this, so that most frames never move. Methods are smaller. */
const FRAME_ROOM_BYTES = 2048
/** Unsent octets per connection above which deliveries stop. */
export const UNSENT_BYTES_MAX = 1024 * 1024
/** Times that bound at which the connection is not read from either: replies alone must not fill the memory. */
const UNREAD_FACTOR = 4
const EMPTY = singleBuffer(0)

/** Buffers and turns that the outputs of one broker share. */
export class OutputHub {
  readonly buffers: OutputBuffers
  readonly allowance: TurnAllowance
  #dirty: ConnectionOutput[] = []
  #flushing: ConnectionOutput[] = []
  #turns: Array<() => void> = []
  #endingTurns: Array<() => void> = []
  #scheduled = false
  /** Outputs whose deliveries wait to be recorded. */
  #waiting: ConnectionOutput[] = []
  #record: DeliveryRecord | undefined
  readonly #run = (): void => this.#endTurn()

  constructor(buffers: OutputBuffers, allowance = new TurnAllowance()) {
    this.buffers = buffers
    this.allowance = allowance
  }

  /** From now on deliveries that a shard records leave when `record` says that they may. */
  follow(record: DeliveryRecord): void {
    this.#record = record
    record.onAdvance = () => this.#releaseWaiting()
  }

  /** The write that has to be as safe as `recording` says before deliveries made until now may leave; 0 when it is. */
  ticketOfDeliveries(recording: Recording): number {
    const record = this.#record
    if (record === undefined || recording === Recording.NONE) return 0
    const { deliveryTicket } = record
    if (this.isSafe(deliveryTicket, recording)) return 0
    record.writeDeliveries()
    return this.isSafe(deliveryTicket, recording) ? 0 : deliveryTicket
  }

  /** True when the write `ticket` is as safe as `recording` asks. */
  isSafe(ticket: number, recording: Recording): boolean {
    const { writtenTicket, syncedTicket } = this.#record!
    return ticket <= (recording === Recording.SYNCED ? syncedTicket : writtenTicket)
  }

  /** Has `output` told when the record of deliveries is safer than now. */
  awaitRecord(output: ConnectionOutput): void {
    this.#waiting.push(output)
  }

  #releaseWaiting(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const output of waiting) output.recordAdvanced()
  }

  /** Runs `callback` before outputs are flushed at the end of this turn of the loop. */
  atEndOfTurn(callback: () => void): void {
    this.#turns.push(callback)
    this.#schedule()
  }

  /** Has `output` flushed at the end of this turn of the loop. */
  add(output: ConnectionOutput): void {
    this.#dirty.push(output)
    this.#schedule()
  }

  /** False while a turn has yet to end. */
  get isIdle(): boolean {
    return !this.#scheduled
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.allowance.begin()
    setImmediate(this.#run)
  }

  #endTurn(): void {
    this.#scheduled = false
    const turns = this.#turns
    this.#turns = this.#endingTurns
    for (const turn of turns) turn()
    turns.length = 0
    this.#endingTurns = turns
    this.allowance.end()
    const dirty = this.#dirty
    this.#dirty = this.#flushing
    for (const output of dirty) output.flush()
    // What a deep queue still has for one of them comes after what all of them have now.
    for (const output of dirty) output.goOn()
    dirty.length = 0
    this.#flushing = dirty
  }
}

/** Octets that may leave once a write is safe. */
interface ParkedBuffer {
  readonly buffer: OutputBuffer
  readonly octets: number
  readonly ticket: number
  readonly recording: Recording
}

/** Whom an output tells about its bound. */
export interface OutputOwner {
  /** Deliveries may go on. */
  outputDrained(): void
  /** So much is unsent that the peer should not be read from (true), or may be again (false). */
  outputCongested(congested: boolean): void
}

/**
 * The frames of one connection on their way out. They are written into pooled buffers and leave once per turn of the
 * loop, or earlier when a buffer is full. A buffer is held only from the first octet written until the kernel has
 * taken it.
 */
export class ConnectionOutput extends ByteWriter {
  /** False while more than the bound is unsent. */
  canDeliver = true
  /** Octets handed to the socket so far, and how often: heartbeats look at the latter. */
  sentBytes = 0
  writes = 0

  private readonly hub: OutputHub
  private readonly transport: Transport
  private readonly owner: OutputOwner
  private readonly unsentBytesMax: number
  /** Where `buffer`, `start` and `limit` are from. */
  private current = EMPTY
  /** A buffer was filled before the turn ended: the next one should be large. */
  private sendsMuch = false
  /** Buffers that the socket still reads, oldest first; undefined for one that was taken back early. */
  private readonly inFlight: Array<OutputBuffer | undefined> = []
  private heldInFlight = 0
  /** Octets of this turn that were handed on. */
  private turnBytes = 0
  /** Octets at the begin of the next buffer that have left already. */
  private ahead = 0
  private listed = false
  private congested = false
  private closed = false
  private ending = false
  /** How safe the shard's record of what was written must be before it leaves. */
  private recording: Recording = Recording.NONE
  /** Buffers that are full or due and wait for that, oldest first. */
  private parked: ParkedBuffer[] = []
  private parkedBytes = 0
  private readonly onSent = (): void => this.sent()

  constructor(hub: OutputHub, transport: Transport, owner: OutputOwner, unsentBytesMax = UNSENT_BYTES_MAX) {
    super(EMPTY.bytes)
    this.hub = hub
    this.transport = transport
    this.owner = owner
    this.unsentBytesMax = unsentBytesMax
  }

  /** Octets that wait here or in the socket. */
  get unsentBytes(): number {
    return this.position - this.start + this.parkedBytes + this.transport.unsentBytes
  }

  override reserve(octets: number): void {
    const needed = this.position + octets
    if (needed <= this.limit) return
    if (this.frameStart < 0) {
      this.startBuffer(octets)
      return
    }
    const { position, frameStart } = this
    this.use(this.hub.buffers.grow(this.current, position, needed + FRAME_ROOM_BYTES))
    this.position = position
    this.frameStart = frameStart
  }

  override beginFrame(type: number, channel: number): number {
    const { position } = this
    if (this.limit - position < FRAME_ROOM_BYTES) this.startBuffer(FRAME_ROOM_BYTES)
    return super.beginFrame(type, channel)
  }

  /** Sends what was written, unless an earlier write is still on its way: then its end will do it. */
  flush(): void {
    this.listed = false
    if (this.heldInFlight > 0) {
      this.turnBytes = 0
      return
    }
    if (this.holdsOctets) {
      if (this.position - this.start <= SMALL_BUFFER_BYTES) this.sendsMuch = false
      this.submit()
    }
    this.giveBack()
    if (this.ending && !this.holdsOctets && this.parked.length === 0) this.transport.end()
    this.turnBytes = 0
  }

  /** After a flush: deliveries that have waited for the end of the turn go on. */
  goOn(): void {
    if (this.heldInFlight > 0 || !this.canDeliver) this.checkBound()
  }

  /** What is written until the next flush holds a delivery that must not leave before its record is as safe as this. */
  awaitRecord(recording: Recording): void {
    if (recording > this.recording) this.recording = recording
  }

  /** Records are safer than before: what waited for that leaves. */
  recordAdvanced(): void {
    if (this.closed) return
    for (let first = this.parked[0]; first !== undefined; first = this.parked[0]) {
      const { buffer, octets, ticket, recording } = first
      if (!this.hub.isSafe(ticket, recording)) break
      this.parked.shift()
      this.parkedBytes -= octets
      this.send(buffer, octets)
    }
    if (this.parked.length > 0) this.hub.awaitRecord(this)
    else if (this.ending && !this.listed) this.list()
    this.checkBound()
  }

  /** Sends `octets` of the frame to come, which is known to begin with them, while there is nothing else to send. */
  sendAhead(octets: Buffer): void {
    if (this.closed || this.ending || this.ahead > 0 || this.holdsOctets) return
    this.ahead = octets.length
    // No buffer of ours is in flight with it.
    this.inFlight.push(undefined)
    this.transport.write(octets, this.onSent)
  }

  /** Ends our side of the socket after everything that was written. */
  end(): void {
    this.ending = true
    if (!this.listed) this.list()
  }

  /** Forgets everything and takes no more. */
  close(): void {
    if (this.closed) return
    this.closed = true
    for (const { buffer } of this.parked) this.hub.buffers.release(buffer)
    this.parked = []
    this.parkedBytes = 0
    this.clear()
    this.giveBack()
  }

  private startBuffer(octets: number): void {
    if (this.holdsOctets) {
      this.submit()
      this.sendsMuch = true
    }
    this.giveBack()
    this.use(this.hub.buffers.acquire(octets, this.sendsMuch))
    if (!this.listed) this.list()
  }

  private list(): void {
    this.listed = true
    this.hub.add(this)
  }

  private submit(): void {
    const octets = this.position - this.start
    const buffer = this.current
    const { recording } = this
    this.use(EMPTY)
    this.recording = Recording.NONE
    if (this.closed) {
      this.hub.buffers.release(buffer)
      return
    }
    this.turnBytes += octets
    if (this.hub.allowance.isUsedUpBy(this.turnBytes)) this.canDeliver = false
    const ticket = this.hub.ticketOfDeliveries(recording)
    if (ticket === 0 && this.parked.length === 0) this.send(buffer, octets)
    else this.park({ buffer, octets, ticket, recording })
  }

  private park(parked: ParkedBuffer): void {
    const { octets } = parked
    if (this.parked.length === 0) this.hub.awaitRecord(this)
    this.parked.push(parked)
    this.parkedBytes += octets
    this.checkBound()
  }

  private send(buffer: OutputBuffer, octets: number): void {
    this.inFlight.push(buffer)
    this.heldInFlight += 1
    this.sentBytes += octets
    this.writes += 1
    this.transport.write(buffer.bytes.subarray(buffer.start + this.ahead, buffer.start + octets), this.onSent)
    this.ahead = 0
    if (this.transport.unsentBytes === 0) this.takeBackAll()
    else this.checkBound()
  }

  /** The kernel has everything: the buffers are free although their callbacks are still to come. */
  private takeBackAll(): void {
    const inFlight = this.inFlight
    for (let i = inFlight.length - 1; i >= 0 && this.heldInFlight > 0; i--) {
      const buffer = inFlight[i]
      if (buffer === undefined) break
      this.hub.buffers.release(buffer)
      inFlight[i] = undefined
      this.heldInFlight -= 1
    }
  }

  private sent(): void {
    const buffer = this.inFlight.shift()
    if (buffer !== undefined) {
      this.heldInFlight -= 1
      this.hub.buffers.release(buffer)
    }
    if (this.closed) return
    // The bound is looked at here and not on 'drain', which does not come for every write.
    this.checkBound()
    if (this.heldInFlight === 0 && !this.listed && (this.holdsOctets || this.ending)) {
      this.flush()
      this.goOn()
    }
  }

  private checkBound(): void {
    const unsent = this.unsentBytes
    if (unsent > this.unsentBytesMax) {
      this.canDeliver = false
      if (!this.congested && unsent > this.unsentBytesMax * UNREAD_FACTOR) this.setCongested(true)
    } else if (
      !this.canDeliver &&
      unsent <= this.unsentBytesMax / 2 &&
      !this.hub.allowance.isUsedUpBy(this.turnBytes)
    ) {
      this.canDeliver = true
      if (this.congested) this.setCongested(false)
      this.owner.outputDrained()
    }
  }

  private setCongested(congested: boolean): void {
    this.congested = congested
    this.owner.outputCongested(congested)
  }

  private giveBack(): void {
    if (this.holdsOctets || this.current === EMPTY) return
    this.hub.buffers.release(this.current)
    this.use(EMPTY)
  }

  private get holdsOctets(): boolean {
    return this.position > this.start
  }

  private use(buffer: OutputBuffer): void {
    this.current = buffer
    this.switchBuffer(buffer.bytes, buffer.start, buffer.end)
  }
}
