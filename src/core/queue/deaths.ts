import {
  type FieldTable,
  type FieldValue,
  field,
  integerValue,
  type ReadonlyFieldTable,
} from '../../protocol/amqp091/field-table.js'
import type { DeathReason } from './runtime.js'

/** One thing that happened to a message: it left a queue for a reason. */
export interface Death {
  readonly queue: string
  readonly reason: DeathReason
  /** The exchange that the message had been published to before. */
  readonly exchange: string
  /** Its routing key and CC keys, without BCC. */
  readonly routingKeys: readonly string[]
  readonly timeSeconds: number
}

/**
 * The headers of a dead letter: the death goes to the front of `x-death` (counting up when the queue and reason are
 * known), first and last death are named. `expiration` is the property that the dead letter loses, kept in its history.
 * `counted` says whether the `x-death` that the message carries is the broker's own; otherwise it is a publisher's and
 * is replaced.
 */
export function withDeath(
  before: ReadonlyFieldTable | undefined,
  expiration: string | undefined,
  death: Death,
  counted: boolean,
): FieldTable {
  const headers: FieldTable = new Map(before ?? [])
  const history = counted ? deathsOf(headers) : []
  if (!counted) forgetDeaths(headers)

  const known = history.findIndex((entry) => isFor(entry, death))
  const entry = known < 0 ? firstEntry(death, expiration) : countedUp(history[known]!)
  if (known >= 0) history.splice(known, 1)
  headers.set('x-death', field.array([entry, ...history].map((table) => field.table(table))))
  if (!headers.has('x-first-death-reason')) setDeath(headers, 'x-first-death', death)
  setDeath(headers, 'x-last-death', death)
  return headers
}

/**
 * RabbitMQ's rule against cycles: a message is not dead-lettered into a queue that it has died in already, unless a
 * consumer rejected it on the way (looking from the newest event back to that queue's).
 */
export function isCycle(headers: ReadonlyFieldTable, targetQueue: string): boolean {
  for (const entry of deathsOf(headers)) {
    if (textOf(entry.get('reason')) === 'rejected') return false
    if (textOf(entry.get('queue')) === targetQueue) return true
  }
  return false
}

function deathsOf(headers: ReadonlyFieldTable): ReadonlyFieldTable[] {
  const value = headers.get('x-death')
  if (value?.tag !== 'A') return []
  return value.value.flatMap((entry) => (entry.tag === 'F' ? [entry.value] : []))
}

function forgetDeaths(headers: FieldTable): void {
  for (const name of ['queue', 'reason', 'exchange']) {
    headers.delete(`x-first-death-${name}`)
    headers.delete(`x-last-death-${name}`)
  }
}

function isFor(entry: ReadonlyFieldTable, death: Death): boolean {
  return textOf(entry.get('queue')) === death.queue && textOf(entry.get('reason')) === death.reason
}

function firstEntry(death: Death, expiration: string | undefined): FieldTable {
  const entry: FieldTable = new Map()
  if (expiration !== undefined) entry.set('original-expiration', field.string(expiration))
  entry.set('count', field.long(1n))
  entry.set('reason', field.string(death.reason))
  entry.set('queue', field.string(death.queue))
  entry.set('time', field.timestamp(BigInt(death.timeSeconds)))
  entry.set('exchange', field.string(death.exchange))
  entry.set('routing-keys', field.array(death.routingKeys.map((key) => field.string(key))))
  return entry
}

function countedUp(entry: ReadonlyFieldTable): FieldTable {
  const count = entry.get('count')
  const before = count === undefined ? undefined : integerValue(count)
  return new Map(entry).set('count', field.long(BigInt(before ?? 0) + 1n))
}

function setDeath(headers: FieldTable, prefix: string, death: Death): void {
  headers.set(`${prefix}-exchange`, field.string(death.exchange))
  headers.set(`${prefix}-queue`, field.string(death.queue))
  headers.set(`${prefix}-reason`, field.string(death.reason))
}

function textOf(value: FieldValue | undefined): string | undefined {
  return value?.tag === 'S' && typeof value.value === 'string' ? value.value : undefined
}
