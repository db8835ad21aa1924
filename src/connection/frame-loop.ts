import {
  CONTENT_HEADER_SIZE,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEADER_SIZE,
  FRAME_METHOD,
  FRAME_OVERHEAD,
} from '../protocol/amqp091/frame.js'
import type { StashPool } from './stash-pool.js'

const EMPTY = Buffer.alloc(0)
/** {@link FrameHandler.published} is called after the first publish of a read and after every so many; a power of two. */
const PUBLISHES_PER_CALL = 32

/** What the loop needs of a channel to hand it a whole message. Implemented by `Channel`. */
export interface PublishTaker {
  publishInPlace(
    buffer: Buffer,
    argumentsStart: number,
    argumentsEnd: number,
    headerStart: number,
    headerEnd: number,
    bodyStart: number,
    bodyEnd: number,
  ): void
}

/** Who gets the frames. None of these may throw. Payloads are valid during the call only. */
export interface FrameHandler {
  /** True when frames are not wanted now: they are kept until {@link FrameLoop.resume}. Asked after every frame. */
  readonly held: boolean
  /** The channel, when it is open and not in the middle of a message. */
  publishTaker(channel: number): PublishTaker | undefined
  /** Messages were published in place; whether more are wanted is what {@link held} says next. */
  published(): void
  /** {@link PublishTaker.publishInPlace} threw. */
  publishFailed(channel: number, error: unknown): void
  frame(type: number, channel: number, buffer: Buffer, start: number, end: number): void
  wrongFrameEnd(type: number, channel: number, buffer: Buffer, start: number, end: number): void
  /** The loop reads no further frames. */
  frameTooLarge(type: number, channel: number, size: number): void
}

/**
 * Cuts what a peer sends into frames, in place. Only an incomplete last frame is copied, into a stash that grows with
 * what has arrived and never beyond the largest frame allowed.
 */
export class FrameLoop {
  /** Largest payload accepted: frame_max itself, which is 8 more than its definition allows, as RabbitMQ has it. */
  payloadBytesMax: number
  private readonly handler: FrameHandler
  private readonly pool: StashPool
  /** The beginning of an incomplete frame. */
  private stash: Buffer = EMPTY
  private stashed = 0
  /** Frames that were not wanted when they came. */
  private backlog: Buffer[] = []
  private stopped = false
  /** Whose message the last answer of {@link messageSpan} is about. */
  private taker: PublishTaker | undefined
  /** Publishes in place since {@link consume} began. */
  private publishes = 0

  constructor(handler: FrameHandler, pool: StashPool, frameMax: number) {
    this.handler = handler
    this.pool = pool
    this.payloadBytesMax = frameMax
  }

  /** Takes octets as they arrived. */
  consume(buffer: Buffer, start: number, end: number): void {
    this.publishes = 0
    if (this.backlog.length > 0 || this.handler.held) {
      if (!this.stopped && start < end) this.backlog.push(Buffer.from(buffer.subarray(start, end)))
      return
    }
    let at = start
    if (this.stashed > 0) at = this.completeStash(buffer, start, end)
    if (this.stopped) return
    if (!this.handler.held) at = this.parse(buffer, at, end)
    if (at >= end || this.stopped) return
    if (this.handler.held) this.backlog.push(Buffer.from(buffer.subarray(at, end)))
    else this.keep(buffer, at, end)
  }

  /** Frames are wanted again: handles those that were kept. */
  resume(): void {
    while (this.backlog.length > 0 && !this.handler.held) {
      const kept = this.backlog
      this.backlog = []
      for (let i = 0; i < kept.length; i++) this.consume(kept[i]!, 0, kept[i]!.length)
    }
  }

  /** Drops what is kept and takes no more frames. */
  stop(): void {
    this.stopped = true
    this.backlog = []
    this.dropStash()
  }

  /** Handles whole frames of `buffer[start..end)`; returns where the first incomplete or unwanted one begins. */
  private parse(buffer: Buffer, start: number, end: number): number {
    const handler = this.handler
    let at = start
    while (end - at >= FRAME_HEADER_SIZE) {
      const size = u32At(buffer, at + 3)
      if (size > this.payloadBytesMax) {
        this.refuseSize(buffer, at, size)
        return end
      }
      const next = at + FRAME_OVERHEAD + size
      if (next > end) break
      if (isPublish(buffer, at, size)) {
        const span = this.messageSpan(buffer, at, next, end)
        if (span > end - at) break
        if (span > 0) {
          this.publish(buffer, at, next, at + span)
          at += span
          if (handler.held) break
          continue
        }
      }
      this.dispatch(buffer, at, next)
      if (this.stopped) return end
      at = next
      if (handler.held) break
    }
    return at
  }

  private refuseSize(buffer: Buffer, at: number, size: number): void {
    const type = buffer[at]!
    const channel = (buffer[at + 1]! << 8) | buffer[at + 2]!
    this.stop()
    this.handler.frameTooLarge(type, channel, size)
  }

  private dispatch(buffer: Buffer, at: number, next: number): void {
    const type = buffer[at]!
    const channel = (buffer[at + 1]! << 8) | buffer[at + 2]!
    if (buffer[next - 1] === FRAME_END)
      this.handler.frame(type, channel, buffer, at + FRAME_HEADER_SIZE, next - 1)
    else this.handler.wrongFrameEnd(type, channel, buffer, at + FRAME_HEADER_SIZE, next - 1)
  }

  /**
   * How long a message is that can go the short way: its three frames lie together, and are handed over as one.
   *
   *     at                       next                          body
   *     1 ch size 60 40 args CE  2 ch size 60 0 size props CE  3 ch size octets CE
   *
   * The method frame, up to `next`, is whole. Returns 0 for a message that has to go the long way. While what has
   * arrived does not tell, the answer is how many octets are needed at least to say more: longer than what there is.
   * Answers for the same bytes agree, so that a message which is waited for is taken in the end.
   */
  private messageSpan(buffer: Buffer, at: number, next: number, end: number): number {
    // A method that comes alone is not kept waiting: its arguments may be wrong, and the peer waits to hear of it.
    if (end === next || buffer[next - 1] !== FRAME_END || buffer[next] !== FRAME_HEADER) return 0
    this.taker = this.handler.publishTaker((buffer[at + 1]! << 8) | buffer[at + 2]!)
    if (this.taker === undefined) return 0
    const headerStart = next + FRAME_HEADER_SIZE
    if (end < headerStart + CONTENT_HEADER_SIZE) return headerStart + CONTENT_HEADER_SIZE - at
    const headerSize = u32At(buffer, next + 3)
    if (!isSameChannel(buffer, at, next)) return 0
    if (headerSize < CONTENT_HEADER_SIZE + 2 || headerSize > this.payloadBytesMax) return 0
    if (buffer[headerStart] !== 0 || buffer[headerStart + 1] !== 60) return 0
    if (u32At(buffer, headerStart + 4) !== 0) return 0
    const bodySize = u32At(buffer, headerStart + 8)
    const headerEnd = headerStart + headerSize
    const bodyFrame = headerEnd + 1
    if (bodySize > this.payloadBytesMax) return 0
    if (end > headerEnd && buffer[headerEnd] !== FRAME_END) return 0
    if (bodySize === 0) return bodyFrame - at
    const bodyStart = bodyFrame + FRAME_HEADER_SIZE
    if (end < bodyStart) return bodyStart - at
    if (buffer[bodyFrame] !== FRAME_BODY || !isSameChannel(buffer, at, bodyFrame)) return 0
    if (u32At(buffer, bodyFrame + 3) !== bodySize) return 0
    const after = bodyStart + bodySize + 1
    if (end >= after && buffer[after - 1] !== FRAME_END) return 0
    return after - at
  }

  /** Hands over a message of which {@link messageSpan} has said that it ends at `after`. */
  private publish(buffer: Buffer, at: number, next: number, after: number): void {
    const headerStart = next + FRAME_HEADER_SIZE
    const headerEnd = headerStart + u32At(buffer, next + 3)
    const hasBody = headerEnd + 1 < after
    try {
      this.taker!.publishInPlace(
        buffer,
        at + FRAME_HEADER_SIZE + 4,
        next - 1,
        headerStart,
        headerEnd,
        hasBody ? headerEnd + FRAME_OVERHEAD : after,
        hasBody ? after - 1 : after,
      )
      if ((this.publishes++ & (PUBLISHES_PER_CALL - 1)) === 0) this.handler.published()
    } catch (error) {
      this.handler.publishFailed((buffer[at + 1]! << 8) | buffer[at + 2]!, error)
    }
  }

  /** Adds to what is incomplete and handles it once it is whole. Returns the offset of what was not needed for it. */
  private completeStash(buffer: Buffer, start: number, end: number): number {
    let at = start
    for (;;) {
      const wanted = this.wantedOf(this.stash, 0, this.stashed)
      if (wanted <= this.stashed) break
      if (at === end) return end
      at = this.fill(buffer, at, end, wanted)
    }
    const kept = this.stash
    const octets = this.stashed
    this.stash = EMPTY
    this.stashed = 0
    const handled = this.parse(kept, 0, octets)
    if (handled < octets && !this.stopped) {
      if (this.handler.held) this.backlog.push(Buffer.from(kept.subarray(handled, octets)))
      else this.keep(kept, handled, octets)
    }
    this.pool.release(kept)
    // A message that turned out to need the long way leaves a frame behind that may be whole by now.
    return this.stashed > 0 && at < end && !this.handler.held ? this.completeStash(buffer, at, end) : at
  }

  /** Octets from `at` on that have to be there before anything can be handled. */
  private wantedOf(buffer: Buffer, at: number, end: number): number {
    const octets = end - at
    if (octets < FRAME_HEADER_SIZE) return FRAME_HEADER_SIZE
    const size = u32At(buffer, at + 3)
    // Too large is something to handle.
    if (size > this.payloadBytesMax) return octets
    const frame = size + FRAME_OVERHEAD
    if (octets < frame || !isPublish(buffer, at, size)) return frame
    const span = this.messageSpan(buffer, at, at + frame, end)
    return span === 0 ? frame : span
  }

  /** Copies octets into the stash until it holds `wanted`; returns the offset after the last one copied. */
  private fill(buffer: Buffer, start: number, end: number, wanted: number): number {
    const count = Math.min(end - start, wanted - this.stashed)
    const needed = this.stashed + count
    if (needed > this.stash.length) {
      const grown = this.pool.acquire(needed, wanted)
      this.stash.copy(grown, 0, 0, this.stashed)
      this.pool.release(this.stash)
      this.stash = grown
    }
    buffer.copy(this.stash, this.stashed, start, start + count)
    this.stashed = needed
    return start + count
  }

  private keep(buffer: Buffer, at: number, end: number): void {
    this.fill(buffer, at, end, Math.max(end - at, this.wantedOf(buffer, at, end)))
  }

  private dropStash(): void {
    this.pool.release(this.stash)
    this.stash = EMPTY
    this.stashed = 0
  }
}

/** True for basic.publish; its frame is whole. */
function isPublish(buffer: Buffer, at: number, size: number): boolean {
  return (
    buffer[at + 8] === 60 &&
    buffer[at + 10] === 40 &&
    buffer[at + 7] === 0 &&
    buffer[at + 9] === 0 &&
    buffer[at] === FRAME_METHOD &&
    size >= 9
  )
}

function isSameChannel(buffer: Buffer, one: number, other: number): boolean {
  return buffer[one + 1] === buffer[other + 1] && buffer[one + 2] === buffer[other + 2]
}

function u32At(buffer: Buffer, at: number): number {
  return buffer[at]! * 0x1000000 + ((buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!)
}
