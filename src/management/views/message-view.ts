import { isUtf8 } from 'node:buffer'
import { tableToPlain } from '../../core/field-table.js'
import type { BasicProperties } from '../../core/message-content.js'
import type { Json, JsonObject } from '../json.js'

/** Names of properties in JSON, in RabbitMQ's order. */
const PROPERTY_NAMES: readonly (readonly [keyof BasicProperties, string])[] = [
  ['contentType', 'content_type'],
  ['contentEncoding', 'content_encoding'],
  ['deliveryMode', 'delivery_mode'],
  ['priority', 'priority'],
  ['correlationId', 'correlation_id'],
  ['replyTo', 'reply_to'],
  ['expiration', 'expiration'],
  ['messageId', 'message_id'],
  ['timestamp', 'timestamp'],
  ['type', 'type'],
  ['userId', 'user_id'],
  ['appId', 'app_id'],
  ['clusterId', 'cluster_id'],
]

export type PayloadEncoding = 'auto' | 'base64'

/** Properties as the API shows them; an empty array when there are none. */
export function propertiesView(properties: BasicProperties): Json {
  const view: { [name: string]: Json } = {}
  for (const [name, shown] of PROPERTY_NAMES) {
    const value = properties[name]
    if (value !== undefined)
      view[shown] = typeof value === 'bigint' ? Number(value) : (value as string | number)
  }
  if (properties.headers !== undefined) view.headers = tableToPlain(properties.headers)
  return Object.keys(view).length === 0 ? [] : view
}

/** A body as text where that is possible and wanted, cut to `truncateBytes`. */
export function payloadView(body: Buffer, encoding: PayloadEncoding, truncateBytes: number): JsonObject {
  const shown = body.length > truncateBytes ? body.subarray(0, truncateBytes) : body
  const asText = encoding === 'auto' && isUtf8(shown)
  return {
    payload: shown.toString(asText ? 'utf8' : 'base64'),
    payload_bytes: body.length,
    payload_encoding: asText ? 'string' : 'base64',
  }
}
