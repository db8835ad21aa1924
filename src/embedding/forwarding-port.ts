import type { MessageView } from '../core/message.js'
import type { QueueSettings, QueueType } from '../core/queue/settings.js'
import type {
  DeliveryRecord,
  DeliverySink,
  PeekPage,
  PeekRequest,
  Publisher,
  PublishOutcome,
  QueueCounts,
  QueueDefinition,
  Settlement,
  ShardPort,
  Subscription,
} from '../core/shard-port.js'
import type { QueueCounters, QueueDetails, QueueStatistics } from '../core/statistics.js'

/** A port that hands everything on to another one: what a port with something to add begins with. */
export class ForwardingPort implements ShardPort {
  protected readonly port: ShardPort

  constructor(port: ShardPort) {
    this.port = port
  }

  get isCongested(): boolean {
    return this.port.isCongested
  }
  get deliveryRecord(): DeliveryRecord {
    return this.port.deliveryRecord
  }
  createQueue(definition: QueueDefinition): void {
    this.port.createQueue(definition)
  }
  configureQueue(queueId: number, settings: QueueSettings): void {
    this.port.configureQueue(queueId, settings)
  }
  deleteQueue(
    queueId: number,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): number {
    return this.port.deleteQueue(queueId, conditions)
  }
  purgeQueue(queueId: number): number {
    return this.port.purgeQueue(queueId)
  }
  countsOf(queueId: number): QueueCounts {
    return this.port.countsOf(queueId)
  }
  statisticsOf(queueId: number, into: QueueStatistics): boolean {
    return this.port.statisticsOf(queueId, into)
  }
  detailsOf(queueId: number): QueueDetails | undefined {
    return this.port.detailsOf(queueId)
  }
  totalsOf(type: QueueType, vhost: string | undefined): Readonly<QueueCounters> {
    return this.port.totalsOf(type, vhost)
  }
  forgetVhost(vhost: string): void {
    this.port.forgetVhost(vhost)
  }
  touchQueue(queueId: number): void {
    this.port.touchQueue(queueId)
  }
  peek(queueId: number, request: PeekRequest, done: (page: PeekPage) => void): void {
    this.port.peek(queueId, request, done)
  }
  publish(
    queueIds: readonly number[],
    message: MessageView,
    publisher: Publisher,
    publishSeqNo: number,
  ): PublishOutcome {
    return this.port.publish(queueIds, message, publisher, publishSeqNo)
  }
  subscribe(queueId: number, subscription: Subscription, sink: DeliverySink): number {
    return this.port.subscribe(queueId, subscription, sink)
  }
  unsubscribe(subscriptionId: number): void {
    this.port.unsubscribe(subscriptionId)
  }
  resume(subscriptionId: number): void {
    this.port.resume(subscriptionId)
  }
  get(queueId: number, noAck: boolean, sink: DeliverySink): boolean | Promise<boolean> {
    return this.port.get(queueId, noAck, sink)
  }
  settle(queueId: number, position: number, subscriptionId: number, outcome: Settlement): void {
    this.port.settle(queueId, position, subscriptionId, outcome)
  }
  atomically(work: () => void): void {
    this.port.atomically(work)
  }
  whenDurable(done: (error: Error | undefined) => void): void {
    this.port.whenDurable(done)
  }
  flush(): void {
    this.port.flush()
  }
}
