import type { Actor } from '../../core/doors.js'
import { bodyOf, propertiesOf } from '../../core/message-content.js'
import type { PeekedMessage } from '../../core/shard-port.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import { isJsonObject, type Json, type JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { payloadView, propertiesView } from '../views/message-view.js'
import type { PeekQuery } from './peek-query.js'

/** Messages that one request looks at, whether they fit or not. */
export const SCANNED_MAX = 10_000
/** Octets of bodies that one request looks at. */
const SCANNED_OCTETS_MAX = 64 * 1024 * 1024
/** Messages, and octets, between two looks at whatever else the loop has to do. */
const PAGE_MESSAGES = 100
const PAGE_OCTETS = 1024 * 1024
/** How long one request may take altogether. */
const TIME_MAX_MS = 10_000

/**
 * Goes through a queue from the query's cursor on and shows what fits. Stops when it has enough or has looked at enough;
 * `next_cursor` tells where to go on, null at the end of the queue.
 */
export async function peekQueue(
  services: ManagementServices,
  actor: Actor,
  queue: QueueRecord,
  query: PeekQuery,
): Promise<JsonObject> {
  const messages: JsonObject[] = []
  const { clock } = services
  const endsAt = clock.monotonic() + TIME_MAX_MS
  let from = query.from
  let scanned = 0
  let octets = 0
  while (messages.length < query.count && scanned < SCANNED_MAX && octets < SCANNED_OCTETS_MAX) {
    const messageMax = hasFilter(query)
      ? PAGE_MESSAGES
      : Math.min(PAGE_MESSAGES, query.count - messages.length)
    const request = { from, messageMax, octetMax: PAGE_OCTETS }
    const page = await services.doors.peekMessages(actor, queue.vhost.name, queue.name, request)
    let next = page.next
    for (const peeked of page.messages) {
      if (messages.length === query.count) {
        next = peeked.position
        break
      }
      scanned += 1
      octets += peeked.message.bodySizeBytes
      const view = viewOf(peeked, query, clock.now())
      if (view !== undefined) messages.push(view)
    }
    from = next
    if (next === undefined || clock.monotonic() > endsAt) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { messages, next_cursor: from === undefined ? null : String(from), scanned }
}

function hasFilter(query: PeekQuery): boolean {
  return (
    query.state !== 'all' ||
    query.routingKey !== undefined ||
    query.body !== undefined ||
    query.headers.size > 0 ||
    query.properties.size > 0 ||
    query.minAgeMs > 0 ||
    query.maxAgeMs !== Number.POSITIVE_INFINITY
  )
}

/** Undefined for a message that the query does not ask for. */
function viewOf(peeked: PeekedMessage, query: PeekQuery, nowMs: number): JsonObject | undefined {
  const { message, publishedAtMs } = peeked
  if (query.state !== 'all' && query.state !== peeked.state) return undefined
  if (query.routingKey !== undefined && message.routingKey !== query.routingKey) return undefined
  const properties = propertiesView(propertiesOf(message))
  const ageMs = ageOf(publishedAtMs, properties, nowMs)
  if (!isOfAge(ageMs, query) || !fitsProperties(properties, query)) return undefined
  const body = bodyOf(message)
  if (query.body !== undefined && !body.includes(query.body)) return undefined
  return {
    age_ms: ageMs ?? null,
    exchange: message.exchange,
    position: String(peeked.position),
    properties,
    redelivered: peeked.redelivered,
    routing_key: message.routingKey,
    state: peeked.state,
    ...payloadView(body, query.encoding, query.truncateBytes),
    ...(peeked.deliveryCount < 0 ? {} : { delivery_count: peeked.deliveryCount }),
    ...(peeked.streamOffset < 0 ? {} : { stream_offset: peeked.streamOffset }),
    ...(peeked.expiresInMs === undefined ? {} : { expires_in_ms: Math.round(peeked.expiresInMs) }),
  }
}

/** By the time that the log noted, else by the publisher's timestamp, which counts seconds. */
function ageOf(publishedAtMs: number, properties: Json, nowMs: number): number | undefined {
  if (publishedAtMs > 0) return Math.max(0, nowMs - publishedAtMs)
  const timestamp = isJsonObject(properties) ? properties.timestamp : undefined
  return typeof timestamp === 'number' ? Math.max(0, nowMs - timestamp * 1000) : undefined
}

/** A message whose age nobody knows fits no bound. */
function isOfAge(ageMs: number | undefined, { minAgeMs, maxAgeMs }: PeekQuery): boolean {
  if (minAgeMs === 0 && maxAgeMs === Number.POSITIVE_INFINITY) return true
  return ageMs !== undefined && ageMs >= minAgeMs && ageMs <= maxAgeMs
}

function fitsProperties(properties: Json, query: PeekQuery): boolean {
  const given: JsonObject = isJsonObject(properties) ? properties : {}
  const headers: JsonObject = isJsonObject(given.headers) ? given.headers : {}
  return holdsAll(given, query.properties) && holdsAll(headers, query.headers)
}

function holdsAll(given: JsonObject, wanted: ReadonlyMap<string, string>): boolean {
  for (const [name, text] of wanted) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined || (text !== '' && textOf(value) !== text)) return false
  }
  return true
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
