import type { Schema } from '../http/route.js'
import { INTEGER, listOf, membersOf, NUMBER, named, objectOf } from './basics.js'

/** What the past of a number is: its rate and, when the query asks for a range, samples. */
export const DETAILS = named(
  'Details',
  objectOf(
    { rate: NUMBER },
    {
      samples: listOf(objectOf({ sample: NUMBER, timestamp: INTEGER })),
      avg: NUMBER,
      avg_rate: NUMBER,
    },
  ),
)

/** Each number as `X`, with its past as `X_details`. */
export function counted(names: readonly string[]): Record<string, Schema> {
  return {
    ...membersOf(names, NUMBER),
    ...membersOf(
      names.map((name) => `${name}_details`),
      DETAILS,
    ),
  }
}

const PUBLISHED = ['publish', 'confirm', 'return_unroutable', 'drop_unroutable'] as const
const TAKEN = [
  'deliver',
  'deliver_no_ack',
  'get',
  'get_no_ack',
  'get_empty',
  'deliver_get',
  'redeliver',
  'ack',
] as const

/** The groups of counters come and go independently. */
export const MESSAGE_STATS = named(
  'MessageStats',
  objectOf({}, counted([...PUBLISHED, ...TAKEN, 'disk_reads', 'disk_writes'])),
)
export const EXCHANGE_STATS = named('ExchangeStats', objectOf({}, counted(['publish_in', 'publish_out'])))
export const LENGTHS = counted(['messages', 'messages_ready', 'messages_unacknowledged'])
export const CHURN = [
  'connection_created',
  'connection_closed',
  'channel_created',
  'channel_closed',
  'queue_declared',
  'queue_created',
  'queue_deleted',
] as const

/** What RabbitMQ tells of its runtime's garbage collector. */
export const GARBAGE_COLLECTION = objectOf(
  membersOf(
    ['fullsweep_after', 'max_heap_size', 'min_bin_vheap_size', 'min_heap_size', 'minor_gcs'],
    INTEGER,
  ),
)
