import { ByteReader } from '../../protocol/amqp091/byte-reader.js'
import { ByteWriter } from '../../protocol/amqp091/byte-writer.js'
import { decodeTable, type FieldTable, type FieldValue } from '../../protocol/amqp091/field-table.js'
import { encodePropertiesWith, PropertyScanner } from '../../protocol/amqp091/properties.js'
import { MessageView } from '../message.js'
import { isCycle, withDeath } from './deaths.js'
import type { DeathReason } from './runtime.js'

/**
 * Makes dead letters. One per shard, reused: the letter that {@link write} leaves in {@link message} lies in the
 * writer's own memory and is good until the next call.
 */
export class DeadLetterWriter {
  /** The letter as it is to be published. */
  readonly message = new MessageView()
  /** The keys to route it by. */
  routingKeys: readonly string[] = []

  private readonly writer = new ByteWriter()
  private readonly scanner = new PropertyScanner()
  private readonly reader = new ByteReader(EMPTY)
  private headers: FieldTable = new Map()

  /** Writes the letter that `source` becomes when it dies in `queue`. */
  write(
    source: MessageView,
    queue: string,
    reason: DeathReason,
    exchange: string,
    routingKey: string | undefined,
    nowMs: number,
  ): void {
    const { writer, scanner, message } = this
    scanner.scan(source.buffer, source.propertiesStart, source.propertiesEnd)
    const before = this.headersOf(source)
    const cc = longstrings(before?.get('CC'))
    const ownKey = source.routingKey
    this.headers = withDeath(
      before,
      this.expirationOf(source),
      {
        queue,
        reason,
        exchange: source.exchange,
        routingKeys: [ownKey, ...cc],
        timeSeconds: Math.floor(nowMs / 1000),
      },
      source.hasDeaths,
    )
    this.routingKeys =
      routingKey === undefined ? [ownKey, ...cc, ...longstrings(before?.get('BCC'))] : [routingKey]

    writer.clear()
    writer.shortstr(exchange)
    writer.shortstr(routingKey ?? ownKey)
    message.routingStart = 0
    message.routingEnd = writer.position
    message.propertiesStart = writer.position
    encodePropertiesWith(writer, source.buffer, scanner, this.headers, true)
    message.propertiesEnd = writer.position
    message.bodyStart = writer.position
    const bodyBytes = source.bodyEnd - source.bodyStart
    writer.reserve(bodyBytes)
    source.buffer.copy(writer.buffer, writer.position, source.bodyStart, source.bodyEnd)
    writer.position += bodyBytes
    message.bodyEnd = writer.position
    message.buffer = writer.buffer
    message.persistent = source.persistent
    message.priority = source.priority
    message.expirationMs = -1
    message.hasBcc = source.hasBcc
    message.hasDeaths = true
  }

  /** True when the letter must not go to that queue, since it has been there and nobody rejected it meanwhile. */
  isCycle(reason: DeathReason, targetQueue: string): boolean {
    return reason !== 'rejected' && isCycle(this.headers, targetQueue)
  }

  private headersOf(source: MessageView): FieldTable | undefined {
    const { scanner, reader } = this
    if (scanner.headersStart < 0) return undefined
    reader.reset(source.buffer, scanner.headersStart, scanner.headersEnd)
    return decodeTable(reader)
  }

  private expirationOf(source: MessageView): string | undefined {
    const { scanner } = this
    if (scanner.expirationStart < 0) return undefined
    return source.buffer.toString('utf8', scanner.expirationStart, scanner.expirationEnd)
  }
}

function longstrings(value: FieldValue | undefined): string[] {
  if (value?.tag !== 'A') return []
  return value.value.flatMap((entry) =>
    entry.tag === 'S' && typeof entry.value === 'string' ? [entry.value] : [],
  )
}

const EMPTY = Buffer.alloc(0)
