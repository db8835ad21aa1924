/** Capacity of a new ring; a power of two, as is every later one. Small: most channels of a node are idle. */
const INITIAL_CAPACITY = 16
const CAPACITY_MAX = 2 ** 26

/** A ring that is emptier than this when it is full moves its oldest entries aside instead of growing. */
const SPARSE_DIVISOR = 4

const EMPTY_SLOT = -1

/**
 * The deliveries of a channel that wait for their ack, by delivery tag.
 *
 * They lie in typed arrays at `tag & mask`, so that adding, settling and settling up to a tag allocate nothing. A
 * consumer that never acks its oldest delivery would make the ring span everything since; such stragglers are
 * moved to a map, so that memory goes with the number of unacked deliveries and not with the span of their tags.
 *
 *     stragglers (map)   <   [oldest ........ next)  ring, with empty slots where tags were settled or never unacked
 */
export class UnackedRing {
  /** Number of deliveries that wait. */
  count = 0
  /** How many of them went to consumers, as opposed to basic.get. */
  consumerCount = 0

  /** What the last successful `take` or `takeOldest` took. */
  queueId = 0
  position = 0
  subscriptionId = 0
  deliveryTag = 0

  private queueIds = new Float64Array(INITIAL_CAPACITY)
  private positions = new Float64Array(INITIAL_CAPACITY)
  /** Subscription ids, 0 for basic.get, {@link EMPTY_SLOT} for nothing. */
  private subscriptions = new Float64Array(INITIAL_CAPACITY).fill(EMPTY_SLOT)
  private mask = INITIAL_CAPACITY - 1
  private oldest = 1
  private next = 1
  private readonly stragglers = new Map<number, Straggler>()

  /** Adds a delivery; tags only go up. `subscriptionId` is 0 for a basic.get. */
  add(deliveryTag: number, queueId: number, position: number, subscriptionId: number): void {
    // Tags of no-ack deliveries are not here: an empty ring skips them, one that is not has empty slots for them.
    if (this.oldest === this.next) this.oldest = deliveryTag
    else if (deliveryTag - this.oldest > this.mask) this.makeRoom(deliveryTag)
    this.next = deliveryTag + 1
    const slot = deliveryTag & this.mask
    this.queueIds[slot] = queueId
    this.positions[slot] = position
    this.subscriptions[slot] = subscriptionId
    this.count++
    if (subscriptionId !== 0) this.consumerCount++
  }

  has(deliveryTag: number): boolean {
    if (deliveryTag >= this.next) return false
    if (deliveryTag < this.oldest) return this.stragglers.has(deliveryTag)
    return this.subscriptions[deliveryTag & this.mask] !== EMPTY_SLOT
  }

  /** Takes one delivery out into the public fields; false when the tag is not outstanding. */
  take(deliveryTag: number): boolean {
    if (deliveryTag >= this.next) return false
    if (deliveryTag < this.oldest) return this.takeStraggler(deliveryTag)
    const slot = deliveryTag & this.mask
    const subscriptionId = this.subscriptions[slot]
    if (subscriptionId === EMPTY_SLOT) return false
    this.takeSlot(deliveryTag, slot, subscriptionId)
    if (deliveryTag === this.oldest) this.skipEmpty()
    return true
  }

  /** Takes the oldest delivery whose tag is at most `upTo`; false when there is none. */
  takeOldest(upTo: number): boolean {
    if (this.stragglers.size !== 0) {
      // A map keeps the order of insertion, and entries are moved there oldest first.
      const first = this.stragglers.keys().next().value
      if (first !== undefined) return first <= upTo && this.takeStraggler(first)
    }
    const tag = this.oldest
    if (tag > upTo || tag === this.next) return false
    const slot = tag & this.mask
    this.takeSlot(tag, slot, this.subscriptions[slot])
    this.skipEmpty()
    return true
  }

  /** The tags that are outstanding, oldest first, up to `upTo`. For paths that may allocate. */
  tagsUpTo(upTo: number): number[] {
    const tags = [...this.stragglers.keys()].filter((tag) => tag <= upTo)
    for (let tag = this.oldest; tag < this.next && tag <= upTo; tag++) {
      if (this.subscriptions[tag & this.mask] !== EMPTY_SLOT) tags.push(tag)
    }
    return tags
  }

  private takeSlot(deliveryTag: number, slot: number, subscriptionId: number): void {
    this.deliveryTag = deliveryTag
    this.queueId = this.queueIds[slot]
    this.position = this.positions[slot]
    this.subscriptionId = subscriptionId
    this.subscriptions[slot] = EMPTY_SLOT
    this.count--
    if (subscriptionId !== 0) this.consumerCount--
  }

  private takeStraggler(deliveryTag: number): boolean {
    const straggler = this.stragglers.get(deliveryTag)
    if (straggler === undefined) return false
    this.stragglers.delete(deliveryTag)
    this.deliveryTag = deliveryTag
    this.queueId = straggler.queueId
    this.position = straggler.position
    this.subscriptionId = straggler.subscriptionId
    this.count--
    if (straggler.subscriptionId !== 0) this.consumerCount--
    return true
  }

  /** Moves `oldest` to the next tag that is outstanding, or to `next`: then the ring is empty. */
  private skipEmpty(): void {
    let tag = this.oldest + 1
    while (tag < this.next && this.subscriptions[tag & this.mask] === EMPTY_SLOT) tag++
    this.oldest = tag
  }

  private makeRoom(deliveryTag: number): void {
    let capacity = this.mask + 1
    const inRing = this.count - this.stragglers.size
    if (inRing * SPARSE_DIVISOR <= capacity || capacity >= CAPACITY_MAX) {
      // Half of the ring is freed, so that this happens once for many deliveries.
      this.moveAside(deliveryTag - (capacity >> 1))
      if (this.oldest === this.next) this.oldest = deliveryTag
      return
    }
    while (deliveryTag - this.oldest >= capacity) capacity *= 2
    const queueIds = new Float64Array(capacity)
    const positions = new Float64Array(capacity)
    const subscriptions = new Float64Array(capacity).fill(EMPTY_SLOT)
    for (let tag = this.oldest; tag < this.next; tag++) {
      const from = tag & this.mask
      const to = tag & (capacity - 1)
      queueIds[to] = this.queueIds[from]
      positions[to] = this.positions[from]
      subscriptions[to] = this.subscriptions[from]
    }
    this.queueIds = queueIds
    this.positions = positions
    this.subscriptions = subscriptions
    this.mask = capacity - 1
  }

  /** Moves the entries below `limit` to the map. */
  private moveAside(limit: number): void {
    while (this.oldest < limit && this.oldest < this.next) {
      const slot = this.oldest & this.mask
      this.stragglers.set(this.oldest, {
        queueId: this.queueIds[slot],
        position: this.positions[slot],
        subscriptionId: this.subscriptions[slot],
      })
      this.subscriptions[slot] = EMPTY_SLOT
      this.skipEmpty()
    }
  }
}

interface Straggler {
  readonly queueId: number
  readonly position: number
  readonly subscriptionId: number
}
