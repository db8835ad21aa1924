import { BrokerError } from '../core/errors.js'
import { CodecError } from '../protocol/amqp091/codec-error.js'
import { BASIC_CLASS_ID, ByteReader, CONTENT_HEADER_SIZE } from '../protocol/amqp091/index.js'
import { checkMessageSize, immediateRefused, MESSAGE_SIZE_CEILING_BYTES } from './publishing.js'

/** Least octets of a content header: all up to the property flags. */
const HEADER_OCTETS_MIN = CONTENT_HEADER_SIZE + 2

/** A body up to this gets its memory at once; a larger one as it arrives, since a header alone costs a peer nothing. */
const EAGER_BODY_OCTETS = 256 * 1024

const AWAITS_NOTHING = 0
const AWAITS_HEADER = 1
const AWAITS_BODY = 2

/**
 * A message whose frames come one by one: gathers them in one buffer.
 *
 *     arguments of basic.publish | header payload | body
 */
export class ContentAssembly {
  buffer: Buffer = EMPTY
  argumentsEnd = 0
  headerEnd = 0
  /** After the last octet of body that has arrived. */
  end = 0

  private state: number = AWAITS_NOTHING
  private wantedEnd = 0

  get isActive(): boolean {
    return this.state !== AWAITS_NOTHING
  }

  /** Begins with a basic.publish: `buffer[start..end)` are its arguments. */
  begin(buffer: Buffer, start: number, end: number): void {
    checkArguments(buffer, start, end)
    this.buffer = Buffer.from(buffer.subarray(start, end))
    this.argumentsEnd = end - start
    this.state = AWAITS_HEADER
  }

  /**
   * Takes a content header; true when the message is whole because it has no body. Throws UNEXPECTED_FRAME,
   * FRAME_ERROR for a body beyond 512 MiB and PRECONDITION_FAILED beyond `maxBodyOctets`.
   */
  header(buffer: Buffer, start: number, end: number, maxBodyOctets: number): boolean {
    this.expect(AWAITS_HEADER)
    const reader = new ByteReader(buffer, start, end)
    const classId = reader.u16()
    if (classId !== BASIC_CLASS_ID) {
      const text = `expected content header for class ${BASIC_CLASS_ID}, got one for class ${classId} instead`
      throw new BrokerError('UNEXPECTED_FRAME', text)
    }
    if (end - start < HEADER_OCTETS_MIN) throw reader.failure()
    reader.skip(2)
    const size = reader.u64()
    if (size > MESSAGE_SIZE_CEILING_BYTES) {
      // A u64 may be beyond what a number holds exactly.
      const shown = buffer.readBigUInt64BE(start + 4)
      const text = `content body size ${shown} exceeds maximum allowed size ${MESSAGE_SIZE_CEILING_BYTES}`
      throw new CodecError(text)
    }
    // The last octet of the arguments holds the bits; `immediate` is refused before the size is looked at.
    if ((this.buffer[this.argumentsEnd - 1] & 2) !== 0) throw immediateRefused()
    checkMessageSize(size, maxBodyOctets)
    const headerEnd = this.argumentsEnd + end - start
    const whole = Buffer.allocUnsafe(headerEnd + Math.min(size, EAGER_BODY_OCTETS))
    this.buffer.copy(whole, 0, 0, this.argumentsEnd)
    buffer.copy(whole, this.argumentsEnd, start, end)
    this.buffer = whole
    this.headerEnd = headerEnd
    this.end = headerEnd
    this.wantedEnd = headerEnd + size
    this.state = size === 0 ? AWAITS_NOTHING : AWAITS_BODY
    return size === 0
  }

  /** Takes a body frame; true when the message is whole. Throws UNEXPECTED_FRAME and FRAME_ERROR. */
  body(buffer: Buffer, start: number, end: number): boolean {
    this.expect(AWAITS_BODY)
    const bodyEnd = this.end + end - start
    if (bodyEnd > this.wantedEnd) throw new CodecError('content body frame exceeds remaining content size')
    if (bodyEnd > this.buffer.length) this.grow(bodyEnd)
    buffer.copy(this.buffer, this.end, start, end)
    this.end = bodyEnd
    if (bodyEnd < this.wantedEnd) return false
    this.state = AWAITS_NOTHING
    return true
  }

  /** Forgets the message and its memory. */
  clear(): void {
    this.buffer = EMPTY
    this.state = AWAITS_NOTHING
  }

  /** The refusal of a frame that is not the one that is due. */
  unexpectedFrame(): BrokerError {
    switch (this.state) {
      case AWAITS_HEADER: {
        const due = `content header for class ${BASIC_CLASS_ID}`
        return new BrokerError('UNEXPECTED_FRAME', `expected ${due}, got non content header frame instead`)
      }
      case AWAITS_BODY:
        return new BrokerError(
          'UNEXPECTED_FRAME',
          'expected content body, got non content body frame instead',
        )
      default:
        return new BrokerError('UNEXPECTED_FRAME', 'expected method frame, got non method frame instead')
    }
  }

  private expect(state: number): void {
    if (this.state !== state) throw this.unexpectedFrame()
  }

  private grow(needed: number): void {
    const octets = Math.min(this.wantedEnd, Math.max(needed, this.buffer.length * 2))
    const grown = Buffer.allocUnsafeSlow(octets)
    this.buffer.copy(grown, 0, 0, this.end)
    this.buffer = grown
  }
}

const EMPTY = Buffer.alloc(0)

/** Ticket, two short strings and one octet of bits, nothing else. */
function checkArguments(buffer: Buffer, start: number, end: number): void {
  const reader = new ByteReader(buffer, start, end)
  reader.skip(2)
  reader.skipShortstr()
  reader.skipShortstr()
  reader.skip(1)
  reader.finish()
}
