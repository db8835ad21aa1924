import { MessageView } from '../message.js'
import type { ShardLog } from '../shard/shard-log.js'
import type { PeekedMessage, PeekPage, PeekRequest } from '../shard-port.js'

/** A queue as a peek sees it: places of messages and what is known of each. */
export interface PeekSource {
  /** Positions of messages of any state from this one on (from the first when undefined), in a fixed order. */
  positions(from: number | undefined): Iterable<number>
  /** The log's ref of the message there. */
  refOf(position: number): number | undefined
  /** What the queue knows of the message there, which exists. */
  factsOf(position: number): Omit<PeekedMessage, 'message' | 'publishedAtMs'>
}

/**
 * Collects one page of a queue's messages without touching them. Messages that are not in memory are fetched one at a
 * time, so `done` may be called later; what left the queue meanwhile is passed over.
 */
export function peekPage(
  source: PeekSource,
  log: ShardLog,
  request: PeekRequest,
  done: (page: PeekPage) => void,
): void {
  const messages: PeekedMessage[] = []
  const view = new MessageView()
  let octets = 0
  const goOn = (from: number | undefined): void => {
    for (const position of source.positions(from)) {
      if (messages.length >= request.messageMax || (messages.length > 0 && octets >= request.octetMax)) {
        done({ messages, next: position })
        return
      }
      const ref = source.refOf(position)
      if (ref === undefined) continue
      if (!log.open(ref, view)) {
        log.fetch(ref, () => goOn(position))
        return
      }
      const publishedAtMs = log.publishedAtMs(ref)
      messages.push({ ...source.factsOf(position), publishedAtMs, message: ownCopy(view) })
      octets += view.bodySizeBytes
    }
    done({ messages, next: undefined })
  }
  goOn(request.from)
}

function ownCopy(message: MessageView): MessageView {
  const { buffer } = message
  const copy = new MessageView()
  copy.buffer = Buffer.concat([
    buffer.subarray(message.routingStart, message.routingEnd),
    buffer.subarray(message.propertiesStart, message.propertiesEnd),
    buffer.subarray(message.bodyStart, message.bodyEnd),
  ])
  copy.routingEnd = message.routingEnd - message.routingStart
  copy.propertiesStart = copy.routingEnd
  copy.propertiesEnd = copy.propertiesStart + message.propertiesEnd - message.propertiesStart
  copy.bodyStart = copy.propertiesEnd
  copy.bodyEnd = copy.buffer.length
  copy.persistent = message.persistent
  copy.priority = message.priority
  copy.expirationMs = message.expirationMs
  copy.hasBcc = message.hasBcc
  copy.hasDeaths = message.hasDeaths
  return copy
}
