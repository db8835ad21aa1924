import type { BrokerEvents, EventName } from '../../core/events.js'
import { type FieldTable, type FieldValue, fromPlain } from '../../core/field-table.js'

/** Who does what nobody asked for. */
const BROKER_USER = 'rmq-internal'

/** Members whose header has a name of its own. */
const NAMES: Readonly<Record<string, string>> = {
  applyTo: 'apply-to',
  source: 'source_name',
  destination: 'destination_name',
  user: 'user_who_performed_action',
}

/** What is told of an event, under RabbitMQ's names. */
export function eventFacts(name: EventName, event: BrokerEvents[EventName], nodeName: string): FieldTable {
  const headers: FieldTable = new Map()
  const [kind] = name.split('.')
  for (const [member, value] of Object.entries(event) as [string, unknown][]) {
    if (value === undefined || member === 'limits') continue
    // An alarm's source is none of a binding.
    const named = kind === 'alarm' ? undefined : NAMES[member]
    headers.set(named ?? snakeCased(member), fieldOf(value))
  }
  if ('limits' in event)
    for (const [limit, value] of Object.entries(event.limits)) headers.set(limit, fieldOf(value))
  // Whose it is, beside whose doing that it came or went.
  if ('user' in event && (kind === 'connection' || kind === 'channel'))
    headers.set('user', fieldOf(event.user))
  if (kind === 'binding') headers.set('source_kind', fromPlain('exchange'))
  if (kind === 'queue' && 'type' in event) headers.set('type', fromPlain(`rabbit_${event.type}_queue`))
  if (kind === 'alarm') headers.set('node', fromPlain(nodeName))
  else if (!headers.has('user_who_performed_action'))
    headers.set('user_who_performed_action', fromPlain(BROKER_USER))
  return headers
}

/** Tables as they are; everything else by its kind in JavaScript. */
function fieldOf(value: unknown): FieldValue {
  return value instanceof Map ? { tag: 'F', value: value as FieldTable } : fromPlain(value)
}

function snakeCased(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
