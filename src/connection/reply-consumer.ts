import type { MessageView } from '../core/message.js'
import { type DeliveryFacts, Recording } from '../core/shard-port.js'
import type { ChannelHost } from './channel-host.js'
import type { Consuming } from './consuming.js'
import { deliverPrefix } from './delivery-writer.js'
import { copyMessage } from './message-copy.js'
import type { ReplyReceiver } from './reply-to.js'

/** Octets of replies that wait for a slow requester; those beyond are dropped, which direct reply-to allows. */
export const REPLY_BACKLOG_BYTES_MAX = 16 * 1024 * 1024

/** What every reply says of itself: it came from no queue and is new. */
const FACTS: DeliveryFacts = {
  recording: Recording.NONE,
  queueId: 0,
  position: 0,
  redelivered: false,
  deliveryCount: -1,
  acquiredCount: -1,
  streamOffset: -1,
  readyLeft: 0,
}

/** The consumer of a channel's direct replies. */
export class ReplyConsumer implements ReplyReceiver {
  readonly tag: string
  /** What requests carry as their reply-to. */
  readonly name: string
  private readonly owner: Consuming
  private readonly host: ChannelHost
  private readonly prefix: Buffer
  private backlog: MessageView[] = []
  private backlogBytes = 0

  constructor(owner: Consuming, host: ChannelHost, channelNumber: number, tag: string) {
    this.owner = owner
    this.host = host
    this.tag = tag
    this.prefix = deliverPrefix(channelNumber, tag)
    this.name = host.replyTo.register(host.vhost, this)
  }

  receiveReply(message: MessageView): void {
    if (this.host.canDeliver && this.backlog.length === 0) {
      this.owner.deliverReply(this.prefix, message, FACTS)
      return
    }
    const copy = copyMessage(message)
    if (this.backlogBytes + copy.buffer.length > REPLY_BACKLOG_BYTES_MAX) return
    this.backlog.push(copy)
    this.backlogBytes += copy.buffer.length
  }

  outputDrained(): void {
    let sent = 0
    while (sent < this.backlog.length && this.host.canDeliver) {
      const message = this.backlog[sent++]
      this.backlogBytes -= message.buffer.length
      this.owner.deliverReply(this.prefix, message, FACTS)
    }
    if (sent > 0) this.backlog = this.backlog.slice(sent)
  }

  /** The consumer is cancelled or its channel ends. */
  release(): void {
    this.host.replyTo.unregister(this.host.vhost, this.name)
    this.backlog = []
    this.backlogBytes = 0
  }
}
