import { parseAgeMs } from '../core/age.js'
import type { ReadableQueue } from '../core/doors.js'
import { fieldTerm, fieldTypeName } from '../core/erlang-text.js'
import { BrokerError } from '../core/errors.js'
import { describeResource } from '../core/resource.js'
import type { StreamOffset } from '../core/shard-port.js'
import {
  describeBinary,
  type FieldValue,
  integerValue,
  type ReadonlyFieldTable,
} from '../protocol/amqp091/index.js'

/** What the arguments of basic.consume ask for. */
export interface ConsumerArguments {
  readonly priority: number
  readonly consumerTimeoutMs: number | undefined
  readonly streamOffset: StreamOffset
  readonly streamFilter: readonly string[]
  readonly streamMatchUnfiltered: boolean
}

const KNOWN_TO: Readonly<Record<string, readonly ReadableQueue['type'][]>> = {
  'x-priority': ['classic', 'quorum'],
  'x-consumer-timeout': ['quorum'],
  'x-stream-offset': ['stream'],
  'x-stream-filter': ['stream'],
  'x-stream-match-unfiltered': ['stream'],
}

const DEFAULTS: ConsumerArguments = {
  priority: 0,
  consumerTimeoutMs: undefined,
  streamOffset: { kind: 'next' },
  streamFilter: [],
  streamMatchUnfiltered: false,
}

/**
 * Reads the arguments of basic.consume. Throws PRECONDITION_FAILED for values that are not what they should be, then
 * for arguments that the broker knows but not for this type of queue. Unknown ones are ignored.
 */
export function parseConsumerArguments(
  table: ReadonlyFieldTable,
  queue: ReadableQueue,
  vhost: string,
  nowMs: number,
): ConsumerArguments {
  if (table.size === 0) return DEFAULTS
  const refuse = (name: string, reason: string): BrokerError =>
    new BrokerError(
      'PRECONDITION_FAILED',
      `invalid arg '${name}' for ${describeResource('queue', queue.name, vhost)}${reason}`,
    )
  const priority = integerArgument(table, 'x-priority', refuse)
  const timeoutMs = integerArgument(table, 'x-consumer-timeout', refuse)
  if (timeoutMs !== undefined && timeoutMs < 0)
    throw refuse('x-consumer-timeout', `: {value_negative,${timeoutMs}}`)
  for (const name of table.keys()) {
    const types = KNOWN_TO[name]
    if (types !== undefined && !types.includes(queue.type))
      throw refuse(name, ` of queue type rabbit_${queue.type}_queue`)
  }
  const matchUnfiltered = table.get('x-stream-match-unfiltered')
  return {
    priority: priority ?? 0,
    consumerTimeoutMs: timeoutMs,
    streamOffset: streamOffset(table.get('x-stream-offset'), nowMs, refuse),
    streamFilter: streamFilter(table.get('x-stream-filter')),
    streamMatchUnfiltered: matchUnfiltered?.tag === 't' && matchUnfiltered.value,
  }
}

type Refuse = (name: string, reason: string) => BrokerError

function integerArgument(table: ReadonlyFieldTable, name: string, refuse: Refuse): number | undefined {
  const field = table.get(name)
  if (field === undefined) return undefined
  const value = integerValue(field)
  if (value === undefined) throw refuse(name, `: "expected integer, got ${fieldTypeName(field)}"`)
  return Number(value)
}

function streamOffset(field: FieldValue | undefined, nowMs: number, refuse: Refuse): StreamOffset {
  if (field === undefined) return { kind: 'next' }
  if (field.tag === 'T') return { kind: 'timestamp', timestampMs: Number(field.value) * 1000 }
  const integer = integerValue(field)
  if (integer !== undefined) return { kind: 'offset', offset: Math.max(0, Number(integer)) }
  if (field.value === 'first' || field.value === 'last' || field.value === 'next')
    return { kind: field.value }
  if (field.tag === 'S' && typeof field.value === 'string') {
    const intervalMs = parseAgeMs(field.value)
    if (intervalMs !== undefined) return { kind: 'timestamp', timestampMs: Math.max(0, nowMs - intervalMs) }
  }
  throw refuse('x-stream-offset', `: {invalid_stream_offset_arg,{${fieldTypeName(field)},${shown(field)}}}`)
}

function streamFilter(field: FieldValue | undefined): readonly string[] {
  if (field === undefined) return []
  const values = field.tag === 'A' ? field.value : [field]
  return values.flatMap((value) => (value.tag === 'S' ? [value.value.toString()] : []))
}

function shown(field: FieldValue): string {
  if (field.tag !== 'S') return fieldTerm(field)
  const octets = Buffer.from(field.value)
  return describeBinary(octets, 0, octets.length)
}
