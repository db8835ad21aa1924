import type { MessageView } from '../message.js'
import type { DeliveryRecord } from '../shard-port.js'

/**
 * The one log of a shard: it keeps every message of the shard's queues once and, for what must survive a crash, the
 * order of everything that happened to them. Memory, file and cluster logs implement it; a shard never knows which.
 *
 * A message is known by its `ref`, a whole number below 2^48 that the log hands out. The log owns all bytes; a view that
 * it fills is good until the next call of any method here.
 */
export interface ShardLog extends DeliveryRecord {
  /** Names the shard that the log calls back. Comes first, once. */
  attach(owner: ShardLogOwner): void

  /**
   * Stores a message for `targetCount` queues and returns its ref. The caller then names each target with
   * {@link setTarget}, before anything else is appended. `durable` asks for the message to survive a crash.
   */
  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number
  /**
   * Names target number `target` (from 0) of the message appended last. `kept` is false for a queue that loses the
   * message in a crash even though another target of it does not.
   */
  setTarget(ref: number, target: number, queueId: number, position: number, kept: boolean): void
  /** Fills `view` with a message. False when its bytes are not in memory: {@link fetch} brings them. */
  open(ref: number, view: MessageView): boolean
  /** Brings a message's bytes to memory and then calls back; tries for as long as the disk refuses. */
  fetch(ref: number, done: () => void): void
  /** When the message was published, in ms since the epoch. The message must be in memory. */
  publishedAtMs(ref: number): number
  /** One queue fewer holds the message; the last one frees it. */
  release(ref: number): void

  /** A durable message is about to leave a queue; its {@link release} follows. */
  settled(queueId: number, position: number, ref: number): void
  /** A durable message was handed to a consumer: by a queue that counts, for the first time. */
  delivered(queueId: number, position: number, ref: number): void
  /** These are the counts of a durable message, which was delivered before, until it is told otherwise. */
  counted(queueId: number, position: number, ref: number, deliveryCount: number, acquiredCount: number): void
  /** What `work` appends is one record: all of it survives a crash, or none. */
  atomically(work: () => void): void

  /** True while more waits to be written than should: publishers are not read from then. */
  readonly isCongested: boolean
  /** False when the log takes no more durable messages: its disk failed, or is full and too much waits already. */
  readonly acceptsDurable: boolean
  /** False when the log takes no more messages of any kind: it is as large as it can get. */
  readonly acceptsTransient: boolean
  /** True when nothing durable waits for a sync, so that durable publishes may be confirmed at once. */
  readonly isSynced: boolean
  /** Calls back once everything appended so far is durable, with an error when it never will be. */
  whenSynced(done: (error: Error | undefined) => void): void
  /** Octets of message records in memory. */
  readonly residentBytes: number
}

/** The shard, as its log sees it. */
export interface ShardLogOwner {
  /** Everything appended so far is on its way to the disk as one batch. */
  sealed(): void
  /** The batch that was sealed last is durable, or never will be. One batch is on its way at a time. */
  synced(error: Error | undefined): void
  /** True when the queue still has the message, under this ref. */
  holds(queueId: number, position: number, ref: number): boolean
  /** The ref of a message that the queue has, undefined when it has not. */
  refOf(queueId: number, position: number): number | undefined
  /**
   * What the log had under some refs cannot be read any more. Every queue drops those messages, or lets go of them where
   * a consumer has one already; none of the refs is used any more. Returns in how many places they were.
   */
  lost(isLost: (ref: number) => boolean): number
  /** The message, which the queue {@link holds}, has a new ref. The log has counted it there already. */
  moved(queueId: number, position: number, ref: number): void
  /** What a restart must know of a message that the queue {@link holds}: it is written anew with the message. */
  historyOf(queueId: number, position: number): MessageHistory

  /** Recovery: the log has found a message of a queue. False when there is no such queue (any more). */
  recover(
    queueId: number,
    position: number,
    ref: number,
    message: MessageView,
    found: MessageHistory,
  ): boolean
  /** Recovery: the message left the queue. Returns its ref, or undefined when the queue does not have it. */
  recoverSettled(queueId: number, position: number): number | undefined
  /** Recovery: the message has this history by now. */
  recoverHistory(queueId: number, position: number, history: MessageHistory): void
}

/** What became of a message before: kept over restarts. */
export interface MessageHistory {
  readonly redelivered: boolean
  /** The counts are known. Where they are not, {@link redelivered} tells of one delivery. */
  readonly isCounted: boolean
  readonly deliveryCount: number
  readonly acquiredCount: number
  /** When it was published, in ms since the epoch; 0 when nobody asked. Means something in {@link ShardLogOwner.recover} only. */
  readonly publishedAtMs: number
  /** Its expiration property in ms, -1 for none. Likewise. */
  readonly expirationMs: number
}
