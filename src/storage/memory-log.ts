import type { MessageView } from '../core/message.js'
import type { ShardLog } from '../core/shard/shard-log.js'
import type { Arena } from '../util/arena.js'
import { assert } from '../util/assert.js'
import { CHUNK_BYTES, Chunk } from './chunk.js'
import { messageRecordBytes, openMessage, publishedAtMs, writeMessage, writeTarget } from './record.js'
import { CHUNK_SLOTS_MAX, makeRef, offsetOf, slotOf } from './ref.js'

/** Free ordinary chunks kept for the next messages. */
const SPARE_CHUNKS_MAX = 4

/** A {@link ShardLog} that keeps messages in memory and forgets everything at the end of the process. */
export class MemoryLog implements ShardLog {
  readonly isSynced = true
  readonly isCongested = false
  private readonly arena: Arena
  private readonly chunks: (Chunk | undefined)[] = []
  private readonly freeSlots: number[] = []
  private readonly spare: Chunk[] = []
  private current: Chunk | undefined
  private resident = 0

  constructor(arena: Arena) {
    this.arena = arena
  }

  get residentBytes(): number {
    return this.resident
  }

  get acceptsDurable(): boolean {
    return this.chunks.length < CHUNK_SLOTS_MAX || this.freeSlots.length > 0
  }

  get acceptsTransient(): boolean {
    return this.acceptsDurable
  }

  append(message: MessageView, targetCount: number, _durable: boolean, nowMs: number): number {
    const recordBytes = messageRecordBytes(message, targetCount)
    const chunk = this.room(recordBytes)
    const offset = chunk.used
    chunk.used = offset + recordBytes
    chunk.live += targetCount
    writeMessage(chunk, chunk.start + offset, recordBytes, message, targetCount, nowMs)
    return makeRef(chunk.slot, offset)
  }

  setTarget(ref: number, target: number, queueId: number, position: number, _kept: boolean): void {
    const chunk = this.chunkOf(ref)
    writeTarget(chunk, chunk.start + offsetOf(ref), target, queueId, position, 0)
  }

  open(ref: number, view: MessageView): boolean {
    const chunk = this.chunkOf(ref)
    openMessage(chunk, chunk.start + offsetOf(ref), view)
    return true
  }

  fetch(_ref: number, done: () => void): void {
    queueMicrotask(done)
  }

  publishedAtMs(ref: number): number {
    const chunk = this.chunkOf(ref)
    return publishedAtMs(chunk, chunk.start + offsetOf(ref))
  }

  release(ref: number): void {
    const chunk = this.chunkOf(ref)
    chunk.live -= 1
    if (chunk.live === 0) this.emptied(chunk)
  }

  readonly deliveryTicket = 0
  readonly writtenTicket = 0
  readonly syncedTicket = 0
  onAdvance: (() => void) | undefined

  writeDeliveries(): void {}
  attach(): void {}
  settled(): void {}
  delivered(): void {}
  counted(): void {}

  /** Gives all memory back; nothing may be called any more. */
  close(): void {
    for (const chunk of this.chunks) if (chunk !== undefined) this.arena.give(chunk.region)
    for (const chunk of this.spare) this.arena.give(chunk.region)
    this.chunks.length = 0
    this.spare.length = 0
    this.freeSlots.length = 0
    this.current = undefined
    this.resident = 0
  }

  atomically(work: () => void): void {
    work()
  }

  whenSynced(done: (error: Error | undefined) => void): void {
    done(undefined)
  }

  /** The chunk that takes the next record of this size. */
  private room(recordBytes: number): Chunk {
    const { current } = this
    if (current !== undefined && current.used + recordBytes <= current.sizeBytes) return current
    if (recordBytes > CHUNK_BYTES) return this.adopt(Chunk.take(this.arena, recordBytes))
    const next = this.adopt(this.spare.pop() ?? Chunk.take(this.arena, CHUNK_BYTES))
    this.current = next
    // The chunk that was current could not be freed while it was.
    if (current !== undefined && current.live === 0) this.retire(current)
    return next
  }

  private adopt(chunk: Chunk): Chunk {
    const slot = this.freeSlots.pop() ?? this.chunks.length
    assert(slot < CHUNK_SLOTS_MAX, 'message memory is beyond what refs can reach')
    this.chunks[slot] = chunk
    chunk.slot = slot
    chunk.used = 0
    this.resident += chunk.sizeBytes
    return chunk
  }

  private emptied(chunk: Chunk): void {
    // Starting the current chunk over keeps a drained queue's messages in the processor's cache.
    if (chunk === this.current) chunk.used = 0
    else this.retire(chunk)
  }

  private retire(chunk: Chunk): void {
    this.chunks[chunk.slot] = undefined
    this.freeSlots.push(chunk.slot)
    this.resident -= chunk.sizeBytes
    if (chunk.sizeBytes === CHUNK_BYTES && this.spare.length < SPARE_CHUNKS_MAX) this.spare.push(chunk)
    else this.arena.give(chunk.region)
  }

  private chunkOf(ref: number): Chunk {
    const chunk = this.chunks[slotOf(ref)]
    assert(chunk !== undefined, 'a message was used after its last release')
    return chunk
  }
}
