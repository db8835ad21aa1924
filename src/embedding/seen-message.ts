import { MessageView } from '../core/message.js'
import { propertiesOf } from '../core/message-content.js'
import { type PlainValue, tableToPlain } from '../protocol/amqp091/field-table.js'
import type { BasicProperties } from '../protocol/amqp091/properties.js'

/** A message that somebody looks at: a copy, decoded. */
export class SeenMessage {
  /** Where it was published to; '' is the default exchange. */
  readonly exchange: string
  readonly routingKey: string
  /** Headers as plain values; empty when there are none. */
  readonly headers: { readonly [name: string]: PlainValue }
  /** The other properties: `contentType`, `correlationId`, `messageId`, ... */
  readonly properties: Omit<BasicProperties, 'headers'>
  readonly body: Buffer

  constructor(message: MessageView) {
    const { headers, ...properties } = propertiesOf(message)
    this.exchange = message.exchange
    this.routingKey = message.routingKey
    this.headers = headers === undefined ? {} : tableToPlain(headers)
    this.properties = properties
    this.body = Buffer.from(message.buffer.subarray(message.bodyStart, message.bodyEnd))
  }

  /** The body as UTF-8. */
  get text(): string {
    return this.body.toString()
  }

  /** The body as JSON. Throws a SyntaxError when it is none. */
  json<T = unknown>(): T {
    return JSON.parse(this.text) as T
  }
}

/** A message in its own memory, for as long as somebody wants to keep it. */
export function keptCopy(view: MessageView): MessageView {
  const { buffer } = view
  const copy = new MessageView()
  copy.buffer = Buffer.concat([
    buffer.subarray(view.routingStart, view.routingEnd),
    buffer.subarray(view.propertiesStart, view.propertiesEnd),
    buffer.subarray(view.bodyStart, view.bodyEnd),
  ])
  copy.routingEnd = view.routingEnd - view.routingStart
  copy.propertiesStart = copy.routingEnd
  copy.propertiesEnd = copy.propertiesStart + view.propertiesEnd - view.propertiesStart
  copy.bodyStart = copy.propertiesEnd
  copy.bodyEnd = copy.buffer.length
  copy.persistent = view.persistent
  copy.priority = view.priority
  copy.expirationMs = view.expirationMs
  copy.hasBcc = view.hasBcc
  copy.hasDeaths = view.hasDeaths
  return copy
}
