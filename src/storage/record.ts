import type { MessageView } from '../core/message.js'
import { copyBytes } from '../util/bytes.js'

/**
 * Layout of log records. Records begin at multiples of 8 octets; numbers are little-endian words, written through
 * typed arrays over the same memory. Every record begins with
 *
 *      word  0     octets of the record, header and padding included
 *      word  1     kind (bits 0-7), flags (8-15), count (16-31)
 *
 * A message (kind 1; the count is the number of targets) goes on with
 *
 *      word  2     octets of the routing part (0-15), priority + 1 or 0 when absent (16-31)
 *      word  3     octets of the properties
 *      word  4     octets of the body
 *      word  5     expiration property in ms, u32; means something with HAS_EXPIRATION
 *      word  6, 7  time of publishing in ms since the epoch, f64; 0 when nobody asked for it
 *      then        per target 16 octets: queue id (word), TargetState bits (word), position (f64)
 *      then        routing, properties, body, padding
 *
 * What happened to messages (kinds 2 to 4) is said of runs: `run` messages of one queue, whose positions lie
 * `POSITION_STEP` apart:
 *
 *      word  2     queue id
 *      word  3     kinds 2 and 4: run, the number of messages; kind 3: delivery count (0-15), acquired count (16-31)
 *      word  4, 5  first position, f64
 *      word  6     number of the segment that holds the messages
 *      word  7     reserved, 0
 *
 * What is said of a message in another segment than the one in which it is found is passed over: it was moved since,
 * or is another message that got the position after a restart.
 *
 * That a queue is gone is not said here: the definitions know, and a queue's id is never used again.
 */
export const RecordKind = {
  MESSAGE: 1,
  /** The messages left their queue. */
  SETTLED: 2,
  /** The message went back to its queue with these counts. */
  COUNTED: 3,
  /** The messages were handed to a consumer: they are redelivered from now on. */
  DELIVERED: 4,
} as const

/** Flags of a message, in bits 8 to 15 of the kind word. */
export const RecordFlag = {
  PERSISTENT: 1 << 8,
  HAS_BCC: 1 << 9,
  HAS_DEATHS: 1 << 10,
  HAS_EXPIRATION: 1 << 11,
} as const

/** Bits of a target's second word: what became of the message there before its batch was written. */
export const TargetState = {
  DELIVERED: 1,
  SETTLED: 2,
  /** The queue does not keep the message over a restart, though another target does. */
  TRANSIENT: 4,
} as const

export const RECORD_HEADER_BYTES = 32
export const RECORD_TARGET_BYTES = 16
export const RECORD_ALIGNMENT_BYTES = 8
/** Octets of every record that is not a message. */
export const EVENT_RECORD_BYTES = 32
const PUBLISHED_AT_OFFSET = 24
/** Most targets of one record. */
export const RECORD_TARGETS_MAX = 0xffff

/** Words of a record, by index from its start. */
export const RecordWord = {
  LENGTH: 0,
  KIND: 1,
  ROUTING: 2,
  PROPERTIES: 3,
  BODY: 4,
  EXPIRATION: 5,
  QUEUE: 2,
  RUN: 3,
  COUNTS: 3,
  SEGMENT: 6,
  RESERVED: 7,
} as const
/** Where the first position of an event record lies, in octets from the record's start. */
export const EVENT_POSITION_OFFSET = 16

/** Memory that records lie in, as octets, words and doubles. */
export interface RecordMemory {
  readonly bytes: Buffer
  readonly words: Int32Array
  readonly doubles: Float64Array
}

/** Octets that a message takes as a record for so many targets. */
export function messageRecordBytes(message: MessageView, targetCount: number): number {
  const content =
    RECORD_HEADER_BYTES +
    targetCount * RECORD_TARGET_BYTES +
    (message.routingEnd - message.routingStart) +
    (message.propertiesEnd - message.propertiesStart) +
    (message.bodyEnd - message.bodyStart)
  return (content + RECORD_ALIGNMENT_BYTES - 1) & -RECORD_ALIGNMENT_BYTES
}

/** Writes a message at octet `start`; its targets are filled in by {@link writeTarget}. */
export function writeMessage(
  memory: RecordMemory,
  start: number,
  recordBytes: number,
  message: MessageView,
  targetCount: number,
  nowMs: number,
): void {
  const routingBytes = message.routingEnd - message.routingStart
  const propertiesBytes = message.propertiesEnd - message.propertiesStart
  const bodyBytes = message.bodyEnd - message.bodyStart
  const { bytes, words } = memory
  const at = start >> 2
  words[at + RecordWord.LENGTH] = recordBytes
  words[at + RecordWord.KIND] = RecordKind.MESSAGE | flagsOf(message) | (targetCount << 16)
  words[at + RecordWord.ROUTING] = routingBytes | ((message.priority + 1) << 16)
  words[at + RecordWord.PROPERTIES] = propertiesBytes
  words[at + RecordWord.BODY] = bodyBytes
  words[at + RecordWord.EXPIRATION] = Math.max(message.expirationMs, 0)
  memory.doubles[(start + PUBLISHED_AT_OFFSET) >> 3] = nowMs

  let to = start + RECORD_HEADER_BYTES + targetCount * RECORD_TARGET_BYTES
  to = copyBytes(message.buffer, message.routingStart, message.routingEnd, bytes, to)
  to = copyBytes(message.buffer, message.propertiesStart, message.propertiesEnd, bytes, to)
  copyBytes(message.buffer, message.bodyStart, message.bodyEnd, bytes, to)
}

/** Names target number `target` of the message at `start`. */
export function writeTarget(
  memory: RecordMemory,
  start: number,
  target: number,
  queueId: number,
  position: number,
  state: number,
): void {
  const at = start + RECORD_HEADER_BYTES + target * RECORD_TARGET_BYTES
  memory.words[at >> 2] = queueId
  memory.words[(at >> 2) + 1] = state
  memory.doubles[(at + 8) >> 3] = position
}

/** Notes what became of the message at a target; true when the message has that target. */
export function markTarget(
  memory: RecordMemory,
  start: number,
  queueId: number,
  position: number,
  state: number,
): boolean {
  const { words, doubles } = memory
  const count = words[(start >> 2) + RecordWord.KIND]! >>> 16
  for (let i = 0, at = start + RECORD_HEADER_BYTES; i < count; i++, at += RECORD_TARGET_BYTES) {
    if (words[at >> 2] === queueId && doubles[(at + 8) >> 3] === position) {
      words[(at >> 2) + 1]! |= state
      return true
    }
  }
  return false
}

/** Fills `view` with the message at octet `start`. */
export function openMessage(memory: RecordMemory, start: number, view: MessageView): void {
  const { words } = memory
  const at = start >> 2
  const kind = words[at + RecordWord.KIND]!
  const routing = words[at + RecordWord.ROUTING]!
  view.buffer = memory.bytes
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
  view.expirationMs = (kind & RecordFlag.HAS_EXPIRATION) === 0 ? -1 : words[at + RecordWord.EXPIRATION]! >>> 0
}

/** When the message at `start` was published, in ms since the epoch. */
export function publishedAtMs(memory: RecordMemory, start: number): number {
  return memory.doubles[(start + PUBLISHED_AT_OFFSET) >> 3]!
}

function flagsOf(message: MessageView): number {
  let flags = message.persistent ? RecordFlag.PERSISTENT : 0
  if (message.hasBcc) flags |= RecordFlag.HAS_BCC
  if (message.hasDeaths) flags |= RecordFlag.HAS_DEATHS
  if (message.expirationMs >= 0) flags |= RecordFlag.HAS_EXPIRATION
  return flags
}
