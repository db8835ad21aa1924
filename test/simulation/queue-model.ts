import type { QueueSettings } from '../../src/core/queue/settings.js'
import { type QueueDefinition, Settlement, type Subscription } from '../../src/core/shard-port.js'

/** A message as the model knows it. */
export interface ModelMessage {
  readonly id: number
  readonly sizeBytes: number
  /** -1 when absent. */
  readonly priority: number
  /** -1 when absent. */
  readonly expirationMs: number
}

/** A delivery, in the words in which model and shard are compared. */
export interface ModelDelivery {
  /** The consumer's key, 0 for a get. */
  readonly consumer: number
  readonly queueId: number
  readonly position: number
  readonly id: number
  readonly redelivered: boolean
  readonly deliveryCount: number
  readonly acquiredCount: number
  readonly readyLeft: number
}

interface Entry {
  readonly message: ModelMessage
  readonly lane: number
  readonly sequence: number
  readonly deadline: number
  state: 'ready' | 'unacked' | 'held' | 'gone'
  /** Quorum queues: place among the returned messages, 0 for one that was not returned. */
  returned: number
  redelivered: boolean
  deliveryCount: number
  acquiredCount: number
  /** When a delayed retry is over. */
  retryAt: number
}

/** A consumer, with the room that its sink has left. */
export interface ModelConsumer {
  readonly key: number
  readonly queue: ModelQueue
  readonly subscription: Subscription
  room: number
  unacked: number
  stalled: boolean
  ended: boolean
}

/** One queue: all its messages in an array that is searched and sorted whenever somebody asks. */
export class ModelQueue {
  readonly definition: QueueDefinition
  settings: QueueSettings
  readonly consumers: ModelConsumer[] = []
  private readonly model: ShardModel
  private readonly entries: Entry[] = []
  /** Consumers that can take a message, next first; those of other priorities are passed over. */
  private turns: ModelConsumer[] = []
  private active: ModelConsumer | undefined
  private readonly lastSequences = new Map<number, number>()
  private lastReturn = 0
  private hasDue = false
  closed = false

  constructor(model: ShardModel, definition: QueueDefinition) {
    this.model = model
    this.definition = definition
    this.settings = definition.settings
  }

  get isQuorum(): boolean {
    return this.definition.type === 'quorum'
  }

  private in(state: Entry['state']): Entry[] {
    return this.entries.filter((entry) => entry.state === state)
  }

  get counts() {
    const ready = this.in('ready')
    return {
      ready: ready.length,
      unacked: this.in('unacked').length,
      consumers: this.consumers.length,
      readyBytes: ready.reduce((sum, { message }) => sum + message.sizeBytes, 0),
    }
  }

  // ---- publishing

  admits(message: ModelMessage): boolean {
    if (!this.refusesOverflow) return true
    const { maxLength = Infinity, maxLengthBytes = Infinity, overflow } = this.settings
    const { ready, readyBytes } = this.counts
    const fits =
      ready + this.in('held').length + 1 <= maxLength && readyBytes + message.sizeBytes <= maxLengthBytes
    if (!fits && overflow === 'reject-publish-dlx') this.model.sendLetter(this, message, false)
    return fits
  }

  private get refusesOverflow(): boolean {
    const { overflow } = this.settings
    return overflow === 'reject-publish' || (overflow === 'reject-publish-dlx' && !this.isQuorum)
  }

  deliverDirect(message: ModelMessage): boolean {
    if (this.counts.ready > 0) return false
    const consumer = this.nextConsumer()
    if (!consumer?.subscription.noAck) return false
    const count = this.isQuorum ? 0 : -1
    this.record(consumer, message.id, -1, false, count, count)
    this.served(consumer)
    return true
  }

  put(message: ModelMessage, redelivered: boolean): void {
    const lanes = this.isQuorum ? 32 : this.definition.maxPriority + 1
    const lane = Math.min(message.priority < 0 ? (this.isQuorum ? 4 : 0) : message.priority, lanes - 1)
    const sequence = this.lastSequences.get(lane) ?? 0
    this.lastSequences.set(lane, sequence + 1)
    const own = message.expirationMs < 0 ? Infinity : message.expirationMs
    const ttlMs = Math.min(own, this.settings.messageTtlMs ?? Infinity)
    if (ttlMs === 0) this.hasDue = true
    this.entries.push({
      message,
      lane,
      sequence,
      deadline: this.model.now + ttlMs,
      state: 'ready',
      returned: 0,
      redelivered,
      deliveryCount: 0,
      acquiredCount: 0,
      retryAt: Infinity,
    })
  }

  settleIn(): void {
    if (this.closed) return
    this.serve()
    if (this.hasDue) this.expire(this.model.now)
    this.hasDue = false
    const { maxLength = Infinity, maxLengthBytes = Infinity } = this.settings
    while (
      !this.refusesOverflow &&
      (this.counts.ready > maxLength || this.counts.readyBytes > maxLengthBytes)
    ) {
      this.die(this.first()!)
    }
  }

  // ---- delivering

  /** Returned messages of a quorum queue as they came back, then by priority, then by age. */
  private first(): Entry | undefined {
    const [first] = this.in('ready').sort(
      (a, b) =>
        (a.returned || Infinity) - (b.returned || Infinity) || b.lane - a.lane || a.sequence - b.sequence,
    )
    return first
  }

  serve(): void {
    let lookedForLate = false
    while (this.counts.ready > 0) {
      const consumer = this.nextConsumer()
      if (consumer === undefined) return
      if (lookedForLate) {
        this.deliver(consumer)
        this.served(consumer)
      } else {
        lookedForLate = true
        this.expireLate()
      }
    }
  }

  get(noAck: boolean): Entry | undefined {
    this.expireLate()
    const entry = this.first()
    if (entry !== undefined) this.hand(entry, undefined, noAck)
    return entry
  }

  private deliver(consumer: ModelConsumer): void {
    this.hand(this.first()!, consumer, consumer.subscription.noAck)
  }

  private hand(entry: Entry, consumer: ModelConsumer | undefined, noAck: boolean): void {
    const { message, redelivered, deliveryCount, acquiredCount } = entry
    entry.state = noAck ? 'gone' : 'unacked'
    const counts = this.isQuorum ? ([deliveryCount, acquiredCount] as const) : ([-1, -1] as const)
    this.record(consumer, message.id, positionOf(entry), redelivered, ...counts)
    entry.redelivered = true
    if (consumer !== undefined && !noAck) consumer.unacked += 1
    this.forgetGone()
  }

  private record(
    consumer: ModelConsumer | undefined,
    id: number,
    position: number,
    redelivered: boolean,
    deliveryCount: number,
    acquiredCount: number,
  ): void {
    if (consumer !== undefined) consumer.room -= 1
    this.model.deliveries.push({
      consumer: consumer?.key ?? 0,
      queueId: this.definition.id,
      position,
      id,
      redelivered,
      deliveryCount,
      acquiredCount,
      readyLeft: this.counts.ready,
    })
  }

  // ---- settling

  settle(position: number, consumer: ModelConsumer | undefined, outcome: Settlement): void {
    const entry = this.in('unacked').find((each) => positionOf(each) === position)
    if (entry === undefined) return
    if (outcome === Settlement.ACK) this.drop(entry)
    else if (outcome === Settlement.DEAD_LETTER) this.die(entry)
    else this.comeBack(entry, outcome)
    if (consumer !== undefined && !consumer.ended) {
      consumer.unacked -= 1
      this.offer(consumer)
      this.reconsiderActive()
    }
    if (this.counts.ready === 0) return
    if (outcome === Settlement.ACK) this.serve()
    else this.model.serveLater.add(this)
  }

  private comeBack(entry: Entry, outcome: Settlement): void {
    if (this.isQuorum) {
      const {
        deliveryLimit = Infinity,
        delayedRetryType,
        delayedRetryMinMs,
        delayedRetryMaxMs,
      } = this.settings
      const failed = outcome !== Settlement.REQUEUE
      entry.acquiredCount += 1
      if (failed) entry.deliveryCount += 1
      if (entry.deliveryCount > deliveryLimit) {
        this.die(entry)
        return
      }
      const delayed = delayedRetryType === 'all' || delayedRetryType === (failed ? 'failed' : 'returned')
      if (delayed && delayedRetryMinMs !== undefined) {
        const delayMs = Math.min(
          delayedRetryMinMs * Math.max(1, entry.deliveryCount),
          delayedRetryMaxMs ?? delayedRetryMinMs,
        )
        entry.state = 'held'
        entry.retryAt = this.model.now + delayMs
        return
      }
    }
    this.makeReady(entry)
  }

  private makeReady(entry: Entry): void {
    if (entry.deadline <= this.model.now) {
      this.die(entry)
      return
    }
    entry.state = 'ready'
    if (this.isQuorum) entry.returned = ++this.lastReturn
  }

  /** Dead letter or nothing: the message is held until the letters are worked off. */
  private die(entry: Entry): void {
    if (this.settings.deadLetterExchange === undefined) {
      this.drop(entry)
    } else {
      entry.state = 'held'
      this.model.deaths.push({ queue: this, entry })
    }
  }

  drop(entry: Entry): void {
    entry.state = 'gone'
    this.forgetGone()
  }

  private forgetGone(): void {
    for (let i = this.entries.length - 1; i >= 0; i--) {
      if (this.entries[i]!.state === 'gone') this.entries.splice(i, 1)
    }
  }

  // ---- time

  /** The next moment at which something happens by itself. */
  get nextMoment(): number {
    const deadlines = this.in('ready').map(({ deadline }) => deadline)
    return Math.min(...deadlines, ...this.in('held').map(({ retryAt }) => retryAt))
  }

  timePassed(): void {
    const due = this.in('held').filter(({ retryAt }) => retryAt <= this.model.now)
    due.sort((a, b) => a.retryAt - b.retryAt || positionOf(a) - positionOf(b))
    for (const entry of due) {
      entry.retryAt = Infinity
      this.makeReady(entry)
    }
    if (due.length > 0) this.settleIn()
    this.expire(this.model.now)
  }

  private expire(until: number): void {
    this.expireIf((deadline) => deadline <= until)
  }

  private expireLate(): void {
    this.expireIf((deadline) => deadline < this.model.now)
  }

  private expireIf(isOver: (deadline: number) => boolean): void {
    const over = this.in('ready').filter(({ deadline }) => isOver(deadline))
    over.sort((a, b) => a.deadline - b.deadline || positionOf(a) - positionOf(b))
    for (const entry of over) this.die(entry)
  }

  // ---- consumers

  subscribe(consumer: ModelConsumer): void {
    this.consumers.push(consumer)
    if (this.active === undefined) this.active = consumer
    this.reconsiderActive()
    this.offer(consumer)
    this.serve()
  }

  unsubscribe(consumer: ModelConsumer): void {
    consumer.ended = true
    this.consumers.splice(this.consumers.indexOf(consumer), 1)
    this.turns = this.turns.filter((each) => each !== consumer)
    if (this.active === consumer) {
      this.active = this.best()
      if (this.active !== undefined) this.offer(this.active)
    }
    if (this.consumers.length > 0) this.serve()
  }

  resume(consumer: ModelConsumer): void {
    consumer.stalled = false
    this.offer(consumer)
    this.serve()
  }

  private nextConsumer(): ModelConsumer | undefined {
    for (;;) {
      const highest = Math.max(...this.turns.map(({ subscription }) => subscription.priority))
      const next = this.turns.find(({ subscription }) => subscription.priority === highest)
      if (next === undefined || next.room > 0) return next
      next.stalled = true
      this.turns.splice(this.turns.indexOf(next), 1)
    }
  }

  private served(consumer: ModelConsumer): void {
    this.turns.splice(this.turns.indexOf(consumer), 1)
    this.offer(consumer)
  }

  private offer(consumer: ModelConsumer): void {
    const { noAck, prefetchCount } = consumer.subscription
    const hasCredit = noAck || prefetchCount === 0 || consumer.unacked < prefetchCount
    const mayTake = !this.definition.singleActiveConsumer || this.active === consumer
    if (hasCredit && mayTake && !consumer.stalled && !this.turns.includes(consumer)) this.turns.push(consumer)
  }

  private reconsiderActive(): void {
    if (!this.definition.singleActiveConsumer || !this.isQuorum || this.active === undefined) return
    const best = this.best()!
    if (this.active.unacked > 0 || best.subscription.priority <= this.active.subscription.priority) return
    this.active = best
    this.turns = []
    this.offer(best)
  }

  private best(): ModelConsumer | undefined {
    if (!this.isQuorum) return this.consumers[0]
    return [...this.consumers].sort((a, b) => b.subscription.priority - a.subscription.priority)[0]
  }

  // ---- managing

  purge(): number {
    const { ready } = this.counts
    for (const entry of this.in('ready')) this.drop(entry)
    if (this.isQuorum) for (const entry of this.in('held')) this.drop(entry)
    return ready
  }

  close(): void {
    this.closed = true
    for (const consumer of this.consumers) consumer.ended = true
  }
}

/** A shard in the plainest words: what the real one does must be the same, delivery by delivery. */
export class ShardModel {
  now = 0
  readonly queues = new Map<number, ModelQueue>()
  readonly deliveries: ModelDelivery[] = []
  readonly deaths: { queue: ModelQueue; entry: Entry }[] = []
  readonly serveLater = new Set<ModelQueue>()

  createQueue(definition: QueueDefinition): void {
    this.queues.set(definition.id, new ModelQueue(this, definition))
  }

  /** True when every queue took the message. */
  publish(queueIds: readonly number[], message: ModelMessage): boolean {
    return this.store(queueIds, message, false)
  }

  private store(queueIds: readonly number[], message: ModelMessage, redelivered: boolean): boolean {
    let refused = false
    const targets: ModelQueue[] = []
    for (const id of queueIds) {
      const queue = this.queues.get(id)
      if (queue === undefined) continue
      if (!queue.admits(message)) refused = true
      else if (redelivered || !queue.deliverDirect(message)) targets.push(queue)
    }
    for (const queue of targets) queue.put(message, redelivered)
    for (const queue of targets) queue.settleIn()
    return !refused
  }

  sendLetter(queue: ModelQueue, message: ModelMessage, redelivered: boolean): void {
    const { deadLetterExchange, deadLetterRoutingKey } = queue.settings
    if (deadLetterExchange === undefined) return
    this.store([Number(deadLetterRoutingKey)], { ...message, expirationMs: -1 }, redelivered)
  }

  runDeaths(): void {
    for (let death = this.deaths.shift(); death !== undefined; death = this.deaths.shift()) {
      const { queue, entry } = death
      if (queue.closed || entry.state === 'gone') continue
      this.sendLetter(queue, entry.message, entry.redelivered)
      queue.drop(entry)
    }
  }

  flush(): void {
    for (const queue of this.serveLater) {
      this.serveLater.delete(queue)
      queue.settleIn()
    }
    this.runDeaths()
  }

  advance(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const next = Math.min(...[...this.queues.values()].map((queue) => queue.nextMoment))
      const moment = Math.max(this.now, Math.ceil(next))
      if (moment > until) break
      this.now = moment
      for (const queue of this.queues.values()) queue.timePassed()
      this.flush()
    }
    this.now = until
  }
}

function positionOf({ sequence, lane }: Entry): number {
  return sequence * 256 + lane
}
