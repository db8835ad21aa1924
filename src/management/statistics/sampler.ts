import type { PeerChannel, PeerConnection } from '../../core/peers.js'
import type { QueueType } from '../../core/queue/settings.js'
import { type DeliveryCounters, QueueStatistics } from '../../core/statistics.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { Vhost } from '../../core/topology/vhost.js'
import { Timer, type Timers } from '../../util/timers.js'
import { History, type HistoryKind } from './history.js'
import {
  type ChannelName,
  type ConnectionName,
  type ExchangeName,
  HistoryKinds,
  type QueueName,
  type TotalName,
} from './kinds.js'
import type { Round } from './series.js'
import type { StatisticsSources } from './sources.js'

/** RabbitMQ's `collect_statistics_interval`. */
export const SAMPLE_INTERVAL_MS = 5000
/** Objects that are looked at before the event loop has its turn again: well below a millisecond's work. */
export const SLICE_OBJECTS_MAX = 256

const QUEUE_TYPES: readonly QueueType[] = ['classic', 'quorum', 'stream']
/** How much the newest look at a queue's consumers counts for its capacity. */
const CAPACITY_WEIGHT = 0.25

/** What is remembered of a queue. */
export class QueuePast {
  readonly history: History<QueueName>
  /** The share of time in which its consumers could take a message, 0 to 1. */
  capacity = 0

  constructor(history: History<QueueName>) {
    this.history = history
  }
}

/** Sums of one round over the queues and connections of a vhost, or of the node. */
class Sums {
  ready = 0
  unacked = 0
}

/**
 * Looks at every counter of the node once in an interval and keeps what it saw. The work of a round is cut into slices
 * between which the loop is free, so that ten thousand queues hold up nobody. Pasts hang on the objects they belong
 * to and go with them.
 */
export class Sampler {
  /** The last round that was completed. */
  round: Round
  readonly kinds: HistoryKinds
  overview: History<TotalName>
  node: History<HistoryKinds['node']['names'][number]>

  private readonly sources: StatisticsSources
  private readonly timers: Timers
  private readonly intervalMs: number
  private readonly timer = new Timer(() => this.run())
  private work: Generator<void> | undefined
  private queues = new WeakMap<QueueRecord, QueuePast>()
  private exchanges = new WeakMap<Exchange, History<ExchangeName>>()
  private connections = new WeakMap<PeerConnection, History<ConnectionName>>()
  private channels = new WeakMap<PeerChannel, History<ChannelName>>()
  private vhosts = new WeakMap<Vhost, History<TotalName>>()
  private readonly traffic = new WeakMap<Vhost, { received: number; sent: number }>()
  private readonly allTraffic = { received: 0, sent: 0 }
  private readonly seenTraffic = new WeakMap<PeerConnection, { received: number; sent: number }>()
  private readonly scratch = new QueueStatistics()
  private waiting: Array<() => void> = []

  constructor(sources: StatisticsSources, timers: Timers, intervalMs = SAMPLE_INTERVAL_MS) {
    this.sources = sources
    this.timers = timers
    this.intervalMs = intervalMs
    this.kinds = new HistoryKinds(intervalMs)
    this.round = { tick: this.wallTick(), intervalMs, shift: 0 }
    this.overview = new History(this.kinds.total, this.round.tick)
    this.node = new History(this.kinds.node, this.round.tick)
  }

  /** Takes the first samples now and more at every multiple of the interval on the wall clock. */
  start(): void {
    this.work = this.takeRound(this.round)
    this.run()
  }

  stop(): void {
    this.timers.disarm(this.timer)
    this.work = undefined
  }

  /** Forgets all pasts. */
  reset(): void {
    this.queues = new WeakMap()
    this.exchanges = new WeakMap()
    this.connections = new WeakMap()
    this.channels = new WeakMap()
    this.vhosts = new WeakMap()
    this.overview = new History(this.kinds.total, this.round.tick)
    this.node = new History(this.kinds.node, this.round.tick)
  }

  /** Resolves at the end of the next round that is completed. */
  nextRound(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  ofQueue(queue: QueueRecord): QueuePast | undefined {
    return this.queues.get(queue)
  }
  ofExchange(exchange: Exchange): History<ExchangeName> | undefined {
    return this.exchanges.get(exchange)
  }
  ofConnection(connection: PeerConnection): History<ConnectionName> | undefined {
    return this.connections.get(connection)
  }
  ofChannel(channel: PeerChannel): History<ChannelName> | undefined {
    return this.channels.get(channel)
  }
  ofVhost(vhost: Vhost): History<TotalName> | undefined {
    return this.vhosts.get(vhost)
  }
  /** Octets from and to the peers of a vhost. */
  trafficOf(vhost: Vhost | undefined): { readonly received: number; readonly sent: number } {
    return vhost === undefined ? this.allTraffic : (this.traffic.get(vhost) ?? NO_TRAFFIC)
  }

  /** When a past changed last, ms since the epoch. */
  changedAtMs(history: History<string>): number {
    return (history.changedTick - this.round.shift) * this.intervalMs
  }

  private wallTick(): number {
    // Timers fire a little early or late around the multiple they were armed for.
    return Math.round(this.timers.clock.now() / this.intervalMs)
  }

  private run(): void {
    this.work ??= this.takeRound(this.nextTick())
    for (let i = 0; i < SLICE_OBJECTS_MAX; i++) {
      if (this.work.next().done !== true) continue
      this.work = undefined
      const waiting = this.waiting
      this.waiting = []
      for (const resolve of waiting) resolve()
      const now = this.timers.clock.now()
      this.timers.arm(this.timer, this.intervalMs - (now % this.intervalMs))
      return
    }
    this.timers.arm(this.timer, 0)
  }

  private nextTick(): Round {
    const { tick, shift } = this.round
    const wall = this.wallTick()
    // The wall clock may be set back; rounds go on.
    const next = Math.max(wall + shift, tick + 1)
    return { tick: next, intervalMs: this.intervalMs, shift: next - wall }
  }

  private *takeRound(round: Round): Generator<void> {
    const { topology, peers } = this.sources
    const sums = new Map<Vhost, Sums>()
    for (const queue of topology.allQueues()) {
      this.sampleQueue(queue, round.tick, sumsOf(sums, queue.vhost))
      yield
    }
    for (const connection of peers.connections()) {
      this.sampleConnection(connection, round.tick)
      yield
      for (const channel of connection.channels()) {
        this.sampleChannel(channel, round.tick)
        yield
      }
    }
    // After the channels, which tell exchanges what was published when they are asked.
    for (const vhost of topology.vhosts.values()) {
      for (const exchange of vhost.exchanges.values()) {
        const { publish, routed } = exchange.counters
        if (publish > 0 || this.exchanges.has(exchange))
          recordFor(this.exchanges, exchange, this.kinds.exchange, round.tick, [publish, routed])
        yield
      }
    }
    const all = new Sums()
    for (const vhost of topology.vhosts.values()) {
      const of = sumsOf(sums, vhost)
      all.ready += of.ready
      all.unacked += of.unacked
      recordFor(this.vhosts, vhost, this.kinds.total, round.tick, this.totalsOf(vhost, of))
      yield
    }
    this.overview.record(round.tick, this.totalsOf(undefined, all))
    this.node.record(round.tick, this.nodeValues())
    this.round = round
  }

  private sampleQueue(queue: QueueRecord, tick: number, sums: Sums): void {
    const { scratch } = this
    if (!this.sources.queues.statisticsOf(queue.id, scratch)) return
    sums.ready += scratch.ready
    sums.unacked += scratch.unacked
    let past = this.queues.get(queue)
    if (past === undefined) {
      // A queue that nobody has used yet takes no memory.
      if (scratch.publish === 0 && scratch.ready === 0 && !isTakenFrom(scratch)) return
      past = new QueuePast(new History(this.kinds.queue, tick))
      past.capacity = capacityNow(scratch)
      this.queues.set(queue, past)
    }
    const capacity = capacityNow(scratch)
    past.capacity =
      past.capacity === 0 ? capacity : past.capacity + (capacity - past.capacity) * CAPACITY_WEIGHT
    const { ready, unacked, publish } = scratch
    past.history.record(tick, [ready, unacked, publish, ...takeValues(scratch)])
  }

  private sampleConnection(connection: PeerConnection, tick: number): void {
    const { receivedBytes, sentBytes } = connection
    recordFor(this.connections, connection, this.kinds.connection, tick, [receivedBytes, sentBytes])
    const seen = this.seenTraffic.get(connection) ?? { received: 0, sent: 0 }
    this.seenTraffic.set(connection, seen)
    const vhost = this.sources.topology.vhosts.get(connection.vhost)
    const sums = [this.allTraffic]
    if (vhost !== undefined) {
      const ofVhost = this.traffic.get(vhost) ?? { received: 0, sent: 0 }
      this.traffic.set(vhost, ofVhost)
      sums.push(ofVhost)
    }
    for (const sum of sums) {
      sum.received += receivedBytes - seen.received
      sum.sent += sentBytes - seen.sent
    }
    seen.received = receivedBytes
    seen.sent = sentBytes
  }

  private sampleChannel(channel: PeerChannel, tick: number): void {
    const { published, taken } = channel.counts()
    const used = published.publish > 0 || isTakenFrom(taken)
    if (!used && !this.channels.has(channel)) return
    const values = [
      published.publish,
      published.confirm,
      published.returnUnroutable,
      published.dropUnroutable,
      ...takeValues(taken),
    ]
    recordFor(this.channels, channel, this.kinds.channel, tick, values)
  }

  private totalsOf(vhost: Vhost | undefined, { ready, unacked }: Sums): number[] {
    const { topology, queues } = this.sources
    const published = (vhost ?? topology).counters
    const taken = QUEUE_TYPES.map((type) => takeValues(queues.totalsOf(type, vhost?.name)))
    const traffic = this.trafficOf(vhost)
    return [
      ready,
      unacked,
      published.publish,
      published.confirm,
      published.returnUnroutable,
      published.dropUnroutable,
      ...taken[0]!.map((_, i) => taken.reduce((sum, of) => sum + of[i]!, 0)),
      traffic.received,
      traffic.sent,
    ]
  }

  private nodeValues(): number[] {
    const { probe, peers, churn } = this.sources
    return [
      probe.memoryUsed(),
      probe.diskFree() ?? 0,
      probe.fileDescriptorsUsed(),
      peers.size,
      peers.size + peers.channelCount,
      probe.collections(),
      churn.connectionsCreated,
      churn.connectionsClosed,
      churn.channelsCreated,
      churn.channelsClosed,
      churn.queuesDeclared,
      churn.queuesCreated,
      churn.queuesDeleted,
    ]
  }
}

const NO_TRAFFIC = { received: 0, sent: 0 }

function sumsOf(sums: Map<Vhost, Sums>, vhost: Vhost): Sums {
  let of = sums.get(vhost)
  if (of === undefined) {
    of = new Sums()
    sums.set(vhost, of)
  }
  return of
}

function recordFor<Owner extends object, Name extends string>(
  pasts: WeakMap<Owner, History<Name>>,
  owner: Owner,
  kind: HistoryKind<Name>,
  tick: number,
  values: readonly number[],
): void {
  let history = pasts.get(owner)
  if (history === undefined) {
    history = new History(kind, tick)
    pasts.set(owner, history)
  }
  history.record(tick, values)
}

/** In the order of TAKE_NAMES. */
export function takeValues(counters: DeliveryCounters): number[] {
  const { deliver, deliverNoAck, get, getNoAck, getEmpty, redeliver, ack } = counters
  return [deliver, deliverNoAck, get, getNoAck, getEmpty, redeliver, ack]
}

function isTakenFrom(counters: DeliveryCounters): boolean {
  const { deliver, deliverNoAck, get, getNoAck, getEmpty, ack } = counters
  return deliver + deliverNoAck + get + getNoAck + getEmpty + ack > 0
}

/** 1 while consumers keep up: they could take a message now, or have left none. */
export function capacityNow({ consumers, hasRoom, ready }: QueueStatistics): number {
  if (consumers === 0) return 0
  return hasRoom || ready === 0 ? 1 : 0
}
