/** Where the confirms of a channel go. */
export interface ConfirmSink {
  ack(deliveryTag: number, multiple: boolean): void
  nack(deliveryTag: number, multiple: boolean): void
}

const INITIAL_CAPACITY = 64

// What is known of a publish that is not answered yet. 1 to PENDING_MAX: so many shards have yet to store it.
const CONFIRMED = 0
const PENDING_MAX = 250
const REJECTED = 254
const ANSWERED = 255

/**
 * Which publishes of a channel in confirm mode are safe, and how to say so in few frames.
 *
 * As long as everything is confirmed at once, this is two integers. From the first publish that is pending or
 * rejected on, each publish has an octet in a ring, until all are answered again.
 *
 *     answered ... firstTracked ............ lastTag
 *        (confirmed)   [one octet in `states` each]
 */
export class Confirms {
  /** Tag of the last publish. */
  lastTag = 0
  /** Publishes that some shard has yet to store. */
  pendingCount = 0

  /** Every publish up to here has had its confirm. */
  private answered = 0
  /** Publishes from here on have a state; greater than `lastTag` when none has. */
  private firstTracked = 1
  private tracking = false
  private states = new Uint8Array(INITIAL_CAPACITY)
  private mask = INITIAL_CAPACITY - 1
  // Bounds of the tags that were confirmed or rejected since the last flush, so that it need not walk all pending.
  private newLow = Number.POSITIVE_INFINITY
  private newHigh = 0
  private rejectedLow = Number.POSITIVE_INFINITY
  private rejectedHigh = 0

  /** Numbers a publish that is confirmed already. */
  addConfirmed(): void {
    const tag = ++this.lastTag
    if (this.tracking) {
      this.store(tag, CONFIRMED)
      this.noteNew(tag)
    }
  }

  /** Numbers a publish that `shards` shards have yet to store; returns its tag. */
  addPending(shards: number): number {
    const tag = ++this.lastTag
    this.track(tag)
    this.store(tag, shards)
    this.pendingCount++
    return tag
  }

  /** Numbers a publish that a queue refused; what other shards say of it later makes no difference. */
  addRejected(_pending = 0): void {
    const tag = ++this.lastTag
    this.track(tag)
    this.reject(tag)
  }

  /** One shard has stored a pending publish. */
  settled(tag: number): void {
    if (tag <= this.answered) return
    const slot = tag & this.mask
    const state = this.states[slot]
    // Another shard may have refused it meanwhile.
    if (state === CONFIRMED || state > PENDING_MAX) return
    this.states[slot] = state - 1
    if (state !== 1) return
    this.pendingCount--
    this.noteNew(tag)
  }

  /** One shard will never store a pending publish. */
  refused(tag: number): void {
    if (tag <= this.answered) return
    const state = this.states[tag & this.mask]
    if (state === CONFIRMED || state > PENDING_MAX) return
    this.pendingCount--
    this.reject(tag)
  }

  /** True when {@link flush} has something to say. */
  get hasNews(): boolean {
    return this.tracking ? this.newHigh !== 0 || this.rejectedHigh !== 0 : this.lastTag > this.answered
  }

  /**
   * Answers everything that became certain: nacks first and one by one, then one ack up to the highest tag below
   * which nothing is pending or rejected, then single acks.
   */
  flush(sink: ConfirmSink): void {
    if (!this.tracking) {
      const fresh = this.lastTag - this.answered
      if (fresh === 0) return
      this.answered = this.lastTag
      sink.ack(this.lastTag, fresh > 1)
      return
    }
    if (!this.hasNews) return
    const firstRejected = this.rejectedLow
    this.flushRejected(sink)
    this.flushPrefix(sink, firstRejected)
    this.flushSingles(sink)
    this.newLow = Number.POSITIVE_INFINITY
    this.newHigh = 0
    if (this.answered === this.lastTag) this.tracking = false
  }

  private flushRejected(sink: ConfirmSink): void {
    for (let tag = this.rejectedLow; tag <= this.rejectedHigh; tag++) {
      const slot = tag & this.mask
      if (this.states[slot] !== REJECTED) continue
      this.states[slot] = ANSWERED
      sink.nack(tag, false)
    }
    this.rejectedLow = Number.POSITIVE_INFINITY
    this.rejectedHigh = 0
  }

  /** Acks all that is certain below the first pending publish; an ack does not reach over a nack of the same flush. */
  private flushPrefix(sink: ConfirmSink, firstRejected: number): void {
    let tag = this.answered + 1
    let acked = 0
    let last = 0
    while (tag <= this.lastTag && tag < firstRejected) {
      if (tag < this.firstTracked) {
        last = Math.min(this.firstTracked, firstRejected) - 1
        acked += last - tag + 1
        tag = last + 1
        continue
      }
      const state = this.states[tag & this.mask]
      if (state === CONFIRMED) {
        last = tag
        acked++
      } else if (state !== ANSWERED) break
      tag++
    }
    if (acked > 0) sink.ack(last, acked > 1)
    this.answered = tag - 1
    // Beyond a nack of this flush everything may be answered too: singles below find it, the next line passes it.
    while (this.answered < this.lastTag && this.stateOf(this.answered + 1) === ANSWERED) this.answered++
  }

  private flushSingles(sink: ConfirmSink): void {
    for (let tag = Math.max(this.newLow, this.answered + 1); tag <= this.newHigh; tag++) {
      const slot = tag & this.mask
      if (this.states[slot] !== CONFIRMED) continue
      this.states[slot] = ANSWERED
      sink.ack(tag, false)
    }
    while (this.answered < this.lastTag && this.stateOf(this.answered + 1) === ANSWERED) this.answered++
  }

  private stateOf(tag: number): number {
    return tag < this.firstTracked ? CONFIRMED : this.states[tag & this.mask]
  }

  private track(tag: number): void {
    if (this.tracking) return
    this.tracking = true
    this.firstTracked = tag
    // What was confirmed before and not answered yet is news too.
    if (tag - 1 > this.answered) this.newHigh = tag - 1
  }

  private reject(tag: number): void {
    this.store(tag, REJECTED)
    if (tag < this.rejectedLow) this.rejectedLow = tag
    if (tag > this.rejectedHigh) this.rejectedHigh = tag
  }

  private noteNew(tag: number): void {
    if (tag < this.newLow) this.newLow = tag
    if (tag > this.newHigh) this.newHigh = tag
  }

  private store(tag: number, state: number): void {
    if (tag - Math.max(this.answered, this.firstTracked - 1) > this.mask) this.grow()
    this.states[tag & this.mask] = state
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2
    const states = new Uint8Array(capacity)
    for (let tag = Math.max(this.answered + 1, this.firstTracked); tag < this.lastTag; tag++) {
      states[tag & (capacity - 1)] = this.states[tag & this.mask]
    }
    this.states = states
    this.mask = capacity - 1
  }
}
