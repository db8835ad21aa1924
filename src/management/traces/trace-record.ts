import { binaryTerm, fieldTerm, fieldTypeName } from '../../core/erlang-text.js'
import { type FieldTable, type FieldValue, toPlain } from '../../core/field-table.js'
import type { MessageView } from '../../core/message.js'
import { bodyOf, propertiesOf } from '../../core/message-content.js'

/** How a trace file is written. */
export const TRACE_FORMATS = ['text', 'json'] as const
export type TraceFormat = (typeof TRACE_FORMATS)[number]

/** What a copy in `amq.rabbitmq.trace` tells of the message it is a copy of. */
export interface TraceRecord {
  /** Milliseconds since the epoch at which the copy was seen. */
  readonly timeMs: number
  readonly type: 'published' | 'received'
  readonly node: string
  readonly connection: string
  readonly vhost: string
  readonly user: string
  readonly channel: number
  readonly exchange: string
  /** Of a delivery. */
  readonly queue: string | undefined
  /** Of a publish. */
  readonly routedQueues: readonly string[] | undefined
  readonly routingKeys: readonly string[]
  readonly properties: FieldTable
  readonly body: Buffer
}

const DELIVER = 'deliver.'
const RULE = '='.repeat(80)

/** Reads a copy as the firehose makes it; its body is cut to `bodyBytesMax`. */
export function traceRecordOf(copy: MessageView, timeMs: number, bodyBytesMax: number): TraceRecord {
  const headers = propertiesOf(copy).headers ?? new Map<string, FieldValue>()
  const text = (name: string): string => String(headers.get(name)?.value ?? '')
  const isDelivery = copy.routingKey.startsWith(DELIVER)
  const properties = headers.get('properties')
  return {
    timeMs,
    type: isDelivery ? 'received' : 'published',
    node: text('node'),
    connection: text('connection'),
    vhost: text('vhost'),
    user: text('user'),
    channel: Number(headers.get('channel')?.value ?? 0),
    exchange: text('exchange_name'),
    queue: isDelivery ? copy.routingKey.slice(DELIVER.length) : undefined,
    routedQueues: isDelivery ? undefined : textsOf(headers.get('routed_queues')),
    routingKeys: textsOf(headers.get('routing_keys')),
    properties: properties?.tag === 'F' ? new Map(properties.value) : new Map(),
    body: bodyOf(copy).subarray(0, bodyBytesMax),
  }
}

/** One line, or one block of text, with its newline. */
export function formatTraceRecord(record: TraceRecord, format: TraceFormat): Buffer {
  return format === 'json' ? Buffer.from(jsonLine(record)) : textBlock(record)
}

/** What stands where records could not be written in time. */
export function formatMissing(count: number, timeMs: number, format: TraceFormat): Buffer {
  const timestamp = timestampOf(timeMs)
  return Buffer.from(
    format === 'json'
      ? `${JSON.stringify({ timestamp, type: 'missing', messages: count })}\n`
      : `${RULE}\n${timestamp}: ${count} messages are missing here: they could not be written in time\n\n`,
  )
}

function jsonLine(record: TraceRecord): string {
  const { timeMs, type, node, connection, vhost, user, channel, exchange } = record
  const line = {
    timestamp: timestampOf(timeMs),
    type,
    node,
    connection,
    vhost,
    user,
    channel,
    exchange,
    queue: record.queue ?? 'none',
    routed_queues: record.routedQueues ?? 'none',
    routing_keys: record.routingKeys,
    properties: toPlain({ tag: 'F', value: record.properties }),
    payload: record.body.toString('base64'),
  }
  return `${JSON.stringify(line)}\n`
}

/** As RabbitMQ writes it, Erlang's terms included: scripts read these files. The body is as it came. */
function textBlock(record: TraceRecord): Buffer {
  const { type, node, connection, vhost, user, channel, exchange, queue, routedQueues, routingKeys } = record
  const properties = [...record.properties].map(
    ([name, value]) => `{${binaryTerm(name)},${fieldTypeName(value)},${fieldTerm(value)}}`,
  )
  const head = [
    RULE,
    `${timestampOf(record.timeMs)}: Message ${type}`,
    '',
    `Node:         ${node}`,
    `Connection:   ${connection}`,
    `Virtual host: ${vhost}`,
    `User:         ${user}`,
    `Channel:      ${channel}`,
    `Exchange:     ${exchange}`,
    `Routing keys: ${termsOf(routingKeys)}`,
    queue === undefined ? `Routed queues: ${termsOf(routedQueues ?? [])}` : `Queue:        ${queue}`,
    `Properties:   [${properties.join(',')}]`,
    'Payload: ',
    '',
  ]
  return Buffer.concat([Buffer.from(head.join('\n')), record.body, Buffer.from('\n\n')])
}

function termsOf(texts: readonly string[]): string {
  return `[${texts.map(binaryTerm).join(',')}]`
}

function textsOf(value: FieldValue | undefined): string[] {
  return value?.tag === 'A' ? value.value.map((each) => String(each.value)) : []
}

/** `2026-11-22T13:18:10.407+00:00` */
function timestampOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, -1)}+00:00`
}
