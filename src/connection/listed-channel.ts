import type { ChannelCounts, PeerChannel, PeerConsumer } from '../core/peers.js'
import type { Channel } from './channel.js'
import type { Consumer } from './consumer.js'

/** A channel as management sees it. */
export class ListedChannel implements PeerChannel {
  readonly #channel: Channel

  constructor(channel: Channel) {
    this.#channel = channel
  }

  get number() {
    return this.#channel.number
  }
  get state() {
    return this.#channel.host.canDeliver ? 'running' : 'flow'
  }
  get prefetchCount() {
    return this.#channel.consuming.prefetch.each
  }
  get globalPrefetchCount() {
    return this.#channel.consuming.prefetch.all
  }
  get confirm() {
    return this.#channel.publishing.confirmMode
  }
  get transactional() {
    return this.#channel.publishing.transaction !== undefined
  }
  get unackedCount() {
    return this.#channel.consuming.unacked.count
  }
  get unconfirmedCount() {
    return this.#channel.publishing.confirms.pendingCount
  }
  get uncommittedCount() {
    return this.#channel.publishing.transaction?.heldCount ?? 0
  }
  get uncommittedAckCount() {
    return this.#channel.publishing.transaction?.heldAckCount ?? 0
  }
  get consumerCount() {
    return this.#channel.consuming.consumerCount
  }

  *consumers(): IterableIterator<PeerConsumer> {
    for (const consumer of this.#channel.consuming.queueConsumers()) yield listed(consumer)
  }

  counts(): ChannelCounts {
    const { publishing, consuming } = this.#channel
    const { sum, byExchange } = publishing.countPublishes()
    return { published: sum, taken: consuming.uses.sum, byExchange, byQueue: consuming.uses.byQueue }
  }
}

function listed({ tag, subscriptionId, port, facts }: Consumer): PeerConsumer {
  const { queue, subscription } = facts
  const waits =
    queue.singleActiveConsumer === true && port.detailsOf(queue.id)?.activeSubscriptionId !== subscriptionId
  return {
    tag,
    queueId: queue.id,
    subscriptionId,
    noAck: subscription.noAck,
    exclusive: subscription.exclusive,
    prefetchCount: subscription.prefetchCount,
    arguments: facts.arguments,
    active: !waits,
  }
}
