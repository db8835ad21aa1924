import { BrokerError } from '../core/errors.js'
import type { MessageView } from '../core/message.js'
import type { Settlement, ShardPort } from '../core/shard-port.js'
import { encodeTxCommitOk, MethodId } from '../protocol/amqp091/index.js'
import type { ChannelHost } from './channel-host.js'
import { type Consuming, unknownDeliveryTag } from './consuming.js'
import { writeReturn } from './delivery-writer.js'
import { copyMessage } from './message-copy.js'
import type { PublishTracker } from './port-publisher.js'
import type { Publishing } from './publishing.js'

/** Books on publishes and what became of them. */
export interface PublishLedger {
  /** Number of the last publish. */
  readonly lastTag: number
  addConfirmed(): void
  addPending(shards: number): number
  /** `pending` shards have yet to store it all the same. */
  addRejected(pending: number): void
}

interface HeldPublish {
  readonly message: MessageView
  readonly queueIds: readonly number[]
  readonly mandatory: boolean
  /** Names of direct reply-to that it goes to. */
  readonly replies: readonly string[]
}

/**
 * A transactional channel: holds publishes and acks until commit. They are checked and routed when they come, so that
 * errors close the channel at once, and copied, since the bytes they came in are used again.
 */
export class Transaction implements PublishTracker, PublishLedger {
  lastTag = 0
  /** A commit waits for its publishes to be stored. */
  committing = false

  private readonly host: ChannelHost
  private readonly channelNumber: number
  private readonly publishing: Publishing
  private readonly consuming: Consuming
  private publishes: HeldPublish[] = []
  private heldBytes = 0
  /** Deliveries acked, by tag in the order of the acks. They stay in the channel's ring until commit. */
  private readonly acks = new Map<number, Settlement>()
  private pendingCount = 0
  private failed = false

  constructor(host: ChannelHost, channelNumber: number, publishing: Publishing, consuming: Consuming) {
    this.host = host
    this.channelNumber = channelNumber
    this.publishing = publishing
    this.consuming = consuming
  }

  /** Publishes and settlements that wait for the commit. */
  get heldCount(): number {
    return this.publishes.length
  }
  get heldAckCount(): number {
    return this.acks.size
  }

  /** Holds a publish. Throws PRECONDITION_FAILED when transactions are as large as they may get. */
  hold(view: MessageView, queueIds: readonly number[], mandatory: boolean, replies: readonly string[]): void {
    const octets = sizeOf(view) + 8 * queueIds.length
    this.heldBytes += this.host.limits.heldBytes.take(octets, this.heldBytes)
    this.publishes.push({ message: copyMessage(view), queueIds, mandatory, replies })
  }

  /** Holds an ack, nack or reject. Throws PRECONDITION_FAILED for a tag that is not outstanding or already acked. */
  holdSettlement(deliveryTag: number, multiple: boolean, outcome: Settlement): void {
    const { unacked } = this.consuming
    if (!multiple || deliveryTag !== 0) {
      if (!unacked.has(deliveryTag) || this.acks.has(deliveryTag)) throw unknownDeliveryTag(deliveryTag)
    }
    if (!multiple) {
      this.acks.set(deliveryTag, outcome)
      return
    }
    for (const tag of unacked.tagsUpTo(deliveryTag === 0 ? Number.POSITIVE_INFINITY : deliveryTag)) {
      if (!this.acks.has(tag)) this.acks.set(tag, outcome)
    }
  }

  /** Tags that were acked and not committed. */
  get ackedTags(): ReadonlySet<number> {
    return new Set(this.acks.keys())
  }

  /**
   * Publishes what is held, in order, then applies the acks. commit-ok follows when all is stored; `partial tx
   * completion` when a queue refused something.
   */
  commit(): void {
    this.failed = false
    atomicallyOn(this.host.shards.all, () => this.apply())
    for (const port of this.host.shards.all) this.awaitDurable(port)
    if (this.pendingCount > 0) this.committing = true
    else if (this.failed) throw partialCompletion()
    else encodeTxCommitOk(this.host.output, this.channelNumber)
  }

  private apply(): void {
    for (const held of this.takeHeld()) this.release(held)
    for (const [tag, outcome] of this.acks) this.consuming.settle(tag, false, outcome)
    this.acks.clear()
  }

  /** Acks have no confirm of their own: commit-ok waits until what the port did is durable. */
  private awaitDurable(port: ShardPort): void {
    let atOnce = true
    this.pendingCount += 1
    port.whenDurable((error) => {
      this.pendingCount -= 1
      if (error !== undefined) this.failed = true
      if (!atOnce) this.host.wantEndOfTurn(this.channelNumber)
    })
    atOnce = false
  }

  /** Drops held publishes; acked deliveries are unacked again. A commit on its way is answered no more. */
  rollback(): void {
    this.committing = false
    this.takeHeld()
    this.acks.clear()
  }

  private takeHeld(): readonly HeldPublish[] {
    const { publishes } = this
    this.publishes = []
    this.host.limits.heldBytes.give(this.heldBytes)
    this.heldBytes = 0
    return publishes
  }

  addConfirmed(): void {
    this.lastTag++
  }

  addPending(shards: number): number {
    this.pendingCount += shards
    return ++this.lastTag
  }

  addRejected(pending: number): void {
    this.failed = true
    this.pendingCount += pending
    this.lastTag++
  }

  settled(_tag: number): void {
    this.pendingCount--
  }

  refused(tag: number): void {
    this.failed = true
    this.settled(tag)
  }

  private release({ message, queueIds, mandatory, replies }: HeldPublish): void {
    const { host } = this
    for (const name of replies) host.replyTo.deliver(host.vhost, name, message)
    if (queueIds.length > 0) this.publishing.storeHeld(queueIds, message, this)
    else if (mandatory && replies.length === 0)
      writeReturn(host.output, this.channelNumber, message, host.frameMax)
  }

  /** Answers a commit whose publishes are all stored by now. */
  endOfTurn(): void {
    if (!this.committing || this.pendingCount > 0) return
    this.committing = false
    if (this.failed) {
      const id = MethodId.TxCommit
      this.host.fail(this.channelNumber, partialCompletion(), id >>> 16, id & 0xffff)
    } else encodeTxCommitOk(this.host.output, this.channelNumber)
  }
}

function sizeOf(message: MessageView): number {
  const routingBytes = message.routingEnd - message.routingStart
  return routingBytes + message.propertiesEnd - message.propertiesStart + message.bodySizeBytes
}

/** One record on each shard: what goes to one of them is whole in itself. */
function atomicallyOn(ports: readonly ShardPort[], work: () => void): void {
  const [first, ...rest] = ports
  if (first === undefined) work()
  else first.atomically(() => atomicallyOn(rest, work))
}

function partialCompletion(): BrokerError {
  return new BrokerError('PRECONDITION_FAILED', 'partial tx completion')
}
