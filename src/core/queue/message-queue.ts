import type { MessageView } from '../message.js'
import { describeResource } from '../resource.js'
import type { MessageHistory } from '../shard/shard-log.js'
import {
  type DeliverySink,
  type PeekPage,
  type PeekRequest,
  type QueueCounts,
  type QueueDefinition,
  Recording,
  Settlement,
} from '../shard-port.js'
import { QueueCounters, type QueueDetails, type QueueStatistics } from '../statistics.js'
import { AckTimeouts } from './ack-timeouts.js'
import { Consumers } from './consumers.js'
import { isOver, recoveredDeadline, ttlOf } from './deadlines.js'
import { DelayedRetries } from './delayed-retries.js'
import { DeliveryCounts } from './delivery-counts.js'
import { fillDirectFacts } from './direct-facts.js'
import { Expiry } from './expiry.js'
import { Lease } from './lease.js'
import { LostDeliveries } from './lost-deliveries.js'
import { getRefused, historyIn, memoryOf, queueDetails } from './measures.js'
import { ENTRY_LOGGED, ENTRY_REDELIVERED, EntryState } from './message-index.js'
import type { MessageQueueTraits } from './message-queue-traits.js'
import { isOverLimit, refusesOverflow } from './overflow-rules.js'
import { peekPage } from './peek.js'
import { orderedPeekSource } from './peek-source.js'
import type { QueueConsumer } from './queue-consumer.js'
import { ReadyOrder } from './ready-order.js'
import { countsAsFailure, retryDelayMs } from './retry-rules.js'
import type { DeathReason, QueueRuntime } from './runtime.js'
import type { QueueSettings } from './settings.js'
import type { ShardQueue } from './shard-queue.js'

/** A queue from which consumers take messages: classic and quorum queues are two sets of traits of it. */
export class MessageQueue implements ShardQueue {
  readonly definition: QueueDefinition
  settings: QueueSettings

  private readonly runtime: QueueRuntime
  private readonly traits: MessageQueueTraits
  private readonly order: ReadyOrder
  private readonly consumers: Consumers
  private readonly expiry: Expiry
  private readonly lease: Lease
  private readonly counting: DeliveryCounts | undefined
  private readonly retries: DelayedRetries | undefined
  private readonly timeouts: AckTimeouts | undefined
  readonly counters = new QueueCounters()
  private readyBytes = 0
  private unackedBytes = 0
  /** Messages that the log was told to keep, and their sizes. */
  private logged = 0
  private loggedBytes = 0
  private unacked = 0
  /** Messages that are neither ready nor unacked: delayed, or waiting for their dead letter to be stored. */
  private held = 0
  /** When a message with a time to live of 0 came in, if one has not been looked at since. */
  private dueAt: number | undefined
  private awaitsBytes = false
  private readonly lostDeliveries: LostDeliveries
  /** Gets that wait for the bytes of the first message. */
  private afterBytes: (() => void)[] = []
  private closed = false

  constructor(definition: QueueDefinition, traits: MessageQueueTraits, runtime: QueueRuntime) {
    this.definition = definition
    this.settings = definition.settings
    this.runtime = runtime
    this.traits = traits
    this.order = new ReadyOrder(runtime.blocks, traits.priorities, traits.returnsFirst ? 'first' : 'original')
    this.lostDeliveries = new LostDeliveries(this.order)
    this.consumers = new Consumers({
      singleActive: definition.singleActiveConsumer,
      priorityTakesOver: traits.countsDeliveries,
      exclusiveConsumers: traits.exclusiveConsumers,
    })
    this.expiry = new Expiry(this.order, runtime.timers, () => this.take('expired'))
    this.lease = new Lease(runtime.timers, () => runtime.unused(this))
    this.lease.configure(this.settings.expiresMs, false)
    if (traits.countsDeliveries) {
      this.counting = new DeliveryCounts(this.order, runtime.log, definition.id, () =>
        this.take('delivery_limit'),
      )
      this.retries = new DelayedRetries(
        runtime.timers,
        (position) => this.retryNow(position),
        () => this.settleIn(),
      )
      this.timeouts = new AckTimeouts(
        this.order,
        runtime.timers,
        (consumer) => consumer.subscription.consumerTimeoutMs ?? this.settings.consumerTimeoutMs,
        (consumer) => this.timeOut(consumer),
      )
    }
  }

  get counts(): QueueCounts {
    return {
      ready: this.order.ready,
      unacked: this.unacked,
      consumers: this.consumers.count,
      readyBytes: this.readyBytes,
    }
  }

  measure(into: QueueStatistics): void {
    into.ready = this.order.ready
    into.unacked = this.unacked
    into.held = this.held
    this.consumers.measure(into)
    into.readyBytes = this.readyBytes
    into.unackedBytes = this.unackedBytes
    into.persistent = this.logged
    into.persistentBytes = this.loggedBytes
    into.memoryBytes = memoryOf(this.messageCount, this.readyBytes + this.unackedBytes)
  }

  get details(): QueueDetails {
    return queueDetails(this.order, this.consumers, this.runtime.log)
  }

  get wantsTime(): boolean {
    return this.settings.messageTtlMs !== undefined
  }

  private get messageCount(): number {
    return this.order.ready + this.unacked + this.held
  }

  // ---- publishing

  admits(message: MessageView): boolean {
    if (!refusesOverflow(this.settings, this.traits)) return true
    // Messages that are held back count like ready ones: they are still the queue's to keep.
    const messages = this.order.ready + this.held + 1
    if (!isOverLimit(this.settings, messages, this.readyBytes + message.bodySizeBytes)) return true
    if (this.settings.overflow === 'reject-publish-dlx')
      this.runtime.deadLetterRefused(this, message, 'maxlen')
    return false
  }

  deliverDirect(message: MessageView): boolean {
    if (this.order.ready > 0 || this.consumers.count === 0) return false
    const consumer = this.consumers.next()
    if (consumer === undefined || !consumer.subscription.noAck) return false
    const facts = fillDirectFacts(this.runtime.facts, this.definition.id, this.traits.countsDeliveries)
    this.counters.publish += 1
    this.counters.deliverNoAck += 1
    consumer.sink.deliver(consumer.id, message, facts)
    this.consumers.served(consumer)
    return true
  }

  keeps(message: MessageView): boolean {
    return this.definition.durable && (message.persistent || this.traits.persistsAll)
  }

  put(ref: number, message: MessageView, logged: boolean, redelivered: boolean): number {
    const { traits, order } = this
    const asked = message.priority < 0 ? traits.priorityDefault : message.priority
    const priority = asked < traits.priorities ? asked : traits.priorities - 1
    const bodyBytes = message.bodyEnd - message.bodyStart
    const flags = (logged ? ENTRY_LOGGED : 0) | (redelivered ? ENTRY_REDELIVERED : 0)
    const deadline = this.deadlineOf(message)
    const position = order.append(priority, ref, flags, bodyBytes, deadline)
    this.readyBytes += bodyBytes
    this.counters.publish += 1
    if (logged) {
      this.logged += 1
      this.loggedBytes += bodyBytes
    }
    if (deadline !== Number.POSITIVE_INFINITY) this.expiry.add(deadline, position, this.messageCount)
    return position
  }

  settleIn(): void {
    if (this.closed) return
    if (this.counting?.foundFailures) this.counting.dropExceeding(this.settings.deliveryLimit)
    this.serve()
    if (this.dueAt !== undefined) {
      this.dueAt = undefined
      this.expiry.run()
    }
    if (isOverLimit(this.settings, this.order.ready, this.readyBytes)) this.dropHead()
  }

  private deadlineOf(message: MessageView): number {
    const ttlMs = ttlOf(this.settings.messageTtlMs, message.expirationMs)
    if (ttlMs === Number.POSITIVE_INFINITY) return ttlMs
    const now = this.runtime.timers.clock.monotonic()
    if (ttlMs === 0) this.dueAt = now
    return now + ttlMs
  }

  private dropHead(): void {
    if (refusesOverflow(this.settings, this.traits)) return
    while (isOverLimit(this.settings, this.order.ready, this.readyBytes)) {
      // The head goes, also in a priority queue, where it is what has the highest priority: RabbitMQ does so too.
      if (!this.order.first()) return
      this.take('maxlen')
    }
  }

  // ---- delivering

  /** Hands ready messages to consumers for as long as there are both. */
  private serve(): void {
    let expired = !this.expiry.pending
    while (this.order.ready > 0 && !this.awaitsBytes) {
      const consumer = this.consumers.next()
      if (consumer === undefined) return
      if (!expired) {
        expired = true
        this.expireLate()
        continue
      }
      if (!this.deliverFirst(consumer.id, consumer.subscription.noAck, consumer.sink, consumer)) return
      this.consumers.served(consumer)
    }
  }

  /** An expired message is not delivered, even if the timer is late. One whose time to live is 0 has its chance. */
  private expireLate(): void {
    this.expiry.runBefore(this.dueAt ?? this.runtime.timers.clock.monotonic())
  }

  get(noAck: boolean, sink: DeliverySink): boolean | Promise<boolean> {
    if (this.definition.singleActiveConsumer && this.traits.countsDeliveries) throw getRefused(this.described)
    if (this.expiry.pending) this.expireLate()
    this.lease.renew(this.consumers.count > 0)
    if (this.deliverFirst(0, noAck, sink, undefined)) return true
    if (this.order.ready > 0) return this.getLater(noAck, sink)
    this.counters.getEmpty += 1
    return false
  }

  /** The message has to be read first. */
  private getLater(noAck: boolean, sink: DeliverySink): Promise<boolean> {
    return new Promise((resolve) => {
      this.afterBytes.push(() => resolve(!this.closed && sink.canTake() && this.get(noAck, sink)))
    })
  }

  private deliverFirst(
    subscriptionId: number,
    noAck: boolean,
    sink: DeliverySink,
    consumer: QueueConsumer | undefined,
  ): boolean {
    const { order } = this
    if (!order.first()) return false
    const { index, position } = order
    const { log, view, facts } = this.runtime
    const ref = index.ref
    if (!log.open(ref, view)) {
      this.awaitBytes(ref)
      return false
    }
    const counts = this.traits.countsDeliveries
    facts.recording =
      noAck || !index.isLogged ? Recording.NONE : counts ? Recording.SYNCED : Recording.WRITTEN
    facts.queueId = this.definition.id
    facts.position = position
    facts.redelivered = index.isRedelivered
    facts.deliveryCount = counts ? index.deliveryCount : -1
    facts.acquiredCount = counts ? index.acquiredCount : -1
    facts.streamOffset = -1
    facts.readyLeft = order.ready - 1
    const { bodyBytes } = index
    this.readyBytes -= bodyBytes
    order.leave()
    if (facts.redelivered) this.counters.redeliver += 1
    if (noAck) {
      if (consumer === undefined) this.counters.getNoAck += 1
      else this.counters.deliverNoAck += 1
      if (index.isLogged) this.unlog(position, ref, bodyBytes)
      order.remove()
      sink.deliver(subscriptionId, view, facts)
      log.release(ref)
      return true
    }
    if (index.isLogged) {
      if (this.counting === undefined) log.delivered(this.definition.id, position, ref)
      else this.counting.delivered()
    }
    index.markDelivered()
    this.unacked += 1
    this.unackedBytes += bodyBytes
    if (consumer === undefined) {
      this.counters.get += 1
    } else {
      this.counters.deliver += 1
      consumer.unacked += 1
      if (this.timeouts !== undefined) this.timeouts.delivered(consumer, position, facts.acquiredCount)
    }
    sink.deliver(subscriptionId, view, facts)
    return true
  }

  private awaitBytes(ref: number): void {
    this.awaitsBytes = true
    this.runtime.log.fetch(ref, () => {
      this.awaitsBytes = false
      const waiting = this.afterBytes
      this.afterBytes = []
      for (const goOn of waiting) goOn()
      this.settleIn()
    })
  }

  // ---- settling

  settle(position: number, consumer: QueueConsumer | undefined, outcome: Settlement): void {
    const { order } = this
    if (!order.locate(position) || order.index.state !== EntryState.UNACKED) return
    this.unacked -= 1
    this.unackedBytes -= order.index.bodyBytes
    if (this.lostDeliveries.settle()) this.counters.ack += outcome === Settlement.ACK ? 1 : 0
    else if (outcome === Settlement.ACK) {
      this.counters.ack += 1
      this.discard()
    } else if (outcome === Settlement.DEAD_LETTER) this.die('rejected')
    else this.comeBack(outcome)
    if (consumer !== undefined) {
      consumer.unacked -= 1
      if (consumer.ring === undefined) this.consumers.offer(consumer)
      if (this.definition.singleActiveConsumer) this.consumers.reconsiderActive()
    }
    if (order.ready > 0) {
      // What came back waits for the rest of its batch, so that a consumer gets it in order.
      if (outcome === Settlement.ACK) this.serve()
      else this.runtime.settleInLater(this)
    }
  }

  private comeBack(outcome: Settlement): void {
    const { order, settings, counting } = this
    if (counting !== undefined) {
      const failed = countsAsFailure(outcome)
      const deliveryCount = counting.returned(failed)
      if (settings.deliveryLimit !== undefined && deliveryCount > settings.deliveryLimit) {
        this.die('delivery_limit')
        return
      }
      const delayMs = retryDelayMs(settings, failed, deliveryCount)
      if (delayMs > 0) {
        order.index.state = EntryState.HELD
        this.held += 1
        this.retries!.add(order.position, delayMs)
        return
      }
    }
    this.makeReady()
  }

  /** The message, which was unacked or held, is ready again, unless its time has passed meanwhile. */
  private makeReady(): void {
    const { index } = this.order
    if (isOver(index.deadline, this.runtime.timers.clock)) {
      this.die('expired')
      return
    }
    this.order.comeBack()
    this.readyBytes += index.bodyBytes
  }

  private retryNow(position: number): void {
    if (!this.isHeld(position)) return
    this.held -= 1
    this.makeReady()
  }

  // ---- leaving

  /** Takes the ready message that the order is placed on out of the queue, as a dead letter if the queue has a place for it. */
  private take(reason: DeathReason): void {
    this.readyBytes -= this.order.index.bodyBytes
    this.order.leave()
    this.die(reason)
  }

  /** The message, which is neither ready nor unacked any more, becomes a dead letter or is dropped. */
  private die(reason: DeathReason): void {
    this.counters.died(reason)
    if (this.settings.deadLetterExchange === undefined) {
      this.discard()
      return
    }
    if (reason === 'rejected') this.counting?.returned(true)
    this.order.index.state = EntryState.HELD
    this.held += 1
    this.runtime.deadLetter(this, this.order.position, reason)
  }

  /** A message that the log was told to keep leaves. */
  private unlog(position: number, ref: number, bodyBytes: number): void {
    this.logged -= 1
    this.loggedBytes -= bodyBytes
    this.runtime.log.settled(this.definition.id, position, ref)
  }

  /** The message leaves for good. */
  private discard(): void {
    this.letGo()
    this.order.remove()
  }

  /** The log need not keep the message any more. */
  private letGo(): void {
    const { index, position } = this.order
    if (index.isLogged) this.unlog(position, index.ref, index.bodyBytes)
    this.runtime.log.release(index.ref)
  }

  isHeld(position: number): boolean {
    return this.order.locate(position) && this.order.index.state === EntryState.HELD
  }

  openHeld(position: number, view: MessageView): boolean {
    return this.order.locate(position) && this.runtime.log.open(this.order.index.ref, view)
  }

  finishHeld(position: number): void {
    if (!this.isHeld(position)) return
    this.held -= 1
    this.discard()
  }

  isRedelivered(position: number): boolean {
    return this.order.locate(position) && this.order.index.isRedelivered
  }

  // ---- consumers

  checkSubscription(consumer: QueueConsumer): void {
    this.consumers.checkAdmission(consumer, this.described)
  }

  subscribe(consumer: QueueConsumer): void {
    this.consumers.add(consumer)
    this.lease.renew(true)
    this.serve()
  }

  unsubscribe(consumer: QueueConsumer): void {
    this.consumers.remove(consumer)
    this.timeouts?.forget(consumer)
    if (this.consumers.count > 0) {
      this.serve()
      return
    }
    this.lease.renew(false)
    if (this.definition.autoDelete) this.runtime.unused(this)
  }

  resume(consumer: QueueConsumer): void {
    consumer.stalled = false
    this.consumers.offer(consumer)
    this.serve()
  }

  private timeOut(consumer: QueueConsumer): void {
    this.consumers.remove(consumer)
    this.runtime.forget(consumer.id)
    this.lease.renew(this.consumers.count > 0)
    // The sink gives back what it holds, by settling it: only the holder of a delivery settles it.
    consumer.sink.cancelled(consumer.id, 'consumer-timeout')
    this.settleIn()
  }

  // ---- what the log asks, and finds

  holds(position: number, ref: number): boolean {
    return this.refOf(position) === ref
  }

  refOf(position: number): number | undefined {
    return this.lostDeliveries.refOf(position)
  }

  lost(isLost: (ref: number) => boolean): number {
    return this.lostDeliveries.find(isLost, (position) => this.lose(position))
  }

  private lose(position: number): void {
    if (this.isHeld(position)) this.finishHeld(position)
    else if (this.order.index.state === EntryState.READY) this.discardReady()
    else {
      this.lostDeliveries.add(position)
      this.letGo()
    }
  }

  moved(position: number, ref: number): void {
    if (this.order.locate(position)) this.order.index.ref = ref
  }

  historyOf(position: number): MessageHistory {
    this.order.locate(position)
    return this.counting?.history ?? historyIn(this.order.index)
  }

  recover(position: number, ref: number, message: MessageView, found: MessageHistory): void {
    const { order } = this
    const bodyBytes = message.bodyEnd - message.bodyStart
    const deadline = recoveredDeadline(this.settings.messageTtlMs, found, this.runtime.clock)
    order.restore(position, ref, ENTRY_LOGGED, bodyBytes, deadline)
    this.readyBytes += bodyBytes
    this.logged += 1
    this.loggedBytes += bodyBytes
    if (deadline !== Number.POSITIVE_INFINITY) this.expiry.add(deadline, position, this.messageCount)
    this.recoverHistory(position, found)
  }

  recoverHistory(position: number, history: MessageHistory): void {
    if (!this.order.locate(position)) return
    if (history.redelivered) this.order.index.markRedelivered()
    this.counting?.recover(history)
  }

  recoverSettled(position: number): number | undefined {
    const { order } = this
    if (!order.locate(position)) return undefined
    const { ref, bodyBytes } = order.index
    this.readyBytes -= bodyBytes
    this.logged -= 1
    this.loggedBytes -= bodyBytes
    order.leave()
    order.remove()
    return ref
  }

  // ---- managing

  configure(settings: QueueSettings): void {
    this.settings = settings
    this.lease.configure(settings.expiresMs, this.consumers.count > 0)
    this.settleIn()
  }

  touch(): void {
    if (this.traits.declareRenewsLease) this.lease.renew(this.consumers.count > 0)
  }

  purge(): number {
    const { order } = this
    let count = 0
    while (order.first()) {
      this.discardReady()
      count += 1
    }
    if (this.traits.countsDeliveries && this.held > 0) this.discardHeld()
    return count
  }

  peek(request: PeekRequest, done: (page: PeekPage) => void): void {
    const { order, traits, runtime } = this
    const source = orderedPeekSource(order, this.lostDeliveries, traits.countsDeliveries, runtime.clock)
    peekPage(source, runtime.log, request, done)
  }

  private discardReady(): void {
    this.readyBytes -= this.order.index.bodyBytes
    this.order.leave()
    this.discard()
  }

  /** What waits for a retry or for its dead letter to be stored goes too (RabbitMQ 4.3). */
  private discardHeld(): void {
    for (const position of [...this.order.positions()]) this.finishHeld(position)
  }

  close(): void {
    this.closed = true
    for (const consumer of [...this.consumers]) {
      this.consumers.remove(consumer)
      this.runtime.forget(consumer.id)
      consumer.sink.cancelled(consumer.id, 'queue-deleted')
    }
    this.expiry.close()
    this.lease.close()
    this.retries?.close()
    this.timeouts?.close()
  }

  *giveUp(): Generator<void> {
    for (const position of this.order.positions()) {
      const ref = this.refOf(position)
      if (ref !== undefined) this.runtime.log.release(ref)
      yield this.order.remove()
    }
  }

  private get described(): string {
    return describeResource('queue', this.definition.name, this.definition.vhost)
  }
}
