import { type FieldTable, tableFromPlain } from '../../core/field-table.js'
import type { BasicProperties } from '../../core/message-content.js'
import { ok } from '../http/answer.js'
import { type ApiRequest, exchangeName } from '../http/api-request.js'
import { objectIn, requireKeys, textIn } from '../http/body.js'
import { badRequest, channelErrorOf, notFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { isJsonObject, type Json, type JsonObject } from '../json.js'
import { BOOLEAN, OBJECT, objectOf, oneOf, TEXT } from '../schemas/basics.js'

const INTEGER_PROPERTIES = {
  delivery_mode: 'deliveryMode',
  priority: 'priority',
  timestamp: 'timestamp',
} as const
const TEXT_PROPERTIES = {
  content_type: 'contentType',
  content_encoding: 'contentEncoding',
  correlation_id: 'correlationId',
  reply_to: 'replyTo',
  expiration: 'expiration',
  message_id: 'messageId',
  type: 'type',
  user_id: 'userId',
  app_id: 'appId',
  cluster_id: 'clusterId',
} as const
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const OCTET_MAX = 255
const ROUTING_KEY_BYTES_MAX = 255

export const PUBLISHING_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/exchanges/:vhost/:exchange/publish',
    access: 'management',
    summary: 'Publishes a message and says whether it reached a queue',
    body: objectOf({
      routing_key: TEXT,
      payload: TEXT,
      payload_encoding: oneOf('string', 'base64'),
      properties: OBJECT,
    }),
    answer: objectOf({ routed: BOOLEAN }),
    handle: publish,
  },
]

async function publish(request: ApiRequest) {
  const { services, actor, body } = request
  const vhost = request.vhostToWrite
  requireKeys(body, 'routing_key', 'properties', 'payload', 'payload_encoding')
  const exchange = exchangeName(request.param('exchange'))
  const routingKey = textIn(body, 'routing_key', '')
  if (Buffer.byteLength(routingKey) > ROUTING_KEY_BYTES_MAX) throw badRequest('routing_key is too long')
  const payload = payloadFrom(body)
  const properties = propertiesFrom(objectIn(body, 'properties'))
  if (!vhost.exchanges.has(exchange)) throw notFound('exchange_not_found')
  try {
    const message = { exchange, routingKey, properties, body: payload }
    return ok({ routed: await services.doors.publishMessage(actor, vhost.name, message) })
  } catch (error) {
    throw channelErrorOf(error)
  }
}

function payloadFrom(body: JsonObject): Buffer {
  const payload = textIn(body, 'payload', '')
  switch (body.payload_encoding) {
    case 'string':
      return Buffer.from(payload)
    case 'base64':
      if (!BASE64.test(payload)) throw badRequest(['not_base64', payload])
      return Buffer.from(payload, 'base64')
    default:
      throw badRequest(['unsupported_encoding', body.payload_encoding ?? null])
  }
}

/** Properties by RabbitMQ's names; unknown ones are passed over. Throws 400. */
export function propertiesFrom(value: Json | undefined): BasicProperties {
  const given: JsonObject = isJsonObject(value) ? value : {}
  const properties: { -readonly [name in keyof BasicProperties]: BasicProperties[name] } = {}
  for (const [shown, name] of Object.entries(INTEGER_PROPERTIES)) {
    const found = given[shown]
    if (found !== undefined && found !== null) properties[name] = integerFrom(shown, found)
  }
  for (const [shown, name] of Object.entries(TEXT_PROPERTIES)) {
    const found = given[shown]
    if (found === undefined || found === null) continue
    if (typeof found !== 'string') throw badRequest(['not_string', shown])
    properties[name] = found
  }
  if (given.headers !== undefined && given.headers !== null) properties.headers = headersFrom(given.headers)
  return properties
}

function integerFrom(name: string, value: Json): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  const max = name === 'timestamp' ? Number.MAX_SAFE_INTEGER : OCTET_MAX
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0 || number > max) {
    throw badRequest(['not_int', name])
  }
  return number
}

function headersFrom(value: Json): FieldTable {
  if (Array.isArray(value) && value.length === 0) return new Map()
  if (!isJsonObject(value)) throw badRequest(['not_object', 'headers'])
  if (holdsNull(value)) throw badRequest('null_not_allowed')
  try {
    return tableFromPlain(value)
  } catch {
    throw badRequest('headers are nested too deep')
  }
}

function holdsNull(value: Json): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return value.some(holdsNull)
  return isJsonObject(value) && Object.values(value).some((each) => each !== undefined && holdsNull(each))
}
