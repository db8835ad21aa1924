import type { PeerChannel, PeerConnection, PeerConsumer } from '../../core/peers.js'
import type { QueueType } from '../../core/queue/settings.js'
import { addDeliveryCounters, DeliveryCounters, QueueStatistics } from '../../core/statistics.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { Vhost } from '../../core/topology/vhost.js'
import type { Clock } from '../../util/clock.js'
import type { Timers } from '../../util/timers.js'
import type { JsonObject } from '../json.js'
import type { StatisticsSource } from '../statistics-source.js'
import {
  addTakeStats,
  type Fields,
  type Moment,
  messageStats,
  NO_REDUCTIONS,
  Past,
  publishStats,
  takeStats,
  timestampText,
  withDetails,
} from './fields.js'
import { CHURN_NAMES } from './kinds.js'
import { nodeStatistics } from './node-statistics.js'
import { NO_RANGES, type Ranges, rangesOf } from './ranges.js'
import { capacityNow, Sampler } from './sampler.js'
import type { StatisticsSources } from './sources.js'

export const QUEUE_TYPES: readonly QueueType[] = ['classic', 'quorum', 'stream']

/**
 * What the HTTP API says of numbers, under RabbitMQ's names: values are of this moment, rates and samples come from
 * the sampler. Each method gives the members to be put into an object.
 */
export class Statistics implements StatisticsSource {
  readonly sources: StatisticsSources
  readonly sampler: Sampler
  readonly clock: Clock
  private readonly scratch = new QueueStatistics()
  /** Of the last request: a list asks for each of its items. */
  private lastQuery: URLSearchParams | undefined
  private lastRanges = NO_RANGES

  constructor(sources: StatisticsSources, timers: Timers, intervalMs?: number) {
    this.sources = sources
    this.clock = timers.clock
    this.sampler = new Sampler(sources, timers, intervalMs)
  }

  start(): void {
    this.sampler.start()
  }

  stop(): void {
    this.sampler.stop()
  }

  get moment(): Moment {
    return { round: this.sampler.round, nowMs: this.clock.now() }
  }

  /** The counters of a queue now; the object is used again by the next call. */
  queueNow(queue: QueueRecord): QueueStatistics | undefined {
    return this.sources.queues.statisticsOf(queue.id, this.scratch) ? this.scratch : undefined
  }

  /** Only how many messages there are, as with `enable_queue_totals`. */
  queueTotals(queue: QueueRecord): JsonObject {
    const now = this.queueNow(queue)
    if (now === undefined) return {}
    const { ready, unacked } = now
    return { messages: ready + unacked, messages_ready: ready, messages_unacknowledged: unacked }
  }

  /** Puts counters, state and rates of a queue into its view; nothing when its shard does not know it. */
  addQueue(view: Fields, queue: QueueRecord, query: URLSearchParams): void {
    const ranges = this.rangesOf(query)
    const now = this.queueNow(queue)
    if (now === undefined) return
    const past = this.sampler.ofQueue(queue)
    const { moment } = this
    const lengths = new Past(past?.history, moment, ranges.lengths)
    const rates = new Past(past?.history, moment, ranges.messageRates)
    const { ready, unacked, publish } = now
    const isStream = queue.type === 'stream'
    view.consumers = now.consumers
    if (!isStream) {
      const share = now.consumers === 0 ? 0 : (past?.capacity ?? capacityNow(now))
      view.consumer_capacity = share
      view.consumer_utilisation = share
    }
    view.state = 'running'
    if (past !== undefined) this.addIdleSince(view, past.history)
    view.messages = ready + unacked
    view.messages_details = lengths.of('messages_ready', 'messages_unacknowledged')
    view.messages_ready = ready
    view.messages_ready_details = lengths.of('messages_ready')
    view.messages_unacknowledged = unacked
    view.messages_unacknowledged_details = lengths.of('messages_unacknowledged')
    view.messages_ram = ready + unacked
    view.messages_ready_ram = ready
    view.messages_unacknowledged_ram = unacked
    view.messages_persistent = now.persistent
    if (!isStream) {
      const { readyBytes, unackedBytes } = now
      view.message_bytes = readyBytes + unackedBytes
      view.message_bytes_ready = readyBytes
      view.message_bytes_unacknowledged = unackedBytes
      view.message_bytes_ram = readyBytes + unackedBytes
      view.message_bytes_persistent = now.persistentBytes
    }
    const stats: Fields = {}
    if (publish > 0) {
      stats.publish = publish
      stats.publish_details = rates.of('publish')
    }
    addTakeStats(stats, now, rates)
    if (publish > 0 || 'ack' in stats) view.message_stats = stats
    view.memory = now.memoryBytes
    view.reductions = NO_REDUCTIONS.reductions
    view.reductions_details = NO_REDUCTIONS.reductions_details
    if (queue.type === 'classic') view.storage_version = 2
  }

  /** What is looked up for one queue at a time: who is active, the head's timestamp, a stream's extent. */
  queueDetails(queue: QueueRecord): JsonObject {
    const details = this.sources.queues.detailsOf(queue.id)
    if (details === undefined) return {}
    const { singleActiveConsumerTag = null, exclusiveConsumerTag = null } = details
    switch (queue.type) {
      case 'classic':
        return {
          exclusive_consumer_tag: exclusiveConsumerTag,
          single_active_consumer_tag: singleActiveConsumerTag,
          head_message_timestamp: details.headTimestampSeconds ?? null,
        }
      case 'quorum':
        return {
          single_active_consumer_tag: singleActiveConsumerTag,
          messages_delayed: this.queueNow(queue)?.held ?? 0,
        }
      case 'stream':
        return { segments: details.segments ?? 1, first_timestamp: details.firstTimestampMs ?? null }
    }
  }

  exchange(exchange: Exchange, query: URLSearchParams): JsonObject {
    const ranges = this.rangesOf(query)
    const { publish, routed } = exchange.counters
    if (publish === 0) return {}
    const past = new Past(this.sampler.ofExchange(exchange), this.moment, ranges.messageRates)
    return {
      message_stats: {
        ...withDetails('publish_in', publish, past.of('publish_in')),
        ...withDetails('publish_out', routed, past.of('publish_out')),
      },
    }
  }

  /** Empty for a vhost in which nothing ever was. */
  vhost(vhost: Vhost, query: URLSearchParams): JsonObject {
    const ranges = this.rangesOf(query)
    const lengths = this.lengthFields([...vhost.queues.values()], vhost, ranges)
    const stats = this.totalStats(vhost, ranges)
    const traffic = this.sampler.trafficOf(vhost)
    const data = new Past(this.sampler.ofVhost(vhost), this.moment, ranges.dataRates)
    return {
      ...(vhost.queues.size === 0 ? {} : lengths),
      ...(traffic.received === 0
        ? {}
        : {
            ...withDetails('recv_oct', traffic.received, data.of('recv_oct')),
            ...withDetails('send_oct', traffic.sent, data.of('send_oct')),
          }),
      ...messageStats(stats),
    }
  }

  /**
   * `queue_totals`, `message_stats` and `churn_rates` of the overview. Counts of queues are those of the last round, so
   * that asking for the overview costs the same with ten thousand queues as with one.
   */
  overview(query: URLSearchParams, vhosts?: readonly Vhost[]): JsonObject {
    const ranges = this.rangesOf(query)
    const { moment, sampler } = this
    const churn = new Past(sampler.node, moment, ranges.messageRates)
    const counts = this.sources.churn
    const values = [
      counts.connectionsCreated,
      counts.connectionsClosed,
      counts.channelsCreated,
      counts.channelsClosed,
      counts.queuesDeclared,
      counts.queuesCreated,
      counts.queuesDeleted,
    ]
    const churnRates = CHURN_NAMES.map((name, i) => withDetails(name, values[i]!, churn.of(name)))
    return {
      queue_totals: this.queueTotalsOf(vhosts, ranges),
      message_stats: vhosts === undefined ? this.totalStats(undefined, ranges) : this.statsOf(vhosts, ranges),
      churn_rates: Object.assign({}, ...churnRates) as JsonObject,
    }
  }

  connection(connection: PeerConnection, query: URLSearchParams): JsonObject {
    const ranges = this.rangesOf(query)
    const past = new Past(this.sampler.ofConnection(connection), this.moment, ranges.dataRates)
    const { receivedBytes, reads, sentBytes, writes, unsentBytes } = connection
    return {
      ...withDetails('recv_oct', receivedBytes, past.of('recv_oct')),
      recv_cnt: reads,
      ...withDetails('send_oct', sentBytes, past.of('send_oct')),
      send_cnt: writes,
      send_pend: unsentBytes,
      ...NO_REDUCTIONS,
    }
  }

  channel(_connection: PeerConnection, channel: PeerChannel, query: URLSearchParams): JsonObject {
    const ranges = this.rangesOf(query)
    const { published, taken } = channel.counts()
    const history = this.sampler.ofChannel(channel)
    const past = new Past(history, this.moment, ranges.messageRates)
    const fields: Fields = messageStats({ ...publishStats(published, past), ...takeStats(taken, past) })
    this.addIdleSince(fields, history)
    return Object.assign(fields, NO_REDUCTIONS)
  }

  /** Numbers of the node and their rates. */
  node(query: URLSearchParams): JsonObject {
    return nodeStatistics(this, this.rangesOf(query).nodeStats)
  }

  /** Forgets the past; counters go on. */
  reset(): void {
    this.sampler.reset()
  }

  /** True for a consumer that waits behind the active one of its queue. */
  isWaiting(queue: QueueRecord, consumer: PeerConsumer): boolean {
    if (!queue.singleActiveConsumer) return false
    return this.sources.queues.detailsOf(queue.id)?.activeSubscriptionId !== consumer.subscriptionId
  }

  private rangesOf(query: URLSearchParams): Ranges {
    if (query !== this.lastQuery) {
      this.lastRanges = rangesOf(query)
      this.lastQuery = query
    }
    return this.lastRanges
  }

  private addIdleSince(view: Fields, history: Parameters<Sampler['changedAtMs']>[0] | undefined): void {
    if (history === undefined || history.changedTick === this.sampler.round.tick) return
    view.idle_since = timestampText(this.sampler.changedAtMs(history))
  }

  private lengthFields(queues: readonly QueueRecord[], vhost: Vhost, ranges: Ranges): JsonObject {
    let ready = 0
    let unacked = 0
    for (const queue of queues) {
      const now = this.queueNow(queue)
      ready += now?.ready ?? 0
      unacked += now?.unacked ?? 0
    }
    const past = new Past(this.sampler.ofVhost(vhost), this.moment, ranges.lengths)
    return {
      ...withDetails('messages', ready + unacked, past.of('messages_ready', 'messages_unacknowledged')),
      ...withDetails('messages_ready', ready, past.of('messages_ready')),
      ...withDetails('messages_unacknowledged', unacked, past.of('messages_unacknowledged')),
    }
  }

  private queueTotalsOf(vhosts: readonly Vhost[] | undefined, ranges: Ranges): JsonObject {
    const { sampler } = this
    const pasts = vhosts === undefined ? [sampler.overview] : vhosts.map((vhost) => sampler.ofVhost(vhost))
    let ready = 0
    let unacked = 0
    for (const past of pasts) {
      ready += past?.value('messages_ready') ?? 0
      unacked += past?.value('messages_unacknowledged') ?? 0
    }
    const past = new Past(pasts.length === 1 ? pasts[0] : undefined, this.moment, ranges.lengths)
    return {
      ...withDetails('messages', ready + unacked, past.of('messages_ready', 'messages_unacknowledged')),
      ...withDetails('messages_ready', ready, past.of('messages_ready')),
      ...withDetails('messages_unacknowledged', unacked, past.of('messages_unacknowledged')),
    }
  }

  /** `message_stats` of a vhost, or of the node. */
  private totalStats(vhost: Vhost | undefined, ranges: Ranges): JsonObject {
    const history = vhost === undefined ? this.sampler.overview : this.sampler.ofVhost(vhost)
    const past = new Past(history, this.moment, ranges.messageRates)
    const taken = new DeliveryCounters()
    for (const type of QUEUE_TYPES) {
      addDeliveryCounters(taken, this.sources.queues.totalsOf(type, vhost?.name))
    }
    const published = (vhost ?? this.sources.topology).counters
    const stats = { ...publishStats(published, past), ...takeStats(taken, past) }
    if (Object.keys(stats).length === 0 || vhost !== undefined) return stats
    const none = { rate: 0 }
    return { ...stats, ...withDetails('disk_reads', 0, none), ...withDetails('disk_writes', 0, none) }
  }

  /** Of several vhosts together: their sums, with the rates added up. */
  private statsOf(vhosts: readonly Vhost[], ranges: Ranges): JsonObject {
    const sums: Record<string, number | { rate: number }> = {}
    for (const vhost of vhosts) {
      for (const [name, value] of Object.entries(this.totalStats(vhost, ranges))) {
        if (typeof value === 'number') sums[name] = ((sums[name] as number | undefined) ?? 0) + value
        else {
          const before = (sums[name] as { rate: number } | undefined)?.rate ?? 0
          sums[name] = { rate: before + (value as unknown as { rate: number }).rate }
        }
      }
    }
    return sums
  }
}
