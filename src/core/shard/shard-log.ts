import type { MessageView } from '../message.js'

/**
 * The one log of a shard: it keeps every message of the shard's queues once and, for what must survive a crash, the
 * order of everything that happened to them. Memory, file and cluster logs implement it; a shard never knows which.
 *
 * A message is known by its `ref`, a signed 32-bit number that the log hands out. The log owns all bytes; a view that
 * it fills is good until the next call of any method here.
 */
export interface ShardLog {
  /**
   * Stores a message for `targetCount` queues and returns its ref. The caller then names each target with
   * {@link setTarget}, before anything else is appended. `durable` asks for the message to survive a crash.
   * Throws StorageError when the log takes no more writes.
   */
  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number
  /** Names target number `target` (from 0) of the message appended last. */
  setTarget(ref: number, target: number, queueId: number, position: number): void
  /** Fills `view` with a message. False when its bytes are not in memory: {@link fetch} brings them. */
  open(ref: number, view: MessageView): boolean
  /** Brings a message's bytes to memory and calls back once, also when that failed (open then throws). */
  fetch(ref: number, done: () => void): void
  /** When the message was published, in ms since the epoch. The message must be in memory. */
  publishedAtMs(ref: number): number
  /** One queue fewer holds the message; the last one frees it. */
  release(ref: number): void

  /** A durable message left a queue. */
  settled(queueId: number, position: number): void
  /** The counts of a durable message that went back to its queue. */
  counted(queueId: number, position: number, deliveryCount: number, acquiredCount: number): void
  /** A durable queue lost all that was ready in it, or all of it. */
  purged(queueId: number): void
  queueDeleted(queueId: number): void
  /** What `work` appends is one record: all of it survives a crash, or none. */
  atomically(work: () => void): void

  /** True when nothing durable waits for a sync, so that durable publishes may be confirmed at once. */
  readonly isSynced: boolean
  /** Calls back once everything appended so far is durable, with an error when it never will be. */
  whenSynced(done: (error: Error | undefined) => void): void
  /** Octets of message records in memory. */
  readonly residentBytes: number
}
