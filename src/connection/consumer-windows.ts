/** A larger window counts for so much of the average, so that a few of them do not hide the small ones. */
const LARGER_SHARE = 1 / 8

/** What is known, across a broker, of consumers that can have no more messages until they have acked some. */
export class ConsumerWindows {
  /** How often an ack came from a channel whose consumers had all that they may have unacked. */
  fullCount = 0
  /** How many messages that was lately: rather the fewest than the average. */
  messages = Number.POSITIVE_INFINITY

  /** An ack came from a channel that had all the `messages` that it may have unacked. */
  wasFull(messages: number): void {
    this.fullCount += 1
    if (messages < this.messages) this.messages = messages
    else this.messages += (messages - this.messages) * LARGER_SHARE
  }
}
