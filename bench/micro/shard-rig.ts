import type { MessageView } from '../../src/core/message.js'
import { LocalShard } from '../../src/core/shard/local-shard.js'
import type { DeliveryFacts, DeliverySink, Publisher } from '../../src/core/shard-port.js'
import { MemoryLog } from '../../src/storage/memory-log.js'
import { Arena } from '../../src/util/arena.js'
import { SystemClock } from '../../src/util/clock.js'
import { Timers } from '../../src/util/timers.js'
import { queueOf } from '../../test/support/durable-shard.js'
import { messageOf, SUBSCRIPTION, TestHost } from '../../test/support/shard-fixture.js'

export const QUEUE = 1

/** A shard in memory with one queue, whose number is {@link QUEUE}. */
export class ShardRig {
  readonly timers = new Timers(new SystemClock())
  readonly log = new MemoryLog(new Arena())
  readonly shard = new LocalShard(this.log, this.timers, new TestHost())
  private readonly message = messageOf(Buffer.alloc(16, 'x'), { routingKey: 'q' })
  private readonly queueIds = [QUEUE]
  private firstSubscription = 1

  constructor() {
    this.shard.createQueue(queueOf(QUEUE, { durable: false }))
  }

  publish(count: number): void {
    const { shard, queueIds, message } = this
    for (let i = 0; i < count; i++) shard.publish(queueIds, message, NO_PUBLISHER, 0)
  }

  subscribe(sink: DeliverySink, noAck: boolean): number {
    return this.shard.subscribe(QUEUE, { ...SUBSCRIPTION, noAck }, sink)
  }

  /** Ends all subscriptions, those that a channel made too: a shard counts them from 1. */
  unsubscribeAll(): void {
    const probe = this.subscribe(NO_SINK, true)
    for (let id = this.firstSubscription; id <= probe; id++) this.shard.unsubscribe(id)
    this.firstSubscription = probe + 1
  }

  close(): void {
    this.shard.close()
    this.timers.close()
    this.log.close()
  }
}

export const NO_PUBLISHER: Publisher = { confirmed() {}, refused() {} }

const NO_SINK: DeliverySink = { subscribed() {}, canTake: () => false, deliver() {}, cancelled() {} }

/** Takes deliveries and remembers their positions only. */
export class PositionSink implements DeliverySink {
  readonly positions: Int32Array
  count = 0

  constructor(capacity: number) {
    this.positions = new Int32Array(capacity)
  }

  subscribed(): void {}
  canTake(): boolean {
    return this.count < this.positions.length
  }
  deliver(_subscriptionId: number, _message: MessageView, facts: DeliveryFacts): void {
    this.positions[this.count++] = facts.position
  }
  cancelled(): void {}
}
