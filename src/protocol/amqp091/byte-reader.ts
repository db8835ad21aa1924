import { type CodecError, cannotDecode, malformedUtf8 } from './codec-error.js'
import { decodeTable, type FieldTable } from './field-table.js'
import { isAscii, isText } from './utf8.js'

/**
 * Reads AMQP's primitive types from a part of a buffer and moves on. Every read that would pass `end` throws a
 * {@link CodecError} `cannot decode <octets>` that shows what lies between `start` and `limit`.
 * One reader serves a connection for life: {@link reset} points it at the next bytes.
 */
export class ByteReader {
  buffer: Buffer
  /** Where the octets begin that an error shows. */
  start: number
  /** Offset in `buffer` of the next octet to be read. */
  position: number
  /** Offset after the last octet that may be read: the end of the table being read, else `limit`. */
  end: number
  /** Offset after the last octet that was handed in. */
  limit: number

  constructor(buffer: Buffer = EMPTY, start = 0, end: number = buffer.length) {
    this.buffer = buffer
    this.start = start
    this.position = start
    this.end = end
    this.limit = end
  }

  /** Points the reader at other bytes. The caller guarantees `0 <= start <= end <= buffer.length`. */
  reset(buffer: Buffer, start = 0, end: number = buffer.length): void {
    this.buffer = buffer
    this.start = start
    this.position = start
    this.end = end
    this.limit = end
  }

  /** Octets left to read. */
  get remaining(): number {
    return this.end - this.position
  }

  /** Reads a method's class and method id as one number, and lets errors show only the arguments that follow. */
  methodId(): number {
    const id = this.u32()
    this.start = this.position
    return id
  }

  u8(): number {
    const at = this.position
    if (at >= this.end) throw this.failure()
    this.position = at + 1
    return this.buffer[at]
  }

  u16(): number {
    const at = this.position
    if (at + 2 > this.end) throw this.failure()
    this.position = at + 2
    return (this.buffer[at] << 8) | this.buffer[at + 1]
  }

  u32(): number {
    const at = this.position
    if (at + 4 > this.end) throw this.failure()
    this.position = at + 4
    const buffer = this.buffer
    return buffer[at] * 0x1000000 + ((buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3])
  }

  /** A u64 as number, for delivery tags and sizes. Exact up to 2^53 - 1, the nearest double above that. */
  u64(): number {
    const at = this.position
    if (at + 8 > this.end) throw this.failure()
    const upper = this.u32()
    return upper * 0x100000000 + this.u32()
  }

  /** A u64, exact. */
  u64big(): bigint {
    const at = this.position
    if (at + 8 > this.end) throw this.failure()
    this.position = at + 8
    return this.buffer.readBigUInt64BE(at)
  }

  /** A string of at most 255 octets. Throws `Malformed UTF-8 in shortstr` when it is not UTF-8. */
  shortstr(): string {
    const at = this.position
    if (at >= this.end) throw this.failure()
    const from = at + 1
    const to = from + this.buffer[at]
    if (to > this.end) throw this.failure()
    this.position = to
    if (isAscii(this.buffer, from, to)) return this.buffer.toString('latin1', from, to)
    if (!isText(this.buffer, from, to)) throw malformedUtf8()
    return this.buffer.toString('utf8', from, to)
  }

  /** A copy of a string of up to 2^32 - 1 octets, which are not looked at. The caller owns it. */
  longstr(): Buffer {
    const from = this.position + 4
    this.skipLongstr()
    return Buffer.from(this.buffer.subarray(from, this.position))
  }

  /** A field table. Its strings and buffers are copies. */
  table(): FieldTable {
    return decodeTable(this)
  }

  /** Passes over `count` octets. */
  skip(count: number): void {
    if (this.position + count > this.end) throw this.failure()
    this.position += count
  }

  /** Passes over a short string without a look at its octets. */
  skipShortstr(): void {
    const at = this.position
    if (at >= this.end || at + 1 + this.buffer[at] > this.end) throw this.failure()
    this.position = at + 1 + this.buffer[at]
  }

  /** Passes over a long string, or anything else that begins with its length as u32. */
  skipLongstr(): void {
    const at = this.position
    const length = this.u32()
    if (this.position + length > this.end) {
      this.position = at
      throw this.failure()
    }
    this.position += length
  }

  /** Throws when octets are left over, as RabbitMQ does. */
  finish(): void {
    if (this.position !== this.end) throw this.failure()
  }

  /** The error for bytes that are not what they should be, to be thrown by the caller. */
  failure(): CodecError {
    return cannotDecode(this.buffer, this.start, this.limit)
  }
}

const EMPTY = Buffer.alloc(0)
