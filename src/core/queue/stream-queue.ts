import { decodeProperties } from '../../protocol/amqp091/properties.js'
import { BrokerError } from '../errors.js'
import { MessageView } from '../message.js'
import { describeResource } from '../resource.js'
import type { MessageHistory } from '../shard/shard-log.js'
import {
  type DeliverySink,
  type PeekPage,
  type PeekRequest,
  type QueueCounts,
  type QueueDefinition,
  Recording,
  type Settlement,
  type StreamOffset,
} from '../shard-port.js'
import { QueueCounters, type QueueDetails, type QueueStatistics } from '../statistics.js'
import { memoryOf } from './measures.js'
import { MessageIndex } from './message-index.js'
import { type PeekSource, peekPage } from './peek.js'
import type { QueueConsumer } from './queue-consumer.js'
import type { QueueRuntime } from './runtime.js'
import type { QueueSettings } from './settings.js'
import type { ShardQueue } from './shard-queue.js'
import { isStreamMark, STREAM_MARK } from './stream-mark.js'

/** Size of a segment when the declaration names none (RabbitMQ: 500 MB). */
const SEGMENT_BYTES_DEFAULT = 500_000_000
/** Messages of which retention tells the log in one piece of work. */
const DROPPED_AT_ONCE = 1024
const FILTER_HEADER = 'x-stream-filter-value'

/** A run of the stream's messages that retention drops as one. */
interface StreamSegment {
  firstOffset: number
  bytes: number
  lastPublishedAtMs: number
}

/** Where one consumer is in the stream. */
interface StreamCursor {
  readonly consumer: QueueConsumer
  nextOffset: number
  /** The consumer has credit and has read everything: it is in {@link StreamQueue.caughtUp}. */
  isCaughtUp: boolean
}

/**
 * `x-queue-type: stream`: an append-only sequence that consumers read from any place without taking anything out.
 * Acknowledgements only give credit. Old segments go when size or age exceed their limits.
 */
export class StreamQueue implements ShardQueue {
  readonly definition: QueueDefinition
  settings: QueueSettings
  readonly wantsTime = true

  private readonly runtime: QueueRuntime
  private readonly index: MessageIndex
  private readonly cursors = new Map<QueueConsumer, StreamCursor>()
  /** Who is served when something is written. The others wait for credit, or room, and are not looked at. */
  private caughtUp: StreamCursor[] = []
  /** Empty; takes turns with `caughtUp`. */
  private otherList: StreamCursor[] | undefined
  private segments: StreamSegment[] = [newSegment(0)]
  private readonly scratch = new MessageView()
  readonly counters = new QueueCounters()
  private firstOffset = 0
  /** Where the {@link STREAM_MARK} of a stream is that retention has emptied: below {@link firstOffset}. */
  private markOffset: number | undefined
  private totalBytes = 0
  /** The newest chunk: what one turn wrote. `x-stream-offset: last` starts there. */
  private chunkStart = 0
  private chunkIsOpen = false
  private awaitsBytes = false
  /** A segment is full: older ones may go. */
  private retentionDue = false

  constructor(definition: QueueDefinition, runtime: QueueRuntime) {
    this.definition = definition
    this.settings = definition.settings
    this.runtime = runtime
    this.index = new MessageIndex(runtime.blocks)
  }

  get counts(): QueueCounts {
    let unacked = 0
    for (const { unacked: own } of this.cursors.keys()) unacked += own
    return {
      ready: this.index.tail - this.firstOffset,
      unacked,
      consumers: this.cursors.size,
      readyBytes: this.totalBytes,
    }
  }

  measure(into: QueueStatistics): void {
    const { ready, unacked, consumers, readyBytes } = this.counts
    into.ready = ready
    into.unacked = unacked
    into.held = 0
    into.consumers = consumers
    into.hasRoom = this.caughtUp.length > 0
    into.readyBytes = readyBytes
    into.unackedBytes = 0
    into.persistent = ready
    into.persistentBytes = readyBytes
    into.memoryBytes = memoryOf(ready, 0)
  }

  get details(): QueueDetails {
    const first = this.index.locate(this.firstOffset) ? this.publishedAtMs(this.index.ref) : 0
    return {
      headTimestampSeconds: undefined,
      exclusiveConsumerTag: undefined,
      singleActiveConsumerTag: undefined,
      activeSubscriptionId: 0,
      segments: this.segments.length,
      firstTimestampMs: first > 0 ? first : undefined,
    }
  }

  admits(): boolean {
    return true
  }

  deliverDirect(): boolean {
    return false
  }

  keeps(): boolean {
    return true
  }

  put(ref: number, message: MessageView, logged: boolean): number {
    void logged
    const bytes = message.bodyEnd - message.bodyStart
    const offset = this.index.append(ref, 0, bytes, Number.POSITIVE_INFINITY)
    if (!this.chunkIsOpen) {
      this.chunkIsOpen = true
      this.chunkStart = offset
    }
    this.counters.publish += 1
    this.totalBytes += bytes
    const segment = this.segments[this.segments.length - 1]!
    segment.bytes += bytes
    segment.lastPublishedAtMs = this.runtime.clock.now()
    if (segment.bytes >= (this.settings.segmentBytesMax ?? SEGMENT_BYTES_DEFAULT)) {
      this.addSegment()
      this.retentionDue = true
    }
    return offset
  }

  settleIn(): void {
    this.chunkIsOpen = false
    this.serveCaughtUp()
    if (this.retentionDue) this.retain()
    this.checkMark()
  }

  checkSubscription(consumer: QueueConsumer): void {
    const { noAck, prefetchCount } = consumer.subscription
    if (noAck) {
      throw new BrokerError(
        'NOT_IMPLEMENTED',
        `automatic acknowledgement not supported by stream ${this.described}`,
      )
    }
    if (prefetchCount === 0) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `consumer prefetch count is not set for stream ${this.described}`,
      )
    }
  }

  subscribe(consumer: QueueConsumer): void {
    const nextOffset = this.resolve(consumer.subscription.streamOffset)
    const cursor = { consumer, nextOffset, isCaughtUp: false }
    this.cursors.set(consumer, cursor)
    this.serve(cursor)
  }

  unsubscribe(consumer: QueueConsumer): void {
    consumer.ended = true
    if (this.cursors.get(consumer)?.isCaughtUp) {
      this.caughtUp = this.caughtUp.filter((cursor) => cursor.consumer !== consumer)
    }
    this.cursors.delete(consumer)
  }

  resume(consumer: QueueConsumer): void {
    consumer.stalled = false
    this.serve(this.cursors.get(consumer))
  }

  get(_noAck: boolean, _sink: DeliverySink): boolean {
    throw new BrokerError('NOT_IMPLEMENTED', `basic.get not supported by stream queues ${this.described}`)
  }

  settle(_position: number, consumer: QueueConsumer | undefined, _outcome: Settlement): void {
    if (consumer === undefined) return
    consumer.unacked -= 1
    this.counters.ack += 1
    this.serve(this.cursors.get(consumer))
  }

  configure(settings: QueueSettings): void {
    this.settings = settings
    this.retain()
  }

  touch(): void {}

  purge(): number {
    throw new BrokerError('NOT_IMPLEMENTED', `queue.purge not supported by stream queues ${this.described}`)
  }

  peek(request: PeekRequest, done: (page: PeekPage) => void): void {
    const source: PeekSource = {
      positions: (from = 0) => this.index.sequences(Math.max(from, this.firstOffset)),
      refOf: (position) => this.refOf(position),
      factsOf: (position) => ({
        position,
        state: 'ready',
        redelivered: false,
        deliveryCount: -1,
        acquiredCount: -1,
        streamOffset: position,
        expiresInMs: undefined,
      }),
    }
    peekPage(source, this.runtime.log, request, done)
  }

  close(): void {
    for (const consumer of [...this.cursors.keys()]) {
      this.unsubscribe(consumer)
      this.runtime.forget(consumer.id)
      consumer.sink.cancelled(consumer.id, 'queue-deleted')
    }
  }

  *giveUp(): Generator<void> {
    for (const offset of this.index.sequences()) {
      this.runtime.log.release(this.index.ref)
      this.index.remove(offset)
      yield
    }
  }

  openHeld(): boolean {
    return false
  }

  isHeld(): boolean {
    return false
  }

  finishHeld(): void {}

  isRedelivered(): boolean {
    return false
  }

  holds(position: number, ref: number): boolean {
    return this.index.locate(position) && this.index.ref === ref
  }

  refOf(position: number): number | undefined {
    return this.index.locate(position) ? this.index.ref : undefined
  }

  lost(isLost: (ref: number) => boolean): number {
    const offsets: number[] = []
    for (const offset of this.index.sequences()) {
      if (this.index.locate(offset) && isLost(this.index.ref)) offsets.push(offset)
    }
    for (const offset of offsets) this.lose(offset)
    return offsets.length
  }

  /** Consumers pass over the offset from now on. */
  private lose(offset: number): void {
    const { index, runtime } = this
    index.locate(offset)
    const { ref, bodyBytes } = index
    this.totalBytes -= bodyBytes
    this.segmentOf(offset).bytes -= bodyBytes
    if (offset === this.markOffset) this.markOffset = undefined
    index.remove(offset)
    runtime.log.settled(this.definition.id, offset, ref)
    runtime.log.release(ref)
  }

  moved(position: number, ref: number): void {
    if (this.index.locate(position)) this.index.ref = ref
  }

  historyOf(): MessageHistory {
    return NO_HISTORY
  }

  recover(position: number, ref: number, message: MessageView, found: MessageHistory): void {
    const bytes = message.bodyEnd - message.bodyStart
    const isFirst = this.firstOffset === this.index.tail
    this.index.restore(position, ref, 0, bytes, Number.POSITIVE_INFINITY)
    if (isStreamMark(message)) {
      this.markOffset = position
      if (this.index.tail === position + 1) this.beginAt(position + 1)
      return
    }
    if (isFirst) this.beginAt(position)
    else if (position < this.firstOffset) {
      this.firstOffset = position
      this.segments[0]!.firstOffset = position
    }
    // Where the newest chunk began is not written down: its last message stands for it.
    this.chunkStart = Math.max(this.chunkStart, position)
    this.totalBytes += bytes
    const segment = this.segmentOf(position)
    segment.bytes += bytes
    segment.lastPublishedAtMs = Math.max(segment.lastPublishedAtMs, found.publishedAtMs)
    const last = this.segments[this.segments.length - 1]!
    if (last.bytes >= (this.settings.segmentBytesMax ?? SEGMENT_BYTES_DEFAULT)) this.addSegment()
  }

  recoverSettled(position: number): number | undefined {
    if (!this.index.locate(position)) return undefined
    const { ref, bodyBytes } = this.index
    this.index.remove(position)
    if (position === this.markOffset) {
      this.markOffset = undefined
      return ref
    }
    this.totalBytes -= bodyBytes
    this.segmentOf(position).bytes -= bodyBytes
    if (position === this.firstOffset) this.firstOffset = this.firstFrom(position + 1)
    while (this.segments.length > 1 && this.segments[1]!.firstOffset <= this.firstOffset)
      this.segments.shift()
    return ref
  }

  recoverHistory(): void {}

  /** The first offset from this one on that has a message; cleaning may have forgotten some in between. */
  private firstFrom(offset: number): number {
    const { index } = this
    let at = index.skipGoneBlocks(offset)
    while (at < index.tail && !index.locate(at)) at = index.skipGoneBlocks(at + 1)
    return at
  }

  /** The newest segment that may hold the offset: almost always the last. */
  private segmentOf(offset: number): StreamSegment {
    const { segments } = this
    let i = segments.length - 1
    while (i > 0 && segments[i]!.firstOffset > offset) i -= 1
    return segments[i]!
  }

  /** The stream is empty, and the next message gets this offset. */
  private beginAt(offset: number): void {
    this.firstOffset = offset
    this.chunkStart = offset
    this.segments = [newSegment(offset)]
  }

  private serveCaughtUp(): void {
    const cursors = this.caughtUp
    if (cursors.length === 0) return
    this.caughtUp = this.otherList ?? []
    this.otherList = undefined
    for (const cursor of cursors) {
      cursor.isCaughtUp = false
      this.serve(cursor)
    }
    // An array cut to length 0 would give up its memory, for every message.
    while (cursors.length > 0) cursors.pop()
    this.otherList = cursors
  }

  private serveAll(): void {
    for (const cursor of this.cursors.values()) this.serve(cursor)
  }

  private serve(cursor: StreamCursor | undefined): void {
    if (cursor === undefined || cursor.isCaughtUp) return
    while (this.canServe(cursor) && this.deliverNext(cursor));
  }

  private canServe(cursor: StreamCursor): boolean {
    const { consumer } = cursor
    if (this.awaitsBytes || consumer.ended || consumer.stalled || !consumer.hasCredit) return false
    if (cursor.nextOffset >= this.index.tail) {
      if (!cursor.isCaughtUp) {
        cursor.isCaughtUp = true
        this.caughtUp.push(cursor)
      }
      return false
    }
    if (consumer.sink.canTake()) return true
    consumer.stalled = true
    return false
  }

  /** False when the cursor has to wait. */
  private deliverNext(cursor: StreamCursor): boolean {
    const { consumer } = cursor
    const offset = Math.max(cursor.nextOffset, this.firstOffset)
    if (!this.index.locate(offset)) {
      // Damage took it.
      cursor.nextOffset = this.index.skipGoneBlocks(offset + 1)
      return true
    }
    const { log, view, facts } = this.runtime
    if (!log.open(this.index.ref, view)) {
      this.awaitsBytes = true
      log.fetch(this.index.ref, () => {
        this.awaitsBytes = false
        this.serveAll()
      })
      return false
    }
    cursor.nextOffset = offset + 1
    if (!matchesFilter(consumer, view)) return true
    facts.recording = Recording.NONE
    facts.queueId = this.definition.id
    facts.position = offset
    facts.redelivered = false
    facts.deliveryCount = -1
    facts.acquiredCount = -1
    facts.streamOffset = offset
    facts.readyLeft = 0
    consumer.unacked += 1
    this.counters.deliver += 1
    consumer.sink.deliver(consumer.id, view, facts)
    return true
  }

  /** Where a consumer starts: an offset between the first that is kept and the next to be written. */
  private resolve(start: StreamOffset): number {
    const { tail } = this.index
    switch (start.kind) {
      case 'next':
        return tail
      case 'first':
        return this.firstOffset
      case 'last':
        return Math.max(this.firstOffset, this.chunkStart)
      case 'offset':
        return Math.min(Math.max(start.offset, this.firstOffset), tail)
      case 'timestamp':
        return this.firstPublishedSince(start.timestampMs)
    }
  }

  private firstPublishedSince(timestampMs: number): number {
    let low = this.firstOffset
    let high = this.index.tail
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      // One that is gone counts as old, like one that is not in memory.
      if (!this.index.locate(middle) || this.publishedAtMs(this.index.ref) < timestampMs) low = middle + 1
      else high = middle
    }
    return low
  }

  private publishedAtMs(ref: number): number {
    const { log } = this.runtime
    // A message that is not in memory is old: the search goes on towards newer ones.
    return log.open(ref, this.scratch) ? log.publishedAtMs(ref) : Number.NEGATIVE_INFINITY
  }

  private addSegment(): void {
    this.segments.push(newSegment(this.index.tail))
  }

  /** Drops the oldest segments beyond the limits; the newest always stays. */
  private retain(): void {
    const { maxLengthBytes = Number.POSITIVE_INFINITY, maxAgeMs = Number.POSITIVE_INFINITY } = this.settings
    const oldest = this.runtime.clock.now() - maxAgeMs
    this.retentionDue = false
    const { segments } = this
    while (segments.length > 1) {
      const first = segments[0]!
      if (this.totalBytes <= maxLengthBytes && first.lastPublishedAtMs >= oldest) return
      segments.shift()
      this.totalBytes -= first.bytes
      this.dropBefore(segments[0]!.firstOffset)
    }
  }

  /**
   * Messages go in pieces of work, which keep their segments until it is durable that they are gone: should that be
   * lost with the power, a restart finds them, and with them how far the offsets had come.
   */
  private dropBefore(offset: number): void {
    const { log } = this.runtime
    const { tail } = this.index
    while (this.firstOffset < offset) {
      const end = Math.min(offset, this.firstOffset + DROPPED_AT_ONCE)
      log.atomically(() => {
        for (; this.firstOffset < end; this.firstOffset++) this.dropOne(this.firstOffset)
        if (end === tail) this.putMark(end - 1)
      })
    }
  }

  private dropOne(offset: number): void {
    const { index, runtime } = this
    if (!index.locate(offset)) return
    const { ref } = index
    index.remove(offset)
    runtime.log.settled(this.definition.id, offset, ref)
    runtime.log.release(ref)
  }

  private putMark(offset: number): void {
    const { log, clock } = this.runtime
    if (this.markOffset !== undefined) this.dropOne(this.markOffset)
    const ref = log.append(STREAM_MARK, 1, true, clock.now())
    log.setTarget(ref, 0, this.definition.id, offset, true)
    this.index.restore(offset, ref, 0, 0, Number.POSITIVE_INFINITY)
    this.markOffset = offset
  }

  /** A stream that had messages and has none is marked, any other is not. */
  private checkMark(): void {
    const { markOffset, index, firstOffset } = this
    const isEmpty = firstOffset === index.tail
    if (isEmpty && markOffset === undefined && firstOffset > 0) this.putMark(firstOffset - 1)
    if (isEmpty || markOffset === undefined) return
    this.markOffset = undefined
    // In this way its segment stays until the message that has the next offset is durable.
    this.runtime.log.atomically(() => this.dropOne(markOffset))
  }

  private get described(): string {
    return describeResource('queue', this.definition.name, this.definition.vhost)
  }
}

function newSegment(firstOffset: number): StreamSegment {
  return { firstOffset, bytes: 0, lastPublishedAtMs: 0 }
}

const NO_HISTORY: MessageHistory = {
  redelivered: false,
  isCounted: false,
  deliveryCount: 0,
  acquiredCount: 0,
  publishedAtMs: 0,
  expirationMs: -1,
}

function matchesFilter(consumer: QueueConsumer, message: MessageView): boolean {
  const { streamFilter, streamMatchUnfiltered } = consumer.subscription
  if (streamFilter.length === 0) return true
  const { headers } = decodeProperties(message.buffer, message.propertiesStart, message.propertiesEnd)
  const value = headers?.get(FILTER_HEADER)
  if (value === undefined || value.tag !== 'S') return streamMatchUnfiltered
  return typeof value.value === 'string' && streamFilter.includes(value.value)
}
