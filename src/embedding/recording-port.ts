import type { MessageView } from '../core/message.js'
import type { Publisher, PublishOutcome, ShardPort } from '../core/shard-port.js'
import { ForwardingPort } from './forwarding-port.js'

/** Hears of every message that is published to queues. */
export type Routed = (queueIds: readonly number[], message: MessageView) => void

/** A port that tells of publishes. */
export class RecordingPort extends ForwardingPort {
  readonly #routed: Routed

  constructor(port: ShardPort, routed: Routed) {
    super(port)
    this.#routed = routed
  }

  override publish(
    queueIds: readonly number[],
    message: MessageView,
    publisher: Publisher,
    publishSeqNo: number,
  ): PublishOutcome {
    this.#routed(queueIds, message)
    return this.port.publish(queueIds, message, publisher, publishSeqNo)
  }
}
