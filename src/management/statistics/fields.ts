import type { DeliveryCounters, PublishCounts } from '../../core/statistics.js'
import type { Json, JsonObject } from '../json.js'
import { type Details, detailsOfNothing, type History } from './history.js'
import type { PublishName, TakeName } from './kinds.js'
import type { Range } from './ranges.js'
import type { Round } from './series.js'

/** The moment from which the past is looked at. */
export interface Moment {
  readonly round: Round
  readonly nowMs: number
}

/** A number with its past beside it: `X` and `X_details`. */
export function withDetails(name: string, value: number, details: Details): JsonObject {
  return { [name]: value, [`${name}_details`]: details }
}

/** Numbers of the past that are worth knowing beside those of now. */
export interface Pasts<Name extends string> {
  of(...names: readonly Name[]): Details
}

/** What an object's numbers were, 0 for an object that has no past yet. */
export class Past<Name extends string> implements Pasts<Name> {
  private readonly history: History<Name> | undefined
  private readonly moment: Moment
  private readonly range: Range | undefined

  constructor(history: History<Name> | undefined, moment: Moment, range: Range | undefined) {
    this.history = history
    this.moment = moment
    this.range = range
  }

  /** The sum of some numbers. */
  of(...names: readonly Name[]): Details {
    const { history, moment, range } = this
    return history === undefined
      ? detailsOfNothing(range, moment.nowMs)
      : history.details(names, moment.round, range, moment.nowMs)
  }
}

/**
 * Members of an answer that is being made. A list of ten thousand is made of such objects: members that are set one by
 * one, by their names, keep an object in the form that V8 is quick with, where spreads take ten times as long.
 */
export type Fields = { [name: string]: Json | undefined }

/** Adds the delivering side of `message_stats`; nothing until something was taken or tried. */
export function addTakeStats(stats: Fields, taken: DeliveryCounters, past: Pasts<TakeName>): void {
  const { deliver, deliverNoAck, get, getNoAck, getEmpty, redeliver, ack } = taken
  const all = deliver + deliverNoAck + get + getNoAck
  if (all + getEmpty + ack === 0) return
  stats.ack = ack
  stats.ack_details = past.of('ack')
  stats.deliver = deliver
  stats.deliver_details = past.of('deliver')
  stats.deliver_get = all
  stats.deliver_get_details = past.of('deliver', 'deliver_no_ack', 'get', 'get_no_ack')
  stats.deliver_no_ack = deliverNoAck
  stats.deliver_no_ack_details = past.of('deliver_no_ack')
  stats.get = get
  stats.get_details = past.of('get')
  stats.get_empty = getEmpty
  stats.get_empty_details = past.of('get_empty')
  stats.get_no_ack = getNoAck
  stats.get_no_ack_details = past.of('get_no_ack')
  stats.redeliver = redeliver
  stats.redeliver_details = past.of('redeliver')
}

export function takeStats(taken: DeliveryCounters, past: Pasts<TakeName>): JsonObject {
  const stats: Fields = {}
  addTakeStats(stats, taken, past)
  return stats
}

/** The publishing side of `message_stats`; empty until something was published. */
export function publishStats(published: PublishCounts, past: Pasts<PublishName>): JsonObject {
  const { publish, confirm, returnUnroutable, dropUnroutable } = published
  if (publish === 0) return {}
  return {
    ...withDetails('confirm', confirm, past.of('confirm')),
    ...withDetails('drop_unroutable', dropUnroutable, past.of('drop_unroutable')),
    ...withDetails('publish', publish, past.of('publish')),
    ...withDetails('return_unroutable', returnUnroutable, past.of('return_unroutable')),
  }
}

/** `{message_stats}` when there is anything to say. */
export function messageStats(stats: JsonObject): JsonObject {
  return Object.keys(stats).length === 0 ? {} : { message_stats: stats }
}

/** What RabbitMQ says of the runtime's processes; there are none here. */
export const NO_REDUCTIONS: JsonObject = { reductions: 0, reductions_details: { rate: 0 } }
export const NO_GARBAGE_COLLECTION: JsonObject = {
  garbage_collection: {
    fullsweep_after: 0,
    max_heap_size: 0,
    min_bin_vheap_size: 0,
    min_heap_size: 0,
    minor_gcs: 0,
  },
}

/** `2026-11-22T13:17:00.545+00:00`. */
export function timestampText(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+00:00')
}
