import {
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEADER_SIZE,
  FRAME_METHOD,
  FRAME_OVERHEAD,
} from '../protocol/amqp091/frame.js'
import type { StashPool } from './stash-pool.js'

const EMPTY = Buffer.alloc(0)

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
  /** A message was published in place. */
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

  constructor(handler: FrameHandler, pool: StashPool, frameMax: number) {
    this.handler = handler
    this.pool = pool
    this.payloadBytesMax = frameMax
  }

  /** Takes octets as they arrived. */
  consume(buffer: Buffer, start: number, end: number): void {
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
      const size =
        buffer[at + 3]! * 0x1000000 + ((buffer[at + 4]! << 16) | (buffer[at + 5]! << 8) | buffer[at + 6]!)
      const channel = (buffer[at + 1]! << 8) | buffer[at + 2]!
      if (size > this.payloadBytesMax) {
        const type = buffer[at]!
        this.stop()
        handler.frameTooLarge(type, channel, size)
        return end
      }
      const next = at + FRAME_OVERHEAD + size
      if (next > end) break
      if (buffer[next - 1] === FRAME_END && buffer[at] === FRAME_METHOD && isPublish(buffer, at, size)) {
        const after = this.publish(buffer, at, next, end, channel)
        if (after > 0) {
          at = after
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

  private dispatch(buffer: Buffer, at: number, next: number): void {
    const type = buffer[at]!
    const channel = (buffer[at + 1]! << 8) | buffer[at + 2]!
    if (buffer[next - 1] === FRAME_END)
      this.handler.frame(type, channel, buffer, at + FRAME_HEADER_SIZE, next - 1)
    else this.handler.wrongFrameEnd(type, channel, buffer, at + FRAME_HEADER_SIZE, next - 1)
  }

  /**
   * The short way of a message whose three frames lie together:
   *
   *     at                       next                          body
   *     1 ch size 60 40 args CE  2 ch size 60 0 size props CE  3 ch size octets CE
   *
   * Returns the offset after them, or 0 when this is a case for the long way.
   */
  private publish(buffer: Buffer, at: number, next: number, end: number, channel: number): number {
    if (end - next < FRAME_OVERHEAD + 14) return 0
    if (buffer[next] !== FRAME_HEADER) return 0
    if (buffer[next + 1] !== buffer[at + 1] || buffer[next + 2] !== buffer[at + 2]) return 0
    const headerSize = u32At(buffer, next + 3)
    if (headerSize < 14 || headerSize > this.payloadBytesMax) return 0
    const headerStart = next + FRAME_HEADER_SIZE
    const headerEnd = headerStart + headerSize
    if (headerEnd >= end || buffer[headerEnd] !== FRAME_END) return 0
    if (buffer[headerStart] !== 0 || buffer[headerStart + 1] !== 60) return 0
    if (u32At(buffer, headerStart + 4) !== 0) return 0
    const bodySize = u32At(buffer, headerStart + 8)
    let bodyStart = headerEnd + 1
    let after = bodyStart
    if (bodySize > 0) {
      if (bodySize > this.payloadBytesMax || bodyStart + FRAME_OVERHEAD + bodySize > end) return 0
      if (buffer[bodyStart] !== FRAME_BODY) return 0
      if (buffer[bodyStart + 1] !== buffer[at + 1] || buffer[bodyStart + 2] !== buffer[at + 2]) return 0
      if (u32At(buffer, bodyStart + 3) !== bodySize) return 0
      bodyStart += FRAME_HEADER_SIZE
      if (buffer[bodyStart + bodySize] !== FRAME_END) return 0
      after = bodyStart + bodySize + 1
    }
    const taker = this.handler.publishTaker(channel)
    if (taker === undefined) return 0
    try {
      taker.publishInPlace(
        buffer,
        at + FRAME_HEADER_SIZE + 4,
        next - 1,
        headerStart,
        headerEnd,
        bodyStart,
        bodyStart + bodySize,
      )
      this.handler.published()
    } catch (error) {
      this.handler.publishFailed(channel, error)
    }
    return after
  }

  /** Adds to an incomplete frame; handles it once it is whole. Returns the offset of what was not needed for it. */
  private completeStash(buffer: Buffer, start: number, end: number): number {
    let at = start
    if (this.stashed < FRAME_HEADER_SIZE) {
      at = this.fill(buffer, at, end, FRAME_HEADER_SIZE)
      if (this.stashed < FRAME_HEADER_SIZE) return at
    }
    const size = u32At(this.stash, 3)
    if (size > this.payloadBytesMax) {
      const type = this.stash[0]!
      const channel = (this.stash[1]! << 8) | this.stash[2]!
      this.stop()
      this.handler.frameTooLarge(type, channel, size)
      return end
    }
    const whole = size + FRAME_OVERHEAD
    at = this.fill(buffer, at, end, whole)
    if (this.stashed < whole) return at
    const frame = this.stash
    this.stash = EMPTY
    this.stashed = 0
    this.dispatch(frame, 0, whole)
    this.pool.release(frame)
    return at
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
    const wanted = end - at < FRAME_HEADER_SIZE ? FRAME_HEADER_SIZE : u32At(buffer, at + 3) + FRAME_OVERHEAD
    this.fill(buffer, at, end, wanted)
  }

  private dropStash(): void {
    this.pool.release(this.stash)
    this.stash = EMPTY
    this.stashed = 0
  }
}

function isPublish(buffer: Buffer, at: number, size: number): boolean {
  return (
    size >= 9 &&
    buffer[at + 8] === 60 &&
    buffer[at + 10] === 40 &&
    buffer[at + 7] === 0 &&
    buffer[at + 9] === 0
  )
}

function u32At(buffer: Buffer, at: number): number {
  return buffer[at]! * 0x1000000 + ((buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!)
}
