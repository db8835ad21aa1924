import { EVENT_POSITION_OFFSET, EVENT_RECORD_BYTES, RecordKind, RecordWord } from '../record.js'
import type { LogChunk } from './log-chunk.js'

/** Positions of successive messages of one lane of a queue lie this far apart. */
export const POSITION_STEP = 256

/**
 * Writes the records that say what happened to messages. Successive messages of a queue become one record: the run is
 * lengthened in place as long as nothing else was written after it.
 */
export class EventWriter {
  private readonly room: (recordBytes: number) => LogChunk
  private chunk: LogChunk | undefined
  /** Where the last record begins, in words of the chunk's memory. */
  private at = 0
  private kind = 0
  private queueId = 0
  private segment = 0
  private nextPosition = 0

  /** `room` gives a chunk with so many octets free after `used`, inside an open batch. */
  constructor(room: (recordBytes: number) => LogChunk) {
    this.room = room
  }

  /** The last record must not be lengthened any more: something follows it, or its batch is on its way. */
  seal(): void {
    this.chunk = undefined
  }

  /** Says that a message was settled or delivered. `segment` holds the message. */
  say(kind: number, queueId: number, position: number, segment: number): void {
    const { chunk } = this
    if (
      chunk !== undefined &&
      this.kind === kind &&
      this.queueId === queueId &&
      this.segment === segment &&
      this.nextPosition === position
    ) {
      chunk.words[this.at + RecordWord.RUN]! += 1
    } else {
      this.begin(kind, queueId, position, segment)
    }
    this.nextPosition = position + POSITION_STEP
  }

  /** Says how often a message was delivered and acquired. */
  count(queueId: number, position: number, segment: number, deliveries: number, acquisitions: number): void {
    this.begin(RecordKind.COUNTED, queueId, position, segment)
    const { words } = this.chunk!
    words[this.at + RecordWord.COUNTS] = deliveries | (acquisitions << 16)
    this.seal()
  }

  /** Says again what a record of a segment said that is about to go. */
  repeat(kind: number, queueId: number, position: number, run: number, segment: number): void {
    this.begin(kind, queueId, position, segment)
    this.chunk!.words[this.at + RecordWord.RUN] = run
    this.seal()
  }

  private begin(kind: number, queueId: number, position: number, segment: number): void {
    const chunk = this.room(EVENT_RECORD_BYTES)
    const start = chunk.start + chunk.used
    chunk.used += EVENT_RECORD_BYTES
    const at = start >> 2
    const { words } = chunk
    words[at + RecordWord.LENGTH] = EVENT_RECORD_BYTES
    words[at + RecordWord.KIND] = kind
    words[at + RecordWord.QUEUE] = queueId
    words[at + RecordWord.RUN] = 1
    chunk.doubles[(start + EVENT_POSITION_OFFSET) >> 3] = position
    words[at + RecordWord.SEGMENT] = segment
    words[at + RecordWord.RESERVED] = 0
    chunk.segment.countEvent(segment, EVENT_RECORD_BYTES)
    this.chunk = chunk
    this.at = at
    this.kind = kind
    this.queueId = queueId
    this.segment = segment
  }
}
