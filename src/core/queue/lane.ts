import { NumberHeap } from '../../util/number-heap.js'
import { type BlockPool, EntryState, MessageIndex } from './message-index.js'

/**
 * Messages of one priority in the order of their arrival. What came back from a consumer stands before what was never
 * delivered, in the original order: a returned message is older than everything behind the head.
 */
export class Lane {
  readonly index: MessageIndex
  /** Ready messages. */
  ready = 0
  /** The first message that was never delivered. */
  private head = 0
  /** Sequence numbers before the head that are ready again (or were: see {@link first}). */
  private readonly returned = new NumberHeap()

  constructor(pool: BlockPool) {
    this.index = new MessageIndex(pool, () => this.head)
  }

  append(ref: number, flags: number, bodyBytes: number, deadline: number): number {
    this.ready += 1
    return this.index.append(ref, flags, bodyBytes, deadline)
  }

  /** Adds a ready message under a sequence number that it had before. */
  restore(sequence: number, ref: number, flags: number, bodyBytes: number, deadline: number): void {
    this.ready += 1
    // Nothing was delivered yet: what has left from before the head was replaced by a copy.
    if (sequence < this.head) this.head = sequence
    this.index.restore(sequence, ref, flags, bodyBytes, deadline)
  }

  /** Places the index on the first ready message and returns its sequence number, -1 when there is none. */
  first(): number {
    if (this.ready === 0) return -1
    const { index, returned } = this
    while (returned.size > 0) {
      const sequence = returned.firstKey
      if (index.locate(sequence) && index.state === EntryState.READY) return sequence
      returned.pop()
    }
    while (!index.locate(this.head) || index.state !== EntryState.READY) {
      this.head = index.skipGoneBlocks(this.head + 1)
    }
    return this.head
  }

  /** The message that {@link first} found stops being ready; the caller sets its state or removes it. */
  leave(sequence: number): void {
    this.ready -= 1
    if (sequence === this.head) this.head += 1
    else if (this.returned.size > 0 && this.returned.firstKey === sequence) this.returned.pop()
    // Otherwise it was taken from the middle (expiry): its place is passed over when it comes to the front.
  }

  /** The message that the index is placed on is ready again, in its old place. */
  comeBack(sequence: number): void {
    this.index.state = EntryState.READY
    this.ready += 1
    if (sequence < this.head) this.returned.push(sequence, 0)
  }

  /** True for a message before the head: it was delivered, or taken out, at least once. */
  hasPassed(sequence: number): boolean {
    return sequence < this.head
  }
}
