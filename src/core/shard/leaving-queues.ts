import type { ShardQueue } from '../queue/shard-queue.js'

/** So many messages of a queue go while it is deleted, the others in turns of the loop to come. */
const AT_ONCE = 4096
/** The clock is looked at after so many. */
const PIECE = 256
/** What leaving queues may take of a turn, in milliseconds. */
const TURN_TIME_MAX_MS = 1

/**
 * Queues that were deleted and have messages in the log still. To give up millions of messages at one go would hold
 * everybody up for a quarter of a second.
 */
export class LeavingQueues {
  readonly #queues = new Map<number, Leaving>()
  #next: NodeJS.Immediate | undefined

  /** Takes the messages of a queue, which is closed, out of the log. */
  add(queue: ShardQueue): void {
    const messages = queue.giveUp()
    if (advance(messages, AT_ONCE)) return
    this.#queues.set(queue.definition.id, { queue, messages })
    this.#continue()
  }

  /** A queue that has not given up all of its messages. */
  get(queueId: number): ShardQueue | undefined {
    return this.#queues.get(queueId)?.queue
  }

  *[Symbol.iterator](): Generator<ShardQueue> {
    for (const { queue } of this.#queues.values()) yield queue
  }

  /** Forgets them: the log is about to close. */
  close(): void {
    clearImmediate(this.#next)
    this.#next = undefined
    this.#queues.clear()
  }

  #continue(): void {
    this.#next = setImmediate(() => {
      this.#next = undefined
      this.#run()
    })
  }

  #run(): void {
    const end = performance.now() + TURN_TIME_MAX_MS
    for (const [queueId, { messages }] of this.#queues) {
      while (!advance(messages, PIECE)) {
        if (performance.now() < end) continue
        this.#continue()
        return
      }
      this.#queues.delete(queueId)
    }
  }
}

interface Leaving {
  readonly queue: ShardQueue
  readonly messages: Iterator<void>
}

/** True when there was less than that to do. */
function advance(messages: Iterator<void>, most: number): boolean {
  for (let i = 0; i < most; i++) if (messages.next().done) return true
  return false
}
