import type { Publisher, ShardPort } from '../core/shard-port.js'

const INITIAL_CAPACITY = 64

/** Who wants to know what became of publishes, by the number that it gave them. */
export interface PublishTracker {
  settled(tag: number): void
  refused(tag: number): void
}

/**
 * A channel as a publisher on one shard. The shard sees numbers that count up by one; this maps them back to the
 * tags of the channel, which also count publishes that went elsewhere.
 */
export class PortPublisher implements Publisher {
  readonly port: ShardPort
  private readonly onNews: () => void
  private tracker: PublishTracker
  /** Number of the last publish. */
  private lastSeqNo = 0
  /** Everything up to here is settled. */
  private settledSeqNo = 0
  /** Tags by `seqNo & mask`, 0 for a publish that was not pending. */
  private tags = new Float64Array(INITIAL_CAPACITY)
  private mask = INITIAL_CAPACITY - 1

  constructor(port: ShardPort, tracker: PublishTracker, onNews: () => void) {
    this.port = port
    this.tracker = tracker
    this.onNews = onNews
  }

  /** Changes who is told; for a channel that becomes transactional, which it can only while nothing is pending. */
  setTracker(tracker: PublishTracker): void {
    this.tracker = tracker
  }

  /** The number of the next publish that wants a confirm. */
  nextSeqNo(): number {
    return ++this.lastSeqNo
  }

  /** The publish numbered last is pending; `tag` is told when it is settled. */
  pending(tag: number): void {
    if (this.lastSeqNo - this.settledSeqNo > this.mask) this.grow()
    this.tags[this.lastSeqNo & this.mask] = tag
  }

  /** The publish numbered last is not pending. */
  notPending(): void {
    // Nothing pending before it: the common case costs one comparison and one store.
    if (this.lastSeqNo === this.settledSeqNo + 1) this.settledSeqNo = this.lastSeqNo
    else this.pending(0)
  }

  confirmed(publishSeqNo: number): void {
    const { tags, mask, tracker } = this
    for (let seqNo = this.settledSeqNo + 1; seqNo <= publishSeqNo; seqNo++) {
      const tag = tags[seqNo & mask]
      if (tag !== 0) tracker.settled(tag)
    }
    this.settleUpTo(publishSeqNo)
  }

  refused(publishSeqNo: number): void {
    for (let seqNo = this.settledSeqNo + 1; seqNo <= publishSeqNo; seqNo++) {
      const tag = this.tags[seqNo & this.mask]
      if (tag !== 0) this.tracker.refused(tag)
    }
    this.settleUpTo(publishSeqNo)
  }

  /** Nobody is told what becomes of a publish that is pending: its confirm is lost on the way, for tests of clients. */
  lose(publishSeqNo: number): void {
    if (publishSeqNo > this.settledSeqNo) this.tags[publishSeqNo & this.mask] = 0
  }

  private settleUpTo(seqNo: number): void {
    if (seqNo <= this.settledSeqNo) return
    this.settledSeqNo = seqNo
    this.onNews()
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2
    const tags = new Float64Array(capacity)
    for (let seqNo = this.settledSeqNo + 1; seqNo < this.lastSeqNo; seqNo++) {
      tags[seqNo & (capacity - 1)] = this.tags[seqNo & this.mask]
    }
    this.tags = tags
    this.mask = capacity - 1
  }
}
