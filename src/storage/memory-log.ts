import type { MessageView } from '../core/message.js'
import type { ShardLog } from '../core/shard/shard-log.js'
import type { Arena } from '../util/arena.js'
import { assert } from '../util/assert.js'
import { copyBytes } from '../util/bytes.js'
import { CHUNK_BYTES, Chunk } from './chunk.js'
import {
  RECORD_ALIGNMENT_BYTES,
  RECORD_HEADER_BYTES,
  RECORD_TARGET_BYTES,
  RecordFlag,
  RecordKind,
  RecordWord,
} from './record.js'

/**
 * A ref is `slot << 17 | offset >> 3`: a chunk's slot and the record's offset in it, in units of 8 octets. 32 bits
 * reach 32 GiB of ordinary chunks.
 */
const SLOT_SHIFT = 17
const OFFSET_MASK = (1 << SLOT_SHIFT) - 1
const SLOTS_MAX = 1 << (32 - SLOT_SHIFT)
/** Free ordinary chunks kept for the next messages. */
const SPARE_CHUNKS_MAX = 4

/** A {@link ShardLog} that keeps messages in memory and forgets everything at the end of the process. */
export class MemoryLog implements ShardLog {
  readonly isSynced = true
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

  append(message: MessageView, targetCount: number, _durable: boolean, nowMs: number): number {
    const routingBytes = message.routingEnd - message.routingStart
    const propertiesBytes = message.propertiesEnd - message.propertiesStart
    const bodyBytes = message.bodyEnd - message.bodyStart
    const routingOffset = RECORD_HEADER_BYTES + targetCount * RECORD_TARGET_BYTES
    const contentBytes = routingOffset + routingBytes + propertiesBytes + bodyBytes
    const recordBytes = (contentBytes + RECORD_ALIGNMENT_BYTES - 1) & -RECORD_ALIGNMENT_BYTES

    const chunk = this.room(recordBytes)
    const offset = chunk.used
    chunk.used = offset + recordBytes
    chunk.live += targetCount

    const start = chunk.start + offset
    const { words, bytes } = chunk
    const at = start >> 2
    words[at + RecordWord.LENGTH] = recordBytes
    words[at + RecordWord.KIND] = RecordKind.MESSAGE | flagsOf(message) | (targetCount << 16)
    words[at + RecordWord.ROUTING] = routingBytes | ((message.priority + 1) << 16)
    words[at + RecordWord.PROPERTIES] = propertiesBytes
    words[at + RecordWord.BODY] = bodyBytes
    words[at + RecordWord.RESERVED] = 0
    chunk.doubles[(start + 24) >> 3] = nowMs

    let to = start + routingOffset
    copyBytes(message.buffer, message.routingStart, bytes, to, routingBytes)
    to += routingBytes
    copyBytes(message.buffer, message.propertiesStart, bytes, to, propertiesBytes)
    to += propertiesBytes
    copyBytes(message.buffer, message.bodyStart, bytes, to, bodyBytes)
    return (chunk.slot << SLOT_SHIFT) | (offset >> 3)
  }

  setTarget(ref: number, target: number, queueId: number, position: number): void {
    const chunk = this.chunkOf(ref)
    const start = recordStart(chunk, ref) + RECORD_HEADER_BYTES + target * RECORD_TARGET_BYTES
    chunk.words[start >> 2] = queueId
    chunk.doubles[(start + 8) >> 3] = position
  }

  open(ref: number, view: MessageView): boolean {
    const chunk = this.chunkOf(ref)
    const start = recordStart(chunk, ref)
    const { words } = chunk
    const at = start >> 2
    const kind = words[at + RecordWord.KIND]!
    const routing = words[at + RecordWord.ROUTING]!
    view.buffer = chunk.bytes
    view.routingStart = start + RECORD_HEADER_BYTES + (kind >>> 16) * RECORD_TARGET_BYTES
    view.routingEnd = view.routingStart + (routing & 0xffff)
    view.propertiesStart = view.routingEnd
    view.propertiesEnd = view.propertiesStart + words[at + RecordWord.PROPERTIES]!
    view.bodyStart = view.propertiesEnd
    view.bodyEnd = view.bodyStart + words[at + RecordWord.BODY]!
    view.persistent = (kind & RecordFlag.PERSISTENT) !== 0
    view.hasBcc = (kind & RecordFlag.HAS_BCC) !== 0
    view.hasDeaths = (kind & RecordFlag.HAS_DEATHS) !== 0
    view.priority = (routing >>> 16) - 1
    view.expirationMs = -1
    return true
  }

  fetch(_ref: number, done: () => void): void {
    queueMicrotask(done)
  }

  publishedAtMs(ref: number): number {
    const chunk = this.chunkOf(ref)
    return chunk.doubles[(recordStart(chunk, ref) + 24) >> 3]!
  }

  release(ref: number): void {
    const chunk = this.chunkOf(ref)
    chunk.live -= 1
    if (chunk.live === 0) this.emptied(chunk)
  }

  settled(): void {}
  counted(): void {}
  purged(): void {}
  queueDeleted(): void {}

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
    assert(slot < SLOTS_MAX, 'message memory is beyond what refs can reach')
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
    const chunk = this.chunks[ref >>> SLOT_SHIFT]
    assert(chunk !== undefined, 'a message was used after its last release')
    return chunk
  }
}

function recordStart(chunk: Chunk, ref: number): number {
  return chunk.start + ((ref & OFFSET_MASK) << 3)
}

function flagsOf(message: MessageView): number {
  let flags = message.persistent ? RecordFlag.PERSISTENT : 0
  if (message.hasBcc) flags |= RecordFlag.HAS_BCC
  if (message.hasDeaths) flags |= RecordFlag.HAS_DEATHS
  return flags
}
