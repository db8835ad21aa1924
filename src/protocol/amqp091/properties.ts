import { ByteReader } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'
import { cannotDecode } from './codec-error.js'
import { type FieldTable, type ReadonlyFieldTable, skipTable } from './field-table.js'
import { CONTENT_PROPERTIES } from './spec.js'

/** Bits of the u16 that says which properties follow. */
export const PropertyFlag = {
  ContentType: CONTENT_PROPERTIES.contentType.flag,
  ContentEncoding: CONTENT_PROPERTIES.contentEncoding.flag,
  Headers: CONTENT_PROPERTIES.headers.flag,
  DeliveryMode: CONTENT_PROPERTIES.deliveryMode.flag,
  Priority: CONTENT_PROPERTIES.priority.flag,
  CorrelationId: CONTENT_PROPERTIES.correlationId.flag,
  ReplyTo: CONTENT_PROPERTIES.replyTo.flag,
  Expiration: CONTENT_PROPERTIES.expiration.flag,
  MessageId: CONTENT_PROPERTIES.messageId.flag,
  Timestamp: CONTENT_PROPERTIES.timestamp.flag,
  Type: CONTENT_PROPERTIES.type.flag,
  UserId: CONTENT_PROPERTIES.userId.flag,
  AppId: CONTENT_PROPERTIES.appId.flag,
  ClusterId: CONTENT_PROPERTIES.clusterId.flag,
} as const

/** Bits that no property has. Bit 0 would announce a second flag word, which nothing of class `basic` needs. */
const UNUSED_FLAGS = 0x0003

const TIMESTAMP_OCTETS = 8

/** The properties of a message. An absent one is absent on the wire. */
export interface BasicProperties {
  readonly contentType?: string
  readonly contentEncoding?: string
  readonly headers?: FieldTable
  /** 2 is persistent; 1 and absent are transient. */
  readonly deliveryMode?: number
  readonly priority?: number
  readonly correlationId?: string
  readonly replyTo?: string
  /** Milliseconds to live, in decimal. */
  readonly expiration?: string
  readonly messageId?: string
  /** Seconds since 1970. Decoded as a number up to 2^53 - 1 and as a bigint above. */
  readonly timestamp?: number | bigint
  readonly type?: string
  readonly userId?: string
  readonly appId?: string
  readonly clusterId?: string
}

/**
 * Decodes the properties in `buffer[start..end)`, flags included. Like RabbitMQ it takes any octets for a property's
 * text; those that are not UTF-8 come out as replacement characters, so a message that is passed on keeps its bytes
 * only when they are copied and not decoded. Throws a {@link CodecError} when the bytes are malformed.
 */
export function decodeProperties(buffer: Buffer, start: number, end: number): BasicProperties {
  const reader = new ByteReader(buffer, start, end)
  const flags = reader.u16()
  if ((flags & UNUSED_FLAGS) !== 0) throw reader.failure()
  const properties: { -readonly [name in keyof BasicProperties]: BasicProperties[name] } = {}
  if ((flags & PropertyFlag.ContentType) !== 0) properties.contentType = lenientShortstr(reader)
  if ((flags & PropertyFlag.ContentEncoding) !== 0) properties.contentEncoding = lenientShortstr(reader)
  if ((flags & PropertyFlag.Headers) !== 0) properties.headers = reader.table()
  if ((flags & PropertyFlag.DeliveryMode) !== 0) properties.deliveryMode = reader.u8()
  if ((flags & PropertyFlag.Priority) !== 0) properties.priority = reader.u8()
  if ((flags & PropertyFlag.CorrelationId) !== 0) properties.correlationId = lenientShortstr(reader)
  if ((flags & PropertyFlag.ReplyTo) !== 0) properties.replyTo = lenientShortstr(reader)
  if ((flags & PropertyFlag.Expiration) !== 0) properties.expiration = lenientShortstr(reader)
  if ((flags & PropertyFlag.MessageId) !== 0) properties.messageId = lenientShortstr(reader)
  if ((flags & PropertyFlag.Timestamp) !== 0) properties.timestamp = numberIfExact(reader.u64big())
  if ((flags & PropertyFlag.Type) !== 0) properties.type = lenientShortstr(reader)
  if ((flags & PropertyFlag.UserId) !== 0) properties.userId = lenientShortstr(reader)
  if ((flags & PropertyFlag.AppId) !== 0) properties.appId = lenientShortstr(reader)
  if ((flags & PropertyFlag.ClusterId) !== 0) properties.clusterId = lenientShortstr(reader)
  reader.finish()
  return properties
}

function lenientShortstr(reader: ByteReader): string {
  const from = reader.position + 1
  reader.skipShortstr()
  return reader.buffer.toString('utf8', from, reader.position)
}

function numberIfExact(value: bigint): number | bigint {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

/** Writes flags and values of the properties that are present. Text is cut at 255 octets. */
export function encodeProperties(writer: ByteWriter, properties: BasicProperties): void {
  const p = properties
  const flagsAt = writer.position
  let flags = 0
  writer.u16(0)
  if (p.contentType !== undefined) {
    flags |= PropertyFlag.ContentType
    writer.shortstr(p.contentType)
  }
  if (p.contentEncoding !== undefined) {
    flags |= PropertyFlag.ContentEncoding
    writer.shortstr(p.contentEncoding)
  }
  if (p.headers !== undefined) {
    flags |= PropertyFlag.Headers
    writer.table(p.headers)
  }
  if (p.deliveryMode !== undefined) {
    flags |= PropertyFlag.DeliveryMode
    writer.u8(p.deliveryMode)
  }
  if (p.priority !== undefined) {
    flags |= PropertyFlag.Priority
    writer.u8(p.priority)
  }
  if (p.correlationId !== undefined) {
    flags |= PropertyFlag.CorrelationId
    writer.shortstr(p.correlationId)
  }
  if (p.replyTo !== undefined) {
    flags |= PropertyFlag.ReplyTo
    writer.shortstr(p.replyTo)
  }
  if (p.expiration !== undefined) {
    flags |= PropertyFlag.Expiration
    writer.shortstr(p.expiration)
  }
  if (p.messageId !== undefined) {
    flags |= PropertyFlag.MessageId
    writer.shortstr(p.messageId)
  }
  if (p.timestamp !== undefined) {
    flags |= PropertyFlag.Timestamp
    writer.u64(p.timestamp)
  }
  if (p.type !== undefined) {
    flags |= PropertyFlag.Type
    writer.shortstr(p.type)
  }
  if (p.userId !== undefined) {
    flags |= PropertyFlag.UserId
    writer.shortstr(p.userId)
  }
  if (p.appId !== undefined) {
    flags |= PropertyFlag.AppId
    writer.shortstr(p.appId)
  }
  if (p.clusterId !== undefined) {
    flags |= PropertyFlag.ClusterId
    writer.shortstr(p.clusterId)
  }
  writer.patchU16(flagsAt, flags)
}

/**
 * Writes the properties that `scanner` last found in `buffer` once more, octet for octet, but with other headers
 * (none when undefined) and, if so asked, without expiration: what dead-lettering changes. `buffer` must not be the
 * one that is written to.
 */
export function encodePropertiesWith(
  writer: ByteWriter,
  buffer: Buffer,
  scanner: PropertyScanner,
  headers: ReadonlyFieldTable | undefined,
  dropExpiration: boolean,
): void {
  let flags = scanner.flags & ~PropertyFlag.Headers
  if (headers !== undefined) flags |= PropertyFlag.Headers
  if (dropExpiration) flags &= ~PropertyFlag.Expiration
  writer.u16(flags)
  const from = scanner.start + 2
  const headersStart = scanner.headersStart < 0 ? scanner.headersAt : scanner.headersStart
  writer.bytes(buffer, from, headersStart)
  if (headers !== undefined) writer.table(headers)
  const rest = scanner.headersEnd < 0 ? headersStart : scanner.headersEnd
  if (dropExpiration && scanner.expirationStart >= 0) {
    writer.bytes(buffer, rest, scanner.expirationStart - 1)
    writer.bytes(buffer, scanner.expirationEnd, scanner.end)
  } else {
    writer.bytes(buffer, rest, scanner.end)
  }
}

/**
 * Finds the properties of a content header without decoding them. After {@link scan} the fields hold offsets into the
 * scanned buffer: `…Start` and `…End` bound a text's octets (its length octet lies before `…Start`), both -1 when the
 * property is absent. One scanner serves a connection for life and allocates nothing.
 */
export class PropertyScanner {
  /** The {@link PropertyFlag} bits. */
  flags = 0
  /** Offset of the flags. */
  start = 0
  /** Offset after the last property. */
  end = 0

  contentTypeStart = -1
  contentTypeEnd = -1
  contentEncodingStart = -1
  contentEncodingEnd = -1
  /** Offset of the table's u32 length, -1 when there are no headers. */
  headersStart = -1
  headersEnd = -1
  /** Where the headers are or would be: after content type and encoding. */
  headersAt = 2
  /** 0 when absent. */
  deliveryMode = 0
  /** -1 when absent. */
  priority = -1
  correlationIdStart = -1
  correlationIdEnd = -1
  replyToStart = -1
  replyToEnd = -1
  expirationStart = -1
  expirationEnd = -1
  messageIdStart = -1
  messageIdEnd = -1
  /** Offset of the eight octets, -1 when absent. */
  timestampStart = -1
  typeStart = -1
  typeEnd = -1
  userIdStart = -1
  userIdEnd = -1
  appIdStart = -1
  appIdEnd = -1
  clusterIdStart = -1
  clusterIdEnd = -1

  /**
   * Takes the properties in `buffer[start..end)`, flags included. Throws a {@link CodecError} when a length leads
   * beyond the end, octets are left over, a bit is set that no property has, or the headers are malformed. The octets
   * of texts are not looked at.
   */
  scan(buffer: Buffer, start: number, end: number): void {
    if ((this.flags & ~PropertyFlag.DeliveryMode) !== 0) this.forget()
    this.deliveryMode = 0
    this.flags = 0
    if (start + 2 > end) throw cannotDecode(buffer, start, end)
    const flags = (buffer[start] << 8) | buffer[start + 1]
    this.start = start
    this.end = end
    this.headersAt = start + 2
    this.flags = flags
    if (flags === 0) {
      if (start + 2 !== end) throw cannotDecode(buffer, start, end)
    } else if (flags === PropertyFlag.DeliveryMode) {
      if (start + 3 !== end) throw cannotDecode(buffer, start, end)
      this.deliveryMode = buffer[start + 2]
    } else {
      this.scanValues(buffer, start, end)
    }
  }

  private scanValues(buffer: Buffer, start: number, end: number): void {
    const flags = this.flags
    if ((flags & UNUSED_FLAGS) !== 0) throw cannotDecode(buffer, start, end)
    let at = start + 2
    if ((flags & PropertyFlag.ContentType) !== 0) {
      this.contentTypeStart = at + 1
      at = skipText(buffer, at, end)
      this.contentTypeEnd = at
    }
    if ((flags & PropertyFlag.ContentEncoding) !== 0) {
      this.contentEncodingStart = at + 1
      at = skipText(buffer, at, end)
      this.contentEncodingEnd = at
    }
    this.headersAt = at
    if ((flags & PropertyFlag.Headers) !== 0) {
      this.headersStart = at
      at = skipTable(buffer, at, end)
      this.headersEnd = at
    }
    if ((flags & PropertyFlag.DeliveryMode) !== 0) {
      if (at >= end) throw cannotDecode(buffer, start, end)
      this.deliveryMode = buffer[at++]
    }
    if ((flags & PropertyFlag.Priority) !== 0) {
      if (at >= end) throw cannotDecode(buffer, start, end)
      this.priority = buffer[at++]
    }
    if ((flags & PropertyFlag.CorrelationId) !== 0) {
      this.correlationIdStart = at + 1
      at = skipText(buffer, at, end)
      this.correlationIdEnd = at
    }
    if ((flags & PropertyFlag.ReplyTo) !== 0) {
      this.replyToStart = at + 1
      at = skipText(buffer, at, end)
      this.replyToEnd = at
    }
    if ((flags & PropertyFlag.Expiration) !== 0) {
      this.expirationStart = at + 1
      at = skipText(buffer, at, end)
      this.expirationEnd = at
    }
    if ((flags & PropertyFlag.MessageId) !== 0) {
      this.messageIdStart = at + 1
      at = skipText(buffer, at, end)
      this.messageIdEnd = at
    }
    if ((flags & PropertyFlag.Timestamp) !== 0) {
      this.timestampStart = at
      at += TIMESTAMP_OCTETS
    }
    if ((flags & PropertyFlag.Type) !== 0) {
      this.typeStart = at + 1
      at = skipText(buffer, at, end)
      this.typeEnd = at
    }
    if ((flags & PropertyFlag.UserId) !== 0) {
      this.userIdStart = at + 1
      at = skipText(buffer, at, end)
      this.userIdEnd = at
    }
    if ((flags & PropertyFlag.AppId) !== 0) {
      this.appIdStart = at + 1
      at = skipText(buffer, at, end)
      this.appIdEnd = at
    }
    if ((flags & PropertyFlag.ClusterId) !== 0) {
      this.clusterIdStart = at + 1
      at = skipText(buffer, at, end)
      this.clusterIdEnd = at
    }
    if (at !== end) throw cannotDecode(buffer, start, end)
  }

  private forget(): void {
    this.contentTypeStart = -1
    this.contentTypeEnd = -1
    this.contentEncodingStart = -1
    this.contentEncodingEnd = -1
    this.headersStart = -1
    this.headersEnd = -1
    this.priority = -1
    this.correlationIdStart = -1
    this.correlationIdEnd = -1
    this.replyToStart = -1
    this.replyToEnd = -1
    this.expirationStart = -1
    this.expirationEnd = -1
    this.messageIdStart = -1
    this.messageIdEnd = -1
    this.timestampStart = -1
    this.typeStart = -1
    this.typeEnd = -1
    this.userIdStart = -1
    this.userIdEnd = -1
    this.appIdStart = -1
    this.appIdEnd = -1
    this.clusterIdStart = -1
    this.clusterIdEnd = -1
  }
}

/** Offset after the short string at `at`. */
function skipText(buffer: Buffer, at: number, end: number): number {
  if (at >= end) throw cannotDecode(buffer, at, end)
  const textEnd = at + 1 + buffer[at]
  if (textEnd > end) throw cannotDecode(buffer, at, end)
  return textEnd
}
