import { NumberDeque } from '../../util/number-deque.js'
import { Lane } from './lane.js'
import { type BlockPool, EntryState, type MessageIndex } from './message-index.js'

/** A position is `sequence * LANES_MAX + lane`, so that it names a message of the queue in one number. */
const LANES_MAX = 256

/** Where messages that come back to a queue stand. */
export type ReturnPlace =
  /** In their original place (classic queues). */
  | 'original'
  /** Before everything else, in the order in which they came back (quorum queues). */
  | 'first'

/**
 * The messages of a queue and the order in which they are served: lanes by priority, highest first, each in the order
 * of arrival, and what was returned before.
 *
 * {@link first} and {@link locate} place the order on a message; everything that speaks of "the message" means that
 * one, until the order is placed elsewhere or a message is appended.
 */
export class ReadyOrder {
  /** Ready messages. */
  ready = 0
  /** The index that holds the message, placed on it. */
  index: MessageIndex
  /** The message's position. */
  position = -1

  private readonly pool: BlockPool
  private readonly lanes: (Lane | undefined)[]
  /** A bit for each lane that may hold something ready; the others hold nothing. */
  private readonly occupied: Int32Array
  private lane: Lane
  private sequence = -1
  private readonly returns: NumberDeque | undefined
  private returnsReady = 0

  /** `laneCount` is 1 to 256: the queue's priorities are 0 to `laneCount - 1`. */
  constructor(pool: BlockPool, laneCount: number, returnPlace: ReturnPlace) {
    this.pool = pool
    this.lane = new Lane(pool)
    this.lanes = [this.lane]
    this.lanes.length = laneCount
    this.occupied = new Int32Array((laneCount + 31) >> 5)
    this.index = this.lane.index
    this.returns = returnPlace === 'first' ? new NumberDeque() : undefined
  }

  /** Adds a ready message and returns its position. The order is placed on it. */
  append(priority: number, ref: number, flags: number, bodyBytes: number, deadline: number): number {
    const lane = this.laneOf(priority)
    this.ready += 1
    return lane.append(ref, flags, bodyBytes, deadline) * LANES_MAX + priority
  }

  /** Adds a ready message at a position that it had before. */
  restore(position: number, ref: number, flags: number, bodyBytes: number, deadline: number): void {
    const sequence = Math.floor(position / LANES_MAX)
    const lane = this.laneOf(position - sequence * LANES_MAX)
    this.ready += 1
    lane.restore(sequence, ref, flags, bodyBytes, deadline)
  }

  private laneOf(priority: number): Lane {
    let lane = this.lanes[priority]
    if (lane === undefined) {
      lane = new Lane(this.pool)
      this.lanes[priority] = lane
    }
    this.occupy(priority)
    return lane
  }

  /** Places the order on the message that is served next; false when none is ready. */
  first(): boolean {
    if (this.ready === 0) return false
    if (this.returnsReady > 0 && this.firstReturned()) return true
    const { occupied } = this
    for (let word = occupied.length - 1; word >= 0; word--) {
      while (occupied[word] !== 0) {
        const bit = 31 - Math.clz32(occupied[word]!)
        const priority = word * 32 + bit
        const lane = this.lanes[priority]!
        const sequence = lane.first()
        if (sequence >= 0) {
          this.placeOn(lane, sequence, sequence * LANES_MAX + priority)
          return true
        }
        occupied[word]! &= ~(1 << bit)
      }
    }
    return false
  }

  /** Places the order on a message; false when it is gone. */
  locate(position: number): boolean {
    // Not by a remainder: of numbers beyond 31 bits it takes ten times as long.
    const sequence = Math.floor(position / LANES_MAX)
    const lane = this.lanes[position - sequence * LANES_MAX]
    if (lane === undefined || !lane.index.locate(sequence)) return false
    this.placeOn(lane, sequence, position)
    return true
  }

  /** The message, which is ready, stops being so; the caller sets its new state or removes it. */
  leave(): void {
    this.ready -= 1
    if (this.returns !== undefined && this.lane.hasPassed(this.sequence)) {
      this.returnsReady -= 1
      if (this.returns.size > 0 && this.returns.first === this.position) this.returns.shift()
    } else {
      this.lane.leave(this.sequence)
    }
  }

  /** The message, which is not ready, is so again. */
  comeBack(): void {
    this.ready += 1
    if (this.returns !== undefined) {
      this.index.state = EntryState.READY
      this.returnsReady += 1
      this.returns.push(this.position)
      return
    }
    this.occupy(this.position - this.sequence * LANES_MAX)
    this.lane.comeBack(this.sequence)
  }

  private occupy(priority: number): void {
    this.occupied[priority >> 5]! |= 1 << (priority & 31)
  }

  /** The message, which is not ready (any more), is gone. */
  remove(): void {
    this.index.remove(this.sequence)
  }

  /**
   * Positions of all messages, whatever their state, lane by lane from the highest priority; with `from`, of those that
   * stand there or after it.
   */
  *positions(from?: number): Generator<number> {
    const firstLane = from === undefined ? this.lanes.length - 1 : from % LANES_MAX
    for (let priority = firstLane; priority >= 0; priority--) {
      const lane = this.lanes[priority]
      if (lane === undefined) continue
      const first = from !== undefined && priority === firstLane ? Math.floor(from / LANES_MAX) : 0
      for (const sequence of lane.index.sequences(first)) yield sequence * LANES_MAX + priority
    }
  }

  private firstReturned(): boolean {
    const returns = this.returns!
    while (returns.size > 0) {
      if (this.locate(returns.first) && this.index.state === EntryState.READY) return true
      returns.shift()
    }
    return false
  }

  private placeOn(lane: Lane, sequence: number, position: number): void {
    this.lane = lane
    this.index = lane.index
    this.sequence = sequence
    this.position = position
  }
}
