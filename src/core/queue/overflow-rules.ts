import type { MessageQueueTraits } from './message-queue-traits.js'
import type { QueueSettings } from './settings.js'

/** True for a queue that refuses new messages, when it is full, rather than dropping old ones. */
export function refusesOverflow({ overflow }: QueueSettings, traits: MessageQueueTraits): boolean {
  return overflow === 'reject-publish' || (overflow === 'reject-publish-dlx' && traits.rejectsToDeadLetter)
}

/** True when so many messages, with so many octets of bodies, are more than the queue may hold. */
export function isOverLimit(settings: QueueSettings, messages: number, bodyBytes: number): boolean {
  const { maxLength, maxLengthBytes } = settings
  return (
    (maxLength !== undefined && messages > maxLength) ||
    (maxLengthBytes !== undefined && bodyBytes > maxLengthBytes)
  )
}
