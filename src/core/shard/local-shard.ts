import type { Clock } from '../../util/clock.js'
import { IdMap } from '../../util/id-map.js'
import type { Timers } from '../../util/timers.js'
import { BrokerError } from '../errors.js'
import { MessageView } from '../message.js'
import { createClassicQueue } from '../queue/classic-queue.js'
import { BlockPool } from '../queue/message-index.js'
import { QueueConsumer } from '../queue/queue-consumer.js'
import { createQuorumQueue } from '../queue/quorum-queue.js'
import type { DeathReason, QueueRuntime } from '../queue/runtime.js'
import type { QueueSettings, QueueType } from '../queue/settings.js'
import type { ShardQueue } from '../queue/shard-queue.js'
import { StreamQueue } from '../queue/stream-queue.js'
import { describeResource } from '../resource.js'
import {
  type DeliveryFacts,
  type DeliveryRecord,
  type DeliverySink,
  type PeekPage,
  type PeekRequest,
  type Publisher,
  PublishOutcome,
  type QueueCounts,
  type QueueDefinition,
  Recording,
  type Settlement,
  type ShardHost,
  type ShardPort,
  type Subscription,
} from '../shard-port.js'
import {
  copyQueueCounters,
  type QueueCounters,
  type QueueDetails,
  type QueueStatistics,
} from '../statistics.js'
import { PendingConfirms } from './confirms.js'
import { DeadLetters } from './dead-letters.js'
import { LeavingQueues } from './leaving-queues.js'
import { QueueTotals } from './queue-totals.js'
import type { MessageHistory, ShardLog, ShardLogOwner } from './shard-log.js'

/**
 * A shard on this event loop: its queues and their one log. Everything that happens to a queue happens here, in order.
 */
export class LocalShard implements ShardPort, QueueRuntime, ShardLogOwner {
  readonly log: ShardLog
  readonly timers: Timers
  readonly clock: Clock
  readonly blocks = new BlockPool()
  readonly view = new MessageView()
  readonly facts: DeliveryFacts = {
    recording: Recording.NONE,
    queueId: 0,
    position: 0,
    redelivered: false,
    deliveryCount: -1,
    acquiredCount: -1,
    streamOffset: -1,
    readyLeft: 0,
  }

  private readonly host: ShardHost
  private readonly queues = new IdMap<ShardQueue>()
  private readonly leaving = new LeavingQueues()
  private readonly subscriptions = new IdMap<QueueConsumer>()
  private readonly deadLetters: DeadLetters
  private readonly totals = new QueueTotals()
  private lastSubscriptionId = 0
  /** Queues that the message being published goes to. */
  private readonly targets: ShardQueue[] = []
  private readonly returned = new Set<ShardQueue>()
  private microtaskDue = false
  /** Publishes that wait for the batch being filled, and for the one that is on its way. */
  private confirms = new PendingConfirms()
  private flying = new PendingConfirms()

  constructor(log: ShardLog, timers: Timers, host: ShardHost) {
    this.log = log
    log.attach(this)
    this.timers = timers
    this.clock = timers.clock
    this.host = host
    this.deadLetters = new DeadLetters(
      log,
      host,
      {
        nameOf: (queueId) => this.queues.get(queueId)?.definition.name,
        store: (queueIds, message, redelivered) =>
          this.store(queueIds, message, redelivered) !== SOME_REFUSED,
      },
      timers,
    )
  }

  // ---- queues

  createQueue(definition: QueueDefinition): void {
    this.queues.set(definition.id, this.makeQueue(definition))
  }

  private makeQueue(definition: QueueDefinition): ShardQueue {
    switch (definition.type) {
      case 'classic':
        return createClassicQueue(definition, this)
      case 'quorum':
        return createQuorumQueue(definition, this)
      case 'stream':
        return new StreamQueue(definition, this)
    }
  }

  configureQueue(queueId: number, settings: QueueSettings): void {
    this.queues.get(queueId)?.configure(settings)
    this.deadLetters.run()
  }

  deleteQueue(
    queueId: number,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): number {
    const queue = this.queues.get(queueId)
    if (queue === undefined) return 0
    const { ready, consumers } = queue.counts
    const { name, vhost } = queue.definition
    const described = describeResource('queue', name, vhost)
    if (conditions.ifUnused && consumers > 0)
      throw new BrokerError('PRECONDITION_FAILED', `${described} in use`)
    // Like RabbitMQ's: what is unacked does not count.
    if (conditions.ifEmpty && ready > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${described} not empty`)
    }
    this.queues.delete(queueId)
    queue.close()
    this.totals.fold(queue)
    this.leaving.add(queue)
    return ready
  }

  purgeQueue(queueId: number): number {
    return this.queues.get(queueId)?.purge() ?? 0
  }

  countsOf(queueId: number): QueueCounts {
    return this.queues.get(queueId)?.counts ?? NO_COUNTS
  }

  statisticsOf(queueId: number, into: QueueStatistics): boolean {
    const queue = this.queues.get(queueId)
    if (queue === undefined) return false
    copyQueueCounters(queue.counters, into)
    queue.measure(into)
    this.totals.fold(queue)
    return true
  }

  detailsOf(queueId: number): QueueDetails | undefined {
    return this.queues.get(queueId)?.details
  }

  totalsOf(type: QueueType, vhost: string | undefined): Readonly<QueueCounters> {
    return this.totals.of(type, vhost)
  }

  forgetVhost(vhost: string): void {
    this.totals.forgetVhost(vhost)
  }

  touchQueue(queueId: number): void {
    this.queues.get(queueId)?.touch()
  }

  peek(queueId: number, request: PeekRequest, done: (page: PeekPage) => void): void {
    const queue = this.queues.get(queueId)
    if (queue === undefined) done({ messages: [], next: undefined })
    else queue.peek(request, done)
  }

  // ---- publishing

  publish(
    queueIds: readonly number[],
    message: MessageView,
    publisher: Publisher,
    publishSeqNo: number,
  ): PublishOutcome {
    const stored = this.store(queueIds, message, false)
    this.deadLetters.run()
    if (stored === SOME_REFUSED) return PublishOutcome.REJECTED
    if (stored === STORED_DURABLY && publishSeqNo > 0 && !this.log.isSynced) {
      this.confirms.add(publisher, publishSeqNo)
      return PublishOutcome.PENDING
    }
    return PublishOutcome.CONFIRMED
  }

  /** Puts a message into queues: stored once, handed over directly where nothing needs to be stored. */
  private store(queueIds: readonly number[], message: MessageView, redelivered: boolean): Stored {
    if (queueIds.length > TARGETS_MAX) return this.storeInParts(queueIds, message, redelivered)
    const { targets, log } = this
    const first = targets.length
    let refused = false
    let durable = false
    let wantsTime = false
    for (let i = 0; i < queueIds.length; i++) {
      const queue = this.queues.get(queueIds[i]!)
      if (queue === undefined) continue
      if (!queue.admits(message)) refused = true
      else if (queue.keeps(message) ? !log.acceptsDurable : !log.acceptsTransient) refused = true
      else if (redelivered || !queue.deliverDirect(message)) {
        targets.push(queue)
        if (queue.keeps(message)) durable = true
        if (queue.wantsTime) wantsTime = true
      }
    }
    const count = targets.length - first
    if (count > 0) {
      // Asking the clock costs as much as storing the message; only what outlives a restart, or ages, needs a time.
      const nowMs = durable || wantsTime ? this.clock.now() : 0
      const ref = log.append(message, count, durable, nowMs)
      for (let i = 0; i < count; i++) {
        const queue = targets[first + i]!
        const kept = durable && queue.keeps(message)
        const position = queue.put(ref, message, kept, redelivered)
        log.setTarget(ref, i, queue.definition.id, position, kept)
        if (redelivered && kept) this.noteRedelivered(queue, position, ref)
      }
      for (let i = 0; i < count; i++) targets[first + i]!.settleIn()
      // Not by its length: an array cut to 0 gives up its memory, and each message would ask for it again.
      for (let i = 0; i < count; i++) targets.pop()
    }
    if (refused) return SOME_REFUSED
    return durable ? STORED_DURABLY : ALL_STORED
  }

  /** A letter that came here as redelivered stays so; a queue that counts has not handed it out for that. */
  private noteRedelivered(queue: ShardQueue, position: number, ref: number): void {
    const { id } = queue.definition
    const { isCounted, deliveryCount, acquiredCount } = queue.historyOf(position)
    if (isCounted) this.log.counted(id, position, ref, deliveryCount, acquiredCount)
    else this.log.delivered(id, position, ref)
  }

  private storeInParts(queueIds: readonly number[], message: MessageView, redelivered: boolean): Stored {
    let stored: Stored = ALL_STORED
    for (let first = 0; first < queueIds.length; first += TARGETS_MAX) {
      const part = this.store(queueIds.slice(first, first + TARGETS_MAX), message, redelivered)
      if (stored !== SOME_REFUSED && part !== ALL_STORED) stored = part
    }
    return stored
  }

  // ---- what the log tells and asks

  /** A queue that has messages in the log, be it that it was deleted and has not given them up yet. */
  private loggedQueue(queueId: number): ShardQueue | undefined {
    return this.queues.get(queueId) ?? this.leaving.get(queueId)
  }

  sealed(): void {
    const spare = this.flying
    this.flying = this.confirms
    this.confirms = spare
  }

  synced(error: Error | undefined): void {
    this.flying.settle(error !== undefined)
    if (error !== undefined) this.confirms.settle(true)
  }

  holds(queueId: number, position: number, ref: number): boolean {
    return this.loggedQueue(queueId)?.holds(position, ref) ?? false
  }

  refOf(queueId: number, position: number): number | undefined {
    return this.loggedQueue(queueId)?.refOf(position)
  }

  lost(isLost: (ref: number) => boolean): number {
    let count = 0
    for (const queue of this.queues.values()) {
      const lost = queue.lost(isLost)
      count += lost
      if (lost > 0) this.settleInLater(queue)
    }
    for (const queue of this.leaving) queue.lost(isLost)
    return count
  }

  moved(queueId: number, position: number, ref: number): void {
    this.loggedQueue(queueId)?.moved(position, ref)
  }

  historyOf(queueId: number, position: number): MessageHistory {
    return this.loggedQueue(queueId)!.historyOf(position)
  }

  recover(
    queueId: number,
    position: number,
    ref: number,
    message: MessageView,
    found: MessageHistory,
  ): boolean {
    const queue = this.queues.get(queueId)
    if (queue === undefined) return false
    queue.recover(position, ref, message, found)
    return true
  }

  recoverSettled(queueId: number, position: number): number | undefined {
    return this.queues.get(queueId)?.recoverSettled(position)
  }

  recoverHistory(queueId: number, position: number, history: MessageHistory): void {
    this.queues.get(queueId)?.recoverHistory(position, history)
  }

  /** The log is about to find messages: nothing must happen to them before all is known. */
  recovering(): void {
    this.timers.hold()
  }

  /** Recovery is over: limits and deadlines take effect. */
  recovered(): void {
    this.timers.go()
    for (const queue of this.queues.values()) queue.settleIn()
    this.deadLetters.run()
  }

  // ---- consuming

  subscribe(queueId: number, subscription: Subscription, sink: DeliverySink): number {
    const queue = this.queues.get(queueId)
    if (queue === undefined) throw new BrokerError('NOT_FOUND', `no queue with the id ${queueId}`)
    const consumer = new QueueConsumer(++this.lastSubscriptionId, queueId, subscription, sink)
    queue.checkSubscription(consumer)
    this.subscriptions.set(consumer.id, consumer)
    sink.subscribed(consumer.id)
    queue.subscribe(consumer)
    this.deadLetters.run()
    return consumer.id
  }

  unsubscribe(subscriptionId: number): void {
    const consumer = this.subscriptions.get(subscriptionId)
    if (consumer === undefined) return
    // Settling what it holds needs the queue only. A queue deleted meanwhile must not leave the consumer behind here.
    this.subscriptions.delete(subscriptionId)
    this.queues.get(consumer.queueId)?.unsubscribe(consumer)
    this.deadLetters.run()
  }

  resume(subscriptionId: number): void {
    const consumer = this.subscriptions.get(subscriptionId)
    if (consumer === undefined) return
    this.queues.get(consumer.queueId)?.resume(consumer)
    this.deadLetters.run()
  }

  get(queueId: number, noAck: boolean, sink: DeliverySink): boolean | Promise<boolean> {
    const got = this.queues.get(queueId)?.get(noAck, sink) ?? false
    this.deadLetters.run()
    return got
  }

  settle(queueId: number, position: number, subscriptionId: number, outcome: Settlement): void {
    const queue = this.queues.get(queueId)
    if (queue === undefined) return
    const consumer = subscriptionId === 0 ? undefined : this.subscriptions.get(subscriptionId)
    queue.settle(position, consumer, outcome)
    this.deadLetters.run()
  }

  get isCongested(): boolean {
    return this.log.isCongested
  }

  get deliveryRecord(): DeliveryRecord {
    return this.log
  }

  atomically(work: () => void): void {
    this.log.atomically(work)
  }

  whenDurable(done: (error: Error | undefined) => void): void {
    if (this.log.isSynced) done(undefined)
    else this.log.whenSynced(done)
  }

  flush(): void {
    for (const queue of this.returned) {
      this.returned.delete(queue)
      queue.settleIn()
    }
    this.deadLetters.run()
  }

  // ---- what queues ask of their shard

  deadLetter(queue: ShardQueue, position: number, reason: DeathReason): void {
    this.deadLetters.add(queue, position, reason)
    this.flushSoon()
  }

  deadLetterRefused(queue: ShardQueue, message: MessageView, reason: DeathReason): void {
    this.deadLetters.sendRefused(queue, message, reason)
  }

  settleInLater(queue: ShardQueue): void {
    this.returned.add(queue)
    this.flushSoon()
  }

  /** What nobody flushes at the end of a turn (timers do not) is flushed after it all the same. */
  private flushSoon(): void {
    if (this.microtaskDue) return
    this.microtaskDue = true
    queueMicrotask(() => {
      this.microtaskDue = false
      this.flush()
    })
  }

  unused(queue: ShardQueue): void {
    this.host.queueUnused(queue.definition.id)
  }

  forget(subscriptionId: number): void {
    this.subscriptions.delete(subscriptionId)
  }

  /** Ends every queue's timers and consumers; the log keeps the messages. */
  close(): void {
    for (const queue of this.queues.values()) queue.close()
    this.queues.clear()
    this.leaving.close()
    this.subscriptions.clear()
    this.deadLetters.close()
  }
}

/** Most queues that share one stored message: logs count them in 16 bits. */
const TARGETS_MAX = 0xffff

/** What became of a message that was to be stored. */
const SOME_REFUSED = 0
const ALL_STORED = 1
const STORED_DURABLY = 2
type Stored = typeof SOME_REFUSED | typeof ALL_STORED | typeof STORED_DURABLY

const NO_COUNTS: QueueCounts = { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 }
